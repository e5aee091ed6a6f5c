//! What a team knows of its indicators before they leave: how often, within which bounds, how old.

use std::{collections::BTreeMap, time::Duration};

use vsm::id::IndicatorId;

use super::{Ledger, Probe, number::Number};
use crate::{entry::Entry, nearest::did_you_mean, organisation::CADENCE, section::Section};

const STALE: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(366 * 86_400);

/// What is plausible of one indicator.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plausible {
    /// What kind of number it is; another stays here.
    pub number: Option<Number>,
    /// The least and the most that can be; what lies outside stays here.
    pub range: Option<(f64, f64)>,
    /// The largest step from the reading before that is believed; what is beyond leaves with a mark.
    pub most_jump: Option<f64>,
    /// The age from which a reading says nothing about now; it stays here.
    pub stale_after: Option<Duration>,
}

/// What is written of one indicator, as far as it could be read.
pub(super) struct Written<'a> {
    section: Section<'a>,
    id: Option<IndicatorId>,
    known: Option<Known>,
}

/// What is known of one indicator.
#[derive(Clone, Copy)]
struct Known {
    cadence: Option<Duration>,
    plausible: Plausible,
}

/// Reads one table of the list `[[indicator]]`.
pub(super) fn indicator(mut section: Section<'_>) -> Written<'_> {
    let id = section.must("id", r#""payments.load""#, Entry::indicator);
    let cadence = section.may("cadence", |entry| entry.duration(CADENCE));
    let number = section.may("type", |entry| entry.one_of(&Number::WORDS));
    let range = section.may("range", range);
    let most_jump = section.may("most_jump", |entry| {
        entry.check(Entry::number, |jump| 0.0 < *jump, |_| "more than 0 is right".to_owned())
    });
    let stale_after = section.may("stale_after", |entry| entry.duration(STALE));
    if let (Some(Some(number)), Some(Some(_))) = (number, range)
        && let Some(words) = number.has_bounds()
    {
        section.fault("range", format!("{words}; leave this out"));
    }
    section.finish();
    let known = || {
        let (number, range) = (number?, range?);
        let plausible = Plausible { number, range, most_jump: most_jump?, stale_after: stale_after? };
        Some(Known { cadence: cadence?, plausible })
    };
    Written { id, known: known(), section }
}

impl Written<'_> {
    fn cadence(&self) -> Option<Duration> {
        self.known.and_then(|known| known.cadence)
    }
}

fn range(entry: Entry<'_>) -> Option<(f64, f64)> {
    let numbers = entry.clone().list(Entry::number)?;
    let [least, most] = numbers[..] else {
        return entry.fault("the least and the most are right: [0, 100]".to_owned());
    };
    if most <= least {
        return entry.fault(format!("found {least} and {most}; the least stands before the most"));
    }
    Some((least, most))
}

/// Each indicator is described once and read by a probe.
pub(super) fn check(written: &[Written<'_>], ledger: &Ledger) {
    let mut lines: BTreeMap<&IndicatorId, usize> = BTreeMap::new();
    for one in written {
        let Some(id) = &one.id else { continue };
        if !ledger.taken.contains_key(id) {
            let guess = did_you_mean(id.as_str(), ledger.taken.keys().map(IndicatorId::as_str));
            one.section.fault("id", format!("no probe reads \"{id}\"{guess}"));
        }
        if let Some(line) = lines.get(id) {
            one.section.fault("id", format!("\"{id}\" is described on line {line}; once is enough"));
        }
        lines.entry(id).or_insert_with(|| one.section.line());
    }
}

/// What is plausible, by indicator; none where one could not be read.
pub(super) fn by_indicator(written: &[Written<'_>]) -> Option<BTreeMap<IndicatorId, Plausible>> {
    written.iter().map(|one| Some((one.id.clone()?, one.known?.plausible))).collect()
}

/// The same probes, but an indicator with a cadence of its own has a probe of its own; none where that cannot be.
pub(super) fn split(probes: Vec<Probe>, written: &[Written<'_>]) -> Option<Vec<Probe>> {
    let mut split = Vec::new();
    for probe in probes {
        let of_its_own = |id: &IndicatorId| written.iter().find(|one| one.id.as_ref() == Some(id));
        let cadence = |id: &IndicatorId| of_its_own(id).and_then(Written::cadence).unwrap_or(probe.cadence);
        let ids = probe.source.indicators();
        let mut cadences: Vec<Duration> = ids.iter().map(cadence).collect();
        cadences.sort_unstable();
        cadences.dedup();
        if !probe.source.can_be_split() && cadences != [probe.cadence] {
            let heard = ids.iter().filter_map(of_its_own).find(|one| one.cadence().is_some())?;
            heard
                .section
                .fault("cadence", "what its probe hears, it hears once, so its cadence is the probe's".to_owned());
            return None;
        }
        split.extend(cadences.into_iter().map(|own| {
            let mut part = Probe { cadence: own, time_limit: probe.time_limit.min(own), source: probe.source.clone() };
            part.source.retain(&mut |id| cadence(id) == own);
            part
        }));
    }
    Some(split)
}
