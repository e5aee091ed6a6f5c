//! What the agent trusts when it speaks to a room over TLS.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, Error, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_tungstenite::tungstenite;

/// Trusts the authorities this machine knows and those in a file; only whom they vouch for is spoken to.
///
/// # Errors
/// What is wrong with the file, or that there is nobody to trust, in words.
pub fn trust(authorities: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut trusted = RootCertStore::empty();
    // What of the machine's cannot be read vouches for nobody, and that is told below.
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in authorities.map(certificates).transpose()?.unwrap_or_default() {
        trusted.add(certificate).map_err(|why| format!("authorities: {why}"))?;
    }
    if trusted.is_empty() {
        return Err("this machine knows no authority; name a file with one as authorities = \"ca.pem\"".to_owned());
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|why| why.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(trusted).with_no_client_auth()))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let fault = |why: rustls::pki_types::pem::Error| format!("authorities: {}: {why}", file.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(fault)?.collect();
    let found = found.map_err(fault)?;
    if found.is_empty() { Err(format!("authorities: {}: no certificate in PEM", file.display())) } else { Ok(found) }
}

/// What would be right, where a handshake failed for a reason that a person can do something about.
pub(super) fn hint(fault: &tungstenite::Error) -> &'static str {
    let tungstenite::Error::Io(why) = fault else { return "" };
    let cause = why.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    match cause {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature)) => {
            "; no authority this machine knows vouches for the room: name its file as authorities = \"ca.pem\""
        }
        Some(Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => "; the room's certificate is for another name: write that one as room = \"wss://...\"",
        Some(Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. })) => {
            "; the room needs a new certificate, or the clock of this machine is wrong"
        }
        Some(Error::InvalidMessage(_)) => "; nobody speaks TLS there: a room without it is ws://",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn authorities_come_from_a_file_and_what_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let why = |text: &str| {
            fs::write(&file, text).unwrap();
            trust(Some(&file)).unwrap_err()
        };
        assert!(why("").ends_with("ca.pem: no certificate in PEM"), "{}", why(""));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(why(broken).starts_with("authorities: "), "{}", why(broken));
        let authority = rcgen::generate_simple_self_signed(["room".to_owned()]).unwrap();
        fs::write(&file, authority.cert.pem()).unwrap();
        assert!(trust(Some(&file)).is_ok());
        fs::remove_file(&file).unwrap();
        assert!(trust(Some(&file)).unwrap_err().contains("ca.pem"));
    }
}
