//! The time between readings, learned.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many intervals the room listens to before it trusts a cadence it had to learn.
const INTERVALS: u32 = 5;
/// What it takes for the cadence until then.
const UNKNOWN: Duration = Duration::from_secs(60);

/// The mean time between readings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(super) struct Interval {
    seen: u32,
    millis: f64,
}

impl Interval {
    /// Takes the next one in.
    pub(super) fn learn(&mut self, gap: Duration) {
        let millis = gap.as_secs_f64() * 1e3;
        self.seen = self.seen.saturating_add(1);
        // The mean at first, then a memory of about sixteen intervals.
        self.millis += (millis - self.millis) / f64::from(self.seen.min(16));
    }

    /// Four times the mean: what comes when it likes is given time.
    pub(super) fn longest(&self) -> Duration {
        match self.seen < INTERVALS {
            true => UNKNOWN,
            false => Duration::from_millis((4.0 * self.millis) as u64),
        }
    }
}
