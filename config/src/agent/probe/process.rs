//! Processes on this machine: which, and what is read of them.

use std::{collections::BTreeMap, path::PathBuf};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{agent::Ledger, entry::Entry, section::Section};

/// Processes on this machine, taken together.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// Which they are.
    pub which: Which,
    /// What is read, and as what.
    pub indicators: BTreeMap<ProcessQuantity, IndicatorId>,
}

/// How processes are found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Which {
    /// All whose program has this name.
    Name(String),
    /// The one whose number stands in this file.
    PidFile(PathBuf),
    /// The one with this number.
    Pid(u32),
}

/// What can be read of processes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum ProcessQuantity {
    /// How many are alive.
    Alive,
    /// Their processor time, in percent of one processor.
    Processor,
    /// Their memory, in MB (1,000,000 bytes).
    Memory,
    /// Their open files.
    OpenFiles,
    /// How many are there now that were not there at the reading before.
    Restarts,
}

impl ProcessQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 5] = [
        ("alive", Self::Alive),
        ("processor", Self::Processor),
        ("memory", Self::Memory),
        ("open_files", Self::OpenFiles),
        ("restarts", Self::Restarts),
    ];
}

const WAYS: [&str; 3] = ["name", "pid_file", "pid"];
const LETTERS: usize = 255;

pub(super) fn process(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Process> {
    let which = which(section);
    let indicators = indicators(section, &ProcessQuantity::ALL, ledger);
    Some(Process { which: which?, indicators: indicators? })
}

fn which(section: &mut Section<'_>) -> Option<Which> {
    let written: Vec<&str> = WAYS.into_iter().filter(|key| section.has(key)).collect();
    match written[..] {
        ["name"] => section.must("name", r#""postgres""#, |entry| entry.label(LETTERS)).map(Which::Name),
        ["pid_file"] => section.must("pid_file", r#""service.pid""#, Entry::path).map(Which::PidFile),
        ["pid"] => section.must("pid", "1", pid).map(Which::Pid),
        [] => none(section, "no process is named; write name, pid_file or pid".to_owned()),
        _ => none(section, format!("{} at once; one of them is enough", written.join(" and "))),
    }
}

fn pid(entry: Entry<'_>) -> Option<u32> {
    let number = entry.clone().natural()?;
    let pid = u32::try_from(number).ok().filter(|pid| 0 < *pid);
    pid.or_else(|| entry.fault(format!("found {number}; the number of a process is right")))
}

fn none(section: &mut Section<'_>, words: String) -> Option<Which> {
    section.knows(&WAYS);
    section.fault_here(words);
    None
}
