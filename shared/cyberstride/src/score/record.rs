//! Readings outside of the range so far.

use serde::{Deserialize, Serialize};

/// The range is never taken to be narrower.
const NARROWEST: f64 = 0.001;

/// The range so far, and how far beyond it a value lies.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Record {
    range: Option<(f64, f64)>,
}

impl Record {
    /// By how many widths of the range so far the value exceeds it: above zero beyond the top, below zero under the
    /// bottom, zero inside. The range then takes it in.
    pub(crate) fn observe(&mut self, y: f64) -> f64 {
        let (low, high) = self.range.unwrap_or((y, y));
        self.range = Some((low.min(y), high.max(y)));
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
