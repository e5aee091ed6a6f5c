//! A probe: one kind of thing an agent reads, how often, and what it calls what it finds.

mod command;
mod file;
mod git;
mod host;
mod http;
mod log;
mod process;
mod prometheus;
mod source;
mod statsd;
mod stdin;
mod webhook;

use std::{collections::BTreeMap, time::Duration};

use vsm::id::IndicatorId;

pub use self::{
    command::{Command, CommandQuantity},
    file::{FileQuantity, FileToRead},
    git::{GitQuantity, Repository},
    host::HostQuantity,
    http::{Headers, HttpQuantity, HttpRequest},
    log::{CountedLines, Log},
    process::{Process, ProcessQuantity, Which},
    prometheus::{Labels, Scrape, ScrapedSeries, Selector},
    source::Source,
    statsd::{StatsdSeries, StatsdServer, Take},
    stdin::Stdin,
    webhook::{Webhook, WebhookQuantity},
};
use super::{Ledger, rehearsal};
use crate::{entry::Entry, nearest::did_you_mean_or_all, organisation::CADENCE, section::Section};

/// The longest time for one look, unless more is written; never more than the cadence.
const TIME_LIMIT: Duration = Duration::from_secs(5);
const SHORTEST_LIMIT: Duration = Duration::from_millis(10);

/// One thing an agent reads. Readings are taken once a cadence.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The time between two readings.
    pub cadence: Duration,
    /// The longest time one look may take; what is slower is a fault.
    pub time_limit: Duration,
    /// What is read.
    pub source: Source,
}

#[derive(Clone, Copy)]
enum Kind {
    Host,
    Process,
    Command,
    Http,
    File,
    Log,
    Git,
    Prometheus,
    Statsd,
    Stdin,
    Webhook,
    Rehearsal,
}

const KINDS: [(&str, Kind); 12] = [
    ("host", Kind::Host),
    ("process", Kind::Process),
    ("command", Kind::Command),
    ("http", Kind::Http),
    ("file", Kind::File),
    ("log", Kind::Log),
    ("git", Kind::Git),
    ("prometheus", Kind::Prometheus),
    ("statsd", Kind::Statsd),
    ("stdin", Kind::Stdin),
    ("webhook", Kind::Webhook),
    ("rehearsal", Kind::Rehearsal),
];

/// The kinds, as they are written.
#[cfg(test)]
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.into_iter().map(|(name, _)| name)
}

/// Reads a probe. Without a kind nothing can be said about its other fields.
pub(super) fn probe(mut section: Section<'_>, ledger: &mut Ledger) -> Option<Probe> {
    let kind = section.must("kind", r#""host""#, |entry| entry.one_of(&KINDS))?;
    let cadence = section.must("cadence", r#""10s""#, |entry| entry.duration(CADENCE));
    let longest = cadence.unwrap_or(*CADENCE.end());
    let waits = matches!(kind, Kind::Statsd | Kind::Stdin | Kind::Webhook | Kind::Rehearsal);
    let time_limit = if waits {
        Some(TIME_LIMIT)
    } else {
        section.or("time_limit", TIME_LIMIT.min(longest), |entry| entry.duration(SHORTEST_LIMIT..=longest))
    };
    let source = source(kind, &mut section, cadence, ledger);
    section.finish();
    Some(Probe { cadence: cadence?, time_limit: time_limit?, source: source? })
}

fn source(kind: Kind, section: &mut Section<'_>, cadence: Option<Duration>, ledger: &mut Ledger) -> Option<Source> {
    match kind {
        Kind::Host => host::host(section, ledger).map(Source::Host),
        Kind::Process => process::process(section, ledger).map(Source::Process),
        Kind::Command => command::command(section, ledger).map(Source::Command),
        Kind::Http => http::http(section, ledger).map(Source::Http),
        Kind::File => file::file(section, ledger).map(Source::File),
        Kind::Log => log::log(section, ledger).map(Source::Log),
        Kind::Git => git::git(section, ledger).map(Source::Git),
        Kind::Prometheus => prometheus::prometheus(section, ledger).map(Source::Prometheus),
        Kind::Statsd => statsd::statsd(section, ledger).map(Source::Statsd),
        Kind::Stdin => stdin::stdin(section, ledger).map(Source::Stdin),
        Kind::Webhook => webhook::webhook(section, ledger).map(Source::Webhook),
        Kind::Rehearsal => rehearsal::rehearsal(section, cadence, ledger).map(Source::Rehearsal),
    }
}

/// The series of a probe, written `[[probe.series]]`; at least one.
pub(super) fn series<'a, T>(section: &mut Section<'a>, read: impl FnMut(Section<'a>) -> Option<T>) -> Option<Vec<T>> {
    let written = section.sections("series");
    if written.is_empty() {
        section.fault("series", "nothing is read; write one: [[probe.series]]".to_owned());
        return None;
    }
    let series: Vec<_> = written.into_iter().map(read).collect();
    series.into_iter().collect()
}

/// The table of what is read of a source, which must be there.
fn indicators<Q: Copy + Ord>(
    section: &mut Section<'_>,
    known: &[(&'static str, Q)],
    ledger: &mut Ledger,
) -> Option<BTreeMap<Q, IndicatorId>> {
    let example = format!("{{ {} = \"payments.{0}\" }}", known.first().map_or("value", |(name, _)| *name));
    section.must("indicators", &example, |entry| named(entry, known, ledger))
}

/// A table of quantities by their names, each with the indicator as which it is read.
fn named<Q: Copy + Ord>(
    entry: Entry<'_>,
    known: &[(&'static str, Q)],
    ledger: &mut Ledger,
) -> Option<BTreeMap<Q, IndicatorId>> {
    let section = entry.clone().section()?;
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let named: Vec<_> = section
        .entries()
        .map(|(key, value)| {
            let quantity = known.iter().find(|(name, _)| *name == key).map(|(_, quantity)| *quantity);
            let id = ledger.take(value);
            if quantity.is_none() {
                section.fault(key, format!("no quantity {key:?}{}", did_you_mean_or_all(key, &names)));
            }
            Some((quantity?, id?))
        })
        .collect();
    if named.is_empty() {
        return entry.fault(format!("nothing is read; there are {}", names.join(", ")));
    }
    named.into_iter().collect()
}
