//! A smoothed series, standardised by its own past.

use serde::{Deserialize, Serialize};

/// What is remembered of the past halves in some 1400 readings.
const MEMORY: f64 = 0.9995;

/// The variance is never taken to be less.
const LEAST_VARIANCE: f64 = 1e-4;

/// An exponentially weighted mean of a series, and how far it is from where it usually is.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Smooth {
    mean: f64,
    usual: f64,
    variance: f64,
    weight: f64,
}

impl Smooth {
    /// Takes in the next value, with a memory of `span` readings; the result is the smoothed value in standard
    /// deviations from its usual self, judged before it counts.
    pub(crate) fn observe(&mut self, value: f64, span: f64) -> f64 {
        self.mean += (value - self.mean) / span;
        let departure = self.mean - self.usual;
        let uncertain = self.variance.max(LEAST_VARIANCE) * (1.0 + self.weight.recip());
        let z = if self.weight < 2.0 { 0.0 } else { departure / uncertain.sqrt() };
        self.weight = MEMORY * self.weight + 1.0;
        self.usual += departure / self.weight;
        self.variance += (departure * (self.mean - self.usual) - self.variance) / self.weight;
        z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_of_the_mean_grows_with_the_readings() {
        let mut smooth = Smooth::default();
        let swing = |i: i32| f64::from(i % 2) - 0.5;
        (0..400).for_each(|i| _ = smooth.observe(swing(i), 10.0));
        let shifted: Vec<f64> = (0..9).map(|i| smooth.observe(1.0 + swing(i), 10.0)).collect();
        assert!(2.0 * shifted[0] < shifted[8] && 5.0 < shifted[8], "{shifted:?}");
    }

    #[test]
    fn nothing_is_said_of_a_constant() {
        let mut smooth = Smooth::default();
        assert!((0..100).all(|_| smooth.observe(0.0, 10.0) == 0.0));
    }
}
