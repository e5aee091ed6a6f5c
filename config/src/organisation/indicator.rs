//! One indicator of a file: its place, and how it is judged.

use std::time::Duration;

use vsm::{
    hours::Hours,
    id::{IndicatorId, UnitId},
    indicator::{Good, Indicator, MOST_FALSE_ALARMS, Pattern, Scale},
    subsystem::{Layer, Subsystem},
};

use super::CADENCE;
use crate::{entry::Entry, section::Section};

/// Letters of an indicator's name that stand on one line of the wall.
pub(super) const LETTERS: usize = 21;

/// An indicator as far as it could be read; whole only without a fault.
pub(super) struct WrittenIndicator<'a> {
    pub(super) section: Section<'a>,
    pub(super) id: Option<IndicatorId>,
    pub(super) unit: Option<UnitId>,
    pub(super) system: Option<Subsystem>,
    pub(super) essential: bool,
    pub(super) indicator: Option<Indicator>,
}

pub(super) fn indicator(mut section: Section<'_>) -> WrittenIndicator<'_> {
    let id = section.must("id", r#""payments.acceptance""#, Entry::indicator);
    let name = section.must("name", r#""Payments accepted""#, |entry| entry.label(LETTERS));
    let unit = section.must("unit", r#""payments""#, Entry::unit);
    let system = section.must("system", r#""1""#, |entry| entry.one_of(&systems()));
    let described = describe(&mut section, name, system);
    let essential = section.or("essential", false, Entry::truth);
    section.finish();
    let whole = || {
        let indicator = described?.indicator(id.clone()?, unit.clone()?);
        Some(Indicator { essential: essential?, ..indicator })
    };
    let indicator = whole();
    WrittenIndicator { section, id, unit, system, essential: essential == Some(true), indicator }
}

/// What is said of an indicator, whatever it is called and wherever it belongs.
#[derive(Clone)]
pub(super) struct Described {
    name: String,
    system: Subsystem,
    layer: Layer,
    measure: String,
    cadence: Option<Duration>,
    judgement: Judgement,
    runbook: Option<String>,
}

/// Reads it; name and system have been read before, because not everything needs them.
pub(super) fn describe(
    section: &mut Section<'_>,
    name: Option<String>,
    system: Option<Subsystem>,
) -> Option<Described> {
    let layer = section.or("layer", Layer::Object, layer);
    let measure = section.or("measure", String::new(), Entry::line);
    let cadence = section.may("cadence", |entry| entry.duration(CADENCE));
    let judgement = judgement(section);
    let runbook = section.may("runbook", Entry::line);
    Some(Described {
        name: name?,
        system: system?,
        layer: layer?,
        measure: measure?,
        cadence: cadence?,
        judgement: judgement?,
        runbook: runbook?,
    })
}

impl Described {
    /// The indicator of that name in that unit.
    pub(super) fn indicator(self, id: IndicatorId, unit: UnitId) -> Indicator {
        let Self { name, system, layer, measure, cadence, judgement, runbook } = self;
        let Judgement { good, scale, pattern, least, least_share, false_alarms_a_week, muted, muted_hours } = judgement;
        Indicator {
            id,
            name,
            unit,
            system,
            layer,
            measure,
            cadence,
            good,
            scale,
            pattern,
            least,
            least_share,
            false_alarms_a_week,
            essential: false,
            muted,
            muted_hours,
            runbook,
        }
    }
}

/// The fields by which a team says how its indicator is judged.
#[derive(Clone)]
struct Judgement {
    good: Good,
    scale: Option<Scale>,
    pattern: Option<Pattern>,
    least: f64,
    least_share: f64,
    false_alarms_a_week: Option<f64>,
    muted: bool,
    muted_hours: Vec<Hours>,
}

fn judgement(section: &mut Section<'_>) -> Option<Judgement> {
    let good = section.or("good", Good::Steady, |entry| entry.one_of(&GOOD));
    let scale = section.may("scale", |entry| entry.one_of(&SCALES));
    let pattern = section.may("pattern", |entry| entry.one_of(&PATTERNS));
    let least = section.or("least", 0.0, |entry| at_least_zero(entry, "a deviation is 0 or more"));
    let least_share = section.or("least_share", 0.0, |entry| at_least_zero(entry, "a share is 0 or more; 0.05 is 5 %"));
    let false_alarms_a_week = section.may("false_alarms_a_week", false_alarms);
    let muted = section.or("muted", false, Entry::truth);
    let muted_hours = section.or("muted_hours", Vec::new(), |entry| entry.list(|hours| hours.parsed(Hours::parse)));
    Some(Judgement {
        good: good?,
        scale: scale?,
        pattern: pattern?,
        least: least?,
        least_share: least_share?,
        false_alarms_a_week: false_alarms_a_week?,
        muted: muted?,
        muted_hours: muted_hours?,
    })
}

const GOOD: [(&str, Good); 3] = [("up", Good::Up), ("down", Good::Down), ("steady", Good::Steady)];

const SCALES: [(&str, Scale); 4] =
    [("identity", Scale::Identity), ("log", Scale::Log), ("sqrt", Scale::Sqrt), ("asin_sqrt", Scale::AsinSqrt)];

const PATTERNS: [(&str, Pattern); 3] =
    [("none", Pattern::None), ("daily", Pattern::Daily), ("weekly", Pattern::Weekly)];

pub(super) fn systems() -> [(&'static str, Subsystem); 6] {
    Subsystem::ALL.map(|system| (system.numeral(), system))
}

fn layer(entry: Entry<'_>) -> Option<Layer> {
    let number = entry.clone().natural()?;
    let layer = u8::try_from(number).ok().and_then(|number| Layer::try_from(number).ok());
    layer.or_else(|| entry.fault(format!("found {entry}; 1 is the object, 2 the tools, 3 the social circuitry")))
}

fn at_least_zero(entry: Entry<'_>, wish: &str) -> Option<f64> {
    entry.check(Entry::number, |number| 0.0 <= *number, |_| wish.to_owned())
}

fn false_alarms(entry: Entry<'_>) -> Option<f64> {
    let is_right = |number: &f64| 0.0 < *number && *number <= MOST_FALSE_ALARMS;
    entry.check(Entry::number, is_right, |_| format!("more than 0 and at most {MOST_FALSE_ALARMS} a week are right"))
}
