//! When a diagnosis deserves a person: the rule that raises a signal, revises it and lets it go.

use cyberstride::{Diagnosis, Forecast, Monitor, Naming, Scale, naming};
use serde::{Deserialize, Serialize};
use vsm::{
    signal::{Ending, Expected, Kind},
    time::Moment,
};

use crate::disturbance::Finding;

/// A reading as surprising as a normal deviate of this size is worth a word, if the processes agree.
///
/// With [`TURN`], over 100 series of 1000 readings, it raises 0.04 signals per 1000 on white noise, 0.02 on AR(.6) and
/// 0.8 on AR(.9), and finds and names 97 of 100 spikes and 98 of 100 steps of 8 sd (72 and 75 of 6 sd).
pub const SURPRISE: f64 = 4.2;
/// A slope this many standard deviations from its usual self is worth a word: a ramp is learned reading by reading,
/// each of them hardly a surprise.
///
/// It finds and names 100 of 100 ramps of 2 sd a reading and 89 of 1 sd. At 3.5 it would find all of those, and raise
/// 4 signals per 1000 readings on AR(.9), which is what figures of a machine look like.
pub const TURN: f64 = 4.5;
/// Readings this many standard deviations off what was expected, to the side of the turn, belong to it.
const LEFT: f64 = 1.0;
/// The probability that the series is not steady at which a surprise counts.
pub const CHANGED: f64 = 0.8;
/// Half the width, in standard deviations, of what counts as inside the forecast that was frozen at the onset.
pub const INSIDE: f64 = 3.0;
/// A signal clears when this many readings in a row are back inside what was expected.
pub const BACK: u32 = 8;
/// It also clears when this many in a row agree with the detector's forecast of the new course.
pub const SETTLED: u32 = 300;

/// An open disturbance of one indicator. It latches: only [`BACK`] or [`SETTLED`] readings let go of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Latch {
    onset_at: Moment,
    expected: Forecast,
    /// The same in the unit of measure, worked out once.
    band: Expected,
    naming: Naming,
    /// The deviation on the indicator's scale, smoothed so that the size reads calmly.
    deviation: f64,
    /// The value in the unit of measure, smoothed alike.
    value: f64,
    inside: u32,
    agreed: u32,
    told: Option<Finding>,
}

/// What a judgement leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// A signal is due, or its finding has changed enough to say so.
    Found(Finding),
    /// The disturbance is over.
    Ended(Ending),
}

/// One reading as the judge sees it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// When it was measured.
    pub at: Moment,
    /// In the unit of measure.
    pub value: f64,
    /// On the indicator's scale.
    pub y: f64,
    /// What the detector makes of it.
    pub diagnosis: &'a Diagnosis,
    /// The scale.
    pub scale: Scale,
    /// The smallest deviation worth a word, in the unit of measure.
    pub least: f64,
}

/// Whether a reading opens a disturbance: a surprise at once, or a turn of the slope that several readings have made.
///
/// `recent` are the readings that a look back takes in, newest first, as moment and value on the indicator's scale.
pub fn opens(case: &Case<'_>, monitor: &Monitor, recent: impl IntoIterator<Item = (Moment, f64)>) -> Option<Latch> {
    if case.diagnosis.young {
        return None;
    }
    surprises(case).or_else(|| turns(case, monitor, recent)).filter(|latch| latch.is_worth_a_word(case))
}

/// A disturbance that someone else noticed, at this reading or a few before: what stood out of the forecast is named from
/// here on, what did not from the readings it had gathered in. None while the detector has no forecast.
pub(crate) fn noticed(case: &Case<'_>, monitor: &Monitor, turned_at: Moment) -> Option<Latch> {
    const STANDS_OUT: f64 = 3.0;
    let Diagnosis { forecast, hindsight: [now, ..], expected_slope, .. } = case.diagnosis;
    let forecast = (*forecast)?;
    if forecast.normal_score(case.y).abs() < STANDS_OUT {
        let naming = monitor.look_back()?;
        return Some(Latch::new(turned_at, naming.expected(), naming, case));
    }
    Some(Latch::new(case.at, forecast, Naming::open(forecast, *expected_slope, case.y, *now), case))
}

fn surprises(case: &Case<'_>) -> Option<Latch> {
    let Diagnosis { forecast, hindsight: [now, before, _], expected_slope, .. } = case.diagnosis;
    let forecast = (*forecast)?;
    let changed = now.changed().max(before.changed());
    if forecast.normal_score(case.y).abs() < SURPRISE || changed < CHANGED {
        return None;
    }
    Some(Latch::new(case.at, forecast, Naming::open(forecast, *expected_slope, case.y, *now), case))
}

fn turns(case: &Case<'_>, monitor: &Monitor, recent: impl IntoIterator<Item = (Moment, f64)>) -> Option<Latch> {
    if case.diagnosis.turn.abs() < TURN {
        return None;
    }
    let naming = monitor.look_back()?;
    let expected = naming.expected();
    let side = expected.standardise(case.y).signum();
    let left = |(_, y): &(Moment, f64)| LEFT < side * expected.standardise(*y);
    let onset_at = recent.into_iter().take_while(left).last().map_or(case.at, |(at, _)| at);
    Some(Latch::new(onset_at, expected, naming, case))
}

impl Latch {
    fn new(onset_at: Moment, expected: Forecast, naming: Naming, case: &Case<'_>) -> Self {
        let deviation = expected.standardise(case.y);
        let (lower, upper) = expected.interval(0.95);
        let [lower, mean, upper] = [lower, expected.mean, upper].map(|y| written(case.scale.back(y)));
        let band = Expected { lower, mean, upper };
        Self { onset_at, expected, band, naming, deviation, value: case.value, inside: 0, agreed: 0, told: None }
    }

    fn is_worth_a_word(&self, case: &Case<'_>) -> bool {
        case.least <= (case.value - case.scale.back(self.expected.mean)).abs()
    }

    /// Folds the next reading in. `None` where nothing changed that is worth telling.
    pub fn observe(&mut self, case: &Case<'_>) -> Option<Verdict> {
        self.count(case);
        if BACK <= self.inside {
            return Some(Verdict::Ended(Ending::Back));
        }
        if SETTLED <= self.agreed {
            return Some(Verdict::Ended(Ending::Settled));
        }
        if !self.naming.settled() {
            self.naming.observe(case.y);
        }
        self.follow(case);
        self.tell().map(Verdict::Found)
    }

    /// What is known now, if it differs from what was told last by more than a reader would care for.
    pub fn tell(&mut self) -> Option<Finding> {
        let finding = self.finding();
        let told = self.told.as_ref();
        if told.is_some_and(|told| !worth_retelling(told, &finding)) {
            return None;
        }
        self.told = Some(finding);
        Some(finding)
    }

    /// When the series left its forecast.
    pub fn onset_at(&self) -> Moment {
        self.onset_at
    }

    /// Whether the name stays as it is.
    pub(crate) fn is_named(&self) -> bool {
        self.naming.settled()
    }

    fn count(&mut self, case: &Case<'_>) {
        let off = (case.value - case.scale.back(self.expected.mean)).abs();
        let inside = self.expected.standardise(case.y).abs() <= INSIDE || off < case.least;
        self.inside = if inside { self.inside + 1 } else { 0 };
        let forecast = case.diagnosis.forecast;
        let agrees = forecast.is_some_and(|forecast| forecast.normal_score(case.y).abs() < SURPRISE);
        self.agreed = if agrees { self.agreed + 1 } else { 0 };
    }

    fn follow(&mut self, case: &Case<'_>) {
        // A spike keeps the size it had; what lasts is followed. Half-life of two readings.
        if self.kind().0 == Kind::Transient {
            return;
        }
        const TAKEN: f64 = 0.3;
        self.deviation += TAKEN * (self.expected.standardise(case.y) - self.deviation);
        self.value += TAKEN * (case.value - self.value);
    }

    fn kind(&self) -> (Kind, f64) {
        let (kind, probability) = self.naming.kind();
        let kind = match kind {
            naming::Kind::Transient => Kind::Transient,
            naming::Kind::Level => Kind::Level,
            naming::Kind::Slope => Kind::Slope,
            naming::Kind::Variance => Kind::Variance,
        };
        (kind, probability)
    }

    /// What is known now.
    pub(crate) fn finding(&self) -> Finding {
        let (kind, probability) = self.kind();
        let (expected, onset_at) = (self.band, self.onset_at);
        let size = written(self.value - expected.mean);
        Finding { kind, probability, size, sd: self.deviation, expected, onset_at }
    }
}

/// A number that can be written down: what has grown beyond all numbers is the largest one.
fn written(number: f64) -> f64 {
    number.clamp(f64::MIN, f64::MAX)
}

/// Another kind, five points of probability, or a fifth of the size.
fn worth_retelling(told: &Finding, now: &Finding) -> bool {
    told.kind != now.kind
        || 0.05 < (told.probability - now.probability).abs()
        || 0.2 * told.sd.abs().max(1.0) < (told.sd - now.sd).abs()
}
