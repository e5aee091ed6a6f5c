//! How unusual a reading is, on one scale that means the same for every series.
//!
//! The **slow voice** has six channels. Each is a number that grows when something is wrong in its own way: a wrong
//! value for the time of day, a value rarely seen, odds of a change of course, readings improbable in the same
//! direction, a new record, a new record of the smoothed series. No channel is believed as it is: each is judged by
//! the tail of its own past, above and below apart, in blocks, so that an anomaly counts once and earlier anomalies do
//! not widen the tail. Then all are in nats: minus the logarithm of how often so much was to be expected. The channels
//! are added as evidence, `2 ln sum exp(c / 2)`, and an episode is told once.
//!
//! The **immediate voice** judges one reading against a short autoregression and the bulk of its errors, with a memory
//! of its own; it is capped, so that a single reading never wakes anyone.
//!
//! The crate's documentation holds the equations, what was measured, and why each constant is what it is.
//!
//! Reading order: `unit`, the channels `smooth`, `rare`, `record`; `tail`, `episode`, `jump`.

mod brief;
mod episode;
mod jump;
mod rare;
mod record;
mod smooth;
mod tail;
mod unit;

use serde::{Deserialize, Serialize};

use crate::{Diagnosis, Process};
use episode::Episode;
use jump::Jump;
use rare::Rare;
use record::Record;
use smooth::Smooth;
use tail::Tail;
use unit::Unit;

/// What is said of one reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// From 0 (nothing new) towards 1, rising strictly with the evidence: `1 - exp(-nats / 10)`.
    pub value: f64,
    /// The tier that is reached.
    pub tier: Option<Tier>,
    /// The voice that spoke the loudest.
    pub voice: Voice,
}

/// What a score means to people.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Something jumped: shown and kept, wakes nobody.
    Sudden,
    /// It lasts, or was never seen before: a signal with a clock.
    Sustained,
}

/// Which evidence was the strongest.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// Readings wrong for the time of day, over hours.
    TimeOfDay,
    /// Readings improbable in the same direction, one after the other.
    Drift,
    /// Beyond every reading so far.
    Record,
    /// Beyond every course so far.
    RecordCourse,
    /// A value rarely seen.
    Rare,
    /// The odds of a change of level or slope.
    Change,
    /// One reading against a short autoregression.
    Jump,
    /// The noise grew or shrank.
    Variance,
}

impl Tier {
    /// The least score of the tier.
    pub fn threshold(self) -> f64 {
        value(self.nats())
    }

    fn nats(self) -> f64 {
        match self {
            Self::Sudden => 5.0,
            Self::Sustained => 10.0,
        }
    }
}

/// Readings are taken to lie within this, so that squares of them are finite numbers.
const LARGEST: f64 = 1e150;
/// Readings before there are records and before the slow voice speaks; a tail needs 192 in any case.
const YOUNG: u64 = 100;
/// A record by less than this share of the range is none.
const TOLERANCE: f64 = 0.05;
/// The course is smoothed over this many readings.
const COURSE: f64 = 12.0;
/// Departures from the time of day are smoothed over this many readings.
const TIME_OF_DAY: f64 = 14.0;
/// Drift is smoothed over this many readings.
const DRIFT: f64 = 24.0;
/// The scale of the tail of records is never taken to be less, in widths of the range; of the others, in their units.
const FLOORS: [f32; 6] = [0.001, 0.001, 0.015, 0.015, 0.001, 0.001];
/// One channel alone can speak against an event no more, and for it no more, than this many nats.
const BOUNDS: (f64, f64) = (-5.0, 20.0);
/// `exp(BOUNDS.0 / 2)`, which is what most channels have to say of most readings.
const LEAST: f64 = 0.082_084_998_623_898_8;
/// Readings in which an episode fades at least, and the share of all readings so far.
const FADES: (f64, f64) = (120.0, 0.05);

/// The channels, in the order in which they are kept; the first four speak in both directions.
const CHANNELS: [Voice; 6] =
    [Voice::TimeOfDay, Voice::Drift, Voice::Record, Voice::RecordCourse, Voice::Rare, Voice::Change];

/// By so much a score must be higher for false alarms to be a factor of e as rare: measured on noise.
const FALLS: f64 = 1.6;
/// No reading counts for more than this many deviations: it may be an outlier.
const FARTHEST: f64 = 3.0;

/// What the multi-process model says of one reading.
struct Evidence {
    /// Log-odds of a change of level or slope one step ago, from 0 (less than one in 150) up.
    change: f64,
    /// The reading as the standard normal deviate that would be as improbable.
    normal: f64,
}

impl Evidence {
    fn of(diagnosis: &Diagnosis, reading: f64) -> Self {
        let [_, before, _] = &diagnosis.hindsight;
        let changed = before.get(Process::LevelChange) + before.get(Process::SlopeChange);
        let changed = changed.clamp(1e-9, 1.0 - 1e-9);
        let normal = diagnosis.forecast.map_or(0.0, |forecast| forecast.normal_score(reading));
        Self { change: (changed / (1.0 - changed)).ln().max(-5.0) + 5.0, normal: normal.clamp(-FARTHEST, FARTHEST) }
    }
}

/// Scores one series.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Scorer {
    readings: u64,
    unit: Unit,
    time_of_day: Smooth,
    drift: Smooth,
    record: Record,
    course: f64,
    course_record: Record,
    rare: Rare,
    above: [Tail; 6],
    below: [Tail; 4],
    episode: Episode,
    jump: Jump,
}

impl Scorer {
    /// Scores a reading, a finite number, with its innovation, its departure from what is usual at this time of the day,
    /// and what the multi-process model makes of it. Tiers stand `strictness` nats of false alarms higher than usual. The
    /// second result is how unusual the innovation is, in nats; none while there were too few.
    pub(crate) fn observe(
        &mut self,
        reading: f64,
        innovation: Option<f64>,
        from_usual: Option<f64>,
        diagnosis: &Diagnosis,
        lumpy: bool,
        strictness: f64,
    ) -> (Score, Option<f64>) {
        self.readings += 1;
        let jumped = innovation.and_then(|z| self.jump.observe(z.abs(), lumpy));
        let unusual = jumped.map(|jumped| jumped.unusual);
        let Some(y) = self.unit.observe(reading.clamp(-LARGEST, LARGEST)) else { return (Score::NOTHING, unusual) };
        let slow = self.slow(y, from_usual, &Evidence::of(diagnosis, reading));
        let jump = jumped.and_then(|jumped| jumped.new).map(|nats| (nats, Voice::Jump));
        let louder = |one: (f64, Voice), other: (f64, Voice)| if one.0 < other.0 { other } else { one };
        let told = slow.into_iter().chain(jump).reduce(louder);
        (told.map_or(Score::NOTHING, |told| Score::of(told, strictness)), unusual)
    }

    /// Whether there were too few readings to tell how unusual one is.
    pub(crate) fn is_young(&self) -> bool {
        self.jump.is_young()
    }

    fn slow(&mut self, y: f64, from_usual: Option<f64>, evidence: &Evidence) -> Option<(f64, Voice)> {
        let channels = self.channels(y, from_usual, evidence);
        let mut sum = 0.0;
        let mut loudest = (f64::MIN, Voice::Rare);
        for (k, channel) in channels.into_iter().enumerate() {
            // What a channel could not say is no part of its past.
            let nats = channel.map_or(BOUNDS.0, |channel| {
                let above = self.above[k].observe(channel, FLOORS[k]);
                let below = self.below.get_mut(k).map_or(tail::USUAL, |tail| tail.observe(-channel, FLOORS[k]));
                above.max(below).clamp(BOUNDS.0, BOUNDS.1)
            });
            sum += if nats == BOUNDS.0 { LEAST } else { (0.5 * nats).exp() };
            if loudest.0 < nats {
                loudest = (nats, CHANNELS[k]);
            }
        }
        if self.readings <= YOUNG {
            return None;
        }
        let memory = FADES.0.max(FADES.1 * self.readings as f64);
        let new = self.episode.observe(2.0 * sum.ln(), memory)?;
        Some((new, loudest.1))
    }

    fn channels(&mut self, y: f64, from_usual: Option<f64>, evidence: &Evidence) -> [Option<f64>; 6] {
        self.course += (y - self.course) / COURSE;
        let record = self.record.observe(y);
        let course = self.course_record.observe(self.course);
        [
            from_usual.map(|departure| self.time_of_day.observe(departure, TIME_OF_DAY)),
            Some(self.drift.observe(evidence.normal, DRIFT)),
            Some(if record.abs() <= TOLERANCE || self.readings <= YOUNG { 0.0 } else { record }),
            Some(if self.readings <= YOUNG { 0.0 } else { course }),
            Some(self.rare.observe(y)),
            Some(evidence.change),
        ]
    }
}

impl Score {
    pub(crate) const NOTHING: Self = Self { value: 0.0, tier: None, voice: Voice::Rare };

    fn of((nats, voice): (f64, Voice), strictness: f64) -> Self {
        let reached = |tier: &Tier| tier.nats() + FALLS * strictness <= nats;
        let tier = [Tier::Sustained, Tier::Sudden].into_iter().find(reached);
        Self { value: value(nats), tier, voice }
    }
}

fn value(nats: f64) -> f64 {
    -(-0.1 * nats.max(0.0)).exp_m1()
}
