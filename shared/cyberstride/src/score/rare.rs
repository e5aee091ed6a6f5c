//! How rarely a value like this one was seen.

use serde::{Deserialize, Serialize};

/// How many values the bins are laid out from.
const FIRST: usize = 32;

/// Prior count of each bin, and of all 64 together.
const PRIOR: (f64, f64) = (0.1, 6.4);

/// A histogram with bins that widen away from the median.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Rare {
    first: [f32; FIRST],
    median: f64,
    /// Median absolute deviation.
    spread: f64,
    bins: [[f32; 8]; 8],
    seen: f64,
}

impl Rare {
    /// Minus the logarithm of the share of the past in the bin of this value; zero until the bins are laid out.
    pub(crate) fn observe(&mut self, y: f64) -> f64 {
        let seen = self.seen as usize;
        self.seen += 1.0;
        if seen < FIRST {
            self.first[seen] = y as f32;
            if seen + 1 == FIRST {
                self.lay_out();
            }
            return 0.0;
        }
        let bin = self.bin(y);
        let count = &mut self.bins.as_flattened_mut()[bin];
        let counted = self.seen - 1.0 - FIRST as f64;
        let surprise = -((f64::from(*count) + PRIOR.0) / (counted + PRIOR.1)).ln();
        // A float stops counting at 2^24; so does the sum, long before a share is wrong by a percent.
        *count += 1.0;
        surprise
    }

    fn bin(&self, y: f64) -> usize {
        let wide = ((y - self.median) / (1.5 * self.spread)).asinh();
        (6.0 * wide + 32.0).clamp(1.0, 62.0).round() as usize
    }

    fn lay_out(&mut self) {
        let mut sorted = self.first.map(f64::from);
        sorted.sort_unstable_by(f64::total_cmp);
        self.median = sorted[16];
        sorted.iter_mut().for_each(|y| *y = (*y - self.median).abs());
        sorted.sort_unstable_by(f64::total_cmp);
        let (typical, largest) = (sorted[20], sorted[31]);
        self.spread = typical.max(0.1 * largest).max(0.001 * self.median.abs()).max(1e-6);
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
