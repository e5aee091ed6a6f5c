//! One disturbance is one alarm: what was said holds until it is over, unless it gets worse.

use serde::{Deserialize, Serialize};

/// A score must exceed the last one said by this much, in nats, to be said again.
const WORSE: f64 = 0.3;

/// A disturbance goes on while the score stays over this share of its maximum.
const GOES_ON: f64 = 0.6;

/// The maximum of the present disturbance, which fades once it is over.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Episode {
    maximum: f64,
    /// Readings since the score was last near the maximum.
    quiet: f64,
}

impl Default for Episode {
    fn default() -> Self {
        Self { maximum: f64::MIN, quiet: 0.0 }
    }
}

impl Episode {
    /// Passes on what is new. `memory` is the number of readings in which a maximum fades; it holds for a quarter of
    /// that before.
    pub(crate) fn observe(&mut self, score: f64, memory: f64) -> Option<f64> {
        self.quiet += 1.0;
        if GOES_ON * self.maximum < score {
            self.quiet = 0.0;
        }
        if 0.25 * memory <= self.quiet {
            self.maximum -= self.maximum.abs().max(1.0) / memory;
        }
        if score <= self.maximum {
            return None;
        }
        self.maximum = score + WORSE;
        Some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_disturbance_is_told_once_and_again_when_it_gets_worse() {
        let mut episode = Episode::default();
        let calm = (0..500).filter(|_| episode.observe(-1.0, 120.0).is_some()).count();
        let long = (0..200).filter(|i| episode.observe(9.0 - 0.01 * f64::from(*i), 120.0).is_some()).count();
        assert_eq!((calm < 30, long), (true, 1));
        assert_eq!(episode.observe(12.0, 120.0), Some(12.0));
        (0..400).for_each(|_| _ = episode.observe(-1.0, 120.0));
        assert_eq!(episode.observe(9.0, 120.0), Some(9.0), "what is over may come again");
    }
}
