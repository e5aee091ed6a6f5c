//! Senders that abuse the room's door: too much at once, too large, too late, too deep, too long, too many names.

mod flooded;
mod large;
mod late;
mod long;
mod nested;
mod told;
mod unwatched;

use serde_json::json;
use tests::{http::post, room::Room, series::now, socket::Socket, team::hello};

const READINGS: &str = "/api/v1/readings";
const WRITE: &str = "/api/v1/write";
const METRICS: &str = "/v1/metrics";

/// A text that is longer than any that means something, in characters ...
const LONG: usize = 60_000;
/// ... and what the room says of it is shorter than this, in bytes.
const SHORT: usize = 1_000;

/// A request of OTLP in JSON, with these data points of one gauge.
fn otlp(metric: &str, points: &str) -> String {
    let metrics = format!(r#"[{{"name":"{metric}","gauge":{{"dataPoints":[{points}]}}}}]"#);
    format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":{metrics}}}]}}]}}"#)
}

/// A socket of the press' agent behind its welcome.
async fn welcomed(room: &Room) -> Socket {
    let mut socket = Socket::connect(room.address(), "/api/v1/agent").await;
    socket.say(hello("press-host").encode()).await;
    let said = socket.hear().await.expect("the room answers");
    assert!(said.starts_with(r#"{"welcome":"#), "{said}");
    socket
}

/// The room takes a reading as ever.
async fn takes_a_reading(room: &Room) {
    let good = json!({ "agent": "script", "readings": [["press.scrap", now(), 1.0]] });
    let answer = post(room.address(), READINGS, &good.to_string()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":1,"refused":[]}"#));
}

/// Waits until the room has logged a refusal, and holds that no line of the log is long.
async fn is_logged_in_few_words(room: &Room) {
    room.process().logs("refused").await;
    let longest = room.process().logged().lines().map(str::len).max().unwrap_or_default();
    assert!(longest < SHORT, "a line of the log has {longest} bytes");
}
