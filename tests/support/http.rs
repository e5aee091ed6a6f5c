//! Just enough HTTP to ask a room.

use std::net::SocketAddr;

use reqwest::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::wait::PATIENCE;

/// What a room answered.
#[derive(Debug)]
pub struct Answer {
    /// As 200.
    pub status: u16,
    /// As text.
    pub body: String,
}

/// A client for what takes headers; it trusts no authority, which it would take long to read.
///
/// # Panics
/// If none can be made.
pub fn client() -> Client {
    let client = Client::builder().no_proxy().tls_certs_only([]).timeout(PATIENCE);
    client.build().expect("a client without authorities")
}

/// Asks for a path.
///
/// # Panics
/// If there is no answer.
pub async fn get(room: SocketAddr, path: &str) -> Answer {
    ask(room, "GET", path, "").await
}

/// Posts a body to a path.
///
/// # Panics
/// If there is no answer.
pub async fn post(room: SocketAddr, path: &str, body: &str) -> Answer {
    ask(room, "POST", path, body).await
}

async fn ask(room: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let asked = timeout(PATIENCE, answer(room, method, path, body)).await;
    let answered = asked.unwrap_or_else(|_| panic!("no answer to {method} {path}"));
    answered.unwrap_or_else(|why| panic!("{method} {path}: {why}"))
}

async fn answer(room: SocketAddr, method: &str, path: &str, body: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(room).await?;
    // HTTP/1.0, so that the answer is neither chunked nor kept open.
    let head = format!("{method} {path} HTTP/1.0\r\nHost: {room}\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other(format!("not HTTP: {head:?}")))?;
    Ok(Answer { status, body: body.to_owned() })
}
