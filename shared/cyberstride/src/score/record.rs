//! Readings outside of the range so far.

use serde::{Deserialize, Serialize};

/// The range is never taken to be narrower.
const NARROWEST: f64 = 0.001;

/// Values are taken to lie within this.
const FARTHEST: f64 = 1e37;

/// The range so far, and how far beyond it a value lies.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Record {
    low: f32,
    high: f32,
}

impl Default for Record {
    fn default() -> Self {
        Self { low: f32::MAX, high: f32::MIN }
    }
}

impl Record {
    /// By how many widths of the range so far the value exceeds it: above zero beyond the top, below zero under the
    /// bottom, zero inside. The range then takes it in.
    pub(crate) fn observe(&mut self, y: f64) -> f64 {
        let y = y.clamp(-FARTHEST, FARTHEST) as f32;
        let (low, high) = if self.high < self.low { (y, y) } else { (self.low, self.high) };
        (self.low, self.high) = (low.min(y), high.max(y));
        let (y, low, high) = (f64::from(y), f64::from(low), f64::from(high));
        let width = (high - low).max(NARROWEST);
        ((y - high).max(0.0) - (low - y).max(0.0)) / width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_outside_is_a_record() {
        let mut record = Record::default();
        let told: Vec<f64> = [0.0, 2.0, 1.0, 3.0, -1.5].into_iter().map(|y| record.observe(y)).collect();
        assert_eq!(told[2..], [0.0, 0.5, -0.5]);
    }
}
