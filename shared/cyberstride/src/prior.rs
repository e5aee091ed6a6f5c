//! What is believed of a series before the model takes over: told, or learned from the first readings.

use serde::{Deserialize, Serialize};

use crate::covariance::Covariance;

/// How many readings a prior is learned from.
pub(crate) const FIRST: usize = 8;

/// Belief about level, growth and noise before the first reading that the model judges.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Prior {
    /// Mean of the level, in units of the series.
    pub level: f64,
    /// Mean of the slope, in units of the series a step.
    pub growth: f64,
    /// `C0`, the covariance of level and slope.
    pub covariance: Covariance,
    /// `n0`, how many readings the belief about the noise is worth; above zero.
    pub degrees: f64,
    /// `S0`, the variance of the noise, in squared units of the series; above zero.
    pub variance: f64,
}

impl Prior {
    /// Learns from one to eight first readings, none of which is trusted alone.
    ///
    /// The slope is the median of the slopes of all pairs (Theil 1950, Sen 1968), the level the median of what is left,
    /// carried to the last reading, and the noise their median absolute deviation, but not less than half the root
    /// mean square: eight deviations can be small by luck. The covariance is that of least squares.
    pub(crate) fn learn(first: &[f64]) -> Self {
        let growth = if first.len() < 3 { 0.0 } else { median_slope(first) };
        let mut left = [0.0; FIRST];
        let left = &mut left[..first.len().min(FIRST)];
        for (i, (left, y)) in left.iter_mut().zip(first).enumerate() {
            *left = y + growth * (first.len() - 1 - i) as f64;
        }
        let level = median(left);
        left.iter_mut().for_each(|left| *left = (*left - level).abs());
        let variance = noise_variance(left).max(finest_variance(first));
        Self { level, growth, covariance: least_squares(first.len()).times(variance), degrees: DEGREES, variance }
    }
}

/// What the noise learned from the first readings is worth: a median absolute deviation of eight readings less two
/// parameters is about as sure as the standard deviation of four.
const DEGREES: f64 = 4.0;

/// Median of the absolute deviation of a normal variable is this part of its standard deviation.
const MEDIAN_DEVIATION: f64 = 0.674_49;

fn median_slope(first: &[f64]) -> f64 {
    let mut slopes = [0.0; FIRST * (FIRST - 1) / 2];
    let mut count = 0;
    for (i, earlier) in first.iter().enumerate() {
        for (j, later) in first.iter().enumerate().skip(i + 1) {
            slopes[count] = (later - earlier) / (j - i) as f64;
            count += 1;
        }
    }
    median(&mut slopes[..count])
}

fn noise_variance(deviations: &mut [f64]) -> f64 {
    let lost = deviations.len() as f64 / (deviations.len() as f64 - 2.0).max(1.0);
    let mean_square = deviations.iter().map(|d| d * d).sum::<f64>() / deviations.len() as f64;
    let typical = median(deviations) / MEDIAN_DEVIATION;
    lost * (typical * typical).max(0.25 * mean_square)
}

/// Below this the rounding of the numbers would pass for noise.
fn finest_variance(first: &[f64]) -> f64 {
    let largest = first.iter().fold(0.0_f64, |largest, y| largest.max(y.abs()));
    (1e-6 * largest).max(1e-30).powi(2)
}

/// Covariance of the level at the last of `count` readings and the slope, in variances of the noise.
fn least_squares(count: usize) -> Covariance {
    let n = count.max(2) as f64;
    let scale = 1.0 / (n * (n + 1.0));
    Covariance { level: (4.0 * n - 2.0) * scale, cross: 6.0 * scale, slope: 12.0 * scale / (n - 1.0) }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { 0.5 * (values[middle - 1] + values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_an_outlier_is_still_the_line() {
        let prior = Prior::learn(&[10.0, 12.1, 13.9, 16.0, 90.0, 20.1, 21.9, 24.0]);
        assert!((prior.level - 24.0).abs() < 0.2, "{prior:?}");
        assert!((prior.growth - 2.0).abs() < 0.05, "{prior:?}");
    }

    #[test]
    fn one_reading_and_constants_give_a_prior() {
        for first in [&[0.0][..], &[7.0, 7.0], &[7.0; 8], &[-1e75; 8]] {
            let prior = Prior::learn(first);
            assert_eq!((prior.level, prior.growth), (first[0], 0.0));
            assert!(0.0 < prior.variance && prior.variance.is_finite() && prior.covariance.is_positive_semidefinite());
        }
    }
}
