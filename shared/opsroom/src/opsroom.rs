//! Watches and desk together, as a replay runs them: one thread, one order.

use cybernet::picture::{Change, Picture};
use vsm::{act::Act, id::AgentId, organisation::Organisation, reading::Reading, time::Moment};

use crate::{
    desk::{Desk, Memory},
    disturbance::Disturbance,
    sources::Word,
    watches::{Learned, Watches},
};

/// The whole core.
#[derive(Clone, Debug)]
pub struct Opsroom {
    watches: Watches,
    desk: Desk,
    said: Vec<Disturbance>,
}

impl Opsroom {
    /// A room in which nothing has been heard.
    pub fn new(organisation: Organisation, at: Moment) -> Self {
        let watches = Watches::new(&organisation);
        Self::of(watches, Desk::new(organisation, at))
    }

    /// Goes on where another room stopped, by the organisation as it is described now.
    pub fn resume(organisation: Organisation, learned: Learned, memory: Memory, at: Moment) -> Self {
        let watches = Watches::resume(&organisation, learned);
        let desk = Desk::resume(organisation, memory, &watches.open_signals(), at);
        Self::of(watches, desk)
    }

    fn of(watches: Watches, desk: Desk) -> Self {
        Self { watches, desk, said: Vec::new() }
    }

    /// Takes readings in, in the order of the journal, and says what changed.
    pub fn take(&mut self, readings: &[Reading], received_at: Moment, rehearsed: bool) -> Vec<Change> {
        self.take_and_hear(readings, received_at, rehearsed, |_, _| ())
    }

    /// The same, for somebody who hears what was expected of each, as [`Watches::observe`] has it.
    pub fn take_and_hear(
        &mut self,
        readings: &[Reading],
        received_at: Moment,
        rehearsed: bool,
        mut hear: impl FnMut(&Reading, Option<[f64; 3]>),
    ) -> Vec<Change> {
        for reading in readings {
            let expected = self.watches.observe(reading, received_at, rehearsed, &mut self.said);
            hear(reading, expected);
            for disturbance in self.said.drain(..) {
                self.desk.fold(disturbance);
            }
        }
        self.follow(received_at);
        self.desk.take_changes()
    }

    /// Notes that a source reports these, in the order of the journal.
    pub fn note_source(&mut self, source: &AgentId, readings: &[Reading]) {
        self.desk.note_source(source, readings);
    }

    /// Hears of a source at `at`, and says what changed.
    pub fn hear(&mut self, source: &AgentId, word: Word, at: Moment) -> Vec<Change> {
        self.desk.hear(source, word, at);
        self.desk.take_changes()
    }

    /// Takes an act on a signal, in the order of the journal, and says what changed: nothing if the signal is not open.
    pub fn answer(&mut self, act: &Act) -> Vec<Change> {
        self.watches.answer(act, &mut self.said);
        for disturbance in self.said.drain(..) {
            self.desk.fold(disturbance);
        }
        self.follow(act.at);
        self.desk.take_changes()
    }

    /// Lets the room's clock go on and says what changed.
    pub fn tick(&mut self, now: Moment) -> Vec<Change> {
        self.watches.tick(now, &mut self.said);
        for disturbance in self.said.drain(..) {
            self.desk.fold(disturbance);
        }
        self.desk.tick(now);
        self.desk.take_changes()
    }

    /// Gives the picture the traces it wants; a resumed room has none until it has heard something.
    pub fn follow(&mut self, now: Moment) {
        let Some(wanted) = self.desk.wanted_anew() else { return };
        self.watches.follow(&wanted, now, &mut self.said);
        for disturbance in self.said.drain(..) {
            self.desk.fold(disturbance);
        }
    }

    /// The picture as it stands.
    pub fn picture(&self) -> &Picture {
        self.desk.picture()
    }

    /// The two halves, for those who run them apart.
    pub fn split(self) -> (Watches, Desk) {
        (self.watches, self.desk)
    }

    /// What a restart needs.
    pub fn learned(&self) -> (Learned, Memory) {
        (self.watches.learned(), self.desk.memory())
    }
}
