//! The watches of one shard: each indicator belongs to exactly one, and they share nothing.

use std::{collections::BTreeSet, sync::Arc};

use cybernet::profile::Profile;
use serde::{Deserialize, Serialize};
use vsm::{
    act::{Act, Answer},
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    organisation::{Organisation, UNOWNED},
    reading::Reading,
    signal::SignalId,
    table::Table,
    time::Moment,
};

use crate::{
    calendars::Calendars,
    disturbance::{Disturbance, What},
    notes,
    share::Share,
    watch::{Arrival, State, Watch},
};

/// The watches of one shard.
#[derive(Clone, Debug)]
pub struct Watches {
    organisation: Arc<Organisation>,
    tray: UnitId,
    share: Share,
    calendars: Calendars,
    watches: Table<Hung>,
    followed: BTreeSet<IndicatorId>,
    /// How many of them nobody has described one by one.
    appeared: usize,
    unwatched: u64,
    /// The number of the journal's entry that is being taken in.
    entry: u64,
}

/// A watch, and the place of the calendar by which it lives.
#[derive(Clone, Debug)]
struct Hung {
    watch: Watch,
    calendar: usize,
    /// The first entry of the journal that it has not taken in yet, as far as it was written down before a restart.
    lacks: u64,
}

/// What some watches have learned, for a restart.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Learned {
    /// The number of the last entry of the journal that they had taken in.
    entry: u64,
    watches: Vec<(IndicatorId, State)>,
}

/// The same, as it is written down: nothing of it is copied before.
#[derive(Debug, Serialize)]
pub struct Page<'a> {
    entry: u64,
    watches: Vec<(&'a IndicatorId, &'a State)>,
}

impl Learned {
    /// The number of the last entry of the journal that is in it.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    pub(crate) fn into_watches(self) -> Vec<(IndicatorId, State)> {
        self.watches
    }
}

impl Watches {
    /// The watches of a share of an organisation's indicators; each is watched from its first reading on.
    pub fn new(organisation: Arc<Organisation>, share: Share) -> Self {
        let tray = UnitId::parse(UNOWNED).expect("the name of the tray is a name");
        Self {
            calendars: Calendars::new(&organisation),
            organisation,
            tray,
            share,
            watches: Table::default(),
            followed: BTreeSet::new(),
            appeared: 0,
            unwatched: 0,
            entry: 0,
        }
    }

    /// Goes on where another watch stopped. It takes nothing in from entries of the journal below the number `lacks`.
    pub fn learn(&mut self, id: &IndicatorId, state: State, lacks: u64) {
        let (indicator, appears) = self.describe(id);
        self.appeared += usize::from(appears);
        self.hang(Watch::resume(indicator, state), lacks);
    }

    /// What all of them have learned.
    pub fn learned(&self) -> Learned {
        let watches = self.watches.iter().map(|(id, hung)| (id.clone(), hung.watch.state().clone())).collect();
        Learned { entry: self.entry, watches }
    }

    /// What at most so many watches have learned, beginning with the one that was hung up as number `from`: fewer only
    /// where there are no more.
    pub fn page(&self, from: usize, most: usize) -> Page<'_> {
        let hung = self.watches.iter().skip(from).take(most);
        let watches = hung.map(|(id, hung)| (id, hung.watch.state())).collect();
        Page { entry: self.entry, watches }
    }

    /// What follows is the entry of the journal that has this number; numbers rise. What a watch has taken in before a
    /// restart it does not take in again.
    pub fn turn_to(&mut self, entry: u64) {
        self.entry = entry;
    }

    /// Folds one reading in; the result is what was expected of it, as [`Watch::observe`] has it.
    pub fn observe(
        &mut self,
        reading: &Reading,
        received_at: Moment,
        rehearsed: bool,
        out: &mut Vec<Disturbance>,
    ) -> Option<[f64; 3]> {
        let Some(place) = self.place(&reading.indicator, received_at, out) else {
            self.unwatched += 1;
            return None;
        };
        let followed = !self.followed.is_empty() && self.followed.contains(&reading.indicator);
        let Hung { watch, calendar, lacks } = &mut self.watches[place];
        if self.entry < *lacks {
            return None;
        }
        if let Some(text) = reading.annotation() {
            let what = What::Noted(notes::shown(reading.measured_at, text, reading.indicator.clone()));
            out.push(Disturbance { indicator: reading.indicator.clone(), at: received_at, what });
        }
        let is_new = watch.trace_is_empty();
        let (measured_at, value, doubtful) = (reading.measured_at, reading.value(), reading.is_doubtful());
        let arrival = Arrival { measured_at, received_at, value, rehearsed, doubtful };
        let mut say = |what| out.push(Disturbance { indicator: reading.indicator.clone(), at: received_at, what });
        let expected = watch.observe(arrival, self.calendars.at(*calendar), followed && !is_new, &mut say);
        if followed && is_new {
            say(What::Trace(watch.trace()));
        }
        expected
    }

    /// Takes an act on a signal; `false` if that is not open, and nothing has changed.
    pub fn answer(&mut self, act: &Act, out: &mut Vec<Disturbance>) -> bool {
        let Some((indicator, onset_at)) = act.signal.parts() else { return false };
        let Some(place) = self.watches.place(&indicator) else { return false };
        let Hung { watch, lacks, .. } = &mut self.watches[place];
        if self.entry < *lacks {
            return false;
        }
        let mut say = |what| out.push(Disturbance { indicator: indicator.clone(), at: act.at, what });
        let is_taken = watch.answer(onset_at, act.answer, &mut say);
        let is_over = is_taken && act.answer != Answer::Useful;
        if is_over && self.followed.contains(&indicator) {
            // What is ahead of a new normal is another future.
            say(What::Trace(watch.trace()));
        }
        is_taken
    }

    /// Says which indicators have fallen silent by `now`, and whose muted hours began or ended.
    pub fn tick(&mut self, now: Moment, out: &mut Vec<Disturbance>) {
        let mut said = Vec::new();
        for (id, Hung { watch, calendar, .. }) in self.watches.iter_mut() {
            watch.tick(now, self.calendars.at(*calendar), |what| said.push(what));
            let told = said.drain(..).map(|what| Disturbance { indicator: id.clone(), at: now, what });
            out.extend(told);
        }
    }

    /// From now on gives every step of these indicators, as far as they are of this share: first the whole trace of
    /// those that are new among them, and the end of those that are not among them any more.
    pub fn follow(&mut self, wanted: &BTreeSet<IndicatorId>, now: Moment, out: &mut Vec<Disturbance>) {
        for id in self.followed.difference(wanted).filter(|id| self.share.holds(id)) {
            out.push(Disturbance { indicator: id.clone(), at: now, what: What::Untraced });
        }
        for id in wanted.difference(&self.followed) {
            if let Some(place) = self.watches.place(id) {
                out.push(Disturbance {
                    indicator: id.clone(),
                    at: now,
                    what: What::Trace(self.watches[place].watch.trace()),
                });
            }
        }
        self.followed.clone_from(wanted);
    }

    /// The signals that are open by what the watches know.
    pub fn open_signals(&self) -> BTreeSet<SignalId> {
        let open = |(id, hung): (&IndicatorId, &Hung)| Some(SignalId::new(id, hung.watch.open_since()?));
        self.watches.iter().filter_map(open).collect()
    }

    /// What was worked out of an indicator; none before its first reading.
    pub fn profile(&self, indicator: &IndicatorId) -> Option<Profile> {
        self.watches.place(indicator).map(|place| self.watches[place].watch.profile())
    }

    /// What was worked out of every indicator, in no order.
    pub fn profiles(&self) -> impl Iterator<Item = (IndicatorId, Profile)> {
        self.watches.iter().map(|(id, hung)| (id.clone(), hung.watch.profile()))
    }

    /// How many indicators are under watch.
    pub fn len(&self) -> usize {
        self.watches.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// How many readings were not judged because the tray was full.
    pub fn unwatched(&self) -> u64 {
        self.unwatched
    }

    /// The place of an indicator's watch, which is hung up if there is none; none if there is no room for it.
    fn place(&mut self, id: &IndicatorId, at: Moment, out: &mut Vec<Disturbance>) -> Option<usize> {
        if let Some(place) = self.watches.look_up(id) {
            return Some(place);
        }
        let (indicator, appears) = self.describe(id);
        if appears {
            if self.share.most_unowned() <= self.appeared {
                return None;
            }
            self.appeared += 1;
            let what = What::Appeared(Box::new(indicator.clone()));
            out.push(Disturbance { indicator: id.clone(), at, what });
        }
        Some(self.hang(Watch::new(indicator), 0))
    }

    /// What an indicator is, and whether the desk has to be told so because the organisation does not say it by name.
    fn describe(&self, id: &IndicatorId) -> (Indicator, bool) {
        match self.organisation.indicators.get(id) {
            Some(indicator) => (indicator.clone(), false),
            None => (self.organisation.undescribed(id, &self.tray), true),
        }
    }

    fn hang(&mut self, watch: Watch, lacks: u64) -> usize {
        let calendar = self.calendars.place(&watch.indicator().unit);
        self.watches.add(watch.indicator().id.clone(), Hung { watch, calendar, lacks })
    }
}
