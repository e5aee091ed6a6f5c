//! What the room tells those who abuse it: few words whatever they wrote.

use prost::Message;
use tests::{
    folder::{Folder, UNHURRIED},
    prompb::v1::{self, series},
    room::Room,
    sender::{JSON, PROTOBUF, post, snappy},
    series::now,
};

use super::{LONG, METRICS, READINGS, SHORT, WRITE, is_logged_in_few_words, otlp, welcomed};

/// An address that is long, and not too long for a label, in characters.
const LONG_ADDRESS: usize = 3_000;

/// A request in which one thing is wrong, and that is long.
struct Wrong {
    what: &'static str,
    path: String,
    kind: String,
    body: Vec<u8>,
    told: Told,
}

/// With which status the room answers, and what it says.
type Told = (u16, &'static str);

impl Wrong {
    fn new(what: &'static str, path: &str, kind: &str, body: impl Into<Vec<u8>>, told: Told) -> Self {
        Self { what, path: path.to_owned(), kind: kind.to_owned(), body: body.into(), told }
    }
}

#[tokio::test]
async fn a_script_and_a_sender_are_refused_in_few_words_however_long_what_is_wrong() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (long, address) = ("x".repeat(LONG), format!("{}@example.com", "x".repeat(LONG_ADDRESS)));
    let all = [of_scripts(&long), of_otlp(&long, &address), of_writers(&long, &address)];
    let mut wordy = Vec::new();
    for Wrong { what, path, kind, body, told: (status, said) } in all.into_iter().flatten() {
        let reply = post(room.address(), &path, &[("content-type", kind.as_str())], body).await;
        let words = reply.words();
        assert!(reply.status == status && words.contains(said), "{what}: {}, {words}", reply.status);
        if SHORT <= words.len() {
            wordy.push((what, words.len()));
        }
    }
    assert!(wordy.is_empty(), "so many bytes are said of each: {wordy:?}");
    is_logged_in_few_words(&room).await;
}

fn of_scripts(long: &str) -> Vec<Wrong> {
    let no_number = r#"{"refused":{"why":"invalid type: string \"xxx"#;
    let no_field = r#"{"refused":{"why":"unknown field `xxx"#;
    let no_value = r#"{"received":0,"refused":[{"index":0,"why":"not a reading: invalid type: string \"xxx"#;
    let bodies = [
        ("a sequence", format!(r#"{{"agent":"script","sequence":"{long}","readings":[]}}"#), (400, no_number)),
        ("a field", format!(r#"{{"agent":"script","{long}":1,"readings":[]}}"#), (400, no_field)),
        ("a value", format!(r#"{{"agent":"script","readings":[["press.scrap",1,"{long}"]]}}"#), (200, no_value)),
    ];
    bodies.into_iter().map(|(what, body, told)| Wrong::new(what, READINGS, JSON.1, body, told)).collect()
}

fn of_otlp(long: &str, address: &str) -> Vec<Wrong> {
    let at = now().unix_millis();
    let who = |value: &str| {
        let attribute = format!(r#"{{"key":"who","value":{{{value}}}}}"#);
        otlp("up", &format!(r#"{{"asDouble":1.0,"timeUnixNano":"{at}000000","attributes":[{attribute}]}}"#))
    };
    let (is_none, no_type) = ((400, r#"{"message":"\"xxx"#), (400, r#"{"message":"invalid type: string \"xxx"#));
    let person = r#""a series of \"up\" whose label \"who\" is the email address \"xxx"#;
    let bodies = [
        ("a number", otlp("up", &format!(r#"{{"asDouble":"{long}"}}"#)), is_none),
        ("a moment", otlp("up", &format!(r#"{{"timeUnixNano":"{long}"}}"#)), is_none),
        ("a truth", who(&format!(r#""boolValue":"{long}""#)), no_type),
        ("an address", who(&format!(r#""stringValue":"{address}""#)), (200, person)),
        ("a list", format!(r#"{{"resourceMetrics":"{long}"}}"#), no_type),
    ];
    bodies.into_iter().map(|(what, body, told)| Wrong::new(what, METRICS, JSON.1, body, told)).collect()
}

fn of_writers(long: &str, address: &str) -> Vec<Wrong> {
    let timeseries = vec![series("up", &[("who", address)], &[(now().unix_millis(), 1.0)])];
    let written = snappy(&v1::WriteRequest { timeseries }.encode_to_vec());
    let person = r#"1 of 1 samples refused, the first: a series of "up" whose label "who" is the email address "xxx"#;
    let (source, question) = (format!("{WRITE}?source={long}"), format!("{WRITE}?{long}=1"));
    vec![
        Wrong::new("an address", WRITE, PROTOBUF.1, written, (400, person)),
        Wrong::new("a source", &source, PROTOBUF.1, "", (404, r#"no source "xxx"#)),
        Wrong::new("a question", &question, PROTOBUF.1, "", (400, "Failed to deserialize query string: xxx")),
        Wrong::new("a type", WRITE, long, "", (415, r#"Content-Type "xxx"#)),
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
        let mut socket = welcomed(&room).await;
        socket.say(frame).await;
        let said = socket.hear().await.expect("the room says why");
        assert!(said.contains("\"why\":"), "{what}");
        if SHORT <= said.len() {
            wordy.push((what, said.len()));
        }
    }
    assert!(wordy.is_empty(), "so many bytes are said of each: {wordy:?}");
    is_logged_in_few_words(&room).await;
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
