//! How rarely a value like this one was seen.

use serde::{Deserialize, Serialize};

/// How many values the bins are laid out from.
const FIRST: usize = 32;

/// Prior count of each bin, and of all 64 together.
const PRIOR: (f64, f64) = (0.1, 6.4);

/// A histogram with bins that widen away from the median.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Rare {
    /// The values the bins will be laid out from, and how many there are.
    First([f32; FIRST], u8),
    LaidOut(Bins),
}

/// Counts of values around a median.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Bins {
    median: f32,
    /// Median absolute deviation.
    spread: f32,
    /// All are halved when one is full, so that shares stay what they are.
    counts: [[u16; 16]; 4],
    counted: u32,
}

impl Default for Rare {
    fn default() -> Self {
        Self::First([0.0; FIRST], 0)
    }
}

impl Rare {
    /// Minus the logarithm of the share of the past in the bin of this value; zero until the bins are laid out.
    pub(crate) fn observe(&mut self, y: f64) -> f64 {
        match self {
            Self::LaidOut(bins) => bins.observe(y),
            Self::First(first, seen) => {
                first[usize::from(*seen)] = y as f32;
                *seen += 1;
                if usize::from(*seen) == FIRST {
                    *self = Self::LaidOut(Bins::around(first));
                }
                0.0
            }
        }
    }
}

impl Bins {
    fn around(first: &[f32; FIRST]) -> Self {
        let mut sorted = *first;
        sorted.sort_unstable_by(f32::total_cmp);
        let median = sorted[FIRST / 2];
        sorted.iter_mut().for_each(|y| *y = (*y - median).abs());
        sorted.sort_unstable_by(f32::total_cmp);
        let (typical, largest) = (sorted[20], sorted[FIRST - 1]);
        let spread = typical.max(0.1 * largest).max(0.001 * median.abs()).max(1e-6);
        Self { median, spread, counts: [[0; 16]; 4], counted: 0 }
    }

    fn observe(&mut self, y: f64) -> f64 {
        let bin = self.bin(y);
        let counts = self.counts.as_flattened_mut();
        let surprise = -((f64::from(counts[bin]) + PRIOR.0) / (f64::from(self.counted) + PRIOR.1)).ln();
        counts[bin] += 1;
        self.counted += 1;
        if counts[bin] == u16::MAX {
            counts.iter_mut().for_each(|count| *count /= 2);
            self.counted = counts.iter().map(|count| u32::from(*count)).sum();
        }
        surprise
    }

    fn bin(&self, y: f64) -> usize {
        let wide = ((y - f64::from(self.median)) / (1.5 * f64::from(self.spread))).asinh();
        (6.0 * wide + 32.0).clamp(1.0, 62.0).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_seen_surprises_more_than_what_was() {
        let mut rare = Rare::default();
        (0..1000).for_each(|i| _ = rare.observe(f64::from(i % 10)));
        let usual = rare.observe(5.0);
        assert!(usual < 4.0 && 8.0 < rare.observe(40.0) && 8.0 < rare.observe(-40.0));
        assert!(rare.observe(5.0) < usual + 0.01);
    }
}
