//! When the last readings were taken and what was expected of them: an onset lies among them.

use serde::{Deserialize, Serialize};

use crate::innovation::KEPT;

/// The last readings, from the oldest to the newest.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Recent {
    millis: [i64; KEPT],
    expected: [f64; KEPT],
    seen: u32,
}

impl Default for Recent {
    fn default() -> Self {
        Self { millis: [0; KEPT], expected: [0.0; KEPT], seen: 0 }
    }
}

impl Recent {
    pub(crate) fn push(&mut self, millis: i64, expected: f64) {
        self.millis.copy_within(1.., 0);
        self.expected.copy_within(1.., 0);
        (self.millis[KEPT - 1], self.expected[KEPT - 1]) = (millis, expected);
        self.seen = self.seen.saturating_add(1);
    }

    /// The moment of the newest reading.
    pub(crate) fn newest(&self) -> i64 {
        self.millis[KEPT - 1]
    }

    /// How many readings before the newest the first one after a moment was; none if that is longer ago than is
    /// remembered, or yet to come.
    pub(crate) fn place(&self, millis: i64) -> Option<usize> {
        let oldest = KEPT - KEPT.min(self.seen as usize);
        let known = &self.millis[oldest..];
        (*known.first()? <= millis && millis <= self.newest())
            .then(|| known.iter().rev().take_while(|later| millis <= **later).count().saturating_sub(1))
    }

    /// The moment of the reading so many before the newest, and what was expected of it; of the oldest, if that is
    /// longer ago than is remembered.
    pub(crate) fn ago(&self, readings: usize) -> (i64, f64) {
        let oldest = KEPT.min(self.seen.max(1) as usize) - 1;
        let index = KEPT - 1 - readings.min(oldest);
        (self.millis[index], self.expected[index])
    }
}
