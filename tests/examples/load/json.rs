//! One script under load: `POST /api/v1/readings`, in JSON.

use serde_json::json;
use vsm::reading::Reading;

use crate::{
    agents::{Load, Source, Tally},
    posts,
};

/// Posts until the end.
pub(crate) async fn run(load: Load, number: u64) -> Tally {
    let (mut source, mut sequence) = (Source::new(&load, number), 0);
    let next = |_: &Load| {
        sequence += 1;
        body(number, sequence, &source.next())
    };
    posts::run(load, "/api/v1/readings", "application/json", next).await
}

fn body(number: u64, sequence: u64, readings: &[Reading]) -> Vec<u8> {
    let row = |reading: &Reading| (reading.indicator.clone(), reading.measured_at, reading.value());
    let rows: Vec<_> = readings.iter().map(row).collect();
    json!({ "agent": format!("load-{number}"), "sequence": sequence, "readings": rows }).to_string().into_bytes()
}
