//! What every probe that speaks HTTP has in common: a client, a body with an end, faults in words.

use std::{fmt::Write, fs, path::Path};

use reqwest::{Certificate, Client, Response, Url, redirect::Policy};

/// A client that goes through no proxy and trusts the system's authorities and those in a file.
///
/// With `anew` each request makes a connection of its own, as somebody who comes for the first time does.
pub(super) fn client(url: &Url, redirects: usize, authorities: Option<&Path>, anew: bool) -> Result<Client, String> {
    let authorities = authorities.map(certificates).transpose()?.unwrap_or_default();
    let builder = || {
        let policy = if redirects == 0 { Policy::none() } else { Policy::limited(redirects) };
        let builder = Client::builder().no_proxy().redirect(policy).tls_info(true);
        if anew { builder.pool_max_idle_per_host(0) } else { builder }
    };
    let is_plain = url.scheme() == "http";
    let built = builder().tls_certs_merge(authorities.iter().cloned()).build();
    // A machine without any authority can still read what is not encrypted.
    let built = built.or_else(|why| if is_plain { builder().tls_certs_only(authorities).build() } else { Err(why) });
    built.map_err(|why| in_words(&why))
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, String> {
    let fault = |why: String| format!("authorities in {}: {why}", file.display());
    let pem = fs::read(file).map_err(|why| fault(why.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|why| fault(in_words(&why)))?;
    if certificates.is_empty() { Err(fault("no certificate in PEM".to_owned())) } else { Ok(certificates) }
}

/// The body, if it has an end within `most` bytes.
pub(super) async fn body(answer: &mut Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|fault| in_words(&fault))? {
        if most < body.len() + chunk.len() {
            return Err(format!("a page of more than {most} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The whole chain, because the outermost fault says only that sending failed.
pub(super) fn in_words(fault: &reqwest::Error) -> String {
    let mut words = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(fault) = cause {
        // Writing to a string cannot fail.
        let _ = write!(words, ": {fault}");
        cause = fault.source();
    }
    words
}
