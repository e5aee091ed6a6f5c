//! Whether every indicator has its place: a unit that exists, and a system that speaks for it.

use std::collections::{BTreeMap, BTreeSet};

use vsm::{id::UnitId, subsystem::Subsystem};

use super::{WrittenIndicator, WrittenUnit};
use crate::nearest::did_you_mean;

/// Future on the wall has places for so many forecasts.
const MOST_ESSENTIAL: usize = 3;
/// A name under Future has room for so many letters.
const ESSENTIAL_LETTERS: usize = 11;

/// Reports every fault of the indicators among themselves and towards the units.
pub(super) fn check(units: &[WrittenUnit<'_>], indicators: &[WrittenIndicator<'_>], whole: Option<&UnitId>) {
    names(indicators);
    let known: BTreeSet<&UnitId> = units.iter().filter_map(|unit| unit.id.as_ref()).collect();
    indicators.iter().for_each(|indicator| unit(indicator, &known));
    essentials(indicators);
    if let Some(whole) = whole.filter(|whole| has_operations(units, whole)) {
        indicators.iter().for_each(|indicator| operation_of_the_whole(indicator, whole));
    }
}

/// The same for what maps describe, whose names are looked at where they are led.
pub(super) fn check_maps<'a>(
    units: &[WrittenUnit<'_>],
    maps: impl Iterator<Item = &'a WrittenIndicator<'a>> + Clone,
    whole: Option<&UnitId>,
) {
    let known: BTreeSet<&UnitId> = units.iter().filter_map(|unit| unit.id.as_ref()).collect();
    maps.clone().for_each(|map| unit(map, &known));
    if let Some(whole) = whole.filter(|whole| has_operations(units, whole)) {
        maps.for_each(|map| operation_of_the_whole(map, whole));
    }
}

fn names(indicators: &[WrittenIndicator<'_>]) {
    let mut lines = BTreeMap::new();
    for indicator in indicators {
        let Some(id) = &indicator.id else { continue };
        if let Some(line) = lines.get(id) {
            let words = format!("\"{id}\" is the indicator on line {line}; every name is there once");
            indicator.section.fault("id", words);
        }
        lines.entry(id).or_insert_with(|| indicator.section.line());
    }
}

fn unit(indicator: &WrittenIndicator<'_>, known: &BTreeSet<&UnitId>) {
    let Some(unit) = indicator.unit.as_ref().filter(|unit| !known.contains(unit)) else { return };
    let guess = did_you_mean(unit.as_str(), known.iter().map(|id| id.as_str()));
    indicator.section.fault("unit", format!("no unit \"{unit}\"{guess}"));
}

fn essentials(indicators: &[WrittenIndicator<'_>]) {
    let mut counts = BTreeMap::new();
    for indicator in indicators.iter().filter(|indicator| indicator.essential) {
        let Some(unit) = &indicator.unit else { continue };
        let count = counts.entry(unit).or_insert(0);
        *count += 1;
        if MOST_ESSENTIAL < *count {
            let right = format!("under Future there is room for {MOST_ESSENTIAL}");
            indicator.section.fault("essential", format!("number {count} of \"{unit}\"; {right}"));
        }
        short_enough(indicator);
    }
}

fn short_enough(indicator: &WrittenIndicator<'_>) {
    let Some(name) = indicator.indicator.as_ref().map(|indicator| &indicator.name) else { return };
    let letters = name.chars().count();
    if ESSENTIAL_LETTERS < letters {
        let words = format!("{name:?} has {letters} letters; under Future there is room for {ESSENTIAL_LETTERS}");
        indicator.section.fault("name", words);
    }
}

fn has_operations(units: &[WrittenUnit<'_>], whole: &UnitId) -> bool {
    units.iter().any(|unit| unit.parent.as_ref().is_some_and(|parent| parent.as_ref() == Some(whole)))
}

/// What produces is an operation; the whole has its own only as long as it is not divided.
fn operation_of_the_whole(indicator: &WrittenIndicator<'_>, whole: &UnitId) {
    if indicator.unit.as_ref() == Some(whole) && indicator.system == Some(Subsystem::Operation) {
        let words = format!("System One of \"{whole}\" is its operations; give this indicator to one of them");
        indicator.section.fault("system", words);
    }
}
