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
    pub(crate) degrees: f64,
    /// No variance below this.
    pub(crate) floor: f64,
}

impl Trend {
    /// One step on: `a = G m`, `R = G (C + D) G'` with `D` from discounts and jumps: West & Harrison (1997), section
    /// 12.4.
    pub(crate) fn evolve(&self, regime: &Regime) -> Self {
        let Covariance { level, cross, slope } = self.covariance;
        let loosened = Covariance {
            level: level / regime.level_discount + regime.level_jump * self.variance,
            cross,
            slope: slope / regime.slope_discount + regime.slope_jump * self.variance,
        };
        Self { level: self.level + self.slope, covariance: loosened.grown(), ..*self }
    }

    /// `Q`, the squared scale of the forecast of the next reading, from the evolved trend.
    pub(crate) fn spread(&self, regime: &Regime) -> f64 {
        self.covariance.level + regime.noise * self.variance
    }

    /// Squared scale of the steady forecast so many periods ahead; the sum of `G^r D G'^r` is taken in closed form.
    pub(crate) fn spread_ahead(&self, regime: &Regime, ahead: u32) -> f64 {
        let k = f64::from(ahead);
        let Covariance { level, cross, slope } = self.covariance;
        let drift = level * (1.0 / regime.level_discount - 1.0) + regime.level_jump * self.variance;
        let turn = slope * (1.0 / regime.slope_discount - 1.0) + regime.slope_jump * self.variance;
        let now = level + k * (2.0 * cross + k * slope);
        now + k * drift + turn * k * (k + 1.0) * (2.0 * k + 1.0) / 6.0 + self.variance
    }

    /// Learns from a reading, the evolved trend being the prior.
    pub(crate) fn update(&self, regime: &Regime, y: f64, noise: &Noise) -> Self {
        let (e, q) = (y - self.level, self.spread(regime));
        let gain = e / q;
        let variance = self.learned_variance(e * gain, noise);
        let covariance = self.covariance.observed(regime.noise * self.variance);
        Self {
            level: self.level + self.covariance.level * gain,
            slope: self.slope + self.covariance.cross * gain,
            covariance: covariance.times(variance / self.variance),
            variance,
        }
    }

    fn learned_variance(&self, squared: f64, noise: &Noise) -> f64 {
        let finest = FINEST_NOISE * self.level;
        let learned = self.variance * ((noise.degrees + squared) / (noise.degrees + 1.0));
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
        assert!((trend.spread_ahead(&steady, 1) - trend.evolve(&steady).spread(&steady)).abs() < 1e-12);
    }
}
