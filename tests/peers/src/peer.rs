//! The two peers, each fed as the documentation of its crate says.

use changepoint::{BocpdLike, BocpdTruncated};
use rcf3::Forest;
use rv::prelude::{Gaussian, NormalGamma};

/// A detector that reads a series once, from its first reading on.
pub(crate) trait Peer {
    /// How unusual the next reading, in standard deviations from the mean, is: higher is more; none where nothing is said.
    fn observe(&mut self, y: f64) -> Option<f64>;
}

/// The random cut forest of the crate `rcf3` (Guha et al. 2016), with its defaults: 50 trees of 256 points. A point is a
/// course of `SHINGLE` readings; 1 is the default, more is what its guide advises for a series.
pub(crate) struct Forested<const SHINGLE: usize>(Forest);

impl<const SHINGLE: usize> Default for Forested<SHINGLE> {
    fn default() -> Self {
        let forest = Forest::builder(1).shingle_size(SHINGLE).seed(1).build();
        Self(forest.expect("the crate takes its own defaults"))
    }
}

impl<const SHINGLE: usize> Peer for Forested<SHINGLE> {
    /// The anomaly score of the crate, from before the forest learns the reading.
    fn observe(&mut self, y: f64) -> Option<f64> {
        let is_ready = self.0.is_ready();
        let score = self.0.update_and_score(&[y as f32]).ok()?;
        is_ready.then_some(score)
    }
}

/// Readings between two changes, on average: the hazard in the example of the crate.
const BETWEEN_CHANGES: f64 = 250.0;

/// A change is news for this many readings. Of 1 to 30 it is what serves this peer best, on NAB and Merlion together.
const NEWS: usize = 2;

/// Log-odds below the first are one in 150 and nothing unusual; those above the second are certain.
const ODDS: (f64, f64) = (-5.0, 20.0);

/// Bayesian online change point detection of the crate `changepoint` (Adams & MacKay 2007), with the prior of its example.
pub(crate) struct Changing(BocpdTruncated<f64, Gaussian, NormalGamma>);

impl Default for Changing {
    fn default() -> Self {
        Self(BocpdTruncated::new(BETWEEN_CHANGES, NormalGamma::new_unchecked(0.0, 1.0, 1.0, 1.0)))
    }
}

impl Peer for Changing {
    /// Log-odds of a change one or two readings ago, raised to begin at 0. The probability of a change right now, the
    /// first of the lengths, says nothing: with a constant hazard it is the hazard.
    fn observe(&mut self, y: f64) -> Option<f64> {
        let lengths = self.0.step(&y);
        let (short, long) = lengths.split_at(lengths.len().min(1 + NEWS));
        let [short, long] = [&short[1..], long].map(|part| part.iter().sum::<f64>().max(f64::MIN_POSITIVE).ln());
        Some((short - long).clamp(ODDS.0, ODDS.1) - ODDS.0)
    }
}
