//! One pass of a detector over one series, timed.

use std::time::{Duration, Instant};

use opsroom::hindcast::{Hindcast, Told};
use room::replay::rows::Row;

use crate::peer::Peer;

/// Less than any score: nothing is said of the row.
const SILENT: f64 = f64::NEG_INFINITY;

/// A peer hears of nothing farther from the mean than this many standard deviations; nor does our detector.
const FARTHEST: f64 = 1e6;

/// A score for each row, and how long it took to have them.
pub(crate) type Pass = (Vec<f64>, Duration);

/// Our detector, as `synco replay` runs it: with its forecasts and with the disturbances it names.
pub(crate) fn ours(rows: &[Row], _probation: usize) -> Pass {
    let start = Instant::now();
    let mut hindcast = Hindcast::new(Told::default());
    let scores = rows.iter().map(|row| hindcast.observe(row.at, row.value).score).collect();
    (scores, start.elapsed())
}

/// A peer, fed with readings in standard deviations from the mean, both of the probation rows. It hears those rows too,
/// but nothing it says of them is scored, so nothing is known ahead of time.
pub(crate) fn of<P: Peer + Default>(rows: &[Row], probation: usize) -> Pass {
    let start = Instant::now();
    let (mean, deviation) = usual(&rows[..probation]);
    let mut peer = P::default();
    let mut hear = |value: f64| {
        let y = (value - mean) / deviation;
        // Readings near the largest number there is have no mean.
        if y.is_nan() { None } else { peer.observe(y.clamp(-FARTHEST, FARTHEST)) }
    };
    let scores = rows.iter().map(|row| row.value.and_then(&mut hear).unwrap_or(SILENT)).collect();
    (scores, start.elapsed())
}

/// Mean and standard deviation; a deviation of one where the rows do not move.
fn usual(rows: &[Row]) -> (f64, f64) {
    let values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    (mean, if 0.0 < variance { variance.sqrt() } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use opsroom::hindcast::At;

    use super::*;
    use crate::method::METHODS;

    /// A row every five minutes, the 400th missing.
    fn rows(count: usize) -> Vec<Row> {
        let value = |k: usize| (k != 400).then(|| (k as f64).sin() + if 500 <= k { 6.0 } else { 0.0 });
        let row = |k: usize| Row { timestamp: k.to_string(), at: At::utc(300_000 * k as i64), value: value(k) };
        (0..count).map(row).collect()
    }

    #[test]
    fn what_is_said_of_a_row_does_not_depend_on_later_rows() {
        for method in METHODS {
            let ((short, _), (long, _)) = ((method.pass)(&rows(550), 100), (method.pass)(&rows(700), 100));
            assert_eq!(short, long[..550], "{}", method.name);
        }
    }

    #[test]
    fn every_method_finds_a_step_of_eight_deviations() {
        for method in METHODS {
            let (scores, _) = (method.pass)(&rows(700), 100);
            let highest = |rows: std::ops::Range<usize>| scores[rows].iter().copied().fold(SILENT, f64::max);
            assert!(highest(450..500) < highest(500..510), "{}", method.name);
        }
    }
}
