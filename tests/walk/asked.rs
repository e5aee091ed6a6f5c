//! What the room answers to requests it was not made for, in a browser's words and in others.

use std::net::SocketAddr;

use tests::{folder::Folder, http::Answer, room::Room, wait::PATIENCE};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test]
async fn a_page_of_somebody_else_gets_no_websocket() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let here = room.address();
    for path in ["/api/v1/agent", "/api/v1/screen"] {
        let ask = async |headers: &str| ask(here, "GET", path, &format!("{HANDSHAKE}{headers}")).await;
        assert_eq!(ask(&format!("Host: {here}\r\n")).await.status, 101, "{path}, no browser");
        assert_eq!(
            ask(&format!("Host: {here}\r\nOrigin: http://{here}\r\n")).await.status,
            101,
            "{path}, its own page"
        );
        for origin in ["http://evil.example", "http://127.0.0.1:1", "null"] {
            let answer = ask(&format!("Host: {here}\r\nOrigin: {origin}\r\n")).await;
            assert_eq!(answer.status, 403, "{path}, {origin}");
            assert!(answer.body.contains(&format!("Origin {origin:?} is not this room")), "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_name_that_was_pointed_at_this_machine_is_not_the_rooms() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let (here, port) = (room.address(), room.address().port());
    for path in ["/api/v1/agent", "/api/v1/screen", "/api/v1/picture", "/metrics"] {
        let headers = format!("Host: evil.example:{port}\r\nOrigin: http://evil.example:{port}\r\n{HANDSHAKE}");
        let answer = ask(here, "GET", path, &headers).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("this room listens on loopback; ask for 127.0.0.1"), "{}", answer.body);
    }
    for host in ["localhost", "[::1]", "127.0.0.1"] {
        assert_eq!(
            ask(here, "GET", "/api/v1/picture", &format!("Host: {host}:{port}\r\n")).await.status,
            200,
            "{host}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    for path in ["/", "/wall", "/wall?unit=press"] {
        assert_eq!(room.get(path).await.status, 200, "{path}");
    }
    let page = room.get("/wall").await.body;
    for path in ["/wall-7f3a", "/triage", "/organisation", "/review/2026"] {
        let answer = room.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, page, "{path}: the page says so in the browser");
    }
    for path in ["/api", "/api/v2/picture", "/v1/traces", "/favicon.ico", "/.env", "/assets/none.js"] {
        let answer = room.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.starts_with("no such ") && answer.body.len() < 200, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_words() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    for path in ["/wall", "/nowhere", "/healthz", "/readyz", "/metrics", "/api/v1/picture"] {
        let answer = ask(room.address(), "DELETE", path, &format!("Host: {}\r\n", room.address())).await;
        assert_eq!((answer.status, answer.body.as_str()), (405, "this path is only for GET\n"), "{path}");
    }
    for path in ["/api/v1/write", "/v1/metrics"] {
        let answer = room.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (405, "this path is only for POST\n"), "{path}");
    }
    assert_eq!(room.get("/readyz").await.body, "ready\n");
}

/// Asks in these words; the answer to a handshake is its status alone.
pub(crate) async fn ask(room: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let asked = timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(room).await?;
        stream.write_all(format!("{method} {path} HTTP/1.1\r\n{headers}\r\n").as_bytes()).await?;
        read(&mut stream).await
    });
    asked.await.unwrap_or_else(|_| panic!("no answer to {path}")).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// Asks for a websocket and keeps the connection with it.
pub(crate) async fn knock(room: SocketAddr, path: &str) -> std::io::Result<(TcpStream, Answer)> {
    let mut stream = TcpStream::connect(room).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {room}\r\n{HANDSHAKE}\r\n").as_bytes()).await?;
    let answer = read(&mut stream).await?;
    Ok((stream, answer))
}

pub(crate) async fn read(stream: &mut TcpStream) -> std::io::Result<Answer> {
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let field = |name: &str| {
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix(name)?.trim().parse::<usize>().ok())
            };
            if field("content-length:").is_none_or(|length| length <= body.len()) {
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
                return Ok(Answer { status, body: body.to_owned() });
            }
        }
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(std::io::Error::other("the room closed the connection"));
        }
    }
}
