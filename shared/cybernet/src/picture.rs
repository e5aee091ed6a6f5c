//! What a screen shows, and the changes that lead from one picture to the next.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use vsm::{
    id::{AgentId, IndicatorId, UnitId},
    indicator::{Direction, Indicator},
    organisation::Organisation,
    signal::{Cleared, Signal, SignalId},
    subsystem::Subsystem,
    time::Moment,
    unit::Unit,
};

use crate::{
    ailment::Ailment,
    lists::{self, Keyed},
    outage::{Because, Outage},
    trace::{Notes, Step, Trace},
};

/// How many cleared signals the picture remembers.
pub const LONGEST_MEMORY: usize = 8;

/// The whole room at one revision.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Picture {
    /// Number of changes folded in.
    pub revision: u64,
    /// When the room made it, by the room's clock.
    pub at: Moment,
    /// Units and indicators.
    pub organisation: Organisation,
    /// One lamp for each indicator that has been heard.
    #[serde(with = "lists")]
    pub lamps: BTreeMap<IndicatorId, Lamp>,
    /// The open signals.
    #[serde(with = "lists")]
    pub signals: BTreeMap<SignalId, Signal>,
    /// The traces of open signals and of essential indicators.
    #[serde(with = "lists")]
    pub traces: BTreeMap<IndicatorId, Trace>,
    /// The last signals that were cleared, newest first, at most [`LONGEST_MEMORY`].
    pub memory: VecDeque<Cleared>,
    /// Since when no signal is open; none while one is, or before the first lamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steady_since: Option<Moment>,
    /// Whether any lamp shows rehearsed readings.
    #[serde(default)]
    pub rehearsal: bool,
    /// The sources from which nothing comes, at most [`MOST_OUTAGES`](crate::outage::MOST_OUTAGES).
    #[serde(default, with = "lists")]
    pub outages: BTreeMap<AgentId, Outage>,
    /// Why the room takes nothing in; none while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ailment: Option<Ailment>,
}

/// One light: what an indicator's signal, silence or youth looks like.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Lamp {
    /// Whose lamp.
    pub indicator: IndicatorId,
    /// The unit in which it hangs.
    pub unit: UnitId,
    /// The function of that unit.
    pub system: Subsystem,
    /// Its look.
    pub aspect: Aspect,
    /// Whether what it shows hurts; none where nothing is lit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Since when it looks so.
    pub since: Moment,
    /// The signal it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<SignalId>,
    /// Whether its readings are rehearsed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsed: bool,
    /// Why it is silent, as far as the room knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
}

/// The look of a lamp.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// As forecast.
    Calm,
    /// A signal: one reading was off.
    Transient,
    /// A signal: the level stepped.
    Level,
    /// A signal: the level climbs or falls.
    Slope,
    /// A signal: the noise changed.
    Variance,
    /// No reading when one was due: neither zero nor an anomaly.
    Silent,
    /// Still learning what is normal.
    Young,
    /// Shown and judged, but its team wants no signal from it.
    Muted,
}

/// One step from a picture to the next.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A unit is there, or is there in another form.
    Unit(Unit),
    /// An indicator is there, or is there in another form.
    Indicator(Indicator),
    /// A lamp has a new look.
    Lamp(Lamp),
    /// A signal was raised or revised.
    Signal(Box<Signal>),
    /// A signal is over.
    Cleared(Cleared),
    /// Since when no signal is open; none while one is.
    Steady(Option<Moment>),
    /// A trace as a whole.
    Trace(Trace),
    /// The next reading of a trace.
    Step(Step),
    /// A trace is no longer kept.
    Untrace(IndicatorId),
    /// Nothing comes from a source, or for another reason or more indicators than before.
    Outage(Outage),
    /// Something comes from a source again.
    OutageOver(AgentId),
    /// The room takes nothing in, or does again.
    Ailment(Option<Ailment>),
    /// Something was said of readings beside a trace.
    Notes(Notes),
}

/// Changes that lead from revision `from` to `revision`, coalesced: what changed twice is told once.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Changes {
    /// The revision they follow.
    pub from: u64,
    /// The revision they lead to.
    pub revision: u64,
    /// When the room made them.
    pub at: Moment,
    /// In order.
    pub changes: Vec<Change>,
}

/// Changes that do not follow the picture they were to be applied to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the picture is at revision {picture}, the changes follow {from}")]
pub struct Hole {
    /// Where the picture is.
    pub picture: u64,
    /// Where the changes begin.
    pub from: u64,
}

impl Picture {
    /// A room in which nothing has been heard yet.
    pub fn new(organisation: Organisation, at: Moment) -> Self {
        Self {
            revision: 0,
            at,
            organisation,
            lamps: BTreeMap::new(),
            signals: BTreeMap::new(),
            traces: BTreeMap::new(),
            memory: VecDeque::new(),
            steady_since: None,
            rehearsal: false,
            outages: BTreeMap::new(),
            ailment: None,
        }
    }

    /// Folds one change in. Room and screens call this same function.
    pub fn apply(&mut self, change: Change) {
        self.revision += 1;
        match change {
            Change::Unit(unit) => self.place_unit(unit),
            Change::Indicator(indicator) => {
                self.organisation.indicators.insert(indicator.id.clone(), indicator);
            }
            Change::Lamp(lamp) => self.light(lamp),
            Change::Signal(signal) => {
                self.signals.insert(signal.id.clone(), *signal);
            }
            Change::Cleared(cleared) => self.clear(cleared),
            Change::Steady(since) => self.steady_since = since,
            Change::Trace(trace) => {
                self.traces.insert(trace.indicator.clone(), trace);
            }
            Change::Step(Step { indicator, point, ahead }) => {
                if let Some(trace) = self.traces.get_mut(&indicator) {
                    trace.push(point, ahead);
                }
            }
            Change::Untrace(indicator) => {
                self.traces.remove(&indicator);
            }
            Change::Outage(outage) => {
                self.outages.insert(outage.source.clone(), outage);
            }
            Change::OutageOver(source) => {
                self.outages.remove(&source);
            }
            Change::Ailment(ailment) => self.ailment = ailment,
            Change::Notes(Notes { indicator, notes }) => {
                if let Some(trace) = self.traces.get_mut(&indicator) {
                    trace.notes = notes;
                }
            }
        }
    }

    /// Folds in what follows this picture; leaves it untouched if there is a hole between.
    pub fn follow(&mut self, changes: Changes) -> Result<(), Hole> {
        if changes.from != self.revision {
            return Err(Hole { picture: self.revision, from: changes.from });
        }
        for change in changes.changes {
            self.apply(change);
        }
        self.revision = changes.revision;
        self.at = changes.at;
        Ok(())
    }

    fn place_unit(&mut self, unit: Unit) {
        match self.organisation.units.iter_mut().find(|known| known.id == unit.id) {
            Some(known) => *known = unit,
            None => self.organisation.units.push(unit),
        }
    }

    fn light(&mut self, lamp: Lamp) {
        let rehearsed = lamp.rehearsed;
        let replaced = self.lamps.insert(lamp.indicator.clone(), lamp);
        if rehearsed {
            self.rehearsal = true;
        } else if replaced.is_some_and(|replaced| replaced.rehearsed) {
            self.rehearsal = self.lamps.values().any(|lamp| lamp.rehearsed);
        }
    }

    fn clear(&mut self, cleared: Cleared) {
        self.signals.remove(&cleared.id);
        self.memory.push_front(cleared);
        self.memory.truncate(LONGEST_MEMORY);
    }
}

impl Keyed for Lamp {
    type Key = IndicatorId;
    fn key(&self) -> &IndicatorId {
        &self.indicator
    }
}

impl Keyed for Signal {
    type Key = SignalId;
    fn key(&self) -> &SignalId {
        &self.id
    }
}
