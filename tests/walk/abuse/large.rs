//! Bodies that are too large, whatever they announce, and bodies of those who may not come in at all.

use std::net::SocketAddr;

use tests::{
    folder::{Folder, UNHURRIED},
    http::Answer,
    room::Room,
    sender::{JSON, PROTOBUF},
    tokens,
    wait::PATIENCE,
};
use tokio::{io::AsyncWriteExt, net::TcpStream, time::timeout};

use super::{METRICS, READINGS, WRITE, takes_a_reading};
use crate::asked::read;

/// Where readings are brought, as what, and how large a body may be, in bytes.
const WAYS: [(&str, &str, usize); 4] = [
    (READINGS, JSON.1, 1 << 20),
    (WRITE, PROTOBUF.1, 8 << 20),
    (METRICS, JSON.1, 8 << 20),
    (METRICS, PROTOBUF.1, 8 << 20),
];
const A_GIBIBYTE: &str = "Content-Length: 1073741824";
const NO_LENGTH: &str = "Transfer-Encoding: chunked";

#[tokio::test]
async fn a_body_that_goes_on_is_refused_where_it_gets_too_large_and_the_room_goes_on() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    for (path, kind, most) in WAYS {
        let chunk = format!("{:x}\r\n", most + 1);
        for (length, begins) in [(A_GIBIBYTE, ""), (NO_LENGTH, chunk.as_str())] {
            let head = head(&room, path, kind, length) + begins;
            let answer = begin(room.address(), &head, most + 1).await;
            let words = format!("a body of more than {most} bytes");
            assert!(answer.status == 413 && answer.body.contains(&words), "{path}, {length}: {answer:?}");
        }
    }
    takes_a_reading(&room).await;
}

#[tokio::test]
async fn who_shows_no_token_is_refused_before_anything_of_the_body_has_come() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "tls = \"proxy\"");
    tokens::add(&folder, "press-host", "press").await;
    let room = Room::open(&folder).await;
    for (path, kind, _) in WAYS {
        let answer = begin(room.address(), &head(&room, path, kind, A_GIBIBYTE), 0).await;
        let words = "no token; this room asks for one";
        assert!(answer.status == 401 && answer.body.contains(words), "{path}, {kind}: {answer:?}");
    }
}

/// The head of a request, with the line that tells how long its body is.
pub(super) fn head(room: &Room, path: &str, kind: &str, length: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\n{length}\r\n\r\n", room.address())
}

/// Sends a head and so many bytes of a body that goes on, and gives what the room answers to that.
async fn begin(room: SocketAddr, head: &str, bytes: usize) -> Answer {
    let asked = timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(room).await?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&vec![b' '; bytes]).await?;
        read(&mut stream).await
    });
    asked.await.unwrap_or_else(|_| panic!("no answer to {head}")).unwrap_or_else(|why| panic!("{head}: {why}"))
}
