//! What the probes of an agent read: StatsD, Prometheus' text format, standard input, webhooks.

use std::{
    io::{Cursor, Write as _},
    pin::pin,
    str,
    task::{Context, Waker},
};

use agent::probe::{
    prometheus::text::{self, Sample},
    statsd::line::{Line, Value},
    stdin::Stdin,
    webhook::event::{self, Event, Kind, State},
};
use serde_json::json;
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::within;

/// Labels and readings are several times as large as the letters they are made of.
const GROWTH: usize = 80;
/// A value of JSON, in its list, takes dozens of bytes for the two it is written in.
const GROWTH_OF_JSON: usize = 300;

/// When what says nothing else was measured.
const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);

/// The lines of a datagram.
pub(crate) fn statsd(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        let Ok(Line { name, value, weight }) = within(GROWTH, bytes, || Line::parse(line)) else { continue };
        assert!(1.0 <= weight && weight.is_finite(), "{line:?} has the weight {weight}");
        let (number, written) = match value {
            Value::Grown(by) => (by, format!("{name}:{by}|c")),
            Value::Stands(at) => (at, format!("{name}:{at}|g")),
            Value::Moved(by) => (by, format!("{name}:{by:+}|g")),
            Value::Took(time) => (time, format!("{name}:{time}|ms")),
        };
        assert!(number.is_finite(), "{line:?}");
        assert_eq!(Line::parse(&written), Ok(Line { name, value, weight: 1.0 }));
    }
}

/// A page in Prometheus' text format.
pub(crate) fn prometheus(bytes: &[u8]) {
    let page = String::from_utf8_lossy(bytes);
    let samples = within(GROWTH, bytes, || text::parse(&page).map_err(|fault| fault.to_string()));
    let Ok(samples) = samples else { return };
    let written: String = samples.iter().map(line).collect();
    // As text, for nothing is equal to what is no number.
    let again = text::parse(&written).map(|again| format!("{again:?}"));
    assert_eq!(again, Ok(format!("{samples:?}")), "{written}");
}

fn line(sample: &Sample<'_>) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: String = sample.labels.iter().map(|(name, value)| format!("{name}=\"{}\",", escaped(value))).collect();
    format!("{}{{{labels}}} {}\n", sample.name, sample.value)
}

/// What a script prints.
pub(crate) fn stdin(bytes: &[u8]) {
    // As the probe takes it in: the input itself, its buffer and a line.
    let (readings, faults) = within(GROWTH_OF_JSON, bytes, || taken_in(bytes.to_vec()));
    assert!(readings.len() <= 1 + bytes.iter().filter(|byte| **byte == b'\n').count());
    assert!((1..=4).contains(&faults), "{faults} faults: the end, a line about each indicator and about none");
    let mut written = Vec::new();
    for reading in &readings {
        let Reading { indicator, measured_at, .. } = reading;
        writeln!(written, "{indicator} {} {}", reading.value(), measured_at.unix_millis()).expect("memory takes it");
    }
    assert_eq!(taken_in(written), (readings, 1));
}

/// What a probe reads of an input that has ended, and how many faults it tells.
fn taken_in(bytes: Vec<u8>) -> (Vec<Reading>, usize) {
    let indicators = ["a", "b.c"].map(|name| IndicatorId::parse(name).expect("it is a name")).to_vec();
    let mut stdin = Stdin::new(config::agent::Stdin { indicators }, Cursor::new(bytes));
    // What lies in memory is read without waiting.
    assert!(pin!(stdin.listen()).poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let readout = stdin.read();
    (readout.readings, readout.faults.len())
}

/// What is posted to a webhook.
pub(crate) fn webhook(bytes: &[u8]) {
    let Ok(events) = within(GROWTH_OF_JSON, bytes, || event::parse(bytes, NOW)) else { return };
    let sound = |event: &Event| event.seconds.is_none_or(|seconds| 0.0 <= seconds && seconds.is_finite());
    assert!(events.iter().all(sound), "{events:?}");
    let said = events.iter().flat_map(|event| event.name.iter().chain(&event.link));
    said.for_each(|said| assert!(said.len() <= 300 && config::person::named_in(said).is_none(), "{said}"));
    let written = serde_json::Value::from_iter(events.iter().map(posted)).to_string();
    assert_eq!(event::parse(written.as_bytes(), NOW), Ok(events));
}

fn posted(event: &Event) -> serde_json::Value {
    let kind = match event.kind {
        Kind::Deploy => "deploy",
        Kind::Pipeline => "pipeline",
        Kind::Incident => "incident",
        Kind::Page => "page",
    };
    let state = match event.state {
        State::Begun => "begun",
        State::Succeeded => "succeeded",
        State::Failed => "failed",
        State::Ended => "ended",
    };
    let Event { seconds, id, name, link, at, .. } = event;
    let at = at.unix_millis();
    json!({ "event": kind, "state": state, "seconds": seconds, "id": id, "name": name, "link": link, "at": at })
}
