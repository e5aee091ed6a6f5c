//! The odds that the series changed its course one step ago, and how probable the reading was: the multi-process model
//! once more, in the sparest form, with constants that serve the score.
//!
//! The monitor names what happened and forecasts; this one only has to be quick to doubt. Variances of level and slope
//! are in variances of the noise, each of the four components has a noise of its own, and Student's degrees of freedom
//! are rounded to an odd number, so that a density is an integer power.

use std::array::from_fn;

use serde::{Deserialize, Serialize};

use crate::forecast::Forecast;

/// Prior probability of steady, outlier, level and slope.
const PRIOR: [f64; 4] = [0.94, 0.03, 0.02, 0.01];
/// Noise of each, and the variance each adds to level and slope, in variances of the noise.
const NOISE: [f64; 4] = [1.0, 100.0, 1.0, 1.0];
const LEVEL: [f64; 4] = [0.5, 0.5, 100.0, 0.5];
const SLOPE: [f64; 4] = [1e-4, 1e-4, 1e-4, 4.0];
/// Readings the first noise is learned from.
const FIRST: usize = 8;
/// Readings before anything is said.
const YOUNG: u32 = 12;
/// Share of the degrees of freedom that survives a step: a memory of a hundred readings.
const DISCOUNT: f64 = 0.99;
/// No reading counts for more than this many deviations: it may be an outlier.
const FARTHEST: f64 = 3.0;
/// Below this a process is taken to be ruled out.
const IMPOSSIBLE: f64 = 1e-12;

/// What one reading says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    /// Log-odds of a change of level or slope one step ago, from 0 (less than one in 150) up.
    pub(crate) change: f64,
    /// The reading as the standard normal deviate that would be as improbable.
    pub(crate) normal: f64,
}

/// The trend and the noise, given which process ruled the last step.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Component {
    probability: f64,
    level: f64,
    slope: f64,
    /// Variance of the level, covariance, variance of the slope, in variances of the noise.
    covariance: [f64; 3],
    noise: f64,
}

/// Four components; the density of sixteen paths for each reading.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Change {
    components: [Component; 4],
    degrees: f64,
    floor: f64,
    seen: u32,
    first: [f64; FIRST],
}

/// One process now on one before.
#[derive(Clone, Copy)]
struct Path {
    weight: f64,
    after: Component,
}

impl Change {
    pub(crate) fn observe(&mut self, y: f64) -> Evidence {
        let seen = self.seen as usize;
        self.seen = self.seen.saturating_add(1);
        if seen < FIRST {
            self.first[seen] = y;
            if seen + 1 == FIRST {
                self.start();
            }
            return Evidence::default();
        }
        let degrees = DISCOUNT * self.degrees;
        let paths = self.paths(y, degrees);
        let evidence = if self.seen <= YOUNG {
            Evidence::default()
        } else {
            Evidence { change: change(&paths), normal: self.normal(y, degrees) }
        };
        self.components = from_fn(|j| collapse(from_fn(|i| paths[i][j])));
        self.degrees = degrees + 1.0;
        evidence
    }

    /// Lets a step pass without a reading.
    pub(crate) fn skip(&mut self) {
        if (self.seen as usize) < FIRST {
            return;
        }
        for component in &mut self.components {
            let [c0, c1, c2] = component.covariance;
            component.level += component.slope;
            component.covariance = [c0 + 2.0 * c1 + c2 + LEVEL[0] + SLOPE[0], c1 + c2 + SLOPE[0], c2 + SLOPE[0]];
        }
    }

    fn start(&mut self) {
        let differences = self.first.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>();
        let mean = self.first.iter().sum::<f64>() / FIRST as f64;
        let noise = (differences / 14.0).max(1e-6 * mean.abs()).max(1e-12);
        let level = self.first[FIRST - 1];
        self.components =
            PRIOR.map(|probability| Component { probability, level, slope: 0.0, covariance: [1.0, 0.0, 0.01], noise });
        (self.degrees, self.floor) = (4.0, 1e-4 * noise);
    }

    /// Sixteen paths, weights summing to one.
    fn paths(&self, y: f64, degrees: f64) -> [[Path; 4]; 4] {
        let mut bases = [[0.0; 4]; 4];
        let mut paths: [[Path; 4]; 4] = from_fn(|i| from_fn(|j| self.path(i, j, y, degrees, &mut bases[i][j])));
        let least = bases.as_flattened().iter().copied().fold(f64::INFINITY, f64::min);
        let power = (0.5 * (degrees + 1.0)).round() as i32;
        let mut total = 0.0;
        for (path, base) in paths.as_flattened_mut().iter_mut().zip(bases.as_flattened()) {
            // Relative to the best, so that no weight that matters can vanish.
            path.weight *= (least / base).powi(power);
            total += path.weight;
        }
        paths.as_flattened_mut().iter_mut().for_each(|path| path.weight /= total);
        paths
    }

    /// Writes the base of the density, `1 + z^2 / n`, beside the path.
    fn path(&self, i: usize, j: usize, y: f64, degrees: f64, base: &mut f64) -> Path {
        let Component { probability, level, slope, covariance: [c0, c1, c2], noise } = self.components[i];
        let forecast = level + slope;
        let a0 = c0 + 2.0 * c1 + c2 + LEVEL[j] + SLOPE[j];
        let a1 = c1 + c2 + SLOPE[j];
        let a2 = c2 + SLOPE[j];
        let (q, e) = (a0 + NOISE[j], y - forecast);
        let inverse = q.recip();
        let (gain0, gain1) = (a0 * inverse, a1 * inverse);
        let squared = e * e * inverse / noise;
        *base = 1.0 + squared / degrees;
        let after = Component {
            probability: 0.0,
            level: forecast + gain0 * e,
            slope: slope + gain1 * e,
            covariance: [a0 - a0 * gain0, a1 - a1 * gain0, a2 - a1 * gain1],
            noise: (noise * (degrees + squared) / (degrees + 1.0)).max(self.floor),
        };
        Path { weight: probability * PRIOR[j] / (q * noise).sqrt(), after }
    }

    /// The reading as a normal deviate under the steady forecast, the four components matched by one mean and variance.
    fn normal(&self, y: f64, degrees: f64) -> f64 {
        let mean: f64 = self.components.iter().map(|it| it.probability * (it.level + it.slope)).sum();
        let variance: f64 = self
            .components
            .iter()
            .map(|it| {
                let [c0, c1, c2] = it.covariance;
                let q = c0 + 2.0 * c1 + c2 + LEVEL[0] + SLOPE[0] + NOISE[0];
                it.probability * (q * it.noise + (it.level + it.slope - mean).powi(2))
            })
            .sum();
        Forecast { mean, scale: variance.sqrt(), degrees }.normal_score(y).clamp(-FARTHEST, FARTHEST)
    }
}

/// Log-odds of a change of level or slope one step ago.
fn change(paths: &[[Path; 4]; 4]) -> f64 {
    let weight = |i: usize| paths[i].iter().map(|path| path.weight).sum::<f64>();
    let changed = (weight(2) + weight(3)).clamp(1e-9, 1.0 - 1e-9);
    (changed / (1.0 - changed)).ln().max(-5.0) + 5.0
}

/// The four paths to a process as one, with the same moments: West & Harrison (1997), section 12.4.
fn collapse(paths: [Path; 4]) -> Component {
    let probability: f64 = paths.iter().map(|path| path.weight).sum();
    if probability < IMPOSSIBLE {
        let best = paths.iter().fold(&paths[0], |best, path| if best.weight < path.weight { path } else { best });
        return Component { probability, ..best.after };
    }
    let shares = paths.map(|path| path.weight / probability / path.after.noise);
    let noise = shares.iter().sum::<f64>().recip();
    let shares = shares.map(|share| share * noise);
    let mean = |of: fn(&Component) -> f64| -> f64 { (0..4).map(|i| shares[i] * of(&paths[i].after)).sum() };
    let (level, slope) = (mean(|it| it.level), mean(|it| it.slope));
    let mut covariance = [0.0; 3];
    for (path, share) in paths.iter().zip(shares) {
        let it = &path.after;
        let precision = it.noise.recip();
        let (d0, d1) = (it.level - level, it.slope - slope);
        let spread = [d0 * d0, d0 * d1, d1 * d1];
        for k in 0..3 {
            covariance[k] += share * (it.covariance[k] + spread[k] * precision);
        }
    }
    Component { probability, level, slope, covariance, noise }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence_of(event: impl Fn(i32) -> f64) -> Vec<f64> {
        let mut change = Change::default();
        let noise = |i: i32| f64::from(i * 7919 % 101) / 50.0 - 1.0;
        (0..210).map(|i| change.observe(noise(i) + event(i)).change).collect()
    }

    #[test]
    fn a_step_is_believed_one_reading_later_and_a_spike_is_not() {
        let step = evidence_of(|i| if 200 <= i { 8.0 } else { 0.0 });
        let spike = evidence_of(|i| if 200 == i { 8.0 } else { 0.0 });
        assert!(step[..200].iter().all(|odds| *odds < 5.0));
        assert!(7.0 < step[201], "{:?}", &step[198..]);
        assert!(spike[201] < 4.0, "{:?}", &spike[198..]);
    }

    #[test]
    fn extremes_leave_numbers() {
        let mut change = Change::default();
        for i in 0..2000 {
            let y = if i % 97 == 0 { 1e6 } else { 0.0 };
            let Evidence { change, normal } = change.observe(y);
            assert!(change.is_finite() && normal.is_finite());
        }
    }
}
