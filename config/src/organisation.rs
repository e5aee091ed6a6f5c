//! The organisation: its units in their recursions, and the indicators they read.

mod belonging;
mod tree;

use std::{ops::RangeInclusive, path::Path, time::Duration};

use jiff::tz::{self, TimeZone};
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::{Good, Indicator, Scale},
    organisation::Organisation,
    subsystem::{Layer, Subsystem},
    unit::Unit,
};

use crate::{document, entry::Entry, fault::Fault, nearest::did_you_mean, section::Section};

/// The time a unit has for a signal unless it says otherwise.
pub(crate) const ALLOWANCE: Duration = Duration::from_secs(30 * 60);
/// What a cadence may be, here and in agents.
pub(crate) const CADENCE: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(7 * 86_400);
/// The keys by which a file is known to be an organisation's.
pub(crate) const KEYS: [&str; 4] = ["name", "time_zone", "unit", "indicator"];

const ALLOWANCES: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(52 * 7 * 86_400);
/// Letters of an indicator's name that stand on one line of the wall.
const INDICATOR_LETTERS: usize = 21;
/// Letters of a unit's name that stand beside its circle.
const UNIT_LETTERS: usize = 14;
/// Letters of a name that has a line of its own.
const LINE_LETTERS: usize = 60;

/// Reads an organisation, or says everything that is wrong with it.
pub fn read(file: &Path) -> Result<Organisation, Vec<Fault>> {
    document::read(file, organisation)
}

pub(crate) fn organisation(mut root: Section<'_>) -> Option<Organisation> {
    let name = root.must("name", r#""Marea engineering""#, |entry| entry.label(LINE_LETTERS));
    let time_zone = root.or("time_zone", "UTC".to_owned(), time_zone);
    let units: Vec<_> = root.sections("unit").into_iter().map(unit).collect();
    let indicators: Vec<_> = root.sections("indicator").into_iter().map(indicator).collect();
    root.finish();
    let whole = tree::check(&root, &units);
    belonging::check(&units, &indicators, whole.as_ref());
    let indicators = indicators.into_iter().map(|written| written.indicator);
    Some(Organisation {
        name: name?,
        time_zone: time_zone?,
        root: whole?,
        units: units.into_iter().map(|written| written.unit).collect::<Option<_>>()?,
        indicators: indicators.map(|it| it.map(|it| (it.id.clone(), it))).collect::<Option<_>>()?,
    })
}

/// A unit as far as it could be read; whole only without a fault.
struct WrittenUnit<'a> {
    section: Section<'a>,
    id: Option<UnitId>,
    /// None where it could not be read, `Some(None)` for the whole.
    parent: Option<Option<UnitId>>,
    unit: Option<Unit>,
}

fn unit(mut section: Section<'_>) -> WrittenUnit<'_> {
    let id = section.must("id", r#""payments""#, Entry::unit);
    let parent = section.may("parent", Entry::unit);
    let name = section.must("name", r#""Payments""#, |entry| entry.label(UNIT_LETTERS));
    let owner = section.must("owner", r#""Payments""#, |entry| entry.label(UNIT_LETTERS));
    let allowance = section.or("allowance", ALLOWANCE, |entry| entry.duration(ALLOWANCES));
    section.finish();
    let whole = || {
        let (id, parent) = (id.clone()?, parent.clone()?);
        Some(Unit { id, name: name?, parent, owner: owner?, allowance: allowance? })
    };
    let unit = whole();
    WrittenUnit { section, id, parent, unit }
}

/// An indicator as far as it could be read; whole only without a fault.
struct WrittenIndicator<'a> {
    section: Section<'a>,
    id: Option<IndicatorId>,
    unit: Option<UnitId>,
    system: Option<Subsystem>,
    essential: bool,
    indicator: Option<Indicator>,
}

fn indicator(mut section: Section<'_>) -> WrittenIndicator<'_> {
    let id = section.must("id", r#""payments.acceptance""#, Entry::indicator);
    let name = section.must("name", r#""Payments accepted""#, |entry| entry.label(INDICATOR_LETTERS));
    let unit = section.must("unit", r#""payments""#, Entry::unit);
    let system = section.must("system", r#""1""#, |entry| entry.one_of(&systems()));
    let layer = section.or("layer", Layer::Object, layer);
    let measure = section.or("measure", String::new(), Entry::line);
    let cadence = section.may("cadence", |entry| entry.duration(CADENCE));
    let good = section.or("good", Good::Steady, |entry| entry.one_of(&GOOD));
    let scale = section.or("scale", Scale::Identity, |entry| entry.one_of(&SCALES));
    let least = section.or("least", 0.0, least);
    let essential = section.or("essential", false, Entry::truth);
    let muted = section.or("muted", false, Entry::truth);
    let runbook = section.may("runbook", Entry::line);
    section.finish();
    let whole = || {
        Some(Indicator {
            id: id.clone()?,
            name: name?,
            unit: unit.clone()?,
            system: system?,
            layer: layer?,
            measure: measure?,
            cadence: cadence?,
            good: good?,
            scale: scale?,
            least: least?,
            essential: essential?,
            muted: muted?,
            runbook: runbook?,
        })
    };
    let indicator = whole();
    WrittenIndicator { section, id, unit, system, essential: essential == Some(true), indicator }
}

const GOOD: [(&str, Good); 3] = [("up", Good::Up), ("down", Good::Down), ("steady", Good::Steady)];

const SCALES: [(&str, Scale); 4] =
    [("identity", Scale::Identity), ("log", Scale::Log), ("sqrt", Scale::Sqrt), ("asin_sqrt", Scale::AsinSqrt)];

fn systems() -> [(&'static str, Subsystem); 6] {
    Subsystem::ALL.map(|system| (system.numeral(), system))
}

fn layer(entry: Entry<'_>) -> Option<Layer> {
    let number = entry.clone().natural()?;
    let layer = u8::try_from(number).ok().and_then(|number| Layer::try_from(number).ok());
    layer.or_else(|| entry.fault(format!("found {entry}; 1 is the object, 2 the tools, 3 the social circuitry")))
}

fn least(entry: Entry<'_>) -> Option<f64> {
    entry.check(Entry::number, |least| 0.0 <= *least, |_| "a deviation is 0 or more".to_owned())
}

fn time_zone(entry: Entry<'_>) -> Option<String> {
    let text = entry.clone().text()?;
    let zone = TimeZone::get(text).ok().filter(|zone| !zone.is_unknown());
    zone.and_then(|zone| zone.iana_name().map(str::to_owned)).or_else(|| {
        let known: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        let guess = did_you_mean(text, known.iter().map(String::as_str));
        entry.fault(format!("no IANA time zone {entry}, such as \"Europe/London\"{guess}"))
    })
}

#[cfg(test)]
mod tests;
