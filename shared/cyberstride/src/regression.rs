//! A dynamic regression of the next reading on the last ones and on the time of the day.

use serde::{Deserialize, Serialize};

/// Regressors: one, the last three readings, the profile of the day now and one reading ago.
pub(crate) const REGRESSORS: usize = 6;

/// Share of the past that survives a step: a memory of some five hundred readings.
const FORGETTING: f64 = 0.998;
/// Errors beyond so many scales count less: Huber (1964).
const HUBER: f64 = 3.0;
/// The uncertainty of a coefficient is let grow no further; directions the series never takes teach nothing.
const MOST_UNCERTAIN: f64 = 1e6;

/// Recursive least squares with forgetting.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Regression {
    coefficients: [f64; REGRESSORS],
    /// Of a symmetric matrix the upper half, row by row.
    covariance: [f64; HALF],
}

/// Entries of the upper half.
const HALF: usize = REGRESSORS * (REGRESSORS + 1) / 2;

impl Default for Regression {
    /// At first the next reading is expected to be as the last.
    fn default() -> Self {
        let mut covariance = [0.0; HALF];
        (0..REGRESSORS).for_each(|k| covariance[place(k, k)] = UNCERTAIN);
        Self { coefficients: [0.0, 1.0, 0.0, 0.0, 0.0, 0.0], covariance }
    }
}

/// The first uncertainty of each coefficient, in variances of the noise.
const UNCERTAIN: f64 = 1.0;

impl Regression {
    pub(crate) fn forecast(&self, x: &[f64; REGRESSORS]) -> f64 {
        dot(&self.coefficients, x)
    }

    /// How the last three readings enter the next one. Where the time of the day is not known yet, the last reading
    /// stands in for it.
    pub(crate) fn memory(&self, time_is_known: bool) -> [f64; 3] {
        let [_, one, two, three, usual, last_usual] = self.coefficients;
        [if time_is_known { one } else { one + usual + last_usual }, two, three]
    }

    /// Forecasts so much higher from now on.
    pub(crate) fn lift(&mut self, by: f64) {
        self.coefficients[0] += by;
    }

    /// Learns from an error; `scale` is the usual size of one.
    pub(crate) fn learn(&mut self, x: &[f64; REGRESSORS], error: f64, scale: f64) {
        let weight = (HUBER * scale / error.abs().max(1e-12)).clamp(1e-6, 1.0);
        let projected = self.project(x);
        let spread = FORGETTING / weight + dot(&projected, x);
        let trace: f64 = (0..REGRESSORS).map(|k| self.covariance[place(k, k)]).sum();
        let growth = if trace < MOST_UNCERTAIN { FORGETTING.recip() } else { 1.0 };
        let mut entries = self.covariance.iter_mut();
        for k in 0..REGRESSORS {
            let gain = projected[k] / spread;
            self.coefficients[k] += gain * error;
            for (projected, entry) in projected[k..].iter().zip(entries.by_ref()) {
                *entry = (*entry - gain * projected) * growth;
            }
        }
    }

    /// The covariance times a vector.
    fn project(&self, x: &[f64; REGRESSORS]) -> [f64; REGRESSORS] {
        let mut projected = [0.0; REGRESSORS];
        for k in 0..REGRESSORS {
            projected[k] += self.covariance[place(k, k)] * x[k];
            for l in k + 1..REGRESSORS {
                let entry = self.covariance[place(k, l)];
                projected[k] += entry * x[l];
                projected[l] += entry * x[k];
            }
        }
        projected
    }
}

/// Where the entry of a row and a column, not before it, stands.
const fn place(row: usize, column: usize) -> usize {
    row * (2 * REGRESSORS - 1 - row) / 2 + column
}

fn dot(a: &[f64; REGRESSORS], b: &[f64; REGRESSORS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_law_is_learned() {
        let mut regression = Regression::default();
        let x = |i: i32| [1.0, f64::from(i * 31 % 17), f64::from(i * 7 % 5), 0.0, f64::from(i % 3), 0.0];
        let law = |x: &[f64; 6]| 2.0 + 0.5 * x[1] - 0.25 * x[2] + x[4];
        for i in 0..400 {
            let error = law(&x(i)) - regression.forecast(&x(i));
            regression.learn(&x(i), error, 1.0);
        }
        assert!((law(&x(401)) - regression.forecast(&x(401))).abs() < 0.01);
    }

    #[test]
    fn a_million_readings_leave_it_as_it_was() {
        let mut regression = Regression::default();
        let mut y = [0.0; 4];
        let mut state = 1_u64;
        for _ in 0..1_500_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            y = [(state >> 40) as f64 / f64::from(1 << 23) - 1.0, y[0], y[1], y[2]];
            let x = [1.0, y[1], y[2], y[3], 0.9 * y[1], 0.0];
            let error = y[0] - regression.forecast(&x);
            regression.learn(&x, error, 0.6);
        }
        assert!(regression.coefficients.iter().all(|it| it.abs() < 1.0), "{:?}", regression.coefficients);
    }

    #[test]
    fn what_never_moves_teaches_nothing_and_blows_nothing_up() {
        let mut regression = Regression::default();
        (0..20_000).for_each(|_| regression.learn(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 0.0, 1.0));
        assert!(regression.covariance.iter().all(|c| c.abs() < 1e7));
    }
}
