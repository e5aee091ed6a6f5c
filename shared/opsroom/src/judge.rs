//! When a diagnosis deserves a person: the rule that raises a signal, revises it and lets it go.

use cyberstride::{Diagnosis, Forecast, Naming, Scale, naming};
use serde::{Deserialize, Serialize};
use vsm::{
    signal::{Ending, Expected, Kind},
    time::Moment,
};

use crate::{disturbance::Finding, drift::Told};

/// A reading this many standard deviations off its forecast is worth a word, if the processes agree.
///
/// On white noise the multi-process model alone raises 0.7 to 3.7 false exceptions per 1000 readings. Asking for a
/// surprise of this size as well leaves, over 40 series of 1000 readings, 0.03 on white noise and 0.05 on AR(.6),
/// and finds 98 of 100 spikes and 99 of 100 steps of 8 sd (79 of 6 sd); `tests/quality.rs` counts them.
pub const SURPRISE: f64 = 4.5;
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

/// Whether a reading opens a disturbance: surprising, not steady, and larger than what is worth a word.
pub fn opens(case: &Case<'_>) -> Option<Latch> {
    let Diagnosis { forecast, surprise, hindsight, young, .. } = case.diagnosis;
    let forecast = (*forecast)?;
    let [now, before, _] = hindsight;
    let changed = now.changed().max(before.changed());
    let worth_a_word = case.least <= (case.value - case.scale.back(forecast.mean)).abs();
    if *young || surprise.abs() < SURPRISE || changed < CHANGED || !worth_a_word {
        return None;
    }
    let naming = Naming::open(forecast, case.diagnosis.slope, case.y, *now);
    Some(Latch::new(case.at, forecast, naming, case))
}

/// Whether the series has drifted away from what was `told` of it, by more than what is worth a word.
///
/// `since` are the readings since then, oldest first, as moment and value on the indicator's scale.
pub fn drifts(case: &Case<'_>, told: Told, since: impl IntoIterator<Item = (Moment, f64)>) -> Option<Latch> {
    let worth_a_word = case.least <= (case.value - case.scale.back(told.forecast.mean)).abs();
    if case.diagnosis.young || !worth_a_word {
        return None;
    }
    let mut since = since.into_iter();
    let (onset_at, first) = since.next()?;
    let mut naming = Naming::open(told.forecast, told.slope, first, case.diagnosis.hindsight[0]);
    since.for_each(|(_, y)| naming.observe(y));
    Some(Latch::new(onset_at, told.forecast, naming, case))
}

impl Latch {
    fn new(onset_at: Moment, expected: Forecast, naming: Naming, case: &Case<'_>) -> Self {
        let deviation = expected.standardise(case.y);
        Self { onset_at, expected, naming, deviation, value: case.value, inside: 0, agreed: 0, told: None }
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
        self.tell(case.scale).map(Verdict::Found)
    }

    /// What is known now, if it differs from what was told last by more than a reader would care for.
    pub fn tell(&mut self, scale: Scale) -> Option<Finding> {
        let finding = self.finding(scale);
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

    fn count(&mut self, case: &Case<'_>) {
        let off = (case.value - case.scale.back(self.expected.mean)).abs();
        let inside = self.expected.standardise(case.y).abs() <= INSIDE || off < case.least;
        self.inside = if inside { self.inside + 1 } else { 0 };
        let agrees = case.diagnosis.surprise.abs() < SURPRISE;
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
        };
        (kind, probability)
    }

    fn finding(&self, scale: Scale) -> Finding {
        let (kind, probability) = self.kind();
        let (lower, upper) = self.expected.interval(0.95);
        let mean = scale.back(self.expected.mean);
        let expected = Expected { lower: scale.back(lower), mean, upper: scale.back(upper) };
        Finding { kind, probability, size: self.value - mean, sd: self.deviation, expected, onset_at: self.onset_at }
    }
}

/// Another kind, five points of probability, or a fifth of the size.
fn worth_retelling(told: &Finding, now: &Finding) -> bool {
    told.kind != now.kind
        || 0.05 < (told.probability - now.probability).abs()
        || 0.2 * told.sd.abs().max(1.0) < (told.sd - now.sd).abs()
}
