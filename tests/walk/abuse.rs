//! Senders that abuse the room's door: too much at once, too large, too deep, too long, too many names.

mod flooded;
mod large;
mod long;
mod nested;
mod told;
mod unwatched;

const READINGS: &str = "/api/v1/readings";
const WRITE: &str = "/api/v1/write";
const METRICS: &str = "/v1/metrics";
const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

/// A text that is longer than any that means something, in characters ...
const LONG: usize = 60_000;
/// ... and what the room says of it is shorter than this, in bytes.
const SHORT: usize = 1_000;

/// A request of OTLP in JSON, with these data points of one gauge.
fn otlp(metric: &str, points: &str) -> String {
    let metrics = format!(r#"[{{"name":"{metric}","gauge":{{"dataPoints":[{points}]}}}}]"#);
    format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":{metrics}}}]}}]}}"#)
}
