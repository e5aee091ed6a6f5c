//! How often each process occurs, how much variance it brings, and how fast the past is forgotten.

use serde::{Deserialize, Serialize};

/// Everything the model is told rather than learns.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Setting {
    pub(crate) regimes: [Regime; 4],
    /// Share of the degrees of freedom of the noise that survives a step (`b`).
    pub(crate) variance_discount: f64,
    /// Largest factor by which one reading may raise the variance of the noise.
    pub(crate) noise_growth: f64,
}

/// One process: its prior probability and its variances.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Regime {
    /// Probability before the reading is seen.
    pub(crate) probability: f64,
    /// Multiple of the variance of the noise in this reading.
    pub(crate) noise: f64,
    /// The level's variance is divided by this at each step.
    pub(crate) level_discount: f64,
    /// The slope's variance is divided by this at each step.
    pub(crate) slope_discount: f64,
    /// Added variance of the level, in variances of the noise.
    pub(crate) level_jump: f64,
    /// Added variance of the slope, in variances of the noise.
    pub(crate) slope_jump: f64,
}

impl Regime {
    const fn discounted(probability: f64, noise: f64, level_discount: f64, slope_discount: f64) -> Self {
        Self { probability, noise, level_discount, slope_discount, level_jump: 0.0, slope_jump: 0.0 }
    }

    const fn jumping(self, level_jump: f64, slope_jump: f64) -> Self {
        Self { level_jump, slope_jump, ..self }
    }
}

impl Setting {
    /// The reference setting: West & Harrison (1997), section 12.4.
    pub const WEST_HARRISON: Self = Self {
        regimes: [
            Regime::discounted(0.85, 1.0, 0.9, 0.9),
            Regime::discounted(0.07, 100.0, 0.9, 0.9),
            Regime::discounted(0.05, 1.0, 0.01, 0.9),
            Regime::discounted(0.03, 1.0, 0.9, 0.01),
        ],
        variance_discount: 1.0,
        noise_growth: f64::MAX,
    };

    /// The setting of the room: changes are rarer, and a change of level or slope brings a variance of its own rather
    /// than a multiple of what a well-known trend has left.
    ///
    /// Chosen by trying some twenty-five settings on seeded noise of standard deviation one. With the rule "a reading
    /// whose [normal score](crate::Forecast::normal_score) is 3.8 or more, or a [turn](crate::Diagnosis::turn) of 3 or
    /// more" it raises, per 1000 readings after the hundredth, 0.12 false alarms on white noise and 0.7 on AR(.6);
    /// finds 99.7 % of spikes and steps of 8 sd at once, and ramps of 1 sd a step after 7 readings in the median, 97 %
    /// within ten. The reference setting needs three times the false alarms for 97 % of the spikes. Either setting is
    /// surprised by one such ramp in twenty, because the trend follows it: the turn finds the others.
    pub const ROOM: Self = Self {
        regimes: [
            Regime::discounted(0.968, 1.0, 0.98, 0.99),
            Regime::discounted(0.015, 100.0, 0.98, 0.99),
            Regime::discounted(0.007, 1.0, 0.98, 0.99).jumping(100.0, 0.0),
            Regime::discounted(0.010, 1.0, 0.98, 0.99).jumping(0.0, 1.0),
        ],
        variance_discount: 0.99,
        noise_growth: 4.0,
    };

    /// The prior probability of each process.
    pub(crate) fn probabilities(&self) -> [f64; 4] {
        self.regimes.map(|regime| regime.probability)
    }
}
