//! What is learned of a model's errors: how large they are, where they fall, how they add up.

use serde::{Deserialize, Serialize};

use crate::outlook::LEVELS;

/// Readings that the slow and the fast part of the scale remember.
const SPANS: [f64; 2] = [200.0, 12.0];
/// An error counts for the scale as no more than so many scales.
const LARGEST: f64 = 6.0;
/// How fast the quantiles learn, at first and in the long run.
const RATES: [f32; 2] = [0.1, 0.015];
/// Neighbouring quantiles are at least so many scales apart.
const APART: f32 = 1e-3;
/// Steps of the quantiles, in their own sizes.
const STEPS: f32 = 2.0;

/// How large errors are lately.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Scale {
    squares: [f64; 2],
    pub(crate) seen: f64,
}

/// Quantiles of errors in scales.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Calibration {
    pub(crate) quantiles: [f32; 9],
    rate: f32,
}

/// How the errors of an autoregression add up over the periods ahead.
pub(crate) struct Errors {
    /// The share of each of the last three innovations in the period ahead.
    weights: [f64; 3],
    variance: f64,
}

impl Default for Errors {
    fn default() -> Self {
        Self { weights: [1.0, 0.0, 0.0], variance: 0.0 }
    }
}

impl Errors {
    /// By how many times the error of one more period is larger than that of the first.
    pub(crate) fn grow(&mut self, [one, two, three]: [f64; 3]) -> f64 {
        let [newest, before, first] = self.weights;
        self.variance += newest * newest;
        let next = one * newest + two * before + three * first;
        self.weights = [next.clamp(-2.0, 2.0), newest, before];
        self.variance.sqrt()
    }
}

impl Scale {
    pub(crate) fn now(&self) -> f64 {
        let [slow, fast] = self.squares;
        (0.5 * slow + 0.5 * fast).sqrt().max(1e-9)
    }

    pub(crate) fn learn(&mut self, error: f64) {
        self.seen += 1.0;
        let most = if self.seen < 20.0 { f64::MAX } else { LARGEST * self.now() };
        let square = error.abs().min(most).min(1e100).powi(2);
        for (kept, span) in self.squares.iter_mut().zip(SPANS) {
            *kept += (square - *kept) / span.min(self.seen);
        }
    }
}

impl Default for Calibration {
    /// Quantiles of Student with four degrees of freedom, roughly, for a scale that is a root mean square.
    fn default() -> Self {
        Self { quantiles: [-3.0, -1.95, -1.1, -0.55, 0.0, 0.55, 1.1, 1.95, 3.0], rate: RATES[0] }
    }
}

impl Calibration {
    /// Stochastic approximation (Robbins & Monro 1951): a quantile rises by its level when the error lies above and
    /// falls by the rest when it lies below, in steps that keep to its size.
    pub(crate) fn learn(&mut self, z: f64) {
        for (quantile, level) in self.quantiles.iter_mut().zip(LEVELS) {
            let below = f32::from(u8::from(z < f64::from(*quantile)));
            let size = quantile.abs().max(0.5);
            *quantile += self.rate * size * STEPS * (level as f32 - below);
        }
        for k in 1..9 {
            self.quantiles[k] = self.quantiles[k].max(self.quantiles[k - 1] + APART);
        }
        self.rate += 0.01 * (RATES[1] - self.rate);
    }
}
