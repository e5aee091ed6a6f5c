//! The slope a series usually has, against which a turn is seen.

use serde::{Deserialize, Serialize};

use crate::prior::{FIRST, Prior};

/// The slope is averaged over so many readings, or over as many as there were.
const SPAN: f64 = 50.0;

/// A running average of the slope, and how uncertain its beginning still makes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct UsualSlope {
    mean: f64,
    variance: f64,
    span: f64,
}

impl UsualSlope {
    pub(crate) fn new(prior: &Prior) -> Self {
        Self { mean: prior.growth, variance: prior.covariance.slope, span: FIRST as f64 }
    }

    /// How far the slope is from its usual self, in standard deviations of the difference; then learns from it.
    pub(crate) fn observe(&mut self, slope: f64, slope_sd: f64) -> f64 {
        let departure = slope - self.mean;
        let turn = departure / (slope_sd * slope_sd + self.variance).sqrt();
        self.span = (self.span + 1.0).min(SPAN);
        self.mean += departure / self.span;
        self.variance *= (1.0 - 1.0 / self.span).powi(2);
        turn
    }
}
