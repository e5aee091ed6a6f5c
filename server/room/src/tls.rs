//! TLS in front of the room's own door.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::serve::Listener;
use config::room::Certificate;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{happening::ArchiveFailed, watched::Watched};

/// How long a client may take to shake hands.
const SHAKES_WITHIN: Duration = Duration::from_secs(10);
/// How many may shake hands at once; the others wait in the queue of the system.
const AT_ONCE: usize = 1024;
/// How many that have shaken hands wait to be served.
const WAITING: usize = 64;

type Shaken = (TlsStream<TcpStream>, SocketAddr);

/// What the room shows of itself, read again as soon as the files are others: a certificate lasts for months, and so
/// does a room.
pub struct Identity {
    files: Watched<ServerConfig>,
    /// What was read last without a fault.
    good: Arc<ServerConfig>,
}

/// Gives connections whose hands are shaken. A slow client keeps nobody else waiting.
pub struct SecureListener {
    at: SocketAddr,
    shaken: mpsc::Receiver<Shaken>,
}

impl Identity {
    /// Reads certificate and key.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn read(certificate: &Certificate) -> Result<Self, String> {
        let files = Watched::new(vec![certificate.chain.clone(), certificate.key.clone()], server_config);
        Ok(Self { good: files.now()?, files })
    }

    /// The newest that is right: between the writing of one file and the other they may not fit together.
    fn now(&mut self) -> Arc<ServerConfig> {
        match self.files.look() {
            (Ok(config), _) => self.good = config,
            (Err(why), true) => ArchiveFailed { what: "read the certificate again", error: &why }.emit(),
            (Err(_), false) => (),
        }
        Arc::clone(&self.good)
    }
}

fn server_config(files: &[PathBuf]) -> Result<ServerConfig, String> {
    let [chain, key] = files else { return Err("not a certificate and a key".to_owned()) };
    let in_chain = |why: rustls::pki_types::pem::Error| {
        format!("tls.certificate: {}: {why}; it begins with -----BEGIN CERTIFICATE-----", chain.display())
    };
    let certificates: Vec<_> =
        CertificateDer::pem_file_iter(chain).map_err(in_chain)?.collect::<Result<_, _>>().map_err(in_chain)?;
    if certificates.is_empty() {
        return Err(in_chain(rustls::pki_types::pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(key)
        .map_err(|why| format!("tls.key: {}: {why}; it begins with -----BEGIN PRIVATE KEY-----", key.display()))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|why| why.to_string())?.with_no_client_auth();
    let mut config = builder
        .with_single_cert(certificates, key)
        .map_err(|why| format!("tls: {}: {why}; the key has to be that of the first certificate", chain.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl SecureListener {
    /// Shakes hands with whoever comes to `listener`, until `stop`; `tasks` waits for it.
    pub fn start(
        listener: TcpListener,
        identity: Identity,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let at = listener.local_addr()?;
        let (to_serve, shaken) = mpsc::channel(WAITING);
        tasks.spawn(greet(listener, identity, to_serve, tasks.clone(), stop));
        Ok(Self { at, shaken })
    }
}

async fn greet(
    mut listener: TcpListener,
    mut identity: Identity,
    to_serve: mpsc::Sender<Shaken>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let seats = Arc::new(Semaphore::new(AT_ONCE));
    let stopped = stop.clone();
    let forever = async {
        while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
            let (stream, from) = Listener::accept(&mut listener).await;
            let (acceptor, to_serve) = (TlsAcceptor::from(identity.now()), to_serve.clone());
            let shaking = stop.clone().run_until_cancelled_owned(async move {
                // Who does not shake hands in order has nothing to be told.
                if let Ok(Ok(stream)) = timeout(SHAKES_WITHIN, acceptor.accept(stream)).await {
                    to_serve.send((stream, from)).await.ok();
                }
                drop(seat);
            });
            tasks.spawn(shaking);
        }
    };
    stopped.run_until_cancelled(forever).await;
}

impl Listener for SecureListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Shaken {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // Nobody else comes once the room closes.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use rcgen::{CertifiedKey, generate_simple_self_signed};

    use super::*;

    fn write(folder: &Path) -> Certificate {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["room.example.org".to_owned()]).unwrap();
        let certificate = Certificate { chain: folder.join("room.pem"), key: folder.join("room.key") };
        fs::write(&certificate.chain, cert.pem()).unwrap();
        fs::write(&certificate.key, signing_key.serialize_pem()).unwrap();
        certificate
    }

    #[test]
    fn a_certificate_is_read_again_when_it_changes_and_a_broken_one_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = write(folder.path());
        let mut identity = Identity::read(&certificate).unwrap();
        let first = identity.now();
        assert!(Arc::ptr_eq(&first, &identity.now()));
        fs::write(&certificate.key, "half of a").unwrap();
        assert!(Arc::ptr_eq(&first, &identity.now()));
        write(folder.path());
        assert!(!Arc::ptr_eq(&first, &identity.now()));
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = write(folder.path());
        let why = |certificate: &Certificate| Identity::read(certificate).err().expect("it is wrong");
        let elsewhere = tempfile::tempdir().unwrap();
        let other = Certificate { key: write(elsewhere.path()).key, ..certificate.clone() };
        assert!(why(&other).contains("the key has to be that of the first certificate"), "{}", why(&other));
        let swapped = Certificate { chain: certificate.key.clone(), key: certificate.chain.clone() };
        assert!(why(&swapped).contains("it begins with -----BEGIN CERTIFICATE-----"), "{}", why(&swapped));
        let none = Certificate { chain: folder.path().join("none.pem"), ..certificate };
        assert!(why(&none).starts_with("tls.certificate: ") && why(&none).contains("none.pem"), "{}", why(&none));
    }
}
