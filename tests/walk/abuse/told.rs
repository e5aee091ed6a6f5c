//! What the room tells those who abuse it: few words whatever they wrote, and the same in its words and its headers.

use prost::Message;
use tests::{
    folder::{Folder, UNHURRIED},
    prompb::v1::{self, series},
    room::Room,
    sender::{post, write_1},
    series::now,
    socket::Socket,
    team::hello,
};

use super::{
    JSON, LONG, METRICS, PROTOBUF, READINGS, SHORT, WRITE,
    flooded::{AT_ONCE, Source, Way, plant},
    otlp,
};

/// A request in which one thing is wrong, and that is long.
struct Wrong {
    what: &'static str,
    path: String,
    kind: String,
    body: Vec<u8>,
}

impl Wrong {
    fn new(what: &'static str, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { what, path: path.to_owned(), kind: kind.to_owned(), body: body.into() }
    }
}

#[tokio::test]
async fn a_script_and_a_sender_are_refused_in_few_words_however_long_what_is_wrong() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let long = "x".repeat(LONG);
    let all = [of_scripts(&long), of_otlp(&long), of_writers(&long)];
    let mut wordy = Vec::new();
    for Wrong { what, path, kind, body } in all.into_iter().flatten() {
        let reply = post(room.address(), &path, &[("content-type", kind.as_str())], body).await;
        assert!(reply.status < 500, "{what}: {}", reply.status);
        if SHORT <= reply.body.len() {
            wordy.push((what, reply.status, reply.body.len()));
        }
    }
    assert!(wordy.is_empty(), "so many bytes are said of each: {wordy:?}");
    is_logged_in_few_words(&room);
}

fn of_scripts(long: &str) -> Vec<Wrong> {
    let bodies = [
        ("a sequence", format!(r#"{{"agent":"script","sequence":"{long}","readings":[]}}"#)),
        ("a field", format!(r#"{{"agent":"script","{long}":1,"readings":[]}}"#)),
        ("a value", format!(r#"{{"agent":"script","readings":[["press.scrap",1,"{long}"]]}}"#)),
    ];
    bodies.into_iter().map(|(what, body)| Wrong::new(what, READINGS, JSON.1, body)).collect()
}

fn of_otlp(long: &str) -> Vec<Wrong> {
    let at = now().unix_millis();
    let who = |value: &str| {
        let attribute = format!(r#"{{"key":"who","value":{{{value}}}}}"#);
        otlp("up", &format!(r#"{{"asDouble":1.0,"timeUnixNano":"{at}000000","attributes":[{attribute}]}}"#))
    };
    let bodies = [
        ("a number", otlp("up", &format!(r#"{{"asDouble":"{long}"}}"#))),
        ("a moment", otlp("up", &format!(r#"{{"timeUnixNano":"{long}"}}"#))),
        ("a truth", who(&format!(r#""boolValue":"{long}""#))),
        ("an address", who(&format!(r#""stringValue":"{long}@example.com""#))),
        ("a list", format!(r#"{{"resourceMetrics":"{long}"}}"#)),
    ];
    bodies.into_iter().map(|(what, body)| Wrong::new(what, METRICS, JSON.1, body)).collect()
}

fn of_writers(long: &str) -> Vec<Wrong> {
    let address = format!("{long}@example.com");
    let timeseries = vec![series("up", &[("who", address.as_str())], &[(now().unix_millis(), 1.0)])];
    let written = v1::WriteRequest { timeseries }.encode_to_vec();
    let written = snap::raw::Encoder::new().compress_vec(&written).expect("a test's message is small");
    vec![
        Wrong::new("an address", WRITE, PROTOBUF.1, written),
        Wrong::new("a source", &format!("{WRITE}?source={long}"), PROTOBUF.1, ""),
        Wrong::new("a question", &format!("{WRITE}?{long}=1"), PROTOBUF.1, ""),
        Wrong::new("a type", WRITE, long, ""),
    ]
}

#[tokio::test]
async fn an_agent_is_refused_in_few_words_however_long_what_is_wrong() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (long, at) = ("x".repeat(LONG), now().unix_millis());
    let mut wordy = Vec::new();
    for (what, frame) in [
        ("a value", format!(r#"{{"readings":{{"sequence":1,"readings":[["press.scrap",{at},"{long}"]]}}}}"#)),
        ("a sequence", format!(r#"{{"readings":{{"sequence":"{long}","readings":[]}}}}"#)),
        ("a count", format!(r#"{{"lost":{{"readings":"{long}","since":{at}}}}}"#)),
        ("a message", format!(r#"{{"{long}":{{}}}}"#)),
    ] {
        let mut socket = Socket::connect(room.address(), "/api/v1/agent").await;
        socket.say(hello("press-host").encode()).await;
        socket.hear().await.expect("a welcome");
        socket.say(frame).await;
        let said = socket.hear().await.expect("the room says why");
        assert!(said.contains("\"why\":"), "{what}");
        if SHORT <= said.len() {
            wordy.push((what, said.len()));
        }
    }
    assert!(wordy.is_empty(), "so many bytes are said of each: {wordy:?}");
    is_logged_in_few_words(&room);
}

fn is_logged_in_few_words(room: &Room) {
    let longest = room.process().logged().lines().map(str::len).max().unwrap_or_default();
    assert!(longest < SHORT, "a line of the log has {longest} bytes");
}

#[tokio::test]
async fn what_somebody_wrote_begins_no_line_of_the_log() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "")).await;
    let reply = post(room.address(), &format!("{WRITE}?source=x%0Aforged%1B[2J"), &[PROTOBUF], Vec::new()).await;
    assert_eq!(reply.status, 404, "{}", reply.words());
    room.process().logs("forged").await;
    let logged = room.process().logged();
    assert!(logged.lines().all(|line| line.starts_with("20")) && !logged.contains("\u{1b}[2J"), "{logged}");
}

#[tokio::test]
async fn a_long_label_does_not_make_the_list_of_the_tray_long() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (long, at) = ("x".repeat(LONG), now().unix_millis());
    let reply = write_1(room.address(), vec![series("up", &[("path", long.as_str())], &[(at, 1.0)])]).await;
    assert!([204, 400].contains(&reply.status) && reply.body.len() < SHORT, "{}", reply.status);
    let listed = room.get("/api/v1/sources").await;
    assert!(listed.status == 200 && listed.body.len() < 10 * SHORT, "{} bytes", listed.body.len());
}

#[tokio::test]
async fn who_has_to_wait_hears_the_same_from_the_words_and_the_header() {
    let names = ["remote-writer", "script", "otlp-binary", "otlp-text"];
    let folder = plant(&names);
    let room = Room::open(&folder).await;
    let mut wrong = Vec::new();
    for (name, way) in names.into_iter().zip([Way::RemoteWrite, Way::Json, Way::OtlpProtobuf, Way::OtlpJson]) {
        let mut source = Source::of(&room, name, way);
        source.send(AT_ONCE).await;
        let told = source.until_refused().await;
        let (why, seconds) = (way.why(&told), told.retry_after.unwrap_or_default());
        if !why.ends_with(&format!("; come back in {seconds} s")) {
            wrong.push((name, why, seconds));
        }
    }
    assert!(wrong.is_empty(), "words, and seconds of Retry-After: {wrong:?}");
}
