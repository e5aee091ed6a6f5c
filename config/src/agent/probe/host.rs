//! The machine on which the agent runs.

use std::collections::BTreeMap;

use vsm::id::IndicatorId;

use super::indicators;
use crate::{agent::Ledger, section::Section};

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

pub(super) fn host(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<BTreeMap<HostQuantity, IndicatorId>> {
    indicators(section, &HostQuantity::ALL, ledger)
}
