//! An open disturbance: it latches, and lets go only when the series is back or has settled on its new course.
//!
//! As long as it is fresh nothing is learned from its readings. Once it has its name, the model goes on with the readings
//! less the shift, so that what was normal is not forgotten and the next disturbance is seen as well as the first.

use serde::{Deserialize, Serialize};

use crate::{
    finding::{Band, Ending, Finding},
    forecaster::Known,
    naming::{Kind, Naming, Verdict},
    scale::Scale,
    score::{Score, Tier, Voice},
    vigil::Gathered,
};

/// Half the width, in standard deviations, of what counts as inside of what was expected.
const INSIDE: f64 = 3.0;
/// The same where the noise has grown: most of its readings lie inside of the wider one.
const QUIET: f64 = 1.5;
/// It is over when this many readings in a row are back inside.
const BACK: u16 = 8;
/// It is over, too, when this many in a row agree with the forecast of the new course.
const SETTLED: u16 = 300;
/// An innovation of no more than so many standard deviations agrees.
const AGREES: f64 = 4.2;
/// After this many readings a disturbance that has its name makes room for a new one.
const MAKES_ROOM: u32 = 20;
/// What lasts so surely, after so many readings, is no matter of a moment.
const LASTS: (f64, usize) = (0.9, 3);
/// What is not known to last wakes nobody, however new it is, unless it is so many deviations off.
const FAR: f64 = 4.2;
/// It is over, too, when it turns out to be nothing as probably as this.
const NOTHING: f64 = 0.8;
/// A slope is taken to go on for so many readings; the forecast has found it by then.
const RISES: u32 = 60;
/// Shares of an innovation by which a slope and its growth are corrected (Holt 1957).
const FOLLOWS: (f64, f64) = (0.2, 0.02);
/// Share of a change of noise that its scale has not learned after a reading.
const UNLEARNED: f64 = 0.99;
/// The share of a new deviation in the average: a half-life of two readings.
const TAKEN: f64 = 0.3;

/// What stands when a disturbance is opened, on the scale of the readings.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Opened {
    pub(crate) onset_at: i64,
    pub(crate) raised_at: i64,
    pub(crate) voice: Voice,
    /// What was expected at the onset.
    pub(crate) centre: f64,
    /// Half of a 95 % interval over 1.96.
    pub(crate) deviation: f64,
    /// What is usual at that time of the day.
    pub(crate) usual: Option<f64>,
    /// The scale of the innovations.
    pub(crate) noise: f64,
    pub(crate) band: Band,
    pub(crate) scale: Scale,
}

/// One reading as the latch sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// In the unit of measure, and on the scale.
    pub(crate) value: f64,
    pub(crate) y: f64,
    /// What is usual at this time of the day.
    pub(crate) usual: Option<f64>,
    pub(crate) z: f64,
    pub(crate) score: Score,
    /// Whether it is too near to what was expected to be worth a word.
    pub(crate) small: bool,
}

/// An open disturbance.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Latch {
    opened: Opened,
    naming: Naming,
    tier: Tier,
    score: f64,
    /// Deviation and value, smoothed; what is expected, the time of the day allowed for.
    off: f64,
    seen: f64,
    expected: f64,
    readings: u32,
    inside: u16,
    agreed: u16,
    /// The shift of the readings and its growth a reading, once it has its name.
    shift: Option<(f64, f64)>,
    /// Readings when it had its name.
    named_after: u32,
    told: Option<Finding>,
}

impl Latch {
    pub(crate) fn new(opened: Opened, naming: Naming, case: &Case) -> Self {
        let mut latch = Self {
            opened,
            naming,
            tier: Tier::Sudden,
            score: case.score.value,
            off: 0.0,
            seen: case.value,
            expected: opened.centre,
            readings: 1,
            inside: 0,
            agreed: 0,
            shift: None,
            named_after: 0,
            told: None,
        };
        latch.off = latch.departure(case);
        latch.rise(case);
        latch
    }

    /// What the model is to know before the next reading.
    pub(crate) fn known(&self) -> Known {
        match self.shift {
            Some((shift, growth)) => Known { shift: shift + growth, disturbed: true, ..Known::default() },
            None => Known { disturbed: true, frozen: !self.naming.settled(), ..Known::default() },
        }
    }

    /// Folds the next reading in; the result is why it is over, if it is.
    pub(crate) fn observe(&mut self, case: &Case) -> Option<Ending> {
        self.readings = self.readings.saturating_add(1);
        if let Some((shift, growth)) = &mut self.shift {
            let error = self.opened.noise * case.z.clamp(-INSIDE, INSIDE);
            if *growth != 0.0 {
                *growth += FOLLOWS.1 * error;
                *shift += FOLLOWS.0 * error;
            }
            *shift += *growth;
            if self.named_after + RISES < self.readings {
                *growth = 0.0;
            }
        }
        self.count(case);
        if BACK <= self.inside {
            return Some(Ending::Back);
        }
        if SETTLED <= self.agreed {
            return Some(Ending::Settled);
        }
        self.naming.observe(case.z);
        if NOTHING <= self.naming.verdict().nothing {
            return Some(Ending::Back);
        }
        self.rise(case);
        if self.naming.verdict().kind != Kind::Transient {
            self.off += TAKEN * (self.departure(case) - self.off);
            self.seen += TAKEN * (case.value - self.seen);
            self.expected = case.y - self.departure(case);
        }
        None
    }

    /// The newest reading is taken back: it counts for nothing.
    pub(crate) fn take_back(&mut self) {
        self.readings = self.readings.saturating_sub(1).max(1);
        self.inside = self.inside.saturating_sub(1);
        self.agreed = self.agreed.saturating_sub(1);
        self.naming.take_back();
    }

    /// Once it has its name and no shift yet: the verdict, and the shift a reading or in all that it stands for. A shift
    /// that is not what was seen is none.
    pub(crate) fn settles(&self) -> Option<(Verdict, f64)> {
        let verdict = self.naming.verdict();
        let step = verdict.size * self.opened.noise;
        let now = if verdict.kind == Kind::Slope { step * (verdict.ago + 1) as f64 } else { step };
        let near = (now - self.off).abs() <= INSIDE * self.opened.deviation + 0.5 * self.off.abs();
        let told = if near { step } else { 0.0 };
        (self.naming.settled() && self.shift.is_none()).then_some((verdict, told))
    }

    /// From now on the readings are known to lie so much off, growing so much a reading.
    pub(crate) fn shifts(&mut self, shift: f64, growth: f64) {
        self.named_after = self.readings;
        self.shift = Some((shift, growth));
    }

    /// By how much the readings are known to lie off now.
    pub(crate) fn shift(&self) -> f64 {
        self.shift.map_or(0.0, |(shift, _)| shift)
    }

    /// By how many times the noise is known to have grown, as far as its scale has not learned so since.
    pub(crate) fn unlearned_growth(&self) -> f64 {
        let Verdict { kind, size, .. } = self.naming.verdict();
        let since = self.readings.saturating_sub(self.named_after).min(1000) as i32;
        if self.shift.is_some() && kind == Kind::Variance { size.powf(UNLEARNED.powi(since)) } else { 1.0 }
    }

    /// Whether a new disturbance would be another one.
    pub(crate) fn makes_room(&self) -> bool {
        let is_short = self.naming.verdict().kind == Kind::Transient;
        (MAKES_ROOM <= self.readings || is_short) && self.naming.settled() && self.inside == 0
    }

    /// Whether what has gathered is but the end of it: noise that had grown is as before, or the other way round.
    pub(crate) fn is_undone_by(&self, gathered: Option<Gathered>) -> bool {
        let Verdict { kind, size, .. } = self.naming.verdict();
        let opposite = if size < 1.0 { Gathered::Louder } else { Gathered::Quieter };
        kind == Kind::Variance && gathered == Some(opposite)
    }

    /// Whether innovations are what they were before. Upon a slope they are not: it is only known as well as its first
    /// readings told, and what is left of it grows.
    pub(crate) fn is_calm(&self) -> bool {
        self.shift.is_some_and(|(_, growth)| growth == 0.0) && self.inside == 0
    }

    /// What is known now.
    pub(crate) fn finding(&self) -> Finding {
        let Opened { onset_at, raised_at, voice, band, deviation, noise, scale, .. } = self.opened;
        let Verdict { kind, probability, size, .. } = self.naming.verdict();
        let (size, sd) = match kind {
            Kind::Variance => {
                ((size - 1.0) * (band.upper - band.lower) / 3.92 * (noise / deviation).min(1.0), size - 1.0)
            }
            _ => (scale.back(self.expected + self.off) - scale.back(self.expected), self.off / deviation),
        };
        let (size, sd) = (size.clamp(f64::MIN, f64::MAX), sd.clamp(-1e9, 1e9));
        let (expected, seen, tier, score) = (band, self.seen, self.tier, self.score);
        Finding { onset_at, raised_at, kind, probability, size, sd, expected, seen, tier, voice, score }
    }

    /// What is known now, if it differs from what was told last by more than a reader would care for.
    pub(crate) fn tell(&mut self) -> Option<Finding> {
        let finding = self.finding();
        if self.told.as_ref().is_some_and(|told| !finding.is_news_after(told)) {
            return None;
        }
        self.told = Some(finding);
        Some(finding)
    }

    /// How far a reading is from what was expected at the onset, the time of the day allowed for.
    fn departure(&self, case: &Case) -> f64 {
        let daily = case.usual.zip(self.opened.usual).map_or(0.0, |(now, then)| now - then);
        case.y - self.opened.centre - daily
    }

    fn count(&mut self, case: &Case) {
        let half = if self.naming.verdict().kind == Kind::Variance { QUIET } else { INSIDE };
        let inside = self.departure(case).abs() <= half * self.opened.deviation || case.small;
        self.inside = if inside { self.inside + 1 } else { 0 };
        self.agreed = if case.z.abs() < AGREES { self.agreed + 1 } else { 0 };
    }

    fn rise(&mut self, case: &Case) {
        let Verdict { kind, probability, .. } = self.naming.verdict();
        let lasts = kind != Kind::Transient && LASTS.0 <= probability && LASTS.1 <= self.naming.after();
        let is_near = self.off.abs() < FAR * self.opened.deviation;
        let reached = match case.score.tier {
            _ if lasts => Tier::Sustained,
            Some(tier) if !is_near => tier,
            _ => Tier::Sudden,
        };
        self.tier = self.tier.max(reached);
        self.score = self.score.max(case.score.value);
    }
}
