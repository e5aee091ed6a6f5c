//! Four trends, one for each process that may have ruled the last step, and the sixteen paths of the next.

use std::array::from_fn;

use serde::{Deserialize, Serialize};

use crate::{
    covariance::Covariance,
    forecast::Forecast,
    prior::Prior,
    process::{Probabilities, Process},
    setting::{Model, Regime},
    trend::{Noise, Trend, Update},
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
    before: [[f32; 4]; 4],
    /// `n`, the same on every path.
    degrees: f64,
    /// The noise never falls below this variance.
    floor: f64,
}

/// The four paths to one process, each quantity beside its kind: sums over four of a kind are one step for a processor.
#[derive(Default)]
struct Paths {
    /// What the density would be were the reading as forecast, times the probability of the path.
    peak: [f64; 4],
    /// `1 + e^2 / (n Q)`, a power of which takes the density down from its peak.
    base: [f64; 4],
    level: [f64; 4],
    slope: [f64; 4],
    variance: [f64; 4],
    covariance: [Covariance; 4],
}

/// The four paths to one process as one.
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
            before: [weights.map(|weight| weight as f32); 4],
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
        let noise = Noise::new(degrees, self.floor);
        let columns = model.regimes.each_ref().map(|regime| self.paths(regime, y, &noise).collapse(degrees));
        let least = columns.iter().map(|column| column.least_base).fold(f64::INFINITY, f64::min);
        let densities = densities(columns.each_ref().map(|column| least / column.least_base), degrees);
        let weights: [f64; 4] = from_fn(|j| columns[j].weight * densities[j]);
        let total: f64 = weights.iter().sum();

        let now = Probabilities::from_weights(weights);
        let one_ago = now.average(from_fn(|j| columns[j].before));
        let before = self.before.map(|before| Probabilities::from_weights(before.map(f64::from)));
        let two_ago = one_ago.average(before);

        self.weights = weights.map(|weight| weight / total);
        self.trends = from_fn(|j| columns[j].trend);
        self.before = from_fn(|j| Process::ALL.map(|process| columns[j].before.get(process) as f32));
        self.degrees = degrees + 1.0;
        [now, one_ago, two_ago]
    }

    /// Weighs the paths to a process by the density of the reading under their Student-t forecasts; the part of it that
    /// depends on the degrees of freedom alone is the same on all paths and left out.
    fn paths(&self, regime: &Regime, y: f64, noise: &Noise) -> Paths {
        let mut paths = Paths::default();
        for (then, trend) in self.trends.iter().enumerate() {
            let prior = trend.evolve(regime);
            let Update { posterior, precision, squared } = prior.update(regime, y, noise);
            paths.peak[then] = self.weights[then] * regime.probability * precision.sqrt();
            paths.base[then] = 1.0 + squared * noise.per_degree;
            paths.level[then] = posterior.level;
            paths.slope[then] = posterior.slope;
            paths.variance[then] = posterior.variance;
            paths.covariance[then] = posterior.covariance;
        }
        paths
    }

    fn expect(&self, of: impl Fn(&Trend) -> f64) -> f64 {
        self.weights.iter().zip(&self.trends).map(|(weight, trend)| weight * of(trend)).sum()
    }

    #[cfg(test)]
    pub(crate) fn covariances(&self) -> [Covariance; 4] {
        self.trends.map(|trend| trend.covariance)
    }
}

/// The densities of Student's distribution at bases of `1 / ratio`, relative to its peak.
///
/// The degrees of freedom are rounded to a whole number: an integer power costs a tenth of a logarithm and an
/// exponential, and the estimate of the noise is not worth half a degree.
fn densities(ratios: [f64; 4], degrees: f64) -> [f64; 4] {
    let twice = (degrees + 1.0).round() as u32;
    let whole = powers(ratios, twice / 2);
    if twice.is_multiple_of(2) { whole } else { from_fn(|k| whole[k] * ratios[k].sqrt()) }
}

/// Four numbers to the same power, by squaring.
fn powers(mut bases: [f64; 4], mut exponent: u32) -> [f64; 4] {
    let mut products = [1.0; 4];
    while exponent != 0 {
        if exponent & 1 == 1 {
            products = from_fn(|k| products[k] * bases[k]);
        }
        bases = bases.map(|base| base * base);
        exponent >>= 1;
    }
    products
}

impl Paths {
    /// Replaces the four paths to a process by one with the same moments: West & Harrison (1997), section 12.4.
    ///
    /// The shares are taken relative to the best path of the column, so that a process may be as improbable as numbers
    /// allow and still have a trend.
    fn collapse(&self, degrees: f64) -> Column {
        let least_base = self.base.into_iter().fold(f64::INFINITY, f64::min);
        let densities = densities(self.base.map(|base| least_base / base), degrees);
        let weights: [f64; 4] = from_fn(|k| (self.peak[k] * densities[k]).max(f64::MIN_POSITIVE));
        let total: f64 = weights.iter().sum();
        let mut shares = [0.0; 4];
        for (k, share) in shares.iter_mut().enumerate() {
            *share = weights[k] / (total * self.variance[k]);
        }
        let variance = shares.iter().sum::<f64>().recip();
        shares.iter_mut().for_each(|share| *share *= variance);
        let mean = |of: &[f64; 4]| -> f64 { shares.iter().zip(of).map(|(share, of)| share * of).sum() };
        let (level, slope) = (mean(&self.level), mean(&self.slope));
        let mut covariance = Covariance::default();
        for (k, share) in shares.into_iter().enumerate() {
            covariance = covariance.plus(share, self.covariance[k], [self.level[k] - level, self.slope[k] - slope]);
        }
        Column {
            weight: total,
            least_base,
            trend: Trend { level, slope, covariance, variance },
            before: Probabilities::from_weights(weights),
        }
    }
}
