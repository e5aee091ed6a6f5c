//! A source of a file: a sender that is no agent, and how many series it may open.

use std::collections::BTreeMap;

use vsm::id::AgentId;

use crate::{
    entry::Entry,
    section::Section,
    senders::{MOST_SERIES, Source},
};

/// More series than this a source cannot be granted: the room watches no more that are not described one by one.
const GRANTED: u64 = 100_000;

/// Reads the sources; each name is there once.
pub(super) fn sources(written: Vec<Section<'_>>) -> Option<Vec<Source>> {
    let mut lines = BTreeMap::new();
    let sources: Vec<_> = written.into_iter().map(|section| source(section, &mut lines)).collect();
    sources.into_iter().collect()
}

fn source(mut section: Section<'_>, lines: &mut BTreeMap<AgentId, usize>) -> Option<Source> {
    let id = section.must("id", r#""payments-prometheus""#, Entry::source);
    let series = section.or("series", MOST_SERIES, |entry| so_many(entry, 1));
    let unmapped = section.or("unmapped", MOST_SERIES, |entry| so_many(entry, 0));
    section.finish();
    let id = id?;
    if let Some(line) = lines.get(&id) {
        section.fault("id", format!("\"{id}\" is the source on line {line}; every name is there once"));
        return None;
    }
    lines.insert(id.clone(), section.line());
    Some(Source { id, series: series?, unmapped: unmapped? })
}

fn so_many(entry: Entry<'_>, least: u64) -> Option<u64> {
    entry.check(Entry::natural, |most| (least..=GRANTED).contains(most), |_| format!("{least} to {GRANTED} are right"))
}
