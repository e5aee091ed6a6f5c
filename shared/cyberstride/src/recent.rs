//! When the last readings were taken and what was expected of them: an onset lies among them.

use serde::{Deserialize, Serialize};

use crate::innovation::KEPT;

/// The last readings, from the oldest to the newest.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Recent {
    last: [Moment; KEPT],
    seen: u32,
}

/// What was known before one reading, on the scale of the readings.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Moment {
    /// Milliseconds since 1970 UTC.
    pub(crate) millis: i64,
    pub(crate) expected: f64,
    /// What is usual at that time.
    pub(crate) usual: Option<f64>,
}

impl Recent {
    pub(crate) fn push(&mut self, moment: Moment) {
        self.last.copy_within(1.., 0);
        self.last[KEPT - 1] = moment;
        self.seen = self.seen.saturating_add(1);
    }

    /// The reading so many before the newest; the oldest, if that is longer ago than is remembered.
    pub(crate) fn ago(&self, readings: usize) -> Moment {
        self.last[KEPT - 1 - readings.min(self.known() - 1)]
    }

    /// How many readings before the newest the first one after a moment was; none if that is longer ago than is
    /// remembered, or yet to come.
    pub(crate) fn place(&self, millis: i64) -> Option<usize> {
        let known = &self.last[KEPT - self.known()..];
        let is_among = known[0].millis <= millis && millis <= self.ago(0).millis;
        is_among.then(|| known.iter().rev().take_while(|later| millis <= later.millis).count().saturating_sub(1))
    }

    fn known(&self) -> usize {
        KEPT.min(self.seen.max(1) as usize)
    }
}
