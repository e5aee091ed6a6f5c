//! What every probe that speaks HTTP has in common: a client, a body with an end, faults in words.

use std::{error::Error, fs, io, path::Path};

use reqwest::{Certificate, Client, Response, StatusCode, Url, redirect::Policy};
use rustls::{CertificateError, Error as TlsFault};

use super::reason::{Reason, system_words};

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
pub(super) async fn body(answer: &mut Response, most: usize) -> Result<Vec<u8>, Reason> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|fault| reason(&fault))? {
        if most < body.len() + chunk.len() {
            return Err(Reason::own(format!("a page of more than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What a page answered with, in the words of this program: those of the page may be any.
pub(super) fn answered(status: StatusCode) -> Reason {
    Reason::own(format!("answered {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()).trim_end())
}

/// What went wrong; the addresses and names in the library's words are details.
pub(super) fn reason(fault: &reqwest::Error) -> Reason {
    if let Some(status) = fault.status() {
        return Reason { details: in_words(fault), ..answered(status) };
    }
    let what = match fault {
        _ if fault.is_redirect() => "too many redirects",
        _ if fault.is_connect() => "no connection",
        _ if fault.is_body() || fault.is_decode() => "the answer broke off",
        _ => "no answer",
    };
    let cause = chain(fault).find_map(cause).map(|cause| format!(": {cause}")).unwrap_or_default();
    Reason::new(format!("{what}{cause}"), in_words(fault))
}

/// Our own words for a fault that is known, beneath whatever wraps it.
fn cause(mut fault: &(dyn Error + 'static)) -> Option<String> {
    if fault.to_string() == "dns error" {
        return Some("nobody knows the name of the host".to_owned());
    }
    while let Some(within) = fault.downcast_ref().and_then(io::Error::get_ref) {
        fault = within;
    }
    let of_tls = fault.downcast_ref().map(|fault| untrusted(fault).to_owned());
    of_tls.or_else(|| system_words(fault.downcast_ref()?))
}

fn untrusted(fault: &TlsFault) -> &'static str {
    use CertificateError as C;
    match fault {
        TlsFault::InvalidCertificate(C::Expired | C::ExpiredContext { .. }) => "its certificate has ended",
        TlsFault::InvalidCertificate(C::NotValidForName | C::NotValidForNameContext { .. }) => {
            "its certificate is for another name"
        }
        TlsFault::InvalidCertificate(C::UnknownIssuer) => "nobody vouches for its certificate",
        TlsFault::InvalidCertificate(_) => "its certificate does not hold",
        _ => "TLS fails",
    }
}

/// The whole chain, because the outermost fault says only that sending failed.
pub(super) fn in_words(fault: &reqwest::Error) -> String {
    chain(fault).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn chain(fault: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let outermost: &(dyn Error + 'static) = fault;
    std::iter::successors(Some(outermost), |fault| (*fault).source())
}
