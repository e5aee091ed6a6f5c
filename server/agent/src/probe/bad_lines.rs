//! Lines that say nothing: the first for each indicator that was meant, and how many there were.

use std::collections::BTreeMap;

use vsm::id::IndicatorId;

use super::{ProbeFault, Reason};

/// The bad lines since the reading before, by the indicators that they name. Bounded by what those can be.
#[derive(Default)]
pub(super) struct BadLines(BTreeMap<Vec<IndicatorId>, (Reason, u64)>);

impl BadLines {
    /// Notes a line that names these indicators, or none that is known here.
    pub(super) fn note(&mut self, named: Vec<IndicatorId>, why: impl FnOnce() -> Reason) {
        self.0.entry(named).or_insert_with(|| (why(), 0)).1 += 1;
    }

    /// A fault for each group; a line that names no indicator is the reason of none.
    pub(super) fn faults(self, about: &str) -> Vec<ProbeFault> {
        let fault = |(named, (why, count)): (Vec<IndicatorId>, (Reason, u64))| {
            let names = named.iter().map(IndicatorId::as_str).collect::<Vec<_>>().join(", ");
            let about = if named.is_empty() { about.to_owned() } else { format!("{about} about {names}") };
            let Reason { said, details } = why;
            let more = if 1 < count { format!("; and {} more like it", count - 1) } else { String::new() };
            ProbeFault::new(about, Reason::new(said, format!("{details}{more}"))).about_these(named)
        };
        self.0.into_iter().map(fault).collect()
    }
}
