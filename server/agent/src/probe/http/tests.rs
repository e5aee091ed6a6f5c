//! Against servers of our own, one of them with a certificate of its own.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use axum::{Router, http::HeaderMap as Asked, response::Redirect, routing::get};
use config::agent::{Finder, Headers};
use tokio::{io::AsyncWriteExt, net::TcpListener};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use vsm::id::IndicatorId;

use super::*;

const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);

fn request(url: String, quantities: &[&str]) -> HttpRequest {
    let all = HttpQuantity::ALL.into_iter().filter(|(name, _)| quantities.contains(name));
    HttpRequest {
        url,
        headers: Headers::default(),
        authorities: None,
        redirects: 5,
        finder: Finder::Pointer("/queue/depth".to_owned()),
        indicators: all.map(|(name, quantity)| (quantity, IndicatorId::parse(name).unwrap())).collect(),
    }
}

async fn read(request: HttpRequest) -> (BTreeMap<String, f64>, Vec<String>) {
    let readout = Http::new(request).unwrap().read(NOW).await;
    let values = readout.readings.iter().map(|it| (it.indicator.to_string(), it.value())).collect();
    (values, readout.faults.iter().map(ToString::to_string).collect())
}

/// A server over plain HTTP; its address.
async fn serve() -> String {
    let page = |asked: Asked| async move {
        let depth = if asked.contains_key("x-deep") { 8 } else { 7 };
        format!("{{\"queue\":{{\"depth\":{depth}}}}}")
    };
    let round = get(|| async { Redirect::temporary("/round") });
    let large = get(|| async { "x".repeat(LONGEST_BODY + 1) });
    let broken = get(|| async { (axum::http::StatusCode::SERVICE_UNAVAILABLE, "{\"queue\":{\"depth\":7}}") });
    let router = Router::new().route("/", get(page)).route("/large", large).route("/broken", broken);
    let router = router.route("/round", round).route("/to", get(|| async { Redirect::temporary("/") }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[tokio::test]
async fn a_page_has_a_status_a_latency_a_size_and_a_value() {
    let url = serve().await;
    let all = ["status", "latency", "size", "value"];
    let (values, faults) = read(request(format!("{url}/to"), &all)).await;
    assert_eq!(faults, [""; 0]);
    assert_eq!((values["status"], values["size"], values["value"]), (200.0, 21.0, 7.0));
    assert!((0.0..60_000.0).contains(&values["latency"]), "{values:?}");
    let mut with_header = request(url, &["value"]);
    with_header.headers = Headers(vec![("X-Deep".to_owned(), "1".to_owned())]);
    assert_eq!(read(with_header).await.0["value"], 8.0);
}

#[tokio::test]
async fn a_redirect_is_a_status_where_none_is_followed_and_a_circle_is_a_fault() {
    let url = serve().await;
    let mut not_followed = request(format!("{url}/to"), &["status"]);
    not_followed.redirects = 0;
    assert_eq!(read(not_followed).await.0["status"], 307.0);
    let (values, faults) = read(request(format!("{url}/round"), &["status"])).await;
    assert!(values.is_empty() && faults[0].contains("too many redirects"), "{faults:?}");
}

#[tokio::test]
async fn what_is_broken_too_large_or_not_there_is_a_fault_and_no_zero() {
    let url = serve().await;
    let all = ["status", "latency", "size", "value"];
    let (values, faults) = read(request(format!("{url}/broken"), &all)).await;
    assert_eq!((values["status"], values.len()), (503.0, 3));
    assert_eq!(faults, ["value: answered 503 Service Unavailable"]);
    let (values, faults) = read(request(format!("{url}/large"), &all)).await;
    assert_eq!((values["status"], values.len(), faults.len()), (200.0, 1, 3));
    assert!(faults[0].ends_with("a page of more than 4194304 bytes"), "{faults:?}");
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (values, faults) = read(request(format!("http://{free}/"), &all)).await;
    assert!(values.is_empty() && faults[0].starts_with(&format!("GET http://{free}/: ")), "{faults:?}");
    assert!(faults[0].contains("refused"), "{faults:?}");
}

/// A server over TLS with a certificate that ends ten and a half days from now; its port and the certificate's file.
async fn serve_tls(folder: &std::path::Path) -> (u16, PathBuf) {
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let today = std::time::SystemTime::now();
    parameters.not_before = (today - Duration::from_secs(86_400)).into();
    parameters.not_after = (today + Duration::from_secs(86_400 * 21 / 2)).into();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    let file = folder.join("authority.pem");
    std::fs::write(&file, certificate.pem()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await.ok();
            stream.shutdown().await.ok();
        }
    });
    (port, file)
}

#[tokio::test]
async fn a_certificate_has_days_left_and_one_that_nobody_vouches_for_is_a_fault() {
    let [folder, elsewhere] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let (port, file) = serve_tls(folder.path()).await;
    let mut trusting = request(format!("https://localhost:{port}/"), &["status", "certificate_days"]);
    trusting.authorities = Some(serve_tls(elsewhere.path()).await.1);
    let (values, faults) = read(trusting.clone()).await;
    assert!(values.is_empty() && faults[0].to_lowercase().contains("certificate"), "{faults:?}");
    trusting.authorities = Some(file);
    let readout = Http::new(trusting).unwrap().read(crate::clock::now()).await;
    assert_eq!(readout.faults, []);
    let values: Vec<f64> = readout.readings.iter().map(vsm::reading::Reading::value).collect();
    assert_eq!((values[0], values[1].floor()), (200.0, 10.0));
}

/// What leaves of the only fault of a request.
async fn said(request: HttpRequest) -> String {
    let faults = Http::new(request).unwrap().read(NOW).await.faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].said.clone()
}

#[tokio::test]
async fn nothing_of_the_address_or_of_the_page_is_said() {
    let url = serve().await;
    let value = |path: &str| request(format!("{url}{path}"), &["value"]);
    let mut whole = value("/?token=hunter2");
    whole.finder = Finder::Whole;
    assert_eq!(said(whole).await, "not a number");
    assert_eq!(said(value("/round?token=hunter2")).await, "too many redirects");
    assert_eq!(said(value("/broken")).await, "answered 503 Service Unavailable");
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gone = request(format!("http://ops:hunter2@{free}/?token=hunter2"), &["status"]);
    assert_eq!(said(gone).await, "no connection: Connection refused");
    let [folder, elsewhere] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let port = serve_tls(folder.path()).await.0;
    let mut distrusting = request(format!("https://localhost:{port}/?token=hunter2"), &["status"]);
    distrusting.authorities = Some(serve_tls(elsewhere.path()).await.1);
    let words = said(distrusting).await;
    let known = ["no connection: its certificate does not hold", "no connection: nobody vouches for its certificate"];
    assert!(known.contains(&words.as_str()), "{words}");
}

#[test]
fn a_file_without_a_certificate_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    std::fs::write(&file, "").unwrap();
    let mut request = request("https://localhost/".to_owned(), &["status"]);
    request.authorities = Some(file);
    assert!(Http::new(request).err().unwrap().ends_with("no certificate in PEM"));
}
