//! A program that is run, and what is read of its run.

use std::{collections::BTreeMap, path::PathBuf};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{
    agent::{
        Ledger,
        finder::{self, Finder},
    },
    entry::Entry,
    section::Section,
};

/// A program that is run once a cadence, without a shell.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The program: a path, or a name that is looked up.
    pub program: PathBuf,
    /// What it is given.
    pub arguments: Vec<String>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// Where the value stands in its output.
    pub finder: Finder,
    /// What is read, and as what.
    pub indicators: BTreeMap<CommandQuantity, IndicatorId>,
}

/// What can be read of a run.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum CommandQuantity {
    /// The code with which it ended; a run that a signal ended has none.
    ExitCode,
    /// How long it ran, in seconds.
    Duration,
    /// A number from its output, if it ended with code 0.
    Value,
}

impl CommandQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 3] =
        [("exit_code", Self::ExitCode), ("duration", Self::Duration), ("value", Self::Value)];
}

pub(super) fn command(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Command> {
    let run = section.must("run", r#"["./queue-depth.sh"]"#, run);
    // With the point, because the folder of a file that is named without one is empty.
    let folder = section.report().folder().join(".");
    let folder = section.or("folder", folder, Entry::path);
    let indicators = indicators(section, &CommandQuantity::ALL, ledger);
    let is_asked = |named: &BTreeMap<_, _>| named.contains_key(&CommandQuantity::Value);
    let finder = finder::finder(section, indicators.as_ref().is_none_or(is_asked));
    let (program, arguments) = run?;
    Some(Command { program, arguments, folder: folder?, finder: finder?, indicators: indicators? })
}

/// A program and its arguments. A program with a `/` in its name is relative to the file, any other is looked up.
fn run(entry: Entry<'_>) -> Option<(PathBuf, Vec<String>)> {
    let words = entry.clone().list(|word| word.text().map(str::to_owned))?;
    let mut words = words.into_iter();
    let Some(program) = words.next().filter(|program| !program.is_empty()) else {
        return entry.fault("no program; write it first, and then what it is given".to_owned());
    };
    let is_path = program.contains('/');
    let program = if is_path { entry.report().folder().join(program) } else { program.into() };
    Some((program, words.collect()))
}
