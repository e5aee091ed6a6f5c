//! What kind of disturbance it is: four hypotheses, replayed over the readings since its onset.
//!
//! The mixture names spikes and steps but hardly ever a slope, because collapsing at every step forgets slow evidence.
//! Here nothing is collapsed and nothing adapts: what was expected is frozen at the onset, and each hypothesis says how
//! the readings should have departed from it.

use serde::{Deserialize, Serialize};

use crate::{
    forecast::Forecast,
    process::{Probabilities, Process},
    recent::Expected,
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
    /// The readings scatter more than before, to both sides.
    Variance,
}

impl Kind {
    /// Every kind, in the order in which their evidence is weighed.
    const ALL: [Self; 4] = [Self::Transient, Self::Level, Self::Slope, Self::Variance];
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

/// What is noticed by the turn of the slope is more often a ramp than not: transient, level, slope, variance.
const NOTICED_BY_TURN: [f64; 4] = [1.0, 1.0, 3.0, 0.5];

/// No process foresees a change of variance; this is its weight beside those of the others.
const VARIANCE_PRIOR: f64 = 0.12;

/// What is not disturbed departs from a forecast frozen at the onset the more the longer it is ago, most of all where
/// the noise is autocorrelated: probability and factor by which it scatters more.
const WANDERS: [(f64, f64); 2] = [(0.7, 1.0), (0.3, 1.4)];

/// By so much the standard deviation may have grown.
const GROWN: [f64; 3] = [2.5, 4.0, 6.0];

/// Deviations are taken to lie within this many scales of the forecast.
const FARTHEST: f64 = 1e6;

/// A disturbance being named; at most ten readings are kept.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Naming {
    expected: Forecast,
    expected_slope: f64,
    prior: [f64; 4],
    /// Whether the disturbance began, or was first noticed, with the first reading; otherwise with any of them.
    onset_known: bool,
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
        let of = |process| prior.get(process).max(LEAST_PRIOR);
        let [transient, level, slope] = [Process::Transient, Process::LevelChange, Process::SlopeChange].map(of);
        let prior = [transient, level, slope, VARIANCE_PRIOR];
        let mut naming = Self::empty(expected, expected_slope, prior, true);
        naming.observe(first);
        naming
    }

    /// Opens at the oldest of some readings and replays them, the onset being anywhere among them.
    pub(crate) fn replay<'a>(mut readings: impl Iterator<Item = &'a Expected>) -> Option<Self> {
        let first = readings.next()?;
        let mut naming = Self::empty(first.forecast, first.slope, NOTICED_BY_TURN, false);
        naming.push(first.y);
        readings.for_each(|later| naming.push(later.y));
        naming.conclude();
        Some(naming)
    }

    fn empty(expected: Forecast, expected_slope: f64, prior: [f64; 4], onset_known: bool) -> Self {
        Self {
            expected,
            expected_slope,
            prior,
            onset_known,
            departures: [0.0; LONGEST],
            count: 0,
            certain: 0,
            kind: Kind::Transient,
            probability: 0.0,
        }
    }

    /// Weighs the next reading, a finite number; once [settled](Self::settled), nothing changes any more.
    pub fn observe(&mut self, y: f64) {
        if self.settled() {
            return;
        }
        self.push(y);
        self.conclude();
    }

    /// The most probable kind, and its probability among the four. After one reading it is hardly more than a guess.
    pub fn kind(&self) -> (Kind, f64) {
        (self.kind, self.probability)
    }

    /// What was expected of the first reading, frozen there.
    pub fn expected(&self) -> Forecast {
        self.expected
    }

    /// Whether the name stays: after ten readings, or three in a row that left no doubt. A transient waits for the
    /// tenth: where the variance has grown, three quiet readings in a row are nothing rare.
    pub fn settled(&self) -> bool {
        self.count == LONGEST || (CONFIRMED <= self.certain && self.kind != Kind::Transient)
    }

    fn push(&mut self, y: f64) {
        let ahead = self.expected_slope * self.count as f64 / self.expected.scale;
        self.departures[self.count] = (self.expected.standardise(y) - ahead).clamp(-FARTHEST, FARTHEST);
        self.count += 1;
    }

    fn conclude(&mut self) {
        let (kind, probability) = self.weigh();
        let before = if kind == self.kind { self.certain } else { 0 };
        self.certain = if CERTAIN <= probability { before + 1 } else { 0 };
        (self.kind, self.probability) = (kind, probability);
    }

    fn weigh(&self) -> (Kind, f64) {
        let evidence = [self.transient(), self.level(), self.slope(), self.variance()];
        let highest = evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: [f64; 4] = std::array::from_fn(|k| self.prior[k] * (evidence[k] - highest).exp());
        let total: f64 = weights.iter().sum();
        Kind::ALL
            .into_iter()
            .zip(weights.map(|weight| weight / total))
            .reduce(|best, next| if best.1 < next.1 { next } else { best })
            .unwrap_or((Kind::Transient, 0.0))
    }

    fn transient(&self) -> f64 {
        self.over_onsets(|onset| {
            let single = self.evidence(|j| indicator(j == onset));
            let double = self.evidence(|j| indicator(j == onset || j == onset + 1));
            log_mean([(1.0 - DOUBLE, single), (DOUBLE, double)])
        })
    }

    fn level(&self) -> f64 {
        self.over_onsets(|onset| self.evidence(|j| indicator(onset <= j)))
    }

    /// A ramp whose onset is known only as the moment it was noticed may have begun before.
    fn slope(&self) -> f64 {
        let unnoticed = if self.onset_known { UNNOTICED } else { 0 };
        self.over_onsets(|onset| {
            log_mean((0..=unnoticed).map(|before| {
                let risen = (before + 1) as f64;
                (1.0, self.evidence(|j| indicator(onset <= j) * (1.0 + (j as f64 - onset as f64) / risen)))
            }))
        })
    }

    /// From the onset on, departures are as many times as large.
    fn variance(&self) -> f64 {
        self.over_onsets(|onset| {
            let squares = |departures: &[f64]| departures.iter().map(|d| d * d).sum::<f64>();
            let (before, after) = self.departures[..self.count].split_at(onset);
            let (calm, restless, n) = (squares(before), squares(after), self.expected.degrees);
            log_mean(GROWN.map(|grown| {
                let squares = calm + restless / (grown * grown);
                let log = -(after.len() as f64) * grown.ln() - 0.5 * (n + self.count as f64) * (squares / n).ln_1p();
                (1.0, log)
            }))
        })
    }

    fn over_onsets(&self, evidence: impl Fn(usize) -> f64) -> f64 {
        let onsets = if self.onset_known { 1 } else { self.count };
        log_mean((0..onsets).map(|onset| (1.0, evidence(onset))))
    }

    /// Logarithm of the marginal likelihood of departures `d_j = c x_j + v_j`, up to a part common to all shapes `x`.
    ///
    /// The size `c` has a normal prior of mean zero and the size of the disturbance for its standard deviation; the
    /// variance of `v` is as uncertain as in the forecast, so that the result is the logarithm of a Student-t density:
    /// West & Harrison (1997), chapter 17.
    fn evidence(&self, shape: impl Fn(usize) -> f64) -> f64 {
        let departures = &self.departures[..self.count];
        let vague = self.size().powi(2).max(4.0);
        let (mut xx, mut xd, mut dd) = (0.0, 0.0, 0.0);
        for (j, d) in departures.iter().enumerate() {
            let x = shape(j);
            xx += x * x;
            xd += x * d;
            dd += d * d;
        }
        let (n, count) = (self.expected.degrees, departures.len() as f64);
        log_mean(WANDERS.map(|(probability, wider)| {
            // In units that much wider, the size is that much less vague.
            let (vague, squared) = (vague / (wider * wider), wider * wider);
            let left = ((dd - xd * (xd / (xx + 1.0 / vague))) / squared).max(0.0);
            let log = -0.5 * (vague * xx).ln_1p() - 0.5 * (n + count) * (left / n).ln_1p();
            (probability, log - count * wider.ln())
        }))
    }

    /// The first departure where it began the disturbance, otherwise the largest.
    fn size(&self) -> f64 {
        let first = if self.onset_known { 1 } else { self.count };
        self.departures[..first].iter().fold(0.0, |largest, d| largest.max(d.abs()))
    }
}

fn indicator(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// Logarithm of the weighted mean of numbers given by their logarithms.
fn log_mean(terms: impl IntoIterator<Item = (f64, f64), IntoIter: Clone>) -> f64 {
    let terms = terms.into_iter();
    let highest = terms.clone().map(|(_, log)| log).fold(f64::NEG_INFINITY, f64::max);
    let (sum, weight) =
        terms.fold((0.0, 0.0), |(sum, total), (weight, log)| (sum + weight * (log - highest).exp(), total + weight));
    highest + (sum / weight).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: Forecast = Forecast { mean: 50.0, scale: 2.0, degrees: 40.0 };

    /// Names departures from what was expected, in scales of the forecast.
    fn name(departures: &[f64]) -> (Kind, f64) {
        let undecided = Probabilities::from_weights([0.1, 0.5, 0.38, 0.02]);
        let reading = |j: usize| 50.0 + 0.5 * j as f64 + 2.0 * departures[j];
        let mut naming = Naming::open(EXPECTED, 0.5, reading(0), undecided);
        (1..departures.len()).for_each(|j| naming.observe(reading(j)));
        naming.kind()
    }

    #[test]
    fn the_first_reading_alone_gives_a_provisional_name() {
        let (kind, probability) = name(&[8.0]);
        assert_eq!(kind, Kind::Transient);
        assert!(probability < 0.6, "{probability}");
    }

    #[test]
    fn the_readings_after_it_decide() {
        assert_eq!(name(&[8.0, 0.3]).0, Kind::Transient);
        assert_eq!(name(&[8.0, 7.6, -0.2, 0.4]).0, Kind::Transient);
        assert_eq!(name(&[-8.0, -7.6, -8.4, -8.1]).0, Kind::Level);
        assert_eq!(name(&[4.0, 5.2, 5.8, 7.1]).0, Kind::Slope);
    }

    #[test]
    fn departures_to_both_sides_are_a_grown_variance() {
        assert_eq!(name(&[6.0, -4.0, 3.0, -7.0, 0.5, 5.0, -3.5]).0, Kind::Variance);
        assert_eq!(name(&[6.0, -0.4, 1.3, -0.7, 0.5, -1.1, 0.2]).0, Kind::Transient);
    }

    #[test]
    fn three_certain_readings_settle_the_name() {
        let mut naming = Naming::open(EXPECTED, 0.0, 66.0, Probabilities::from_weights([1.0; 4]));
        let settled = (0..5).position(|_| {
            naming.observe(66.0);
            naming.settled()
        });
        assert!(settled.is_some());
        let (settled, snapshot) = (naming.kind(), naming.clone());
        naming.observe(1e300);
        assert_eq!((naming.kind(), naming), (settled, snapshot));
    }

    #[test]
    fn extremes_leave_a_probability() {
        let mut naming = Naming::open(EXPECTED, f64::MAX, f64::MIN, Probabilities::from_weights([1.0, 0.0, 0.0, 0.0]));
        [f64::MAX, f64::MIN, 0.0].into_iter().for_each(|y| naming.observe(y));
        assert!((0.0..=1.0).contains(&naming.kind().1), "{naming:?}");
    }
}
