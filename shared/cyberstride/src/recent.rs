//! The last few readings and what was expected of them, to look back when a turn is noticed late.

use serde::{Deserialize, Serialize};

use crate::forecast::Forecast;

/// How many readings are kept: a ramp of one standard deviation a step is noticed within so many, nine times of ten.
pub(crate) const KEPT: usize = 8;

/// One reading with the forecast and the slope believed before it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Expected {
    pub(crate) forecast: Forecast,
    pub(crate) slope: f64,
    pub(crate) y: f64,
}

/// A ring of the last readings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Recent {
    ring: [Option<Expected>; KEPT],
    next: usize,
}

impl Recent {
    pub(crate) fn push(&mut self, expected: Expected) {
        self.ring[self.next] = Some(expected);
        self.next = (self.next + 1) % KEPT;
    }

    /// From the oldest to the newest.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Expected> {
        self.ring[self.next..].iter().chain(&self.ring[..self.next]).flatten()
    }
}
