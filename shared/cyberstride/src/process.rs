//! The four explanations the detector weighs at every step, and how probable each is.

use serde::{Deserialize, Serialize};
use wide::f64x4;

/// What the series did between two readings.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Process {
    /// The trend goes on as forecast.
    Steady,
    /// One reading is off; the trend is untouched.
    Transient,
    /// The level jumps and stays.
    LevelChange,
    /// The slope turns.
    SlopeChange,
}

impl Process {
    /// Every process, in the order in which [`Probabilities`] holds them.
    pub const ALL: [Self; 4] = [Self::Steady, Self::Transient, Self::LevelChange, Self::SlopeChange];
}

/// The probability of each process at one step; they sum to one.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Probabilities([f64; 4]);

impl Probabilities {
    /// Probabilities in proportion to weights, in the order of [`Process::ALL`].
    ///
    /// Weights are finite, not negative, and not all zero.
    pub fn from_weights(weights: [f64; 4]) -> Self {
        let total: f64 = weights.iter().sum();
        debug_assert!(0.0 < total && total.is_finite(), "weights with a sum of {total}");
        Self(weights.map(|weight| weight / total))
    }

    /// The probability of one process.
    pub fn get(&self, process: Process) -> f64 {
        self.0[process as usize]
    }

    /// All of them, in the order of [`Process::ALL`].
    pub(crate) fn to_array(self) -> [f64; 4] {
        self.0
    }

    /// The process with the highest probability; the earlier in [`Process::ALL`] where two are equal.
    pub fn most_probable(&self) -> Process {
        Process::ALL
            .into_iter()
            .reduce(|best, next| if self.get(best) < self.get(next) { next } else { best })
            .unwrap_or(Process::Steady)
    }

    /// The probability that something other than the steady process ruled.
    ///
    /// Added up rather than taken from one, so that a small probability keeps its digits.
    pub fn changed(&self) -> f64 {
        let [_, transient, level, slope] = self.0;
        transient + level + slope
    }

    /// Averages distributions by the probabilities of what each of them is given.
    pub(crate) fn average(&self, given: [f64x4; 4]) -> Self {
        let [a, b, c, d] = std::array::from_fn(|i| f64x4::splat(self.0[i]) * given[i]);
        Self::from_weights((a + b + c + d).to_array())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_become_probabilities() {
        let probabilities = Probabilities::from_weights([1.0, 6.0, 2.0, 1.0]);
        assert_eq!(probabilities.most_probable(), Process::Transient);
        assert!((probabilities.get(Process::LevelChange) - 0.2).abs() < 1e-15);
        assert!((probabilities.changed() - 0.9).abs() < 1e-15);
    }

    #[test]
    fn a_tie_goes_to_the_steadier_process() {
        assert_eq!(Probabilities::from_weights([1.0; 4]).most_probable(), Process::Steady);
    }
}
