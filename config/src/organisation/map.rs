//! Which series of a sender are which indicators: a map of a file, and what it describes.

use std::collections::BTreeMap;

use vsm::{
    family::{Family, short},
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    subsystem::Subsystem,
    template::{Template, word},
};

use super::indicator::{Described, LETTERS, WrittenIndicator, describe, systems};
use crate::{
    entry::Entry,
    nearest::did_you_mean,
    person::{chosen_by, is_mark},
    section::Section,
    senders::{Glob, Map, Turn},
};

const METRIC_LETTERS: usize = 200;
/// The blanks that are no labels.
const METRIC: &str = "{metric}";
const UNIT: &str = "{unit}";

const TURNS: [(&str, Turn); 3] = [("value", Turn::Value), ("rate", Turn::Rate), ("delta", Turn::Delta)];

/// A map as far as it could be read.
pub(super) struct WrittenMap<'a> {
    /// What it describes, if it has a unit.
    pub(super) written: WrittenIndicator<'a>,
    metric: Option<Glob>,
    labels: Option<BTreeMap<String, Glob>>,
    /// None where it could not be read, `Some(None)` where it is not written.
    indicator: Option<Option<String>>,
    reading: Option<Option<Turn>>,
    described: Option<Described>,
}

/// What a map leads to.
pub(super) struct Led {
    pub(super) map: Map,
    /// An indicator that the map alone describes.
    pub(super) indicator: Option<Indicator>,
    pub(super) family: Option<Family>,
}

pub(super) fn map(mut section: Section<'_>) -> WrittenMap<'_> {
    let metric = section.must("metric", r#""node_load1""#, |entry| entry.label(METRIC_LETTERS));
    let labels = section.or("labels", BTreeMap::new(), labels);
    let indicator = section.may("indicator", |entry| entry.text().map(str::to_owned));
    let reading = section.may("as", |entry| entry.one_of(&TURNS));
    let name = section.or("name", String::new(), |entry| entry.label(METRIC_LETTERS));
    let unit = section.may("unit", Entry::unit);
    let system = section.or("system", Subsystem::Operation, |entry| entry.one_of(&systems()));
    let described = describe(&mut section, name, system);
    section.finish();
    let unit = unit.flatten();
    let written = WrittenIndicator { section, id: None, unit, system, essential: false, indicator: None };
    WrittenMap { written, metric: metric.map(|text| Glob::parse(&text)), labels, indicator, reading, described }
}

/// What the maps lead to, each with what it describes; reports every fault on the way.
pub(super) fn lead(maps: Vec<WrittenMap<'_>>, indicators: &[WrittenIndicator<'_>]) -> Vec<Option<Led>> {
    let mut lines: BTreeMap<IndicatorId, (usize, &str)> = BTreeMap::new();
    for indicator in indicators {
        let Some(id) = &indicator.id else { continue };
        lines.entry(id.clone()).or_insert((indicator.section.line(), "indicator"));
    }
    let lead = |map: WrittenMap<'_>| {
        let led = map.lead(&lines)?;
        if let Some(indicator) = &led.indicator {
            lines.insert(indicator.id.clone(), (map.written.section.line(), "map"));
        }
        Some(led)
    };
    maps.into_iter().map(lead).collect()
}

impl WrittenMap<'_> {
    fn lead(&self, lines: &BTreeMap<IndicatorId, (usize, &str)>) -> Option<Led> {
        let (metric, labels) = (self.metric.clone()?, self.labels.clone()?);
        let (text, reading) = (self.indicator.clone()?, self.reading?);
        let Some(unit) = &self.written.unit else {
            let indicator = self.described_elsewhere(text, &metric, lines)?;
            return Some(Led { map: Map { metric, labels, indicator, reading }, indicator: None, family: None });
        };
        let text = text.unwrap_or_else(|| format!("{UNIT}.{METRIC}"));
        let template = self.template(&text, &metric, unit)?;
        let map = Map { metric, labels, indicator: template.clone(), reading };
        let model = self.described.clone()?.indicator(model_id(&template)?, unit.clone());
        if template.blanks().next().is_some() {
            return Some(Led { map, indicator: None, family: Some(Family { template, model }) });
        }
        let indicator = named(model);
        if let Some((line, what)) = lines.get(&indicator.id) {
            let right = "leave out unit, so that the series feeds it; several series that do are told apart by a label, \
                         as \"{unit}.load.{instance}\"";
            let words = format!("\"{}\" is the {what} on line {line}; {right}", indicator.id);
            self.written.section.fault("indicator", words);
            return None;
        }
        Some(Led { map, indicator: Some(indicator), family: None })
    }

    /// The indicator on another line that the series feeds.
    fn described_elsewhere(
        &self,
        text: Option<String>,
        metric: &Glob,
        lines: &BTreeMap<IndicatorId, (usize, &str)>,
    ) -> Option<Template> {
        let section = &self.written.section;
        // Its own fault has been told.
        if section.has("unit") {
            return None;
        }
        let Some(text) = text else {
            let right = "or indicator = \"payments.load\" for one that is described";
            section.fault("unit", format!("missing; write unit = \"payments\", {right}"));
            return None;
        };
        let template = self.parse(&text.replace(METRIC, &metric.exact().map_or(METRIC.to_owned(), word)))?;
        let known = lines.keys().find(|id| template.fits(id.as_str()).is_some());
        if known.is_none() {
            let guess = did_you_mean(&text, lines.keys().map(IndicatorId::as_str));
            section.fault(
                "indicator",
                format!("no indicator {text:?}{guess}; or write unit = \"payments\" to describe it here"),
            );
            return None;
        }
        if let Some((key, (line, what))) =
            DESCRIBING.iter().find(|key| section.has(key)).zip(known.and_then(|id| lines.get(id)))
        {
            section.fault(key, format!("{text:?} is the {what} on line {line}; write it there"));
            return None;
        }
        Some(template)
    }

    fn template(&self, text: &str, metric: &Glob, unit: &UnitId) -> Option<Template> {
        let text = text.replace(UNIT, unit.as_str());
        self.parse(&metric.exact().map_or(text.clone(), |metric| text.replace(METRIC, &word(metric))))
    }

    fn parse(&self, text: &str) -> Option<Template> {
        let fault = |words: String| {
            self.written.section.fault("indicator", words);
            None
        };
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(invalid) => return fault(invalid.to_string()),
        };
        if let Some(label) = template.blanks().find(|label| is_mark(label)) {
            return fault(format!(
                "{label:?} would make an indicator for each person; nothing measures one: leave it out"
            ));
        }
        Some(template)
    }
}

/// The fields that describe an indicator, of which one that is described elsewhere has none here.
const DESCRIBING: [&str; 14] = [
    "name",
    "system",
    "layer",
    "measure",
    "cadence",
    "good",
    "scale",
    "pattern",
    "least",
    "least_share",
    "false_alarms_a_week",
    "muted",
    "muted_hours",
    "runbook",
];

fn labels(entry: Entry<'_>) -> Option<BTreeMap<String, Glob>> {
    let section = entry.section()?;
    let label = |(key, value): (&str, Entry<'_>)| match chosen_by(key) {
        Some(words) => value.fault(words),
        None => Some((key.to_owned(), Glob::parse(value.text()?))),
    };
    let labels: Vec<_> = section.entries().map(label).collect();
    labels.into_iter().collect()
}

/// A name for what the members of a family have in common: that of the member whose labels are called as they are, or,
/// where that is too long for a name, as short as can be.
fn model_id(template: &Template) -> Option<IndicatorId> {
    let blanks: BTreeMap<String, String> = template.blanks().map(|it| (it.to_owned(), it.to_owned())).collect();
    template.fill(|blank| blanks.get(blank).map(String::as_str)).or_else(|_| template.fill(|_| Some("x"))).ok()
}

/// The same with a name for people.
fn named(indicator: Indicator) -> Indicator {
    if !indicator.name.is_empty() {
        return indicator;
    }
    let name = short(&indicator.id, indicator.unit.as_str()).chars().take(LETTERS).collect();
    Indicator { name, ..indicator }
}
