//! Watches and desk together, as a replay runs them: one thread, one order.

use std::{collections::BTreeSet, sync::Arc};

use cybernet::picture::{Change, Picture};
use vsm::{act::Act, id::AgentId, organisation::Organisation, reading::Reading, signal::SignalId, time::Moment};

use crate::{
    desk::{Desk, Memory},
    disturbance::Disturbance,
    share::{Share, shard_of},
    sources::Word,
    watches::{Learned, Watches},
};

/// The whole core.
#[derive(Clone, Debug)]
pub struct Opsroom {
    shards: Vec<Watches>,
    desk: Desk,
    said: Vec<Disturbance>,
    behind: Option<Behind>,
}

/// The watches were written down before the desk was, some of them earlier than others: until they have caught up, the
/// desk has heard what they say.
#[derive(Clone, Copy, Debug)]
struct Behind {
    /// The number of the last entry of the journal that is in the desk's memory.
    shown: u64,
    /// When the desk was written down.
    taken_at: Moment,
    /// When the room goes on.
    at: Moment,
}

impl Opsroom {
    /// A room with one shard, in which nothing has been heard.
    pub fn new(organisation: Organisation, at: Moment) -> Self {
        Self::with_shards(organisation, 1, at)
    }

    /// A room with so many shards, in which nothing has been heard.
    pub fn with_shards(organisation: Organisation, shards: usize, at: Moment) -> Self {
        let shards = watches(&organisation, shards);
        Self { shards, desk: Desk::new(organisation, at), said: Vec::new(), behind: None }
    }

    /// Goes on where another room stopped, by the organisation as it is described now.
    pub fn resume(organisation: Organisation, learned: Learned, memory: Memory, at: Moment) -> Self {
        let mut room = Self::resume_behind(organisation, 1, memory, (0, at), at);
        room.behind = None;
        room.hang(learned, 0);
        room.reconcile(at);
        room
    }

    /// Goes on where another room stopped whose desk was written down at a moment with the journal up to an entry of
    /// this number: `shown`. Its watches, written down earlier, are given to [`Self::learn`]; then the journal follows,
    /// each entry behind its [`Self::turn_to`], and at its end [`Self::catch_up`].
    pub fn resume_behind(
        organisation: Organisation,
        shards: usize,
        memory: Memory,
        shown: (u64, Moment),
        at: Moment,
    ) -> Self {
        let shards = watches(&organisation, shards);
        let behind = Some(Behind { shown: shown.0, taken_at: shown.1, at });
        Self { shards, desk: Desk::resume(organisation, memory, at), said: Vec::new(), behind }
    }

    /// Hangs up watches with what they had learned; of the journal they lack what comes behind that.
    pub fn learn(&mut self, learned: Learned) {
        let lacks = learned.entry() + 1;
        self.hang(learned, lacks);
    }

    fn hang(&mut self, learned: Learned, lacks: u64) {
        for (indicator, state) in learned.into_watches() {
            let shard = shard_of(&indicator, self.shards.len());
            self.shards[shard].learn(&indicator, state, lacks);
        }
    }

    /// What follows is the entry of the journal that has this number.
    pub fn turn_to(&mut self, entry: u64) {
        if self.behind.is_some_and(|behind| behind.shown < entry) {
            self.catch_up();
        }
        self.shards.iter_mut().for_each(|watches| watches.turn_to(entry));
    }

    /// The watches have taken in all that the desk has: from now on it hears what they say.
    pub fn catch_up(&mut self) {
        let Some(Behind { taken_at, at, .. }) = self.behind.take() else { return };
        // What the clock alone had changed when the desk was written down; it knows that, and hears it again.
        self.shards.iter_mut().for_each(|watches| watches.tick(taken_at, &mut self.said));
        self.fold();
        self.reconcile(at);
    }

    fn reconcile(&mut self, at: Moment) {
        let open: BTreeSet<SignalId> = self.shards.iter().flat_map(Watches::open_signals).collect();
        self.desk.reconcile(&open, at);
    }

    /// Takes readings in, in the order of the journal, and says what changed.
    pub fn take(&mut self, readings: &[Reading], received_at: Moment, rehearsed: bool) -> Vec<Change> {
        self.take_and_hear(readings, received_at, rehearsed, |_, _| ())
    }

    /// The same, for somebody who hears what was expected of the reading in each place, as [`Watches::observe`] has it.
    pub fn take_and_hear(
        &mut self,
        readings: &[Reading],
        received_at: Moment,
        rehearsed: bool,
        mut hear: impl FnMut(u32, Option<[f64; 3]>),
    ) -> Vec<Change> {
        for (place, reading) in (0..).zip(readings) {
            let shard = shard_of(&reading.indicator, self.shards.len());
            let expected = self.shards[shard].observe(reading, received_at, rehearsed, &mut self.said);
            hear(place, expected);
            self.fold();
        }
        self.follow(received_at);
        self.desk.take_changes()
    }

    /// Notes that a source reports these, in the order of the journal.
    pub fn note_source(&mut self, source: &AgentId, readings: &[Reading]) {
        if self.behind.is_none() {
            self.desk.note_source(source, readings);
        }
    }

    /// Hears of a source at `at`, and says what changed.
    pub fn hear(&mut self, source: &AgentId, word: Word, at: Moment) -> Vec<Change> {
        self.desk.hear(source, word, at);
        self.desk.take_changes()
    }

    /// Takes an act on a signal, in the order of the journal, and says what changed: nothing if the signal is not open.
    pub fn answer(&mut self, act: &Act) -> Vec<Change> {
        for watches in &mut self.shards {
            watches.answer(act, &mut self.said);
        }
        self.fold();
        self.follow(act.at);
        self.desk.take_changes()
    }

    /// Lets the room's clock go on and says what changed.
    pub fn tick(&mut self, now: Moment) -> Vec<Change> {
        self.shards.iter_mut().for_each(|watches| watches.tick(now, &mut self.said));
        self.fold();
        self.desk.tick(now);
        self.desk.take_changes()
    }

    /// Gives the picture the traces it wants; a resumed room has none until it has heard something.
    pub fn follow(&mut self, now: Moment) {
        if self.behind.is_some() {
            return;
        }
        let Some(wanted) = self.desk.wanted_anew() else { return };
        self.shards.iter_mut().for_each(|watches| watches.follow(&wanted, now, &mut self.said));
        self.fold();
    }

    /// The picture as it stands.
    pub fn picture(&self) -> &Picture {
        self.desk.picture()
    }

    /// The parts, for those who run them apart: the shards in the order of their shares, and the desk.
    pub fn split(self) -> (Vec<Watches>, Desk) {
        (self.shards, self.desk)
    }

    /// What a restart of a room with one shard needs.
    pub fn learned(&self) -> (Learned, Memory) {
        let learned = self.shards.first().map(Watches::learned).unwrap_or_default();
        (learned, self.desk.memory())
    }

    /// The desk hears what was said, unless it has heard it before.
    fn fold(&mut self) {
        let is_news = self.behind.is_none();
        for disturbance in self.said.drain(..).filter(|_| is_news) {
            self.desk.fold(disturbance);
        }
    }
}

fn watches(organisation: &Organisation, shards: usize) -> Vec<Watches> {
    let organisation = Arc::new(organisation.clone());
    Share::all(shards).map(|share| Watches::new(Arc::clone(&organisation), share)).collect()
}
