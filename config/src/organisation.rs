//! The organisation: its units in their recursions, and the indicators they read.

mod belonging;
mod indicator;
mod map;
mod source;
mod tree;

use std::{ops::RangeInclusive, path::Path, time::Duration};

use jiff::tz::{self, TimeZone};
use vsm::{date::Date, id::UnitId, organisation::Organisation, unit::Unit};

use self::indicator::{WrittenIndicator, indicator};
use crate::{document, entry::Entry, fault::Fault, nearest::did_you_mean, section::Section, senders::Senders};

/// The time a unit has for a signal unless it says otherwise.
pub(crate) const ALLOWANCE: Duration = Duration::from_secs(30 * 60);
/// What a cadence may be, here and in agents.
pub(crate) const CADENCE: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(7 * 86_400);
/// The keys by which a file is known to be an organisation's.
pub(crate) const KEYS: [&str; 7] = ["name", "time_zone", "holidays", "unit", "indicator", "map", "source"];

const ALLOWANCES: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(52 * 7 * 86_400);
/// Letters of a unit's name that stand beside its circle.
const UNIT_LETTERS: usize = 14;
/// Letters of a name that has a line of its own.
const LINE_LETTERS: usize = 60;

/// Reads an organisation, or says everything that is wrong with it.
pub fn read(file: &Path) -> Result<Organisation, Vec<Fault>> {
    document::read(file, organisation)
}

/// The same for text that is already here; `file` is its name in the faults.
pub fn parse(file: &Path, text: &str) -> Result<Organisation, Vec<Fault>> {
    document::parse(file, text, organisation)
}

/// Reads a file, with what the organisation says of senders that are no agents.
pub(crate) fn read_with_senders(file: &Path) -> Result<(Organisation, Senders), Vec<Fault>> {
    document::read(file, with_senders)
}

pub(crate) fn organisation(root: Section<'_>) -> Option<Organisation> {
    with_senders(root).map(|(organisation, _)| organisation)
}

fn with_senders(mut root: Section<'_>) -> Option<(Organisation, Senders)> {
    let name = root.must("name", r#""Marea engineering""#, |entry| entry.label(LINE_LETTERS));
    let time_zone = root.or("time_zone", "UTC".to_owned(), time_zone);
    let holidays = root.or("holidays", Vec::new(), holidays);
    let units: Vec<_> = root.sections("unit").into_iter().map(unit).collect();
    let indicators: Vec<_> = root.sections("indicator").into_iter().map(indicator).collect();
    let maps: Vec<_> = root.sections("map").into_iter().map(map::map).collect();
    let sources = source::sources(root.sections("source"));
    root.finish();
    let whole = tree::check(&root, &units);
    belonging::check(&units, &indicators, whole.as_ref());
    belonging::check_maps(&units, maps.iter().map(|map| &map.written), whole.as_ref());
    let led: Option<Vec<_>> = map::lead(maps, &indicators).into_iter().collect();
    let indicators: Option<Vec<_>> = indicators.into_iter().map(|written| written.indicator).collect();
    let (mut indicators, mut families, mut maps) = (indicators?, Vec::new(), Vec::new());
    for map::Led { map, indicator, family } in led? {
        maps.push(map);
        indicators.extend(indicator);
        families.extend(family);
    }
    let organisation = Organisation {
        name: name?,
        time_zone: time_zone?,
        holidays: holidays?,
        root: whole?,
        units: units.into_iter().map(|written| written.unit).collect::<Option<_>>()?,
        indicators: indicators.into_iter().map(|it| (it.id.clone(), it)).collect(),
        families,
    };
    Some((organisation, Senders { sources: sources?, maps }))
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
    let time_zone = section.may("time_zone", time_zone);
    section.finish();
    let whole = || {
        let (id, parent) = (id.clone()?, parent.clone()?);
        Some(Unit { id, name: name?, parent, owner: owner?, allowance: allowance?, time_zone: time_zone? })
    };
    let unit = whole();
    WrittenUnit { section, id, parent, unit }
}

/// Days, each of them once.
fn holidays(entry: Entry<'_>) -> Option<Vec<Date>> {
    let mut days = Vec::new();
    entry.list(|day| {
        let date = day.clone().parsed(Date::parse)?;
        if days.contains(&date) {
            return day.fault(format!("found \"{date}\" again; every day is there once"));
        }
        days.push(date);
        Some(date)
    })
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
