//! Bodies that do not come: the room waits ten seconds for the rest, says so, and goes on.

use std::io;

use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    sender::{JSON, PROTOBUF},
    wait::PATIENCE,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{METRICS, READINGS, WRITE, large::head, takes_a_reading};
use crate::openapi::document::{Document, Said};

const ACT: &str = "/api/v1/signals/press.scrap@7/new_normal";
/// How an act stands in the room's description of itself.
const ANY_ACT: &str = "/api/v1/signals/{signal}/{act}";

#[tokio::test]
async fn who_sends_half_a_body_hears_so_after_ten_seconds_and_a_sender_that_it_may_come_back() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let document = Document::of(&room).await;
    // All at once, so that it takes ten seconds once.
    let (posted, acted, written, exported) = tokio::join!(
        half(&room, READINGS, JSON.1),
        half(&room, ACT, JSON.1),
        half(&room, WRITE, PROTOBUF.1),
        half(&room, METRICS, JSON.1),
    );
    for (template, said, status) in
        [(READINGS, posted, 408), (ANY_ACT, acted, 408), (WRITE, written, 503), (METRICS, exported, 503)]
    {
        assert_eq!(said.status(), status, "{template}");
        assert!(said.words().contains("no whole body within 10s"), "{template}: {}", said.words());
        // A sender drops what is refused for good.
        assert_eq!(said.header("retry-after").is_some(), status == 503, "{template}");
        document.holds("post", template, &said);
    }
    takes_a_reading(&room).await;
}

/// Sends a head and half of the body that it announces, and gives what the room answers in the end.
async fn half(room: &Room, path: &str, kind: &str) -> Said {
    let request = format!("{}{:50}", head(room, path, kind, "Content-Length: 100"), "");
    let asked = timeout(PATIENCE, ask(room, &request)).await;
    let answered = asked.unwrap_or_else(|_| panic!("no answer to half a body for {path}"));
    Said::read(&answered.unwrap_or_else(|why| panic!("{path}: {why}")))
}

/// Sends a request and gives what comes until the room closes the connection.
async fn ask(room: &Room, request: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(room.address()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
