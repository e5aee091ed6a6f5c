//! Rehearsed series: a level, its noise, and the script of what happens to it.

use std::{ops::RangeInclusive, time::Duration};

use vsm::id::IndicatorId;

use super::{Ledger, probe};
use crate::{duration, entry::Entry, organisation::CADENCE, section::Section};

/// A past has no more readings than this, so that it fits the memory of any room.
const MOST_PAST: u32 = 100_000;
const DAY: Duration = Duration::from_secs(86_400);
const AT: RangeInclusive<Duration> = Duration::ZERO..=DAY;
const LASTS: RangeInclusive<Duration> = Duration::from_millis(1)..=DAY;
const PERIOD: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(366 * 86_400);

/// What is played: a past at once, and then a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// How much past is delivered before the live part begins.
    pub past: Duration,
    /// What is played.
    pub series: Vec<RehearsedSeries>,
}

/// A series that is played.
#[derive(Clone, Debug, PartialEq)]
pub struct RehearsedSeries {
    /// As what it is read.
    pub indicator: IndicatorId,
    /// Its mean, in its unit of measure.
    pub level: f64,
    /// The standard deviation of a reading, in its unit of measure.
    pub noise: f64,
    /// Its slow swing about the level.
    pub swing: Option<Swing>,
    /// No reading is lower, whatever noise and script say.
    pub floor: Option<f64>,
    /// No reading is higher.
    pub ceiling: Option<f64>,
    /// What happens to it, in the order of time.
    pub script: Vec<Event>,
}

/// A sine about the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swing {
    /// The largest distance from the level, in the unit of measure.
    pub amplitude: f64,
    /// The time of one swing.
    pub period: Duration,
}

/// Something that happens to a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When it begins, counted from the beginning of the live part.
    pub at: Duration,
    /// What begins.
    pub what: What,
}

/// What can happen to a series. Sizes are signed, in its unit of measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// One reading is off.
    Spike {
        /// By how much.
        size: f64,
    },
    /// The level moves at once.
    Step {
        /// By how much.
        size: f64,
        /// When it moves back, counted from the step; never if none.
        lasts: Option<Duration>,
    },
    /// The level moves with every reading, and stays where it has been brought.
    Ramp {
        /// By how much with each reading.
        per_reading: f64,
        /// For how long.
        lasts: Duration,
    },
    /// No readings are sent.
    Silence {
        /// For how long.
        lasts: Duration,
    },
}

/// Reads a rehearsal, which must be announced at the top of the file.
pub(super) fn rehearsal(
    section: &mut Section<'_>,
    cadence: Option<Duration>,
    ledger: &mut Ledger,
) -> Option<Rehearsal> {
    if !ledger.rehearsal {
        let right = "write rehearsal = true at the top of the file, so that the wall can say so";
        section.fault("kind", format!("these readings are invented; {right}"));
    }
    let past = section.or("past", Duration::ZERO, |entry| past(entry, cadence));
    let series = probe::series(section, |one| series(one, ledger));
    Some(Rehearsal { past: past?, series: series? })
}

/// How much past is delivered, in a number of readings that a room can take.
fn past(entry: Entry<'_>, cadence: Option<Duration>) -> Option<Duration> {
    let most = cadence.unwrap_or(*CADENCE.start()).saturating_mul(MOST_PAST);
    entry.duration(Duration::ZERO..=most)
}

/// Reads a series and its script.
fn series(mut section: Section<'_>, ledger: &mut Ledger) -> Option<RehearsedSeries> {
    let indicator = section.must("indicator", r#""payments.acceptance""#, |entry| ledger.take(entry));
    let level = section.must("level", "96.5", Entry::number);
    let noise = section.must("noise", "0.2", from_zero);
    let swing = section.may("swing", |entry| swing(entry.section()?));
    let floor = section.may("floor", Entry::number);
    let ceiling = section.may("ceiling", Entry::number);
    let script = section.or("script", Vec::new(), script);
    section.finish();
    let (level, floor, ceiling) = (level?, floor?, ceiling?);
    within(&section, level, floor, ceiling)?;
    Some(RehearsedSeries {
        indicator: indicator?,
        level,
        noise: noise?,
        swing: swing?,
        floor,
        ceiling,
        script: script?,
    })
}

fn swing(mut section: Section<'_>) -> Option<Swing> {
    let amplitude = section.must("amplitude", "4.0", from_zero);
    let period = section.must("period", r#""10m""#, |entry| entry.duration(PERIOD));
    section.finish();
    Some(Swing { amplitude: amplitude?, period: period? })
}

fn within(section: &Section<'_>, level: f64, floor: Option<f64>, ceiling: Option<f64>) -> Option<()> {
    let is_over_floor = floor.is_none_or(|floor| floor <= level);
    let is_under_ceiling = ceiling.is_none_or(|ceiling| level <= ceiling);
    if !is_over_floor || !is_under_ceiling {
        section.fault("level", format!("found {level}; it lies between floor and ceiling"));
        return None;
    }
    Some(())
}

fn script(entry: Entry<'_>) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let mut before = Duration::ZERO;
    for mut section in entry.sections() {
        let event = event(&mut section);
        if let Some(event) = event {
            in_order(&section, before, event.at);
            before = before.max(event.at);
        }
        events.push(event);
    }
    events.into_iter().collect()
}

fn in_order(section: &Section<'_>, before: Duration, at: Duration) {
    if at < before {
        let (at, before) = (duration::words(at), duration::words(before));
        section.fault("at", format!("found {at}; events stand in the order of time, and one before it is at {before}"));
    }
}

const WHATS: [&str; 4] = ["spike", "step", "ramp", "silence"];

fn event(section: &mut Section<'_>) -> Option<Event> {
    let at = section.must("at", r#""30s""#, |entry| entry.duration(AT));
    let written: Vec<&str> = WHATS.into_iter().filter(|key| section.has(key)).collect();
    let what = match written[..] {
        ["spike"] => section.must("spike", "14.0", size).map(|size| What::Spike { size }),
        ["step"] => step(section),
        ["ramp"] => ramp(section),
        ["silence"] => section.must("silence", r#""30s""#, lasts).map(|lasts| What::Silence { lasts }),
        [] => none(section, format!("nothing happens; write one of {}", WHATS.join(", "))),
        _ => none(section, format!("{} at once; write an event for each", written.join(" and "))),
    };
    section.finish();
    Some(Event { at: at?, what: what? })
}

fn step(section: &mut Section<'_>) -> Option<What> {
    let size = section.must("step", "-4.5", size);
    let lasts = section.may("lasts", lasts);
    Some(What::Step { size: size?, lasts: lasts? })
}

fn ramp(section: &mut Section<'_>) -> Option<What> {
    let per_reading = section.must("ramp", "9.0", size);
    let lasts = section.must("lasts", r#""30s""#, lasts);
    Some(What::Ramp { per_reading: per_reading?, lasts: lasts? })
}

fn none(section: &mut Section<'_>, words: String) -> Option<What> {
    section.knows(&WHATS);
    section.knows(&["lasts"]);
    section.fault_here(words);
    None
}

fn size(entry: Entry<'_>) -> Option<f64> {
    entry.check(Entry::number, |size| *size != 0.0, |_| "something other than 0 is right".to_owned())
}

fn lasts(entry: Entry<'_>) -> Option<Duration> {
    entry.duration(LASTS)
}

fn from_zero(entry: Entry<'_>) -> Option<f64> {
    entry.check(Entry::number, |number| 0.0 <= *number, |_| "0 or more is right".to_owned())
}
