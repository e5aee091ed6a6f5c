//! What kind of disturbance it is: three hypotheses, replayed over the readings since its onset.
//!
//! The mixture names spikes and steps but hardly ever a slope, because collapsing at every step forgets slow evidence.
//! Here nothing is collapsed and nothing adapts: what was expected is frozen at the onset, and each hypothesis says how
//! the readings should have departed from it.

use serde::{Deserialize, Serialize};

use crate::{
    forecast::Forecast,
    process::{Probabilities, Process},
};

/// What a disturbance turned out to be.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One or two readings were off; the rest is as expected.
    Transient,
    /// The level jumped and stayed.
    Level,
    /// The departure grows from reading to reading.
    Slope,
}

/// No more than this many readings are weighed.
const LONGEST: usize = 10;

/// A kind of this probability is certain.
const CERTAIN: f64 = 0.95;

/// After this many readings in a row with the same certain kind, the name stays.
const CONFIRMED: u8 = 3;

/// How many readings before the first one noticed a ramp may have begun.
const UNNOTICED: usize = 6;

/// Share of the transients that last two readings.
const DOUBLE: f64 = 0.3;

/// No kind is ruled out before the evidence is in: the least weight of each, before they are made to sum to one.
const LEAST_PRIOR: f64 = 0.1;

/// Deviations are taken to lie within this many scales of the forecast.
const FARTHEST: f64 = 1e6;

/// A disturbance being named; at most ten readings are kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Naming {
    expected: Forecast,
    expected_slope: f64,
    prior: [f64; 3],
    /// Departures from what was expected, in scales of the forecast.
    departures: [f64; LONGEST],
    count: usize,
    /// How many readings in a row the present kind has been certain.
    certain: u8,
    kind: Kind,
    probability: f64,
}

impl Naming {
    /// Opens at the onset: the forecast of the first disturbed reading and the slope believed before it, that
    /// reading, and the probabilities of the processes at that moment.
    pub fn open(expected: Forecast, expected_slope: f64, first: f64, prior: Probabilities) -> Self {
        let prior = [Process::Transient, Process::LevelChange, Process::SlopeChange].map(|p| prior.get(p).max(LEAST_PRIOR));
        let mut naming = Self {
            expected,
            expected_slope,
            prior,
            departures: [0.0; LONGEST],
            count: 0,
            certain: 0,
            kind: Kind::Transient,
            probability: 0.0,
        };
        naming.observe(first);
        naming
    }

    /// Weighs the next reading, a finite number; once [settled](Self::settled), nothing changes any more.
    pub fn observe(&mut self, y: f64) {
        if self.settled() {
            return;
        }
        let ahead = self.expected_slope * self.count as f64;
        let departure = (self.expected.standardise(y) - ahead / self.expected.scale).clamp(-FARTHEST, FARTHEST);
        self.departures[self.count] = departure;
        self.count += 1;
        let (kind, probability) = self.weigh();
        let confirmed = CERTAIN <= probability;
        self.certain = if !confirmed { 0 } else if kind == self.kind { self.certain + 1 } else { 1 };
        (self.kind, self.probability) = (kind, probability);
    }

    /// The most probable kind, and its probability among the three. After one reading it is hardly more than a guess.
    pub fn kind(&self) -> (Kind, f64) {
        (self.kind, self.probability)
    }

    /// Whether the name stays: after ten readings, or three in a row that left no doubt.
    pub fn settled(&self) -> bool {
        self.count == LONGEST || CONFIRMED <= self.certain
    }

    fn weigh(&self) -> (Kind, f64) {
        let evidence = [self.transient(), self.level(), self.slope()];
        let highest = evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: [f64; 3] = std::array::from_fn(|k| self.prior[k] * (evidence[k] - highest).exp());
        let total: f64 = weights.iter().sum();
        [Kind::Transient, Kind::Level, Kind::Slope]
            .into_iter()
            .zip(weights.map(|weight| weight / total))
            .reduce(|best, next| if best.1 < next.1 { next } else { best })
            .unwrap_or((Kind::Transient, 0.0))
    }

    fn transient(&self) -> f64 {
        let single = self.evidence(|j| f64::from(u8::from(j == 0)));
        let double = self.evidence(|j| f64::from(u8::from(j < 2)));
        log_sum([(1.0 - DOUBLE).ln() + single, DOUBLE.ln() + double])
    }

    fn level(&self) -> f64 {
        self.evidence(|_| 1.0)
    }

    fn slope(&self) -> f64 {
        let begun: [f64; UNNOTICED + 1] =
            std::array::from_fn(|before| self.evidence(|j| (before + j + 1) as f64 / (before + 1) as f64));
        log_sum(begun) - (begun.len() as f64).ln()
    }

    /// Logarithm of the marginal likelihood of departures `d_j = c x_j + v_j`, up to a part common to all shapes `x`.
    ///
    /// The size `c` has a normal prior of mean zero and the first departure for its standard deviation; the variance of
    /// `v` is uncertain as in the forecast, so that the result is a Student-t density: West & Harrison (1997), 17.3.
    fn evidence(&self, shape: impl Fn(usize) -> f64) -> f64 {
        let departures = &self.departures[..self.count];
        let vague = departures[0].powi(2).max(4.0);
        let (mut xx, mut xd, mut dd) = (0.0, 0.0, 0.0);
        for (j, d) in departures.iter().enumerate() {
            let x = shape(j);
            xx += x * x;
            xd += x * d;
            dd += d * d;
        }
        let left = (dd - xd * (xd / (xx + 1.0 / vague))).max(0.0);
        let n = self.expected.degrees;
        -0.5 * (vague * xx).ln_1p() - 0.5 * (n + departures.len() as f64) * (left / n).ln_1p()
    }
}

fn log_sum<const N: usize>(logs: [f64; N]) -> f64 {
    let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    highest + logs.iter().map(|log| (log - highest).exp()).sum::<f64>().ln()
}
