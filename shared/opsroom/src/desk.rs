//! The desk: folds what the watches say into signals, lamps and changes of the one picture.

pub(crate) mod clock;
mod silence;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cybernet::{
    outage::Outage,
    picture::{Aspect, Change, Lamp, Picture},
    trace::{self, Note, Trace},
};
use serde::{Deserialize, Serialize};
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    organisation::{Organisation, UNOWNED},
    signal::{Allowance, Cleared, Ending, Kind, Signal, SignalId, State},
    time::Moment,
    unit::Unit,
};

use crate::{
    disturbance::{Disturbance, Finding, Standing, What},
    notes::Notes,
    sources::{Kept, Sources},
};

/// How many traces of open signals the picture carries, the most urgent first.
pub const MOST_TRACES: usize = 48;
/// The allowance of the tray that nobody owns.
const UNOWNED_ALLOWANCE: std::time::Duration = std::time::Duration::from_secs(30 * 60);

/// The one owner of the picture.
#[derive(Clone, Debug)]
pub struct Desk {
    picture: Picture,
    standings: BTreeMap<IndicatorId, Standing>,
    /// The open signal of each indicator that has one.
    open: BTreeMap<IndicatorId, SignalId>,
    essential: BTreeSet<IndicatorId>,
    sources: Sources,
    notes: Notes,
    /// The units of which something was said since the changes were last taken.
    noted: BTreeSet<UnitId>,
    changes: Vec<Change>,
    /// Whether a signal was opened or ended since it was last asked which traces are wanted.
    reshuffled: bool,
}

/// What the desk knows that the configuration does not say, for a restart.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Memory {
    signals: Vec<Signal>,
    cleared: VecDeque<Cleared>,
    standings: Vec<(IndicatorId, Standing)>,
    lamps: Vec<Lamp>,
    steady_since: Option<Moment>,
    notes: Vec<Note>,
    #[serde(default)]
    sources: Vec<Kept>,
    #[serde(default)]
    outages: Vec<Outage>,
}

impl Desk {
    /// A desk at which nothing has been heard.
    pub fn new(organisation: Organisation, at: Moment) -> Self {
        let essential = organisation.indicators.values().filter(|indicator| indicator.essential);
        let essential = essential.map(|indicator| indicator.id.clone()).collect();
        let picture = Picture::new(organisation, at);
        let (standings, open, notes) = (BTreeMap::new(), BTreeMap::new(), Notes::default());
        let (sources, noted, changes) = (Sources::default(), BTreeSet::new(), Vec::new());
        Self { picture, standings, open, essential, sources, notes, noted, changes, reshuffled: true }
    }

    /// Goes on where another desk stopped, by the organisation as it is described now. What it shows is not certain
    /// before [`Self::reconcile`].
    pub fn resume(organisation: Organisation, memory: Memory, at: Moment) -> Self {
        let mut desk = Self::new(organisation, at);
        desk.picture.memory = memory.cleared;
        desk.picture.steady_since = memory.steady_since;
        desk.standings = memory.standings.into_iter().collect();
        desk.sources = Sources::resume(memory.sources, at);
        memory.outages.into_iter().for_each(|outage| desk.change(Change::Outage(outage)));
        memory.lamps.into_iter().for_each(|lamp| desk.hang(lamp));
        memory.signals.into_iter().for_each(|signal| desk.reopen(signal));
        let hung: Vec<IndicatorId> = desk.picture.lamps.keys().cloned().collect();
        hung.iter().for_each(|indicator| desk.light(indicator, at));
        desk.notes = Notes::resume(memory.notes, &desk.picture.organisation);
        desk.changes.clear();
        desk
    }

    /// Ends what the watches do not hold open, now that they have caught up with what is shown here.
    pub fn reconcile(&mut self, open: &BTreeSet<SignalId>, at: Moment) {
        self.end_all_but(open, at);
        self.changes.clear();
    }

    /// What a restart needs.
    pub fn memory(&self) -> Memory {
        Memory {
            signals: self.picture.signals.values().cloned().collect(),
            cleared: self.picture.memory.clone(),
            standings: self.standings.iter().map(|(id, standing)| (id.clone(), *standing)).collect(),
            lamps: self.picture.lamps.values().cloned().collect(),
            steady_since: self.picture.steady_since,
            sources: self.sources.kept(),
            outages: self.picture.outages.values().cloned().collect(),
            notes: self.notes.remembered(),
        }
    }

    /// Folds one disturbance in.
    pub fn fold(&mut self, Disturbance { indicator, at, what }: Disturbance) {
        self.picture.at = self.picture.at.max(at);
        match what {
            What::Appeared(described) => self.appear(*described),
            What::Standing(standing) => {
                let before = self.standings.insert(indicator.clone(), standing);
                let was_silent = before.is_some_and(|before| before.silent);
                if was_silent != standing.silent {
                    self.sources.stir(&indicator, was_silent);
                }
                self.light(&indicator, standing.since);
            }
            What::Found(finding) => self.raise(&indicator, finding, at),
            What::Useful { onset_at } => self.praise(&indicator, onset_at),
            What::Ended { onset_at, ending } => self.end(&indicator, onset_at, ending, at),
            What::Noted(note) => self.note(&indicator, note),
            What::Trace(trace) => {
                let notes = self.unit_of(&indicator).map(|unit| self.notes.of(&unit)).unwrap_or_default();
                self.change(Change::Trace(Trace { notes, ..trace }));
            }
            What::Step(step) => {
                if self.picture.traces.contains_key(&indicator) {
                    self.change(Change::Step(step));
                }
            }
            What::Untraced => self.change(Change::Untrace(indicator)),
        }
    }

    /// The wanted traces, if they may be others than when this was asked last.
    pub fn wanted_anew(&mut self) -> Option<BTreeSet<IndicatorId>> {
        std::mem::take(&mut self.reshuffled).then(|| self.wanted())
    }

    /// The indicators whose traces the picture carries: the essential ones and those of the most urgent signals.
    pub fn wanted(&self) -> BTreeSet<IndicatorId> {
        let mut urgent: Vec<&Signal> = self.picture.signals.values().collect();
        urgent.sort_by(|a, b| urgency(a).cmp(&urgency(b)).then_with(|| a.id.cmp(&b.id)));
        let seen_on = urgent.into_iter().take(MOST_TRACES).flat_map(|signal| signal.indicators.iter().cloned());
        self.essential.iter().cloned().chain(seen_on).collect()
    }

    /// The picture as it stands.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// The changes since they were last taken, in order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        self.tell_notes();
        std::mem::take(&mut self.changes)
    }

    fn change(&mut self, change: Change) {
        self.picture.apply(change.clone());
        self.changes.push(change);
    }

    /// Keeps a note. Beside the traces of its unit it stands when the changes are taken: who says something of every
    /// reading costs no more than who says it once.
    fn note(&mut self, id: &IndicatorId, note: Note) {
        if let Some(unit) = self.unit_of(id)
            && self.notes.take(unit.clone(), note)
        {
            self.noted.insert(unit);
        }
    }

    fn tell_notes(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        if noted.is_empty() {
            return;
        }
        let beside = |id: &IndicatorId| Some((id.clone(), self.unit_of(id).filter(|unit| noted.contains(unit))?));
        let traced: Vec<_> = self.picture.traces.keys().filter_map(beside).collect();
        for (indicator, unit) in traced {
            self.change(Change::Notes(trace::Notes { indicator, notes: self.notes.of(&unit) }));
        }
    }

    fn unit_of(&self, id: &IndicatorId) -> Option<UnitId> {
        self.picture.organisation.indicators.get(id).map(|indicator| indicator.unit.clone())
    }

    fn appear(&mut self, indicator: Indicator) {
        if indicator.unit.as_str() == UNOWNED {
            self.open_tray();
        }
        self.change(Change::Indicator(indicator));
    }

    /// Hangs a lamp where the organisation now has its indicator: in the tray, if nobody describes it any more.
    fn hang(&mut self, lamp: Lamp) {
        if !self.picture.organisation.indicators.contains_key(&lamp.indicator) {
            let tray = UnitId::parse(UNOWNED).expect("the name of the tray is a name");
            self.appear(self.picture.organisation.undescribed(&lamp.indicator, &tray));
        }
        let Indicator { unit, system, .. } = self.picture.organisation.indicators[&lamp.indicator].clone();
        self.change(Change::Lamp(Lamp { unit, system, ..lamp }));
    }

    fn open_tray(&mut self) {
        let tray = UnitId::parse(UNOWNED).expect("the name of the tray is a name");
        if self.picture.organisation.unit(&tray).is_some() {
            return;
        }
        let parent = Some(self.picture.organisation.root.clone());
        let (name, owner) = ("Unowned".to_owned(), "Nobody yet".to_owned());
        let allowance = UNOWNED_ALLOWANCE;
        self.change(Change::Unit(Unit { id: tray, name, parent, owner, allowance, time_zone: None }));
    }

    /// Puts a signal where the organisation now has its indicator.
    fn reopen(&mut self, signal: Signal) {
        let Some(id) = signal.indicators.first() else { return };
        let Some(indicator) = self.picture.organisation.indicators.get(id) else { return };
        let Indicator { unit, system, layer, runbook, .. } = indicator.clone();
        self.open.insert(id.clone(), signal.id.clone());
        let signal = Signal { held_by: unit.clone(), unit, system, layer, runbook, ..signal };
        self.change(Change::Signal(Box::new(signal)));
    }

    fn end_all_but(&mut self, open: &BTreeSet<SignalId>, at: Moment) {
        let over = self.picture.signals.values().filter(|signal| !open.contains(&signal.id));
        let over: Vec<_> =
            over.filter_map(|signal| Some((signal.indicators.first()?.clone(), signal.onset_at))).collect();
        for (indicator, onset_at) in over {
            self.end(&indicator, onset_at, Ending::Reconfigured, at);
        }
    }

    fn raise(&mut self, id: &IndicatorId, finding: Finding, at: Moment) {
        let Some(indicator) = self.picture.organisation.indicators.get(id) else { return };
        let name = SignalId::new(id, finding.onset_at);
        let open = self.picture.signals.get(&name);
        let is_new = open.is_none();
        let signal = match open {
            Some(open) => self.revise(open.clone(), indicator, &finding, at),
            None => self.open(indicator, &finding, at),
        };
        let look = |signal: &Signal| (signal.kind, signal.direction, signal.tier);
        let another_look = open.is_none_or(|open| look(open) != look(&signal));
        self.open.insert(id.clone(), name);
        self.change(Change::Signal(Box::new(signal)));
        if self.picture.steady_since.is_some() {
            self.change(Change::Steady(None));
        }
        self.reshuffled |= is_new || another_look;
        if is_new || another_look {
            self.light(id, at);
        }
    }

    fn open(&self, indicator: &Indicator, finding: &Finding, at: Moment) -> Signal {
        let Finding { kind, probability, tier, voice, score, seen, size, sd, expected, onset_at } = *finding;
        let signal = Signal {
            id: SignalId::new(&indicator.id, onset_at),
            unit: indicator.unit.clone(),
            system: indicator.system,
            layer: indicator.layer,
            kind,
            probability,
            direction: indicator.good.direction(size),
            tier,
            voice,
            score,
            seen,
            size,
            sd,
            expected,
            raised_at: at,
            onset_at,
            state: State::Raised,
            held_by: indicator.unit.clone(),
            allowance: None,
            indicators: vec![indicator.id.clone()],
            runbook: indicator.runbook.clone(),
            rehearsed: self.standings.get(&indicator.id).is_some_and(|standing| standing.rehearsed),
            useful: false,
        };
        Signal { allowance: self.allowance(&signal, at), ..signal }
    }

    fn revise(&self, open: Signal, indicator: &Indicator, finding: &Finding, at: Moment) -> Signal {
        let Finding { kind, probability, tier, score, seen, size, sd, .. } = *finding;
        let direction = indicator.good.direction(size);
        let signal = Signal { kind, probability, tier, score, seen, size, sd, direction, ..open };
        let running = signal.allowance.filter(|_| signal.asks());
        Signal { allowance: running.or_else(|| self.allowance(&signal, at)), ..signal }
    }

    /// Shows that people found a signal useful.
    fn praise(&mut self, id: &IndicatorId, onset_at: Moment) {
        let open = self.picture.signals.get(&SignalId::new(id, onset_at));
        let Some(signal) = open.filter(|signal| !signal.useful).cloned() else { return };
        self.change(Change::Signal(Box::new(Signal { useful: true, ..signal })));
    }

    /// The time the holder of a signal has from now, if the signal asks for somebody.
    fn allowance(&self, signal: &Signal, at: Moment) -> Option<Allowance> {
        let unit = self.picture.organisation.unit(&signal.held_by).filter(|_| signal.asks())?;
        Some(Allowance::start(at, unit.allowance))
    }

    fn end(&mut self, id: &IndicatorId, onset_at: Moment, ending: Ending, at: Moment) {
        let Some(signal) = self.picture.signals.get(&SignalId::new(id, onset_at)) else { return };
        if let Some(cleared) = signal.clone().clear(at, ending) {
            self.reshuffled = true;
            self.open.remove(id);
            self.change(Change::Cleared(cleared));
            self.light(id, at);
            if self.picture.signals.is_empty() {
                self.change(Change::Steady(Some(at)));
            }
        }
    }

    fn signal_on(&self, id: &IndicatorId) -> Option<&Signal> {
        self.picture.signals.get(self.open.get(id)?)
    }

    /// Gives the lamp of an indicator the look it should have, and tells it if that is another one.
    fn light(&mut self, id: &IndicatorId, since: Moment) {
        let Some(indicator) = self.picture.organisation.indicators.get(id) else { return };
        let Some(standing) = self.standings.get(id) else { return };
        let signal = self.signal_on(id);
        // How long a silence has lasted is not for whoever looks at it again to say.
        let since = if standing.silent { standing.since } else { since };
        let lamp = Lamp {
            indicator: id.clone(),
            unit: indicator.unit.clone(),
            system: indicator.system,
            aspect: aspect(indicator, standing, signal),
            direction: signal.map(|signal| signal.direction),
            since,
            signal: signal.map(|signal| signal.id.clone()),
            rehearsed: standing.rehearsed,
            because: if standing.silent { self.because(id) } else { None },
        };
        // How long a silence has lasted is part of its look.
        let same_age = |shown: &Lamp| shown.since == since || lamp.aspect != Aspect::Silent;
        let same_look = |shown: &Lamp| Lamp { since, ..shown.clone() } == lamp && same_age(shown);
        if self.picture.lamps.get(id).is_some_and(same_look) {
            return;
        }
        let first = self.picture.lamps.is_empty();
        self.change(Change::Lamp(lamp));
        if first {
            self.change(Change::Steady(Some(since)));
        }
    }
}

/// What asks for somebody before what was sudden, that before pleasure; then the least time left, then the oldest.
pub fn urgency(signal: &Signal) -> (u8, Moment, Moment) {
    let ends_at = signal.allowance.map_or(signal.raised_at, |allowance| allowance.ends_at);
    (signal.rank(), ends_at, signal.raised_at)
}

/// Nothing stale looks alive, so silence comes before everything; a signal that was raised before muted hours and youth.
fn aspect(indicator: &Indicator, standing: &Standing, signal: Option<&Signal>) -> Aspect {
    if standing.silent {
        return Aspect::Silent;
    }
    if indicator.muted {
        return Aspect::Muted;
    }
    match signal.map(|signal| signal.kind) {
        Some(Kind::Transient) => Aspect::Transient,
        Some(Kind::Level) => Aspect::Level,
        Some(Kind::Slope) => Aspect::Slope,
        Some(Kind::Variance) => Aspect::Variance,
        None if standing.muted => Aspect::Muted,
        None if standing.young => Aspect::Young,
        None => Aspect::Calm,
    }
}
