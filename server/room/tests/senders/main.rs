//! What senders write with the encoders of their own kits is what the room reads.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod otlp;
#[allow(unreachable_pub, reason = "the end-to-end tests have it as part of a library")]
#[path = "../../../../tests/support/prompb.rs"]
mod prompb;
mod remote_write;

use room::senders::point::{Fault, Sample, Series};

/// Every sample as a line: kind, name, labels, moment in milliseconds, value.
fn lines(read: impl FnOnce(&mut dyn FnMut(&Series<'_>, Sample)) -> Result<(), Fault>) -> Result<Vec<String>, Fault> {
    let mut lines = Vec::new();
    read(&mut |series, Sample { at, started_at, value }| {
        let labels: Vec<_> = series.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let since = started_at.map_or(String::new(), |started_at| format!(" since {}", started_at.unix_millis()));
        let Series { kind, metric, .. } = series;
        lines.push(format!("{kind:?} {metric}{{{}}} at {}{since}: {value:?}", labels.join(","), at.unix_millis()));
    })?;
    Ok(lines)
}
