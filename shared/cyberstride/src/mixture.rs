//! Four trends, one for each process that may have ruled the last step, and the sixteen paths of the next.
//!
//! Four numbers beside each other belong to the four processes, of the last step where they are kept and of this one
//! where they are worked out.

use std::array::from_fn;

use serde::{Deserialize, Serialize};
use wide::f64x4;

use crate::{
    covariance::Covariance,
    forecast::Forecast,
    prior::Prior,
    process::Probabilities,
    setting::Model,
    trend::{Noise, Trend, Update},
};

/// The posterior after a reading.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Mixture {
    /// Probability of each component, that is of each process at the last step.
    weights: [f64; 4],
    trends: Trend<[f64; 4]>,
    /// For each component, the distribution of the process one step before.
    before: [[f32; 4]; 4],
    /// `n`, the same on every path.
    degrees: f64,
    /// The noise never falls below this variance.
    floor: f64,
}

/// The four paths from one component.
#[derive(Clone, Copy)]
struct Paths {
    /// What the density would be were the reading as forecast, times the probability of the path.
    peak: f64x4,
    /// `1 + e^2 / (n Q)`, a power of which takes the density down from its peak.
    base: f64x4,
    posterior: Trend<f64x4>,
}

/// The four paths to each process as one.
struct Collapsed {
    /// For each component the share that its path has in the four to a process.
    shares: [f64x4; 4],
    /// Sum of the weights relative to a path of the least base.
    weight: f64x4,
    least_base: f64x4,
    trends: Trend<f64x4>,
}

/// The share of the prior's variance of noise below which the noise is never taken to be: a quiet hour should not make
/// the next ordinary one a sensation.
const QUIETEST: f64 = 1e-4;

impl Mixture {
    pub(crate) fn new(prior: &Prior, model: &Model) -> Self {
        let trend =
            Trend { level: prior.level, slope: prior.growth, covariance: prior.covariance, variance: prior.variance };
        let weights = model.probabilities();
        Self {
            weights,
            trends: trend.map(|of| [of; 4]),
            before: [weights.map(|weight| weight as f32); 4],
            degrees: prior.degrees,
            floor: QUIETEST * prior.variance,
        }
    }

    /// The steady forecast so many periods ahead, the four components matched by one mean and scale.
    pub(crate) fn forecast(&self, model: &Model, ahead: u32) -> Forecast {
        let trends = self.trends.map(f64x4::new);
        let means = trends.level + f64x4::splat(f64::from(ahead)) * trends.slope;
        let mean = self.expect(means);
        let off = means - f64x4::splat(mean);
        let spread = self.expect(trends.spread_ahead(&model.steady, ahead) + off * off);
        Forecast { mean, scale: spread.sqrt(), degrees: model.variance_discount * self.degrees }
    }

    /// Mean of level and slope.
    pub(crate) fn trend(&self) -> (f64, f64) {
        (self.expect(f64x4::new(self.trends.level)), self.expect(f64x4::new(self.trends.slope)))
    }

    /// Lets a steady step pass without a reading.
    pub(crate) fn skip(&mut self, model: &Model) {
        self.trends = self.trends.map(f64x4::new).evolve(&model.steady).map(f64x4::to_array);
    }

    /// Learns from a reading and says which process ruled now, one and two steps ago.
    pub(crate) fn observe(&mut self, model: &Model, y: f64) -> [Probabilities; 3] {
        let degrees = model.variance_discount * self.degrees;
        let noise = Noise::new(degrees, self.floor);
        let Collapsed { shares, weight, least_base, trends } =
            collapse(&from_fn(|component| self.paths(component, model, y, &noise)), degrees);
        let least = least_base.to_array().into_iter().fold(f64::INFINITY, f64::min);
        let [densities] = densities([f64x4::splat(least) / least_base], degrees);
        let weights = weight * densities;

        let now = Probabilities::from_weights(weights.to_array());
        let before = f64x4::transpose(shares);
        let one_ago = now.average(before);
        let two_ago = one_ago.average(self.before.map(normal));

        self.weights = now.to_array();
        self.trends = trends.map(f64x4::to_array);
        self.before = before.map(|before| before.to_array().map(|share| share as f32));
        self.degrees = degrees + 1.0;
        [now, one_ago, two_ago]
    }

    /// Weighs the paths from a component by the density of the reading under their Student-t forecasts; the part of it that
    /// depends on the degrees of freedom alone is the same on all paths and left out.
    #[inline]
    fn paths(&self, component: usize, model: &Model, y: f64, noise: &Noise) -> Paths {
        let trend = self.trends.map(|of| f64x4::splat(of[component]));
        let prior = trend.evolve(&model.regimes);
        let Update { posterior, precision, squared } = prior.update(&model.regimes, f64x4::splat(y), noise);
        Paths {
            peak: f64x4::splat(self.weights[component]) * model.regimes.probability * precision.sqrt(),
            base: f64x4::ONE + squared * noise.per_degree,
            posterior,
        }
    }

    fn expect(&self, of: f64x4) -> f64 {
        sum(f64x4::new(self.weights) * of)
    }

    #[cfg(test)]
    pub(crate) fn covariances(&self) -> [Covariance; 4] {
        from_fn(|k| self.trends.covariance.map(|of| of[k]))
    }
}

/// From the first to the last.
fn sum(of: f64x4) -> f64 {
    of.to_array().into_iter().sum()
}

/// What was kept in single precision, adding up to one again.
fn normal(kept: [f32; 4]) -> f64x4 {
    let kept = f64x4::new(kept.map(f64::from));
    kept / f64x4::splat(sum(kept))
}

/// The densities of Student's distribution at bases of `1 / ratio`, relative to its peak.
///
/// The degrees of freedom are rounded to a whole number: an integer power costs a tenth of a logarithm and an
/// exponential, and the estimate of the noise is not worth half a degree.
#[inline]
fn densities<const N: usize>(ratios: [f64x4; N], degrees: f64) -> [f64x4; N] {
    let twice = (degrees + 1.0).round() as u32;
    let whole = powers(ratios, twice / 2);
    if twice.is_multiple_of(2) { whole } else { from_fn(|k| whole[k] * ratios[k].sqrt()) }
}

/// Numbers to the same power, by squaring.
#[inline]
fn powers<const N: usize>(mut bases: [f64x4; N], mut exponent: u32) -> [f64x4; N] {
    let mut products = [f64x4::ONE; N];
    while exponent != 0 {
        if exponent & 1 == 1 {
            products = from_fn(|k| products[k] * bases[k]);
        }
        bases = bases.map(|base| base * base);
        exponent >>= 1;
    }
    products
}

/// Replaces the four paths to each process by one with the same moments: West & Harrison (1997), section 12.4.
///
/// The shares are taken relative to the best path to the process, so that it may be as improbable as numbers allow and
/// still have a trend.
#[inline]
fn collapse(paths: &[Paths; 4], degrees: f64) -> Collapsed {
    let least_base = paths.iter().fold(f64x4::splat(f64::INFINITY), |least, path| path.base.fast_min(least));
    let densities = densities(paths.map(|path| least_base / path.base), degrees);
    let weights: [_; 4] = from_fn(|k| (paths[k].peak * densities[k]).fast_max(f64x4::splat(f64::MIN_POSITIVE)));
    let weight = total(weights);
    let relative: [_; 4] = from_fn(|k| weights[k] / (weight * paths[k].posterior.variance));
    let variance = total(relative).recip();
    let relative = relative.map(|share| share * variance);
    let mean = |of: fn(&Trend<f64x4>) -> f64x4| total(from_fn(|k| relative[k] * of(&paths[k].posterior)));
    let (level, slope) = (mean(|trend| trend.level), mean(|trend| trend.slope));
    let mut covariance = Covariance::default();
    for (share, Paths { posterior, .. }) in relative.into_iter().zip(paths) {
        let off = [posterior.level - level, posterior.slope - slope];
        covariance = covariance.plus(share, posterior.covariance, off);
    }
    let shares = weights.map(|share| share / weight);
    Collapsed { shares, weight, least_base, trends: Trend { level, slope, covariance, variance } }
}

#[inline]
fn total([a, b, c, d]: [f64x4; 4]) -> f64x4 {
    a + b + c + d
}

#[cfg(test)]
mod tests;
