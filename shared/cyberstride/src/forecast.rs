//! What the next reading is expected to be: a Student-t distribution.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A Student-t forecast of one reading.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Forecast {
    /// `f`, in units of the series.
    pub mean: f64,
    /// Square root of `Q`, in units of the series; above zero. The standard deviation is larger by
    /// `sqrt(degrees / (degrees - 2))`.
    pub scale: f64,
    /// Degrees of freedom.
    pub degrees: f64,
}

impl Forecast {
    /// The central interval that holds the reading with the given probability, `0 <= coverage < 1`.
    ///
    /// A coverage outside of that range is taken to be the nearest inside of it.
    pub fn interval(&self, coverage: f64) -> (f64, f64) {
        let reach = self.scale * self.standard().inverse_cdf(0.5 + 0.5 * coverage.clamp(0.0, WIDEST));
        (self.mean - reach, self.mean + reach)
    }

    /// The error of a reading in scales of the forecast: `(y - f) / sqrt(Q)`, within 1e150 of zero.
    pub fn standardise(&self, y: f64) -> f64 {
        ((y - self.mean) / self.scale).clamp(-FARTHEST, FARTHEST)
    }

    /// The error of a reading as the standard normal deviate that would be as surprising, within a percent or so: a
    /// threshold on it means the same with four degrees of freedom as with a hundred (Wallace 1959).
    pub fn normal_score(&self, y: f64) -> f64 {
        let (t, n) = (self.standardise(y), self.degrees);
        let log = (t * t / n).ln_1p();
        ((n * log).sqrt() * (8.0 * n + 1.0) / (8.0 * n + 3.0)).copysign(t)
    }

    fn standard(&self) -> StudentsT {
        StudentsT::new(0.0, 1.0, self.degrees).expect("degrees of freedom are above zero")
    }
}

/// The widest interval that is asked of the quantile function.
const WIDEST: f64 = 0.999_999;

/// The square of this is a finite number.
const FARTHEST: f64 = 1e150;

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(degrees: f64, coverage: f64) -> f64 {
        let (low, high) = Forecast { mean: 3.0, scale: 2.0, degrees }.interval(coverage);
        assert!((low + high - 6.0).abs() < 1e-9);
        (high - 3.0) / 2.0
    }

    #[test]
    fn intervals_agree_with_tables_of_the_t_distribution() {
        assert!((reach(10.0, 0.95) - 2.228_139).abs() < 1e-5);
        assert!((reach(4.0, 0.50) - 0.740_697).abs() < 1e-5);
        assert!((reach(100.0, 0.99) - 2.625_891).abs() < 1e-5);
        assert!((reach(2.5, 0.95) - 3.558).abs() < 0.05);
    }

    #[test]
    fn a_normal_score_is_as_improbable_as_the_error() {
        for (degrees, t) in [(4.0, 4.604), (10.0, 3.169), (100.0, 2.626)] {
            let score = Forecast { mean: 0.0, scale: 1.0, degrees }.normal_score(-t);
            assert!((score + 2.576).abs() < 0.03, "{degrees} degrees: {score}");
        }
        assert!(Forecast { mean: 0.0, scale: 1e-30, degrees: 4.0 }.normal_score(1e300).is_finite());
    }

    #[test]
    fn an_error_of_two_scales_is_two() {
        assert_eq!(Forecast { mean: 1.0, scale: 0.5, degrees: 5.0 }.standardise(2.0), 2.0);
    }
}
