//! One shard's thread: the only owner of its watches.

use std::{collections::BTreeSet, thread};

use archive::{Batch, Position};
use cybernet::profile::Profile;
use opsroom::{
    disturbance::Disturbance,
    watches::{MOST_UNOWNED, Watches},
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};
use vsm::{act::Act, id::IndicatorId, time::Moment};

use crate::{
    clock,
    desk::ToDesk,
    happening::{Judged, ReadingsUnwatched},
    journal::{ActReceipt, ToJournal},
    past::{Gathering, Stretch},
    restore,
};

/// How many committed batches wait to be judged before the journal makes the door wait.
pub const WAITING: usize = 64;

/// What a shard is told.
pub enum ToShard {
    /// A batch that is on disk.
    Judge(Position, Batch),
    /// An act that is on disk, and whom to tell when the picture has taken it in.
    Act(Position, Act, oneshot::Sender<ActReceipt>),
    /// What was worked out of one indicator; none before its first reading.
    Profile(IndicatorId, oneshot::Sender<Option<Profile>>),
    /// What was worked out of every indicator, in no order.
    Profiles(oneshot::Sender<Vec<(IndicatorId, Profile)>>),
    /// The time.
    Tick(Moment),
    /// Other traces are wanted than before.
    Follow,
    /// Write down what was learned so far.
    Snapshot,
    /// The last thing it is told: write down what was learned, and go.
    Close,
}

/// The address of the shard, to ask what it worked out.
#[derive(Clone)]
pub struct ShardHandle(pub(crate) mpsc::Sender<ToShard>);

impl ShardHandle {
    /// What was worked out of one indicator; none before its first reading. `None` once the room closes.
    pub async fn profile(&self, indicator: IndicatorId) -> Option<Option<Profile>> {
        let (tell, answer) = oneshot::channel();
        self.0.send(ToShard::Profile(indicator, tell)).await.ok()?;
        answer.await.ok()
    }

    /// What was worked out of every indicator, in no order. `None` once the room closes.
    pub async fn profiles(&self) -> Option<Vec<(IndicatorId, Profile)>> {
        let (tell, answer) = oneshot::channel();
        self.0.send(ToShard::Profiles(tell)).await.ok()?;
        answer.await.ok()
    }
}

/// What runs a shard.
pub struct Shard {
    /// Its watches.
    pub watches: Watches,
    /// The last entry of the journal that they have taken in.
    pub position: Position,
    /// What it is told.
    pub inbox: mpsc::Receiver<ToShard>,
    /// Whom it tells.
    pub desk: mpsc::Sender<ToDesk>,
    /// The indicators whose traces the picture carries.
    pub wanted: watch::Receiver<BTreeSet<IndicatorId>>,
    /// What it has judged and not handed on to history.
    pub past: Gathering,
    /// Where it hands that on.
    pub history: mpsc::Sender<Stretch>,
    /// Whom it tells that something lies there.
    pub journal: mpsc::Sender<ToJournal>,
}

impl Shard {
    /// Runs on its own thread until it is told to go.
    pub fn start(self) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("shard".to_owned()).spawn(move || self.run())
    }

    fn run(mut self) {
        let mut said = Vec::new();
        let mut unwatched = 0;
        while let Some(event) = self.inbox.blocking_recv() {
            self.follow(&mut said);
            match event {
                ToShard::Judge(position, batch) => self.judge(position, &batch, &mut said),
                ToShard::Act(position, act, tell) => self.act(position, &act, tell, &mut said),
                // Who asked may have gone meanwhile.
                ToShard::Profile(indicator, tell) => drop(tell.send(self.watches.profile(&indicator))),
                ToShard::Profiles(tell) => drop(tell.send(self.watches.profiles().collect())),
                ToShard::Tick(now) => {
                    self.tick(now, &mut said);
                    unwatched = self.tell_unwatched(unwatched);
                }
                // It has looked at what is wanted before it looked at this.
                ToShard::Follow => (),
                ToShard::Snapshot => self.bring_home(false),
                ToShard::Close => return self.bring_home(true),
            }
            self.say(&mut said);
        }
    }

    fn judge(&mut self, position: Position, batch: &Batch, said: &mut Vec<Disturbance>) {
        for reading in &batch.readings {
            let expected = self.watches.observe(reading, batch.received_at, batch.rehearsal, said);
            self.past.gather(position, reading, expected);
        }
        self.position = position;
        Judged { received_at: batch.received_at, at: clock::now() }.emit();
    }

    /// Hands on to history what was judged since the last time. A journal that cannot take it now will be given it, and
    /// more, the next time; it looks after every commit, and here it is told to look where nothing is to be committed.
    fn hand_on_past(&mut self) {
        self.past.reaches(self.position);
        if let Some(stretch) = self.past.take()
            && let Err(TrySendError::Full(stretch)) = self.history.try_send(stretch)
        {
            self.past.put_back(stretch);
        }
        self.journal.try_send(ToJournal::LookAtHistory).ok();
    }

    /// Who acted hears of it from the desk, behind everything that the act changes.
    fn act(&mut self, position: Position, act: &Act, tell: oneshot::Sender<ActReceipt>, said: &mut Vec<Disturbance>) {
        let is_taken = self.watches.answer(act, said);
        self.position = position;
        self.say(said);
        self.desk.blocking_send(ToDesk::Acted(tell, is_taken)).ok();
    }

    fn tick(&mut self, now: Moment, said: &mut Vec<Disturbance>) {
        self.watches.tick(now, said);
        self.say(said);
        self.hand_on_past();
        self.desk.blocking_send(ToDesk::Tick(now)).ok();
        metrics::gauge!("synco_watches").set(self.watches.len() as f64);
    }

    /// Tells how many more readings were not judged than were told before; gives how many are told now.
    fn tell_unwatched(&self, told: u64) -> u64 {
        let unwatched = self.watches.unwatched();
        if told < unwatched {
            ReadingsUnwatched { count: unwatched - told, most: MOST_UNOWNED }.emit();
        }
        unwatched
    }

    fn follow(&mut self, said: &mut Vec<Disturbance>) {
        if self.wanted.has_changed().unwrap_or(false) {
            let wanted = self.wanted.borrow_and_update().clone();
            self.watches.follow(&wanted, clock::now(), said);
        }
    }

    fn say(&self, said: &mut Vec<Disturbance>) {
        if !said.is_empty() {
            self.desk.blocking_send(ToDesk::Said(std::mem::take(said))).ok();
        }
    }

    fn bring_home(&mut self, last: bool) {
        // History first, so that a replay behind the snapshot meets what history lacks.
        self.hand_on_past();
        let learned = restore::encode_learned(&self.watches.learned());
        self.desk.blocking_send(ToDesk::Snapshot { position: self.position, learned, last }).ok();
    }
}

#[cfg(test)]
mod tests {
    use config::room::Room;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use vsm::{id::AgentId, reading::Reading};

    use super::*;

    /// Readings of so many indicators that nobody has described.
    fn of_nobody(count: usize) -> Batch {
        let now = Moment::from_unix_millis(1_763_600_000_000);
        let reading = |at| Reading::new(IndicatorId::parse(&format!("n{at}")).unwrap(), now, 1.0).unwrap();
        let agent = AgentId::parse("flood").unwrap();
        Batch { agent, sequence: 1, received_at: now, rehearsal: false, readings: (0..count).map(reading).collect() }
    }

    #[test]
    fn readings_that_nobody_judges_are_counted_at_the_next_tick() {
        let (tell, inbox) = mpsc::channel(8);
        let (desk, _heard) = mpsc::channel(64);
        let (_wants, wanted) = watch::channel(BTreeSet::new());
        let (batch, now) = (of_nobody(MOST_UNOWNED + 3), clock::now());
        for event in
            [ToShard::Judge(Position::default(), batch), ToShard::Tick(now), ToShard::Tick(now), ToShard::Close]
        {
            tell.try_send(event).unwrap();
        }
        let recorder = PrometheusBuilder::new().build_recorder();
        let watches = Watches::new(&Room::default().organisation);
        let (history, _stretches) = mpsc::channel(crate::past::WAITING);
        let (journal, _looks) = mpsc::channel(8);
        let past = Gathering::new(Position::default());
        let shard = Shard { watches, position: Position::default(), inbox, desk, wanted, past, history, journal };
        metrics::with_local_recorder(&recorder, || shard.run());
        let figures = recorder.handle().render();
        assert!(figures.contains("synco_readings_unwatched_total 3\n"), "{figures}");
    }
}
