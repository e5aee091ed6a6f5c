//! One shard's thread: the only owner of its watches.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use archive::{Batch, Position};
use cybernet::profile::Profile;
use opsroom::{
    disturbance::Disturbance,
    share::{MOST_UNOWNED, Share, shard_of},
    watches::Watches,
};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot, watch,
};
use vsm::{act::Act, id::IndicatorId, time::Moment};

use crate::{
    clock,
    desk::{ToDesk, Turn},
    happening::{Judged, ReadingsUnwatched},
    journal::ActReceipt,
    past::{Gathering, Stretch},
    restore,
};

/// How many committed batches wait to be judged before the journal makes the door wait.
pub const WAITING: usize = 64;

/// What a shard is told.
pub enum ToShard {
    /// A batch that is on disk, of which it judges its share.
    Judge(Position, Arc<Batch>),
    /// An act that is on disk, and whom to tell when the picture has taken it in; none if the signal is another's.
    Act(Position, Arc<Act>, Option<oneshot::Sender<ActReceipt>>),
    /// What was worked out of one indicator; none before its first reading.
    Profile(IndicatorId, oneshot::Sender<Option<Profile>>),
    /// What was worked out of every indicator, in no order.
    Profiles(oneshot::Sender<Vec<(IndicatorId, Profile)>>),
    /// The time.
    Tick(Moment),
    /// Other traces are wanted than before.
    Follow,
    /// To write down what some watches have learned.
    Page {
        /// The number of the first, as they were hung up.
        from: usize,
        /// How many at most.
        most: usize,
        /// Whom to give it.
        answer: oneshot::Sender<Page>,
    },
    /// No more entries will come: hand on to history what was judged.
    Close,
    /// The last thing it is told.
    Go,
}

/// What some watches have learned, written down.
pub struct Page {
    /// As [`opsroom::watches::Learned`], encoded.
    pub body: Vec<u8>,
    /// How many watches.
    pub watches: usize,
    /// The last entry of the journal that they have taken in.
    pub position: Position,
}

/// The addresses of the shards, to ask what they worked out.
#[derive(Clone)]
pub struct Shards(pub(crate) Arc<[mpsc::Sender<ToShard>]>);

impl Shards {
    /// What was worked out of one indicator; none before its first reading. `None` once the room closes.
    pub async fn profile(&self, indicator: IndicatorId) -> Option<Option<Profile>> {
        let (tell, answer) = oneshot::channel();
        let shard = &self.0[shard_of(&indicator, self.0.len())];
        shard.send(ToShard::Profile(indicator, tell)).await.ok()?;
        answer.await.ok()
    }

    /// What was worked out of every indicator, in no order. `None` once the room closes.
    pub async fn profiles(&self) -> Option<Vec<(IndicatorId, Profile)>> {
        let mut profiles = Vec::new();
        for shard in self.0.iter() {
            let (tell, answer) = oneshot::channel();
            shard.send(ToShard::Profiles(tell)).await.ok()?;
            profiles.extend(answer.await.ok()?);
        }
        Some(profiles)
    }
}

/// How far each shard has come in the journal, as numbers of entries: what it had to say of these, it has said.
#[derive(Clone)]
pub struct Reached(Arc<[AtomicU64]>);

impl Reached {
    /// So many shards, all of which have come this far.
    pub fn new(shards: usize, position: Position) -> Self {
        Self((0..shards).map(|_| AtomicU64::new(position.number())).collect())
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.0.len()
    }

    /// How far all of them have come.
    pub fn by_all(&self) -> u64 {
        self.0.iter().map(|reached| reached.load(Ordering::Acquire)).min().unwrap_or(0)
    }

    fn tell(&self, shard: usize, position: Position) {
        self.0[shard].store(position.number(), Ordering::Release);
    }
}

/// What runs a shard.
pub struct Shard {
    /// Which one it is.
    pub share: Share,
    /// Its watches.
    pub watches: Watches,
    /// The last entry of the journal that they have taken in.
    pub position: Position,
    /// The same, for the desk.
    pub reached: Reached,
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
}

/// What a shard has to say and has not said yet, each at its turn.
type Said = Vec<(Turn, Disturbance)>;

impl Shard {
    /// Runs on its own thread until it is told to go.
    pub fn start(self) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name(format!("shard {}", self.share.shard)).spawn(move || self.run())
    }

    fn run(mut self) {
        let mut said = Said::new();
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
                ToShard::Page { from, most, answer } => drop(answer.send(self.page(from, most))),
                ToShard::Close => self.hand_on_last(),
                ToShard::Go => return,
            }
            self.say(&mut said);
            self.reached.tell(self.share.shard, self.position);
        }
    }

    fn judge(&mut self, position: Position, batch: &Arc<Batch>, said: &mut Said) {
        self.watches.turn_to(position.number());
        let (mut out, mut judges) = (Vec::new(), false);
        for (place, reading) in (0..).zip(&batch.readings) {
            if !self.share.holds(&reading.indicator) {
                continue;
            }
            judges = true;
            let expected = self.watches.observe(reading, batch.received_at, batch.rehearsal, &mut out);
            self.past.gather(position, batch, place, expected);
            said.extend(out.drain(..).map(|disturbance| (Turn { entry: position.number(), place }, disturbance)));
        }
        self.position = position;
        if judges {
            Judged { received_at: batch.received_at, at: clock::now() }.emit();
        }
        if self.past.is_much() {
            self.hand_on();
        }
    }

    /// What the clock or a change of what is wanted brings comes behind the entry that was taken in last.
    fn now(&self) -> Turn {
        Turn { entry: self.position.number(), place: u32::MAX }
    }

    /// Who acted hears of it from the desk, behind everything that the act changes.
    fn act(&mut self, position: Position, act: &Act, tell: Option<oneshot::Sender<ActReceipt>>, said: &mut Said) {
        self.position = position;
        let Some(tell) = tell else { return };
        self.watches.turn_to(position.number());
        let mut out = Vec::new();
        let is_taken = self.watches.answer(act, &mut out);
        self.later(out, said);
        self.say(said);
        self.desk.blocking_send(ToDesk::Acted(self.now(), tell, is_taken)).ok();
    }

    fn tick(&mut self, now: Moment, said: &mut Said) {
        let mut out = Vec::new();
        self.watches.tick(now, &mut out);
        self.later(out, said);
        self.say(said);
        self.hand_on();
        self.desk.blocking_send(ToDesk::Tick(self.share.shard, now)).ok();
        let shard = self.share.shard.to_string();
        metrics::gauge!("synco_watches", "shard" => shard).set(self.watches.len() as f64);
    }

    /// Tells how many more readings were not judged than were told before; gives how many are told now.
    fn tell_unwatched(&self, told: u64) -> u64 {
        let unwatched = self.watches.unwatched();
        if told < unwatched {
            ReadingsUnwatched { count: unwatched - told, most: MOST_UNOWNED }.emit();
        }
        unwatched
    }

    fn follow(&mut self, said: &mut Said) {
        if self.wanted.has_changed().unwrap_or(false) {
            let wanted = self.wanted.borrow_and_update().clone();
            let mut out = Vec::new();
            self.watches.follow(&wanted, clock::now(), &mut out);
            self.later(out, said);
        }
    }

    fn later(&self, out: Vec<Disturbance>, said: &mut Said) {
        said.extend(out.into_iter().map(|disturbance| (self.now(), disturbance)));
    }

    fn say(&self, said: &mut Said) {
        if !said.is_empty() {
            self.desk.blocking_send(ToDesk::Said(std::mem::take(said))).ok();
        }
    }

    /// Hands on to history what was judged since the last time. Where that cannot be taken now, it goes with what
    /// follows.
    fn hand_on(&mut self) {
        self.past.reaches(self.position);
        if let Some(stretch) = self.past.take()
            && let Err(TrySendError::Full(stretch)) = self.history.try_send(stretch)
        {
            self.past.put_back(stretch);
        }
    }

    fn hand_on_last(&mut self) {
        self.past.reaches(self.position);
        if let Some(stretch) = self.past.take() {
            self.history.blocking_send(stretch).ok();
        }
    }

    fn page(&self, from: usize, most: usize) -> Page {
        let watches = self.watches.len().saturating_sub(from).min(most);
        Page { body: restore::encode(&self.watches.page(from, most)), watches, position: self.position }
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
            [ToShard::Judge(Position::default(), Arc::new(batch)), ToShard::Tick(now), ToShard::Tick(now), ToShard::Go]
        {
            tell.try_send(event).unwrap();
        }
        let recorder = PrometheusBuilder::new().build_recorder();
        let share = Share::WHOLE;
        let watches = Watches::new(Arc::new(Room::default().organisation), share);
        let (history, _stretches) = mpsc::channel(crate::past::WAITING);
        let position = Position::default();
        let (past, reached) = (Gathering::new(position, 1), Reached::new(1, position));
        let shard = Shard { share, watches, position, reached, inbox, desk, wanted, past, history };
        metrics::with_local_recorder(&recorder, || shard.run());
        let figures = recorder.handle().render();
        assert!(figures.contains("synco_readings_unwatched_total 3\n"), "{figures}");
    }
}
