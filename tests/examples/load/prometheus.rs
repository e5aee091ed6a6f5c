//! One Prometheus under load: remote write, by either version.

use std::fmt::Write;

use prost::Message;
use tests::{
    prompb::{
        v1::{self, TimeSeries},
        v2::{self, Request},
    },
    series::{noise, now},
};

use crate::{
    agents::{Load, Tally},
    posts,
};

/// What an organisation says of these senders.
pub(crate) fn sources(senders: u64, indicators: u64) -> String {
    (0..senders).fold(String::new(), |mut text, number| {
        let _ = write!(text, "\n[[source]]\nid = \"load-{number}\"\nunmapped = {indicators}\n");
        text
    })
}

/// Writes until the end, by the first version or by the second.
pub(crate) async fn run(load: Load, number: u64, version: u8) -> Tally {
    let path = format!("/api/v1/write?source=load-{number}");
    let kind = match version {
        1 => "application/x-protobuf",
        _ => "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    };
    let (mut made, mut at) = (0, 0);
    let next = |load: &Load| {
        at = now().unix_millis().max(at);
        body(load, number, version, &mut made, &mut at)
    };
    posts::run(load, &path, kind, next).await
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
