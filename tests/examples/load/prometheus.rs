//! One Prometheus under load: remote write, a request at a time, each timed to its answer.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use prost::Message;
use reqwest::{Client, Response, StatusCode};
use tests::{
    prompb::{
        v1::{self, TimeSeries},
        v2::{self, Request},
    },
    series::{noise, now},
};
use tokio::time::sleep;

use crate::agents::{Load, Tally, due, pace};

/// What an organisation says of these senders.
pub(crate) fn sources(senders: u64, indicators: u64) -> String {
    (0..senders).fold(String::new(), |mut text, number| {
        let _ = write!(text, "\n[[source]]\nid = \"load-{number}\"\nunmapped = {indicators}\n");
        text
    })
}

/// Writes until the end, by the first version or by the second.
pub(crate) async fn run(load: Load, number: u64, version: u8) -> Tally {
    let client = Client::builder().no_proxy().build().expect("a client can be made");
    let url = format!("http://{}/api/v1/write?source=load-{number}", load.room);
    let kind = match version {
        1 => "application/x-protobuf",
        _ => "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    };
    let (mut pace, mut tally) = (pace(&load), Tally::default());
    let (mut made, mut at) = (0, 0);
    while Instant::now() < load.span.end {
        due(&mut pace).await;
        at = now().unix_millis().max(at);
        let body = body(&load, number, version, &mut made, &mut at);
        let sent_at = Instant::now();
        let answer = client.post(&url).header("content-type", kind).body(body).send().await;
        let answer = answer.expect("the room answers");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            // A real sender comes back with the same, later than its time.
            sleep(pause(&answer)).await;
            continue;
        }
        assert!(answer.status().is_success(), "sender {number} heard {}", answer.status());
        tally.note(&load.span, sent_at, load.batch);
    }
    tally.lasted = Duration::ZERO;
    tally
}

/// How long the room asks a sender to stay away.
fn pause(answer: &Response) -> Duration {
    let seconds = answer.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

/// The next samples of all series in turn, each with the labels that a scraped one has.
fn body(load: &Load, number: u64, version: u8, made: &mut u64, at: &mut i64) -> Vec<u8> {
    let (mut first, mut second) = (Vec::<TimeSeries>::new(), Request::default());
    for _ in 0..load.batch {
        let series = *made % load.indicators;
        *at += i64::from(series == 0);
        let (instance, series) = (format!("host-{number}.example:9100"), format!("series-{series}"));
        let labels = [("device", series.as_str()), ("instance", &instance), ("job", "node"), ("mode", "idle")];
        let samples = [(*at, 100.0 + noise(number, *made))];
        match version {
            1 => first.push(v1::series("node_load", &labels, &samples)),
            _ => put(&mut second, &labels, samples[0]),
        }
        *made += 1;
    }
    let message = match version {
        1 => v1::WriteRequest { timeseries: first }.encode_to_vec(),
        _ => second.encode_to_vec(),
    };
    snap::raw::Encoder::new().compress_vec(&message).expect("a batch is small")
}

/// Adds a series of which only the first label is new.
fn put(request: &mut Request, labels: &[(&str, &str)], sample: (i64, f64)) {
    if request.symbols.is_empty() {
        request.put("node_load", labels, 2, &[sample]);
        return;
    }
    let place = u32::try_from(request.symbols.len()).expect("a batch has few texts");
    request.symbols.push(labels[0].1.to_owned());
    let mut labels_refs = request.timeseries[0].labels_refs.clone();
    labels_refs[3] = place;
    let (timestamp, value) = sample;
    let samples = vec![v2::Sample { value, timestamp, start_timestamp: 0 }];
    request.timeseries.push(v2::TimeSeries { labels_refs, samples, ..request.timeseries[0].clone() });
}
