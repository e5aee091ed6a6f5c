//! Paths: linear growth models with a learned noise, evolved and updated by one reading, four at a time.

use serde::{Deserialize, Serialize};
use wide::f64x4;

use crate::{covariance::Covariance, setting::Regime};

/// The noise is never taken to be finer than this share of the level: beyond it lies the rounding of the numbers.
const FINEST_NOISE: f64 = 1e-6;

/// Level and slope with their uncertainty: `(m, C)` after a reading, `(a, R)` before it; of four paths where `T` is four
/// numbers, each quantity beside its kind, so that a processor takes them in one step.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Trend<T = f64> {
    pub(crate) level: T,
    pub(crate) slope: T,
    pub(crate) covariance: Covariance<T>,
    /// `S`, the estimate of the variance of the noise.
    pub(crate) variance: T,
}

/// What a step knows of the noise besides its variance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    /// Degrees of freedom of the forecast.
    degrees: f64x4,
    /// One by them, and by one more.
    pub(crate) per_degree: f64x4,
    per_next: f64x4,
    /// No variance below this.
    floor: f64x4,
}

/// What four paths learned of a reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update {
    pub(crate) posterior: Trend<f64x4>,
    /// `1 / Q`.
    pub(crate) precision: f64x4,
    /// `e^2 / Q`.
    pub(crate) squared: f64x4,
}

impl Noise {
    pub(crate) fn new(degrees: f64, floor: f64) -> Self {
        Self {
            degrees: f64x4::splat(degrees),
            per_degree: f64x4::splat(degrees.recip()),
            per_next: f64x4::splat((degrees + 1.0).recip()),
            floor: f64x4::splat(floor),
        }
    }
}

impl<T> Trend<T> {
    #[inline]
    pub(crate) fn map<U>(self, to: impl Fn(T) -> U) -> Trend<U> {
        Trend {
            level: to(self.level),
            slope: to(self.slope),
            covariance: self.covariance.map(&to),
            variance: to(self.variance),
        }
    }
}

impl Trend<f64x4> {
    /// One step on: `a = G m`, `R = G (C + D) G'` with `D` from discounts and jumps: West & Harrison (1997), section
    /// 12.4.
    #[inline]
    pub(crate) fn evolve(&self, regime: &Regime<f64x4>) -> Self {
        let Covariance { level, cross, slope } = self.covariance;
        let loosened = Covariance {
            level: level * regime.level_growth + regime.level_jump * self.variance,
            cross,
            slope: slope * regime.slope_growth + regime.slope_jump * self.variance,
        };
        Self { level: self.level + self.slope, covariance: loosened.grown(), ..*self }
    }

    /// Squared scale of the steady forecast so many periods ahead; the sum of `G^r D G'^r` is taken in closed form.
    #[inline]
    pub(crate) fn spread_ahead(&self, regime: &Regime<f64x4>, ahead: u32) -> f64x4 {
        let [k, one, two, six] = [f64::from(ahead), 1.0, 2.0, 6.0].map(f64x4::splat);
        let Covariance { level, cross, slope } = self.covariance;
        let drift = level * (regime.level_growth - one) + regime.level_jump * self.variance;
        let turn = slope * (regime.slope_growth - one) + regime.slope_jump * self.variance;
        let now = level + k * (two * cross + k * slope);
        now + k * drift + turn * k * (k + one) * (two * k + one) / six + self.variance
    }

    /// Learns from a reading, the evolved trend being the prior.
    #[inline]
    pub(crate) fn update(&self, regime: &Regime<f64x4>, y: f64x4, noise: &Noise) -> Update {
        let of_reading = regime.noise * self.variance;
        let (e, precision) = (y - self.level, (self.covariance.level + of_reading).recip());
        let gain = e * precision;
        let squared = e * gain;
        let variance = self.learned_variance(squared, noise);
        let covariance = self.covariance.observed(of_reading, precision);
        let posterior = Self {
            level: self.level + self.covariance.level * gain,
            slope: self.slope + self.covariance.cross * gain,
            covariance: covariance.times(variance / self.variance),
            variance,
        };
        Update { posterior, precision, squared }
    }

    /// Readings lie within 1e75, so none of this is NaN, of which processors choose the larger in their own ways.
    #[inline]
    fn learned_variance(&self, squared: f64x4, noise: &Noise) -> f64x4 {
        let finest = f64x4::splat(FINEST_NOISE) * self.level;
        let learned = self.variance * ((noise.degrees + squared) * noise.per_next);
        learned.fast_max(noise.floor).fast_max(finest * finest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::Setting;

    #[test]
    fn the_closed_form_ahead_agrees_with_evolving_step_by_step() {
        let steady = Setting::WestHarrison.model().steady;
        let covariance = Covariance { level: 3.0, cross: 0.4, slope: 0.7 }.map(f64x4::splat);
        let [level, slope, variance] = [5.0, 1.0, 2.0].map(f64x4::splat);
        let trend = Trend { level, slope, covariance, variance };
        let added = Covariance::diagonal(3.0 / 0.9 - 3.0, 0.7 / 0.9 - 0.7).map(f64x4::splat);
        let r = (0..4).fold(covariance, |c, _| c.plus(f64x4::ONE, added, [f64x4::ZERO; 2]).grown());
        let near = |one: f64x4, other: f64x4| (one - other).abs().to_array()[2] < 1e-12;
        assert!(near(trend.spread_ahead(&steady, 4), r.level + variance));
        let next = trend.evolve(&steady).covariance.level + variance;
        assert!(near(trend.spread_ahead(&steady, 1), next));
    }
}
