//! What the next reading is expected to be, as learned from how it came out before: nine quantiles and two tails.

use serde::{Deserialize, Serialize};

/// Levels of the quantiles that are learned.
pub(crate) const LEVELS: [f64; 9] = [0.005, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.995];

/// Quantiles are taken to lie within this, so that the distance of two of them is a number.
const LARGEST: f64 = 1e300;

/// The tails beyond the outermost quantiles fall like this power: those of Student with four degrees of freedom.
const TAIL: f64 = 4.0;

/// A distribution of one reading, in units of the series.
///
/// Between two quantiles the density is even; beyond the outermost it falls like a power, with the slope it has between
/// the last two.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Outlook {
    quantiles: [f64; 9],
}

impl Outlook {
    /// From quantiles that increase strictly.
    pub(crate) fn new(quantiles: [f64; 9]) -> Self {
        Self { quantiles }
    }

    /// The same distribution on another scale, which leads there without changing the order.
    pub(crate) fn map(&self, scale: impl Fn(f64) -> f64) -> Self {
        Self { quantiles: self.quantiles.map(|quantile| scale(quantile).clamp(-LARGEST, LARGEST)) }
    }

    /// The median.
    pub fn centre(&self) -> f64 {
        self.quantiles[4]
    }

    /// The central interval that holds the reading with the given probability, between 0 and 1.
    pub fn interval(&self, coverage: f64) -> (f64, f64) {
        let outside = 0.5 - 0.5 * coverage.clamp(0.0, 1.0 - 1e-9);
        (self.quantile(outside), self.quantile(1.0 - outside))
    }

    /// The number below which the reading lies with this probability, above 0 and under 1.
    pub fn quantile(&self, level: f64) -> f64 {
        let q = &self.quantiles;
        if level < LEVELS[0] {
            return q[0] - beyond(level / LEVELS[0], q[1] - q[0]);
        }
        if LEVELS[8] < level {
            return q[8] + beyond((1.0 - level) / (1.0 - LEVELS[8]), q[8] - q[7]);
        }
        let k = (1..8).find(|k| level <= LEVELS[*k]).unwrap_or(8);
        let share = (level - LEVELS[k - 1]) / (LEVELS[k] - LEVELS[k - 1]);
        (q[k - 1] + share * (q[k] - q[k - 1])).min(q[k])
    }

    /// Logarithm of the density at a reading.
    pub fn log_density(&self, y: f64) -> f64 {
        let q = &self.quantiles;
        if y < q[0] {
            return log_density_beyond(q[0] - y, q[1] - q[0]);
        }
        if q[8] < y {
            return log_density_beyond(y - q[8], q[8] - q[7]);
        }
        let k = (1..8).find(|k| y <= q[*k]).unwrap_or(8);
        ((LEVELS[k] - LEVELS[k - 1]) / (q[k] - q[k - 1])).ln()
    }
}

/// Scale of a tail whose probability falls from 2.5 % to 0.5 % over a width, if it went on so.
fn scale(width: f64) -> f64 {
    TAIL * width / 5.0_f64.ln()
}

/// How far beyond the outermost quantile the tail has this share of its probability left.
fn beyond(share: f64, width: f64) -> f64 {
    scale(width) * (share.max(1e-300).powf(-TAIL.recip()) - 1.0)
}

fn log_density_beyond(distance: f64, width: f64) -> f64 {
    let scale = scale(width);
    (LEVELS[0] * TAIL / scale).ln() - (TAIL + 1.0) * (distance / scale).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTLOOK: Outlook = Outlook { quantiles: [-5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0] };

    #[test]
    fn quantiles_increase_and_meet_the_ones_learned() {
        let quantiles: Vec<f64> = (1..10_000).map(|k| OUTLOOK.quantile(f64::from(k) / 1e4)).collect();
        assert!(quantiles.is_sorted());
        assert_eq!(OUTLOOK.interval(0.5), (-1.0, 1.0));
        let (lower, upper) = OUTLOOK.interval(0.99);
        assert!((lower + 5.0).abs() < 1e-9 && (upper - 5.0).abs() < 1e-9);
    }

    #[test]
    fn the_density_integrates_to_one() {
        let step = 0.001;
        let total: f64 = (-60_000..60_000).map(|k| OUTLOOK.log_density(f64::from(k) * step).exp() * step).sum();
        assert!((total - 1.0).abs() < 0.002, "{total}");
    }
}
