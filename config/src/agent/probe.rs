//! A probe: one kind of thing an agent reads, how often, and what it calls what it finds.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use vsm::id::IndicatorId;

use super::{
    Ledger,
    rehearsal::{self, RehearsedSeries},
};
use crate::{entry::Entry, nearest::did_you_mean_or_all, organisation::CADENCE, section::Section};

/// One thing an agent reads. Readings are taken once a cadence.
#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    /// The machine on which the agent runs.
    Host {
        /// The time between two readings.
        cadence: Duration,
        /// What is read, and as what.
        indicators: BTreeMap<HostQuantity, IndicatorId>,
    },
    /// A git repository.
    Git {
        /// The time between two readings.
        cadence: Duration,
        /// A folder in its work tree; relative to the agent's working directory only if the file does not name one.
        repository: PathBuf,
        /// What is read, and as what.
        indicators: BTreeMap<GitQuantity, IndicatorId>,
    },
    /// A page of metrics in the text format of Prometheus.
    Prometheus {
        /// The time between two readings.
        cadence: Duration,
        /// Its address; none for the page of the room to which the agent speaks.
        url: Option<String>,
        /// What is read from it.
        series: Vec<ScrapedSeries>,
    },
    /// Invented readings, first of a past and then of a script.
    Rehearsal {
        /// The time between two readings.
        cadence: Duration,
        /// How much past is delivered before the live part begins.
        past: Duration,
        /// What is played.
        series: Vec<RehearsedSeries>,
    },
}

/// What can be read of a machine.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum HostQuantity {
    /// Busy share of all processors, in percent.
    Processor,
    /// Used share of the memory, in percent.
    Memory,
    /// Tasks that ran or waited, averaged over a minute.
    Load,
    /// Used share of the disk that holds the working directory, in percent.
    Disk,
    /// Received, in kB/s, over all interfaces.
    NetworkIn,
    /// Sent, in kB/s, over all interfaces.
    NetworkOut,
}

impl HostQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 6] = [
        ("processor", Self::Processor),
        ("memory", Self::Memory),
        ("load", Self::Load),
        ("disk", Self::Disk),
        ("network_in", Self::NetworkIn),
        ("network_out", Self::NetworkOut),
    ];
}

/// What can be read of a git repository.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum GitQuantity {
    /// Commits that HEAD reaches.
    Commits,
    /// Minutes since the newest commit.
    NewestAge,
    /// Changed and untracked files in the work tree.
    FilesChanged,
}

impl GitQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 3] =
        [("commits", Self::Commits), ("newest_age", Self::NewestAge), ("files_changed", Self::FilesChanged)];
}

/// One series of a page of metrics.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScrapedSeries {
    /// The name of the metric.
    pub metric: String,
    /// Labels that the series must have; it may have more. Where several series match, their sum is meant.
    pub labels: BTreeMap<String, String>,
    /// As what it is read.
    pub indicator: IndicatorId,
    /// Whether its growth a second is meant, as of a counter, rather than its value.
    pub rate: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Host,
    Git,
    Prometheus,
    Rehearsal,
}

const KINDS: [(&str, Kind); 4] =
    [("host", Kind::Host), ("git", Kind::Git), ("prometheus", Kind::Prometheus), ("rehearsal", Kind::Rehearsal)];

/// Reads a probe. Without a kind nothing can be said about its other fields.
pub(super) fn probe(mut section: Section<'_>, ledger: &mut Ledger) -> Option<Probe> {
    let kind = section.must("kind", r#""host""#, |entry| entry.one_of(&KINDS))?;
    let cadence = section.must("cadence", r#""10s""#, |entry| entry.duration(CADENCE));
    let probe = match kind {
        Kind::Host => host(&mut section, cadence, ledger),
        Kind::Git => git(&mut section, cadence, ledger),
        Kind::Prometheus => prometheus(&mut section, cadence, ledger),
        Kind::Rehearsal => rehearsed(&mut section, cadence, ledger),
    };
    section.finish();
    probe
}

fn host(section: &mut Section<'_>, cadence: Option<Duration>, ledger: &mut Ledger) -> Option<Probe> {
    let example = r#"{ processor = "payments-host.processor" }"#;
    let indicators = section.must("indicators", example, |entry| named(entry, &HostQuantity::ALL, ledger));
    Some(Probe::Host { cadence: cadence?, indicators: indicators? })
}

fn git(section: &mut Section<'_>, cadence: Option<Duration>, ledger: &mut Ledger) -> Option<Probe> {
    let repository = section.or("repository", PathBuf::from("."), Entry::path);
    let example = r#"{ commits = "payments.commits" }"#;
    let indicators = section.must("indicators", example, |entry| named(entry, &GitQuantity::ALL, ledger));
    Some(Probe::Git { cadence: cadence?, repository: repository?, indicators: indicators? })
}

fn prometheus(section: &mut Section<'_>, cadence: Option<Duration>, ledger: &mut Ledger) -> Option<Probe> {
    let url = section.may("url", |entry| entry.url(&["http://", "https://"]));
    let series = series(section, |one| scraped(one, ledger));
    Some(Probe::Prometheus { cadence: cadence?, url: url?, series: series? })
}

fn rehearsed(section: &mut Section<'_>, cadence: Option<Duration>, ledger: &mut Ledger) -> Option<Probe> {
    if !ledger.rehearsal {
        let right = "write rehearsal = true at the top of the file, so that the wall can say so";
        section.fault("kind", format!("these readings are invented; {right}"));
    }
    let past = section.or("past", Duration::ZERO, |entry| rehearsal::past(entry, cadence));
    let series = series(section, |one| rehearsal::series(one, ledger));
    Some(Probe::Rehearsal { cadence: cadence?, past: past?, series: series? })
}

fn series<'a, T>(section: &mut Section<'a>, read: impl FnMut(Section<'a>) -> Option<T>) -> Option<Vec<T>> {
    let written = section.sections("series");
    if written.is_empty() {
        section.fault("series", "nothing is read; write one: [[probe.series]]".to_owned());
        return None;
    }
    let series: Vec<_> = written.into_iter().map(read).collect();
    series.into_iter().collect()
}

fn scraped(mut section: Section<'_>, ledger: &mut Ledger) -> Option<ScrapedSeries> {
    let metric = section.must("metric", r#""http_requests_total""#, |entry| entry.label(METRIC_LETTERS));
    let labels = section.or("labels", BTreeMap::new(), labels);
    let indicator = section.must("indicator", r#""payments.requests""#, |entry| ledger.take(entry));
    let rate = section.or("rate", false, Entry::truth);
    section.finish();
    Some(ScrapedSeries { metric: metric?, labels: labels?, indicator: indicator?, rate: rate? })
}

const METRIC_LETTERS: usize = 200;

fn labels(entry: Entry<'_>) -> Option<BTreeMap<String, String>> {
    let section = entry.section()?;
    let label = |(key, value): (&str, Entry<'_>)| Some((key.to_owned(), value.text()?.to_owned()));
    let labels: Vec<_> = section.entries().map(label).collect();
    labels.into_iter().collect()
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
