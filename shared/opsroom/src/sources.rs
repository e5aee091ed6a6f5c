//! Who reports what, whether it is connected, and what it says it cannot read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use cybernet::faults::{Fault, Why};
use serde::{Deserialize, Serialize};
use vsm::{
    id::{AgentId, IndicatorId},
    time::Moment,
};

/// Of how many indicators the room knows who reports them; of more it does not.
pub const MOST_REPORTED: usize = 200_000;
/// How many indicators can be told of at once, by all agents together; of more nobody hears why they are silent.
pub const MOST_TOLD: usize = 100_000;

/// How long a link may be gone before that is the reason of a silence: an agent that is well tries again within 5 s.
pub const RETURNS_WITHIN: Duration = Duration::from_secs(6);

/// What the room hears of a source, apart from what it measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Word {
    /// An agent has connected, perhaps once more.
    Came,
    /// One of its connections has ended.
    Went,
    /// These are its indicators, from now on; nothing is said of the others.
    Reports(Vec<IndicatorId>),
    /// These cannot be read, and no others.
    Faults(Vec<Fault>),
}

/// Every source the room knows of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    known: BTreeMap<AgentId, Source>,
    /// Who reported an indicator last: a source that reports what was another's takes it over.
    owners: HashMap<IndicatorId, AgentId>,
    /// Why an indicator cannot be read, and who says so.
    told: HashMap<IndicatorId, (AgentId, Why)>,
    /// Of these something has changed since they were looked at.
    stirred: BTreeSet<AgentId>,
}

/// One of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub(crate) link: Link,
    pub(crate) reports: BTreeSet<IndicatorId>,
    tells: Vec<IndicatorId>,
    /// Whether an indicator of it that was silent has spoken since its outage began or its link went.
    pub(crate) spoke: bool,
}

/// Whether a source is connected.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub(crate) enum Link {
    /// It never was: a script, or another sender.
    #[default]
    Never,
    /// It is.
    Up {
        /// By so many connections, at least one.
        connections: u32,
        /// Its first readings may take until then.
        heeded_from: Moment,
    },
    /// It was.
    Gone {
        /// Until when, or when that was noticed.
        at: Moment,
        /// It may come back until then as if nothing had been.
        heeded_from: Moment,
        /// Whether this room saw it go; if not, it went while the room was closed.
        seen: bool,
    },
}

/// A source as it outlives the room.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Kept {
    source: AgentId,
    link: Link,
    reports: Vec<IndicatorId>,
}

impl Sources {
    /// Goes on where another room stopped: nobody is connected, and what was told has to be told anew.
    pub(crate) fn resume(kept: Vec<Kept>, at: Moment) -> Self {
        let (mut sources, heeded_from) = (Self::default(), at + RETURNS_WITHIN);
        for Kept { source, link, reports } in kept {
            let link = match link {
                Link::Up { .. } => Link::Gone { at, heeded_from, seen: false },
                Link::Gone { at, seen, .. } => Link::Gone { at, heeded_from, seen },
                Link::Never => Link::Never,
            };
            sources.known.entry(source.clone()).or_default().link = link;
            sources.report(&source, &reports);
            sources.stirred.insert(source);
        }
        sources
    }

    /// What a restart needs.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        let kept = |(source, of): (&AgentId, &Source)| Kept {
            source: source.clone(),
            link: of.link,
            reports: of.reports.iter().cloned().collect(),
        };
        self.known.iter().filter(|(_, of)| !of.reports.is_empty()).map(kept).collect()
    }

    /// A source has connected at `at`.
    pub(crate) fn come(&mut self, source: &AgentId, at: Moment) {
        let of = self.known.entry(source.clone()).or_default();
        of.link = match of.link {
            Link::Up { connections, heeded_from } => {
                Link::Up { connections: connections.saturating_add(1), heeded_from }
            }
            Link::Never | Link::Gone { .. } => Link::Up { connections: 1, heeded_from: at + RETURNS_WITHIN },
        };
        self.stirred.insert(source.clone());
    }

    /// One of its connections has ended at `at`.
    pub(crate) fn go(&mut self, source: &AgentId, at: Moment) {
        let Some(of) = self.known.get_mut(source) else { return };
        of.link = match of.link {
            Link::Up { connections: more @ 2.., heeded_from } => Link::Up { connections: more - 1, heeded_from },
            Link::Up { .. } => Link::Gone { at, heeded_from: at + RETURNS_WITHIN, seen: true },
            link => link,
        };
        of.spoke = false;
        self.stirred.insert(source.clone());
    }

    /// Notes whose these indicators are. Gives those of them that were another's.
    pub(crate) fn report<'i>(
        &mut self,
        source: &AgentId,
        indicators: impl IntoIterator<Item = &'i IndicatorId>,
    ) -> Vec<IndicatorId> {
        let mut taken_over = Vec::new();
        for indicator in indicators {
            match self.owners.get(indicator) {
                Some(owner) if owner == source => (),
                Some(_) => {
                    taken_over.push(indicator.clone());
                    self.own(source, indicator.clone());
                }
                None if self.owners.len() < MOST_REPORTED => self.own(source, indicator.clone()),
                None => (),
            }
        }
        taken_over
    }

    fn own(&mut self, source: &AgentId, indicator: IndicatorId) {
        if let Some(before) = self.owners.insert(indicator.clone(), source.clone()) {
            self.known.get_mut(&before).map(|of| of.reports.remove(&indicator));
            self.stirred.insert(before);
        }
        self.known.entry(source.clone()).or_default().reports.insert(indicator);
        self.stirred.insert(source.clone());
    }

    /// Notes what a source cannot read now. Gives the indicators of which something else is known than before.
    pub(crate) fn tell(&mut self, source: &AgentId, faults: Vec<Fault>) -> BTreeSet<IndicatorId> {
        let mut concerned = self.forget_told(source);
        for Fault { indicator, why } in faults {
            if self.told.len() < MOST_TOLD || self.told.contains_key(&indicator) {
                self.told.insert(indicator.clone(), (source.clone(), why));
                concerned.insert(indicator.clone());
                self.known.entry(source.clone()).or_default().tells.push(indicator);
            }
        }
        self.stirred.insert(source.clone());
        concerned
    }

    /// What a source has told holds no longer.
    pub(crate) fn forget_told(&mut self, source: &AgentId) -> BTreeSet<IndicatorId> {
        let told = self.known.get_mut(source).map(|of| std::mem::take(&mut of.tells)).unwrap_or_default();
        let is_its = |(by, _): &(AgentId, Why)| by == source;
        told.into_iter().filter(|id| self.told.get(id).is_some_and(is_its) && self.told.remove(id).is_some()).collect()
    }

    /// An indicator fell silent, or speaks again.
    pub(crate) fn stir(&mut self, indicator: &IndicatorId, speaks: bool) {
        let Some(owner) = self.owners.get(indicator) else { return };
        if let Some(of) = self.known.get_mut(owner) {
            of.spoke |= speaks;
        }
        self.stirred.insert(owner.clone());
    }

    /// The sources to be looked at; one that is looked at before its time is [put back](Self::look_again).
    pub(crate) fn take_stirred(&mut self) -> BTreeSet<AgentId> {
        std::mem::take(&mut self.stirred)
    }

    /// Has a source looked at once more.
    pub(crate) fn look_again(&mut self, source: AgentId) {
        self.stirred.insert(source);
    }

    /// An outage of this source has begun: it has to speak again.
    pub(crate) fn falls_silent(&mut self, source: &AgentId) {
        if let Some(of) = self.known.get_mut(source) {
            of.spoke = false;
        }
    }

    /// Lets go of a source that reports nothing and is not there.
    pub(crate) fn drop_empty(&mut self, source: &AgentId) {
        let is_empty =
            |of: &Source| of.reports.is_empty() && !matches!(of.link, Link::Up { .. }) && of.tells.is_empty();
        if self.known.get(source).is_some_and(is_empty) {
            self.known.remove(source);
        }
    }

    /// One source.
    pub(crate) fn get(&self, source: &AgentId) -> Option<&Source> {
        self.known.get(source)
    }

    /// Who reports an indicator.
    pub(crate) fn owner(&self, indicator: &IndicatorId) -> Option<&AgentId> {
        self.owners.get(indicator)
    }

    /// Why an indicator cannot be read, as its agent says.
    pub(crate) fn why(&self, indicator: &IndicatorId) -> Option<&Why> {
        self.told.get(indicator).map(|(_, why)| why)
    }
}
