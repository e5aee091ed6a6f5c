//! One sender by HTTP under load: a request at a time, each timed to its answer.

use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode};
use tokio::time::sleep;

use crate::agents::{Load, Tally, due, pace};

/// Posts what comes next until the end, a batch at a time.
pub(crate) async fn run(load: Load, path: &str, kind: &str, mut next: impl FnMut(&Load) -> Vec<u8>) -> Tally {
    let client = Client::builder().no_proxy().build().expect("a client can be made");
    let url = format!("http://{}{path}", load.room);
    let (mut pace, mut tally) = (pace(&load), Tally::default());
    while Instant::now() < load.span.end {
        due(&mut pace).await;
        let body = next(&load);
        let sent_at = Instant::now();
        let answer = client.post(&url).header("content-type", kind).body(body).send().await;
        let answer = answer.expect("the room answers");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            // A real sender comes back with the same, later than its time.
            sleep(pause(&answer)).await;
            continue;
        }
        assert!(answer.status().is_success(), "{path} answers {}", answer.status());
        tally.note(&load.span, sent_at, load.batch);
    }
    tally
}

/// How long the room asks a sender to stay away.
fn pause(answer: &Response) -> Duration {
    let seconds = answer.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}
