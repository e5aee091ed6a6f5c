//! What changed twice between two frames is told once.

use std::collections::{HashMap, HashSet};

use cybernet::{
    picture::Change,
    trace::{LONGEST_TRACE, Step},
};
use vsm::{
    id::{AgentId, IndicatorId, UnitId},
    signal::SignalId,
};

/// What a change replaces when it comes again.
#[derive(Eq, Hash, PartialEq)]
enum Subject {
    Unit(UnitId),
    Indicator(IndicatorId),
    Lamp(IndicatorId),
    Signal(SignalId),
    Trace(IndicatorId),
    Notes(IndicatorId),
    Steady,
    Outage(AgentId),
    Ailment,
}

/// The shortest list of changes, in order, that leads to the same picture.
pub fn coalesce(changes: Vec<Change>) -> Vec<Change> {
    let mut later = Later::default();
    let mut kept: Vec<Change> = changes.into_iter().rev().filter(|change| later.needs(change)).collect();
    kept.reverse();
    kept
}

/// What the changes seen so far, from the last to the first, make needless.
#[derive(Default)]
struct Later {
    subjects: HashSet<Subject>,
    steps: HashMap<IndicatorId, usize>,
}

impl Later {
    fn needs(&mut self, earlier: &Change) -> bool {
        match earlier {
            Change::Unit(unit) => self.subjects.insert(Subject::Unit(unit.id.clone())),
            Change::Indicator(indicator) => self.subjects.insert(Subject::Indicator(indicator.id.clone())),
            Change::Lamp(lamp) => self.subjects.insert(Subject::Lamp(lamp.indicator.clone())),
            Change::Signal(signal) => self.subjects.insert(Subject::Signal(signal.id.clone())),
            Change::Cleared(cleared) => {
                self.subjects.insert(Subject::Signal(cleared.id.clone()));
                true
            }
            Change::Steady(_) => self.subjects.insert(Subject::Steady),
            Change::Trace(trace) => self.replaces(&trace.indicator),
            Change::Untrace(indicator) => self.replaces(indicator),
            Change::Step(step) => self.needs_step(step),
            Change::Outage(outage) => self.subjects.insert(Subject::Outage(outage.source.clone())),
            Change::OutageOver(source) => self.subjects.insert(Subject::Outage(source.clone())),
            Change::Ailment(_) => self.subjects.insert(Subject::Ailment),
            Change::Notes(notes) => {
                let is_replaced = self.subjects.contains(&Subject::Trace(notes.indicator.clone()));
                self.subjects.insert(Subject::Notes(notes.indicator.clone())) && !is_replaced
            }
        }
    }

    fn replaces(&mut self, trace: &IndicatorId) -> bool {
        self.subjects.insert(Subject::Trace(trace.clone()))
    }

    /// A trace holds so many steps; those before them would be pushed out again. A late one pushes out none but the oldest,
    /// and one that takes the place of another none.
    fn needs_step(&mut self, Step { indicator, point, .. }: &Step) -> bool {
        let steps = self.steps.entry(indicator.clone()).or_default();
        *steps += usize::from(!point.3.late && !point.3.corrected);
        *steps <= LONGEST_TRACE && !self.subjects.contains(&Subject::Trace(indicator.clone()))
    }
}
