//! How often readings come.

use serde::{Deserialize, Serialize};

use crate::told::Told;

/// Gaps the cadence is learned from.
const FIRST: usize = 7;
/// A gap of so many cadences is the longest over which the model goes on step by step.
const LONGEST: f64 = 12.0;

/// The time between two readings: told, or the median of the first gaps.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Pace {
    /// In milliseconds; the least number there is before the first reading.
    newest: i64,
    gaps: [f32; FIRST],
    seen: u8,
}

impl Default for Pace {
    fn default() -> Self {
        Self { newest: i64::MIN, gaps: [0.0; FIRST], seen: 0 }
    }
}

impl Pace {
    /// Takes the moment of the next reading in, in milliseconds; the result is how many periods passed without one.
    pub(crate) fn observe(&mut self, told: &Told, millis: i64) -> u32 {
        let newest = std::mem::replace(&mut self.newest, millis);
        // Nothing passes before the first one, nor before another one of the same moment.
        if newest == i64::MIN || newest == millis {
            return 0;
        }
        let gap = millis.saturating_sub(newest) as f64;
        let cadence = self.cadence(told);
        if usize::from(self.seen) < FIRST {
            self.gaps[usize::from(self.seen)] = gap as f32;
            self.seen += 1;
            if usize::from(self.seen) == FIRST {
                self.gaps.sort_unstable_by(f32::total_cmp);
            }
        }
        cadence.map_or(0, |cadence| ((gap / cadence).round() - 1.0).clamp(0.0, LONGEST) as u32)
    }

    /// A period without a reading is one that was waited for.
    pub(crate) fn skip(&mut self, millis: i64) {
        if self.newest != i64::MIN {
            self.newest = self.newest.max(millis);
        }
    }

    /// Whether a moment is the newest that passed, with a reading or without.
    pub(crate) fn is_newest(&self, millis: i64) -> bool {
        self.newest == millis
    }

    /// How many milliseconds the newest moment that passed lies behind another.
    pub(crate) fn since(&self, millis: i64) -> f64 {
        self.newest.saturating_sub(millis).max(0) as f64
    }

    /// Milliseconds between two readings; none until enough were seen.
    pub(crate) fn cadence(&self, told: &Told) -> Option<f64> {
        let learned = || (usize::from(self.seen) == FIRST).then(|| f64::from(self.gaps[FIRST / 2]).max(1.0));
        told.cadence.filter(|cadence| 1.0 <= *cadence).or_else(learned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_gap_is_the_cadence_and_longer_ones_are_missing_readings() {
        let (mut pace, told) = (Pace::default(), Told::default());
        let minutes = [0, 5, 10, 15, 25, 30, 35, 40];
        assert!(minutes.into_iter().all(|minute| pace.observe(&told, 60_000 * minute) == 0));
        assert_eq!(pace.cadence(&told), Some(300_000.0));
        assert_eq!([45, 51, 60, 75, 9000].map(|minute| pace.observe(&told, 60_000 * minute)), [0, 0, 1, 2, 12]);
    }

    #[test]
    fn what_is_told_needs_no_learning() {
        let (mut pace, told) = (Pace::default(), Told { cadence: Some(1000.0), ..Told::default() });
        assert_eq!([0, 1000, 5000].map(|millis| pace.observe(&told, millis)), [0, 0, 3]);
    }
}
