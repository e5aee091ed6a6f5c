//! What programs send to a port in the protocol of StatsD, and what is taken from it.

use std::net::SocketAddr;

use vsm::id::IndicatorId;

use super::series;
use crate::{agent::Ledger, section::Section};

const LETTERS: usize = 200;

/// A port to which programs send what they measure.
#[derive(Clone, Debug, PartialEq)]
pub struct StatsdServer {
    /// Where it listens, over UDP.
    pub listen: SocketAddr,
    /// What is taken from what it hears; names that are not here are passed over.
    pub series: Vec<StatsdSeries>,
}

/// One name that programs send, and what is taken from it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatsdSeries {
    /// The name as it is sent.
    pub name: String,
    /// What is taken.
    pub take: Take,
    /// As what it is read.
    pub indicator: IndicatorId,
}

/// What is taken from the values of one name between two readings.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Take {
    /// Of a counter: what it was raised by.
    Count,
    /// Of a counter: what it was raised by, by second.
    Rate,
    /// Of a gauge: where it stands.
    Gauge,
    /// Of a timer: how often it was measured.
    Timings,
    /// Of a timer: the mean.
    Mean,
    /// Of a timer: the smallest.
    Least,
    /// Of a timer: the largest.
    Most,
    /// Of a timer: the value under which so many percent lie.
    Percentile(u8),
}

impl Take {
    /// Everything that can be taken, by its name in files.
    pub const ALL: [(&str, Self); 12] = [
        ("count", Self::Count),
        ("rate", Self::Rate),
        ("gauge", Self::Gauge),
        ("timings", Self::Timings),
        ("mean", Self::Mean),
        ("least", Self::Least),
        ("most", Self::Most),
        ("p50", Self::Percentile(50)),
        ("p75", Self::Percentile(75)),
        ("p90", Self::Percentile(90)),
        ("p95", Self::Percentile(95)),
        ("p99", Self::Percentile(99)),
    ];
}

pub(super) fn statsd(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<StatsdServer> {
    let example = "127.0.0.1:8125";
    let listen = section.must("listen", &format!("{example:?}"), |entry| entry.address(example));
    let series = series(section, |one| taken(one, ledger));
    Some(StatsdServer { listen: listen?, series: series? })
}

fn taken(mut section: Section<'_>, ledger: &mut Ledger) -> Option<StatsdSeries> {
    let name = section.must("name", r#""checkout.orders""#, |entry| entry.label(LETTERS));
    let take = section.must("take", r#""rate""#, |entry| entry.one_of(&Take::ALL));
    let indicator = section.must("indicator", r#""checkout.orders""#, |entry| ledger.take(entry));
    section.finish();
    Some(StatsdSeries { name: name?, take: take?, indicator: indicator? })
}
