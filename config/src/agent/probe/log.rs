//! A file to which lines are added, and which of them are counted.

use std::path::PathBuf;

use vsm::id::IndicatorId;

use super::series;
use crate::{
    agent::{
        Ledger,
        finder::{self, Pattern},
    },
    entry::Entry,
    section::Section,
};

/// A file to which lines are added.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// Where it lies, whichever file lies there.
    pub path: PathBuf,
    /// Which lines are counted.
    pub series: Vec<CountedLines>,
}

/// Lines that are counted from one reading to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedLines {
    /// What a line must match; none for every line.
    pub pattern: Option<Pattern>,
    /// As what their number is read.
    pub indicator: IndicatorId,
}

pub(super) fn log(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Log> {
    let path = section.must("path", r#""service.log""#, Entry::path);
    let series = series(section, |one| counted(one, ledger));
    Some(Log { path: path?, series: series? })
}

fn counted(mut section: Section<'_>, ledger: &mut Ledger) -> Option<CountedLines> {
    let pattern = section.may("pattern", finder::pattern);
    let indicator = section.must("indicator", r#""payments.errors""#, |entry| ledger.take(entry));
    section.finish();
    Some(CountedLines { pattern: pattern?, indicator: indicator? })
}
