//! One path: a linear growth model with a learned noise, evolved and updated by one reading.

use serde::{Deserialize, Serialize};

use crate::{covariance::Covariance, setting::Regime};

/// The noise is never taken to be finer than this share of the level: beyond it lies the rounding of the numbers.
const FINEST_NOISE: f64 = 1e-6;

/// Level and slope with their uncertainty: `(m, C)` after a reading, `(a, R)` before it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Trend {
    pub(crate) level: f64,
    pub(crate) slope: f64,
    pub(crate) covariance: Covariance,
    /// `S`, the estimate of the variance of the noise.
    pub(crate) variance: f64,
}

/// What a step knows of the noise besides its variance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    /// Degrees of freedom of the forecast.
    degrees: f64,
    /// One by them, and by one more.
    pub(crate) per_degree: f64,
    per_next: f64,
    /// No variance below this.
    floor: f64,
}

/// What a path learned of a reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Update {
    pub(crate) posterior: Trend,
    /// `1 / Q`.
    pub(crate) precision: f64,
    /// `e^2 / Q`.
    pub(crate) squared: f64,
}

impl Noise {
    pub(crate) fn new(degrees: f64, floor: f64) -> Self {
        Self { degrees, per_degree: degrees.recip(), per_next: (degrees + 1.0).recip(), floor }
    }
}

impl Trend {
    /// One step on: `a = G m`, `R = G (C + D) G'` with `D` from discounts and jumps: West & Harrison (1997), section
    /// 12.4.
    #[inline]
    pub(crate) fn evolve(&self, regime: &Regime) -> Self {
        let Covariance { level, cross, slope } = self.covariance;
        let loosened = Covariance {
            level: level * regime.level_growth + regime.level_jump * self.variance,
            cross,
            slope: slope * regime.slope_growth + regime.slope_jump * self.variance,
        };
        Self { level: self.level + self.slope, covariance: loosened.grown(), ..*self }
    }

    /// Squared scale of the steady forecast so many periods ahead; the sum of `G^r D G'^r` is taken in closed form.
    pub(crate) fn spread_ahead(&self, regime: &Regime, ahead: u32) -> f64 {
        let k = f64::from(ahead);
        let Covariance { level, cross, slope } = self.covariance;
        let drift = level * (regime.level_growth - 1.0) + regime.level_jump * self.variance;
        let turn = slope * (regime.slope_growth - 1.0) + regime.slope_jump * self.variance;
        let now = level + k * (2.0 * cross + k * slope);
        now + k * drift + turn * k * (k + 1.0) * (2.0 * k + 1.0) / 6.0 + self.variance
    }

    /// Learns from a reading, the evolved trend being the prior.
    #[inline]
    pub(crate) fn update(&self, regime: &Regime, y: f64, noise: &Noise) -> Update {
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

    #[inline]
    fn learned_variance(&self, squared: f64, noise: &Noise) -> f64 {
        let finest = FINEST_NOISE * self.level;
        let learned = self.variance * ((noise.degrees + squared) * noise.per_next);
        learned.max(noise.floor).max(finest * finest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::Setting;

    #[test]
    fn the_closed_form_ahead_agrees_with_evolving_step_by_step() {
        let steady = Setting::WestHarrison.model().regimes[0];
        let covariance = Covariance { level: 3.0, cross: 0.4, slope: 0.7 };
        let trend = Trend { level: 5.0, slope: 1.0, covariance, variance: 2.0 };
        let added = Covariance::diagonal(3.0 / 0.9 - 3.0, 0.7 / 0.9 - 0.7);
        let r = (0..4).fold(covariance, |c, _| c.plus(1.0, added, [0.0, 0.0]).grown());
        assert!((trend.spread_ahead(&steady, 4) - (r.level + 2.0)).abs() < 1e-12);
        let next = trend.evolve(&steady).covariance.level + 2.0;
        assert!((trend.spread_ahead(&steady, 1) - next).abs() < 1e-12);
    }
}
