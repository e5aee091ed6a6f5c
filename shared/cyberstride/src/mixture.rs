//! Four trends, one for each process that may have ruled the last step, and the sixteen paths of the next.

use std::array::from_fn;

use serde::{Deserialize, Serialize};

use crate::{
    covariance::Covariance,
    forecast::Forecast,
    prior::Prior,
    process::Probabilities,
    setting::Model,
    trend::{Noise, Trend},
};

/// Index of the steady process.
const STEADY: usize = 0;

/// The posterior after a reading.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Mixture {
    /// Probability of each component, that is of each process at the last step.
    weights: [f64; 4],
    trends: [Trend; 4],
    /// For each component, the distribution of the process one step before.
    before: [Probabilities; 4],
    /// `n`, the same on every path.
    degrees: f64,
    /// The noise never falls below this variance.
    floor: f64,
}

/// One of four processes now on one of four then.
#[derive(Clone, Copy)]
struct Path {
    /// What the density would be were the reading as forecast, times the probability of the path.
    peak: f64,
    /// `1 + e^2 / (n Q)`, a power of which takes the density down from its peak.
    base: f64,
    trend: Trend,
}

/// The four paths to one process.
struct Column {
    /// Sum of the weights relative to a path of the least base.
    weight: f64,
    least_base: f64,
    trend: Trend,
    before: Probabilities,
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
            trends: [trend; 4],
            before: [Probabilities::from_weights(weights); 4],
            degrees: prior.degrees,
            floor: QUIETEST * prior.variance,
        }
    }

    /// The steady forecast so many periods ahead, the four components matched by one mean and scale.
    pub(crate) fn forecast(&self, model: &Model, ahead: u32) -> Forecast {
        let steady = &model.regimes[STEADY];
        let mean_of = |trend: &Trend| trend.level + f64::from(ahead) * trend.slope;
        let mean = self.expect(mean_of);
        let spread = self.expect(|trend| trend.spread_ahead(steady, ahead) + (mean_of(trend) - mean).powi(2));
        Forecast { mean, scale: spread.sqrt(), degrees: model.variance_discount * self.degrees }
    }

    /// Mean of level and slope.
    pub(crate) fn trend(&self) -> (f64, f64) {
        (self.expect(|trend| trend.level), self.expect(|trend| trend.slope))
    }

    /// Lets a steady step pass without a reading.
    pub(crate) fn skip(&mut self, model: &Model) {
        self.trends = self.trends.map(|trend| trend.evolve(&model.regimes[STEADY]));
    }

    /// Learns from a reading and says which process ruled now, one and two steps ago.
    pub(crate) fn observe(&mut self, model: &Model, y: f64) -> [Probabilities; 3] {
        let degrees = model.variance_discount * self.degrees;
        let noise = Noise { degrees, floor: self.floor };
        let columns: [Column; 4] =
            from_fn(|now| collapse(from_fn(|then| self.path(model, then, now, y, &noise)), degrees));
        let least = columns.iter().map(|column| column.least_base).fold(f64::INFINITY, f64::min);
        let weights = columns.each_ref().map(|column| column.weight * density(least / column.least_base, degrees));
        let total: f64 = weights.iter().sum();

        let now = Probabilities::from_weights(weights);
        let one_ago = now.average(from_fn(|j| columns[j].before));
        let two_ago = one_ago.average(self.before);

        self.weights = weights.map(|weight| weight / total);
        self.trends = from_fn(|j| columns[j].trend);
        self.before = from_fn(|j| columns[j].before);
        self.degrees = degrees + 1.0;
        [now, one_ago, two_ago]
    }

    /// Weighs one path by the density of the reading under its Student-t forecast; the part of the density that
    /// depends on the degrees of freedom alone is the same on all paths and left out.
    fn path(&self, model: &Model, then: usize, now: usize, y: f64, noise: &Noise) -> Path {
        let regime = &model.regimes[now];
        let prior = self.trends[then].evolve(regime);
        let (e, q, n) = (y - prior.level, prior.spread(regime), noise.degrees);
        let peak = self.weights[then] * regime.probability / q.sqrt();
        Path { peak, base: 1.0 + e * (e / q) / n, trend: prior.update(regime, y, noise) }
    }

    fn expect(&self, of: impl Fn(&Trend) -> f64) -> f64 {
        self.weights.iter().zip(&self.trends).map(|(weight, trend)| weight * of(trend)).sum()
    }

    #[cfg(test)]
    pub(crate) fn covariances(&self) -> [Covariance; 4] {
        self.trends.map(|trend| trend.covariance)
    }
}

/// The density of Student's distribution at a base of `1 / ratio`, relative to its peak.
///
/// The degrees of freedom are rounded to a whole number: an integer power costs a tenth of a logarithm and an
/// exponential, and the estimate of the noise is not worth half a degree.
fn density(ratio: f64, degrees: f64) -> f64 {
    let twice = (degrees + 1.0).round() as i32;
    let whole = ratio.powi(twice / 2);
    if twice % 2 == 0 { whole } else { whole * ratio.sqrt() }
}

/// Replaces the four paths to a process by one with the same moments: West & Harrison (1997), section 12.4.
///
/// The shares are taken relative to the best path of the column, so that a process may be as improbable as numbers
/// allow and still have a trend.
fn collapse(paths: [Path; 4], degrees: f64) -> Column {
    let least_base = paths.iter().map(|path| path.base).fold(f64::INFINITY, f64::min);
    let weights = paths.map(|path| (path.peak * density(least_base / path.base, degrees)).max(f64::MIN_POSITIVE));
    let total: f64 = weights.iter().sum();
    let precisions: [f64; 4] = from_fn(|i| weights[i] / total / paths[i].trend.variance);
    let variance = precisions.iter().sum::<f64>().recip();
    let shares = precisions.map(|precision| precision * variance);
    let mean = |of: fn(&Trend) -> f64| -> f64 { (0..4).map(|i| shares[i] * of(&paths[i].trend)).sum() };
    let (level, slope) = (mean(|t| t.level), mean(|t| t.slope));
    let covariance = (0..4).fold(Covariance::default(), |sum, i| {
        let trend = &paths[i].trend;
        sum.plus(shares[i], trend.covariance, [trend.level - level, trend.slope - slope])
    });
    Column {
        weight: total,
        least_base,
        trend: Trend { level, slope, covariance, variance },
        before: Probabilities::from_weights(weights),
    }
}
