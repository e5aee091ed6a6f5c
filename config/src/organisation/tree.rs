//! Whether the units make one whole: one root, no circles, no more operations than can be drawn.

use std::collections::BTreeMap;

use vsm::{id::UnitId, organisation::UNOWNED};

use super::WrittenUnit;
use crate::{nearest::did_you_mean, section::Section};

/// The drawing of a unit has places for so many operations.
const MOST_OPERATIONS: usize = 9;

/// Reports every fault of the units among themselves and gives the whole, if there is one.
pub(super) fn check(root: &Section<'_>, units: &[WrittenUnit<'_>]) -> Option<UnitId> {
    let places = places(units);
    let parents: Vec<_> = units.iter().map(|unit| parent(unit, &places)).collect();
    circles(units, &parents);
    operations(units, &parents);
    whole(root, units)
}

/// Where each unit stands in the file; a name taken twice is a fault and stays with the first.
fn places<'a>(units: &'a [WrittenUnit<'_>]) -> BTreeMap<&'a UnitId, usize> {
    let mut places = BTreeMap::new();
    for (place, unit) in units.iter().enumerate() {
        let Some(id) = &unit.id else { continue };
        if id.as_str() == UNOWNED {
            unit.section
                .fault("id", format!("{UNOWNED:?} is the tray for what no unit has claimed; write another name"));
        }
        let first = *places.entry(id).or_insert(place);
        if first != place {
            let line = units[first].section.line();
            unit.section.fault("id", format!("\"{id}\" is the unit on line {line}; every name is there once"));
        }
    }
    places
}

fn parent(unit: &WrittenUnit<'_>, places: &BTreeMap<&UnitId, usize>) -> Option<usize> {
    let parent = unit.parent.as_ref()?.as_ref()?;
    let place = places.get(parent).copied();
    if place.is_none() {
        let guess = did_you_mean(parent.as_str(), places.keys().map(|id| id.as_str()));
        unit.section.fault("parent", format!("no unit \"{parent}\"{guess}"));
    }
    place
}

/// Follows every unit upwards; each step is taken once, and each circle is told once.
fn circles(units: &[WrittenUnit<'_>], parents: &[Option<usize>]) {
    let mut walked: Vec<Option<usize>> = vec![None; units.len()];
    for start in 0..units.len() {
        let mut here = Some(start);
        while let Some(place) = here.filter(|place| walked[*place].is_none()) {
            walked[place] = Some(start);
            here = parents[place];
        }
        if let Some(place) = here.filter(|place| walked[*place] == Some(start)) {
            tell_circle(units, parents, place);
        }
    }
}

fn tell_circle(units: &[WrittenUnit<'_>], parents: &[Option<usize>], from: usize) {
    let round = std::iter::successors(Some(from), |place| parents[*place].filter(|next| *next != from));
    let places: Vec<usize> = round.take(MOST_OPERATIONS).chain([from]).collect();
    let names = places.iter().filter_map(|place| units[*place].id.as_ref()).map(UnitId::as_str);
    let names = names.collect::<Vec<_>>().join(" in ");
    units[from].section.fault("parent", format!("goes in a circle: {names}; one of them stands in another unit"));
}

fn operations(units: &[WrittenUnit<'_>], parents: &[Option<usize>]) {
    let mut counts = vec![0; units.len()];
    for (unit, parent) in units.iter().zip(parents) {
        let Some(parent) = *parent else { continue };
        counts[parent] += 1;
        if let (true, Some(id)) = (counts[parent] == MOST_OPERATIONS + 1, &units[parent].id) {
            let right = "give some of them a unit of their own between";
            unit.section.fault("parent", format!("\"{id}\" has more than {MOST_OPERATIONS} operations; {right}"));
        }
    }
}

/// The one unit without a parent.
fn whole(root: &Section<'_>, units: &[WrittenUnit<'_>]) -> Option<UnitId> {
    let mut roots = units.iter().filter(|unit| unit.parent == Some(None));
    let Some(first) = roots.next() else {
        root.fault("unit", "no unit without a parent; exactly one is the whole in which the others stand".to_owned());
        return None;
    };
    let whole = first.id.as_ref().map_or("the first", UnitId::as_str);
    for other in roots {
        let line = first.section.line();
        let words =
            format!("missing; the whole is {whole:?} on line {line}, so write parent = {whole:?} or a unit in it");
        other.section.fault("parent", words);
    }
    first.id.clone()
}
