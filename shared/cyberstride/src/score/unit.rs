//! The unit in which a series is measured before it is scored: the spread of its first readings.

use serde::{Deserialize, Serialize};

/// How many readings the unit is learned from.
const FIRST: f64 = 32.0;

/// Farther than this nothing gets.
const FARTHEST: f64 = 1e6;

/// Mean and standard deviation of the first readings.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Unit {
    seen: f64,
    mean: f64,
    /// The sum of squares while learning, the unit afterwards.
    spread: f64,
}

impl Unit {
    /// The reading in units from the first mean; none while the unit is being learned.
    pub(crate) fn observe(&mut self, y: f64) -> Option<f64> {
        if self.seen == FIRST {
            return Some(((y - self.mean) / self.spread).clamp(-FARTHEST, FARTHEST));
        }
        self.seen += 1.0;
        let departure = y - self.mean;
        self.mean += departure / self.seen;
        self.spread += departure * (y - self.mean);
        if self.seen == FIRST {
            let deviation = (self.spread / FIRST).sqrt();
            self.spread = deviation.max(0.001 * self.mean.abs()).max(1e-6);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_deviation_of_the_first_readings() {
        let mut unit = Unit::default();
        assert!((0..32).all(|i| unit.observe(10.0 + f64::from(i % 2)).is_none()));
        assert_eq!(unit.observe(12.5), Some(4.0));
        assert_eq!(unit.observe(f64::MAX), Some(FARTHEST));
    }
}
