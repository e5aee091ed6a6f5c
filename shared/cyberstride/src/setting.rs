//! How often each process occurs, how much variance it brings, and how fast the past is forgotten.

use serde::{Deserialize, Serialize};
use wide::f64x4;

/// How often each process occurs, how much variance it brings, and how fast the past is forgotten.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// The reference setting: West & Harrison (1997), section 12.4.
    WestHarrison,
    /// The setting of the room: a change of level or slope brings a variance of its own rather than a multiple of what a
    /// well-known trend has left, and the level wanders by a twentieth of the variance of the noise at every step.
    Room,
}

/// Everything the model is told rather than learns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Model {
    /// The four processes, in the order of [`Process::ALL`](crate::Process::ALL).
    pub(crate) regimes: Regime<f64x4>,
    /// The steady process, four times.
    pub(crate) steady: Regime<f64x4>,
    /// Share of the degrees of freedom of the noise that survives a step (`b`).
    pub(crate) variance_discount: f64,
}

/// One process, or four at once: its prior probability and its variances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Regime<T = f64> {
    /// Probability before the reading is seen.
    pub(crate) probability: T,
    /// Multiple of the variance of the noise in this reading.
    pub(crate) noise: T,
    /// The level's variance is multiplied by this at each step: one by the discount.
    pub(crate) level_growth: T,
    /// The slope's variance, likewise.
    pub(crate) slope_growth: T,
    /// Added variance of the level, in variances of the noise.
    pub(crate) level_jump: T,
    /// Added variance of the slope, in variances of the noise.
    pub(crate) slope_jump: T,
}

impl Regime {
    const fn discounted(probability: f64, noise: f64, level_discount: f64, slope_discount: f64) -> Self {
        let (level_growth, slope_growth) = (1.0 / level_discount, 1.0 / slope_discount);
        Self { probability, noise, level_growth, slope_growth, level_jump: 0.0, slope_jump: 0.0 }
    }

    const fn jumping(probability: f64, noise: f64, level_jump: f64, slope_jump: f64) -> Self {
        Self { probability, noise, level_growth: 1.0, slope_growth: 1.0, level_jump, slope_jump }
    }

    const fn beside([a, b, c, d]: [Self; 4]) -> Regime<f64x4> {
        Regime {
            probability: f64x4::new([a.probability, b.probability, c.probability, d.probability]),
            noise: f64x4::new([a.noise, b.noise, c.noise, d.noise]),
            level_growth: f64x4::new([a.level_growth, b.level_growth, c.level_growth, d.level_growth]),
            slope_growth: f64x4::new([a.slope_growth, b.slope_growth, c.slope_growth, d.slope_growth]),
            level_jump: f64x4::new([a.level_jump, b.level_jump, c.level_jump, d.level_jump]),
            slope_jump: f64x4::new([a.slope_jump, b.slope_jump, c.slope_jump, d.slope_jump]),
        }
    }
}

const WEST_HARRISON: Model = Model::new(
    [
        Regime::discounted(0.85, 1.0, 0.9, 0.9),
        Regime::discounted(0.07, 100.0, 0.9, 0.9),
        Regime::discounted(0.05, 1.0, 0.01, 0.9),
        Regime::discounted(0.03, 1.0, 0.9, 0.01),
    ],
    1.0,
);

/// How far the level wanders was measured; the table stands in the crate's documentation.
const ROOM: Model = Model::new(
    [
        Regime::jumping(0.94, 1.0, 0.05, 1e-4),
        Regime::jumping(0.03, 100.0, 0.05, 1e-4),
        Regime::jumping(0.02, 1.0, 100.0, 1e-4),
        Regime::jumping(0.01, 1.0, 0.05, 4.0),
    ],
    0.99,
);

impl Setting {
    /// What it stands for.
    pub(crate) const fn model(self) -> &'static Model {
        match self {
            Self::WestHarrison => &WEST_HARRISON,
            Self::Room => &ROOM,
        }
    }
}

impl Model {
    /// The steady process is the first.
    const fn new(regimes: [Regime; 4], variance_discount: f64) -> Self {
        let steady = Regime::beside([regimes[0]; 4]);
        Self { regimes: Regime::beside(regimes), steady, variance_discount }
    }

    /// The prior probability of each process.
    pub(crate) fn probabilities(&self) -> [f64; 4] {
        self.regimes.probability.to_array()
    }
}
