//! What comes in on the agent's standard input, so that any script is a probe.

use vsm::id::IndicatorId;

use crate::{agent::Ledger, section::Section};

/// The agent's standard input.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stdin {
    /// Whose readings may come in.
    pub indicators: Vec<IndicatorId>,
}

pub(super) fn stdin(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Stdin> {
    if let Some(line) = ledger.stdin_taken.replace(section.line()) {
        section.fault_here(format!("standard input is read on line {line}; there is only one"));
    }
    let indicators = section.must("indicators", r#"["payments.queue"]"#, |entry| {
        let named = entry.clone().list(|one| ledger.take(one))?;
        if named.is_empty() { entry.fault("nothing is read; name what may come in".to_owned()) } else { Some(named) }
    });
    Some(Stdin { indicators: indicators? })
}
