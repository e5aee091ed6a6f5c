//! A page of metrics in the text format of Prometheus, and which series are read from it.

use std::collections::BTreeMap;

use vsm::id::IndicatorId;

use super::series;
use crate::{
    agent::{Ledger, finder::Pattern},
    entry::Entry,
    person::chosen_by,
    section::Section,
};

const METRIC_LETTERS: usize = 200;

/// A page that is fetched once a cadence.
#[derive(Clone, Debug, PartialEq)]
pub struct Scrape {
    /// Its address; none for the page of the room to which the agent speaks.
    pub url: Option<String>,
    /// What is read from it.
    pub series: Vec<ScrapedSeries>,
}

/// One series of a page of metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct ScrapedSeries {
    /// The name of the metric.
    pub metric: String,
    /// What its labels must be. Where several series match, their sum is meant.
    pub labels: Labels,
    /// As what it is read.
    pub indicator: IndicatorId,
    /// Whether its growth a second is meant, as of a counter, rather than its value.
    pub rate: bool,
}

/// What labels must be; a series may have more of them.
pub type Labels = BTreeMap<String, Selector>;

/// What one label must be. A label that is not there is empty, as in Prometheus.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// This.
    Is(String),
    /// Anything else.
    IsNot(String),
    /// Matched by this, from its beginning to its end.
    Matches(Pattern),
    /// Not matched by this.
    MatchesNot(Pattern),
}

impl Selector {
    /// Whether a label that says `value` is meant.
    pub fn selects(&self, value: &str) -> bool {
        match self {
            Self::Is(wanted) => value == wanted,
            Self::IsNot(unwanted) => value != unwanted,
            Self::Matches(wanted) => wanted.regex().is_match(value),
            Self::MatchesNot(unwanted) => !unwanted.regex().is_match(value),
        }
    }
}

pub(super) fn prometheus(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Scrape> {
    let url = section.may("url", |entry| entry.url(&["http://", "https://"]));
    let series = series(section, |one| scraped(one, ledger));
    Some(Scrape { url: url?, series: series? })
}

fn scraped(mut section: Section<'_>, ledger: &mut Ledger) -> Option<ScrapedSeries> {
    let metric = section.must("metric", r#""http_requests_total""#, |entry| entry.label(METRIC_LETTERS));
    let labels = section.or("labels", BTreeMap::new(), labels);
    let indicator = section.must("indicator", r#""payments.requests""#, |entry| ledger.take(entry));
    let rate = section.or("rate", false, Entry::truth);
    section.finish();
    Some(ScrapedSeries { metric: metric?, labels: labels?, indicator: indicator?, rate: rate? })
}

fn labels(entry: Entry<'_>) -> Option<Labels> {
    let section = entry.section()?;
    let label = |(key, value): (&str, Entry<'_>)| {
        let selector = selector(value.clone())?;
        // What leaves some out is a sum of the others.
        let is_of_one = match &selector {
            Selector::Is(text) => !text.is_empty(),
            Selector::Matches(_) => true,
            Selector::IsNot(_) | Selector::MatchesNot(_) => false,
        };
        match chosen_by(key).filter(|_| is_of_one) {
            Some(words) => value.fault(words),
            None => Some((key.to_owned(), selector)),
        }
    };
    let labels: Vec<_> = section.entries().map(label).collect();
    labels.into_iter().collect()
}

/// `"500"`, or a table with one of `is`, `not`, `matches` and `matches_not`.
fn selector(entry: Entry<'_>) -> Option<Selector> {
    if entry.is_text() {
        return entry.text().map(|text| Selector::Is(text.to_owned()));
    }
    let mut section = entry.clone().section()?;
    let is = section.may("is", |entry| entry.text().map(|text| Selector::Is(text.to_owned())));
    let not = section.may("not", |entry| entry.text().map(|text| Selector::IsNot(text.to_owned())));
    let matches = section.may("matches", |entry| whole(entry).map(Selector::Matches));
    let matches_not = section.may("matches_not", |entry| whole(entry).map(Selector::MatchesNot));
    section.finish();
    let written: Vec<Selector> = [is?, not?, matches?, matches_not?].into_iter().flatten().collect();
    match <[Selector; 1]>::try_from(written) {
        Ok([selector]) => Some(selector),
        Err(_) => entry.fault(r#"write one of is, not, matches, matches_not: { matches = "5.." }"#.to_owned()),
    }
}

/// A pattern that has to match from beginning to end.
fn whole(entry: Entry<'_>) -> Option<Pattern> {
    entry.parsed(|text| Pattern::parse(text).and_then(|_| Pattern::parse(&format!("^(?:{text})$"))))
}
