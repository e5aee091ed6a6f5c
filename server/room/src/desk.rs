//! The desk's task: the one owner of the picture, and the clock of the screens.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use cybernet::{
    picture::{Change, Picture},
    screen::PULSE_EVERY_MS,
};
use opsroom::{
    coalesce::coalesce,
    desk::{Desk, Memory},
    disturbance::Disturbance,
    sources::Word,
};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};
use vsm::{
    id::{AgentId, IndicatorId},
    signal::Signal,
    time::Moment,
};

use crate::{
    clock,
    frames::{self, Frame},
    happening::{FrameTook, Pictured},
    journal::{ActReceipt, NotTaken},
    shard::Reached,
};

/// Screens are told what changed at most this often.
pub const FRAME_EVERY: Duration = Duration::from_millis(100);
/// How long a shard may take to say what another has said already, before a frame goes.
const GATHER: Duration = Duration::from_millis(5);
/// The same for one that did not keep up with the others.
const CATCHES_UP: Duration = Duration::from_millis(25);
/// How many frames are told at once where much has changed ...
const FRAMES_AT_ONCE: usize = 20;
/// ... and how often a screen may have been told and not have listened before it is given a fresh picture.
const TELLINGS_KEPT: usize = 64;
/// How many signals an agent may be behind before it misses the oldest.
const SIGNALS_KEPT: usize = 256;
/// How many messages of shards wait before they are made to wait.
pub const WAITING: usize = 256;

/// When something was said, in the order of the journal: by the number of an entry, and the place of a reading in it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Turn {
    /// The number of the entry.
    pub entry: u64,
    /// The place in it; the last one for what comes behind the entry.
    pub place: u32,
}

/// What the desk is told.
pub enum ToDesk {
    /// By a shard, in the order of the turns.
    Said(Vec<(Turn, Disturbance)>),
    /// By a shard, behind what an act has changed: whom to tell of it, and whether its signal was open.
    Acted(Turn, oneshot::Sender<ActReceipt>, bool),
    /// The time, by a shard that has this number.
    Tick(usize, Moment),
    /// To write down what it remembers.
    Remember {
        /// Once it has folded the entry of this number.
        at_least: u64,
        /// Whom to give it.
        answer: oneshot::Sender<Remembered>,
    },
    /// The last thing it is told.
    Go,
}

/// What was said and has not had its turn: not all shards have come so far.
enum Pending {
    Said(Disturbance),
    Acted(oneshot::Sender<ActReceipt>, bool),
}

/// One who waits until the desk has folded an entry.
struct Remembering {
    at_least: u64,
    answer: oneshot::Sender<Remembered>,
}

/// What the desk remembers.
pub struct Remembered {
    /// The number of the last entry that it has folded.
    pub shown: u64,
    /// What time it was last, for every shard.
    pub at: Moment,
    /// The rest.
    pub memory: Memory,
}

/// A screen's way in: the picture, and every frame after it with none lost between.
pub struct Joined {
    /// The picture, as one frame or as several that follow each other.
    pub picture: Arc<[Frame]>,
    /// The frames that follow it.
    pub frames: broadcast::Receiver<Arc<[Frame]>>,
}

/// What the desk is asked by those who hold its address.
enum Ask {
    /// To let a screen in.
    Join(oneshot::Sender<Joined>),
    /// To show the picture as it stands.
    Look(Box<dyn FnOnce(&Picture) + Send>),
    /// To answer.
    Answer(oneshot::Sender<()>),
    /// To hear of a source.
    Hear(AgentId, Word),
}

/// The address of the desk for screens, scripts and agents.
#[derive(Clone)]
pub struct DeskHandle {
    asks: mpsc::Sender<Ask>,
    raised: broadcast::Sender<Arc<Signal>>,
}

impl DeskHandle {
    /// The picture and what follows it, within a tenth of a second. `None` once the room closes.
    pub async fn join(&self) -> Option<Joined> {
        let (tell, answer) = oneshot::channel();
        self.asks.send(Ask::Join(tell)).await.ok()?;
        answer.await.ok()
    }

    /// What somebody sees who looks at the picture as it stands, and does not look long. `None` once the room closes.
    pub async fn look<T: Send + 'static>(&self, see: impl FnOnce(&Picture) -> T + Send + 'static) -> Option<T> {
        let (tell, answer) = oneshot::channel();
        let look = move |picture: &Picture| drop(tell.send(see(picture)));
        self.asks.send(Ask::Look(Box::new(look))).await.ok()?;
        answer.await.ok()
    }

    /// Tells it of a source. Once the room closes nobody hears it.
    pub async fn hear(&self, source: &AgentId, word: Word) {
        self.asks.send(Ask::Hear(source.clone(), word)).await.ok();
    }

    /// Whether it answers; whoever asks sets the time.
    pub async fn answers(&self) -> bool {
        let (tell, answer) = oneshot::channel();
        self.asks.send(Ask::Answer(tell)).await.is_ok() && answer.await.is_ok()
    }

    /// Every signal that is raised or named anew from now on.
    pub fn signals(&self) -> broadcast::Receiver<Arc<Signal>> {
        self.raised.subscribe()
    }
}

#[cfg(test)]
impl DeskHandle {
    /// The address of a desk that hears nothing any more.
    pub(crate) fn closed() -> Self {
        Self { asks: mpsc::channel(1).0, raised: broadcast::channel(1).0 }
    }
}

/// The desk's task before it runs.
pub struct DeskTask {
    desk: Desk,
    inbox: mpsc::Receiver<ToDesk>,
    ailing: watch::Receiver<Option<NotTaken>>,
    asks: mpsc::Receiver<Ask>,
    joining: Vec<oneshot::Sender<Joined>>,
    frames: broadcast::Sender<Arc<[Frame]>>,
    raised: broadcast::Sender<Arc<Signal>>,
    wanted: watch::Sender<BTreeSet<IndicatorId>>,
    /// How far the shards have come.
    reached: Reached,
    /// The number of the last entry that was folded.
    folded: u64,
    pending: Vec<(Turn, Pending)>,
    remembering: Vec<Remembering>,
    /// What time it was last, for each shard.
    ticked: Vec<Moment>,
    /// Whether something was said that could not be folded yet: a shard is behind the others.
    is_behind: bool,
    /// The revision of the last frame.
    told: u64,
    told_at: Instant,
}

/// Makes the desk's task, its address, and the list of wanted traces that shards follow. The journal tells what it
/// is `ailing` from.
pub fn open(
    desk: Desk,
    inbox: mpsc::Receiver<ToDesk>,
    reached: Reached,
    ailing: watch::Receiver<Option<NotTaken>>,
) -> (DeskHandle, DeskTask, watch::Receiver<BTreeSet<IndicatorId>>) {
    let (asks, asks_inbox) = mpsc::channel(WAITING);
    let (wanted, follows) = watch::channel(desk.wanted());
    let (frames, _) = broadcast::channel(TELLINGS_KEPT);
    let (raised, _) = broadcast::channel(SIGNALS_KEPT);
    let told = desk.picture().revision;
    let task = DeskTask {
        desk,
        inbox,
        ailing,
        asks: asks_inbox,
        joining: Vec::new(),
        frames,
        raised: raised.clone(),
        wanted,
        folded: reached.by_all(),
        ticked: vec![clock::now(); reached.shards()],
        is_behind: false,
        reached,
        pending: Vec::new(),
        remembering: Vec::new(),
        told,
        told_at: Instant::now(),
    };
    (DeskHandle { asks, raised }, task, follows)
}

impl DeskTask {
    /// Runs until it is told to go.
    pub async fn run(mut self) {
        let mut due = Instant::now();
        loop {
            tokio::select! {
                event = self.inbox.recv() => match event {
                    None => return self.flush(),
                    Some(event) => {
                        self.hear(event);
                        due = due.min(self.next_flush());
                    }
                },
                Some(ask) = self.asks.recv() => match ask {
                    Ask::Join(join) => self.joining.push(join),
                    Ask::Look(look) => {
                        self.fold();
                        look(self.desk.picture());
                    }
                    // Who asked may have gone meanwhile.
                    Ask::Answer(tell) => drop(tell.send(())),
                    Ask::Hear(source, word) => self.desk.hear(&source, word, clock::now()),
                },
                // A journal that has ended says no more, and the room closes.
                Ok(()) = self.ailing.changed() => {
                    let why = self.ailing.borrow_and_update().as_ref().map(|not_taken| not_taken.cause().clone());
                    self.desk.ail(why, clock::now());
                }
                () = sleep_until(due) => {
                    self.flush();
                    due = self.next_flush();
                }
            }
        }
    }

    /// When the next frame may go: where something waits to be told, as soon as the shards had time to say theirs, but
    /// not before a frame's time is over.
    fn next_flush(&self) -> Instant {
        let now = Instant::now();
        if self.pending.is_empty() {
            return now + FRAME_EVERY;
        }
        let patience = if self.is_behind { CATCHES_UP } else { GATHER };
        (self.told_at + FRAME_EVERY).max(now + patience)
    }

    fn hear(&mut self, event: ToDesk) {
        match event {
            ToDesk::Said(said) => {
                self.pending.extend(said.into_iter().map(|(turn, said)| (turn, Pending::Said(said))));
            }
            ToDesk::Acted(turn, tell, is_taken) => self.pending.push((turn, Pending::Acted(tell, is_taken))),
            ToDesk::Tick(shard, now) => {
                self.ticked[shard] = now;
                // A shard may be behind, and nobody's clock goes back for that.
                self.desk.tick(clock::now());
            }
            ToDesk::Remember { at_least, answer } => self.remembering.push(Remembering { at_least, answer }),
            // What is in it already is heard.
            ToDesk::Go => self.inbox.close(),
        }
    }

    /// Folds what has its turn, in the order of the journal, whichever shard said it first.
    ///
    /// How far the shards have come is looked at before what they said: so all of it is there.
    fn fold(&mut self) {
        let reached = self.reached.by_all();
        while let Ok(event) = self.inbox.try_recv() {
            self.hear(event);
        }
        // Each shard speaks in order, so that what it says at one turn stays in order.
        self.pending.sort_by_key(|(turn, _)| *turn);
        let count = self.pending.partition_point(|(turn, _)| turn.entry <= reached);
        for (_, pending) in self.pending.drain(..count) {
            match pending {
                Pending::Said(disturbance) => self.desk.fold(disturbance),
                // Who acted may have gone meanwhile.
                Pending::Acted(tell, is_taken) => drop(tell.send(Ok(is_taken))),
            }
        }
        self.folded = self.folded.max(reached);
        self.is_behind = !self.pending.is_empty();
        self.follow();
    }

    /// Gives what it remembers to those for whom it has folded enough.
    fn remember(&mut self) {
        for waits in self.remembering.extract_if(.., |waits| waits.at_least <= self.folded) {
            // The keeper may have gone meanwhile.
            let at = self.ticked.iter().min().copied().unwrap_or_default();
            waits.answer.send(Remembered { shown: self.folded, at, memory: self.desk.memory() }).ok();
        }
    }

    fn follow(&mut self) {
        if let Some(wanted) = self.desk.wanted_anew() {
            self.wanted.send_replace(wanted);
        }
    }

    /// Tells every screen what changed, then lets those in who wait at the door.
    fn flush(&mut self) {
        let begun = std::time::Instant::now();
        self.fold();
        self.remember();
        self.tell_all();
        self.let_in();
        FrameTook { took: begun.elapsed(), of: FRAME_EVERY }.emit();
    }

    fn tell_all(&mut self) {
        let changes = self.desk.take_changes();
        let picture = self.desk.picture();
        if !changes.is_empty() {
            let (signals, outages, lamps) = (picture.signals.len(), picture.outages.len(), picture.lamps.len());
            Pictured { signals, outages, lamps, changes: changes.len() }.emit();
            let changes = coalesce(changes);
            self.tell_teams(&changes);
            let frames = frames::of(picture, self.told, changes);
            self.told = picture.revision;
            frames.chunks(FRAMES_AT_ONCE).for_each(|frames| self.tell(frames.into()));
        } else if Duration::from_millis(PULSE_EVERY_MS) <= self.told_at.elapsed() {
            self.tell([frames::pulse(clock::now())].into());
        }
    }

    /// The team hears first: before the frame goes to any screen.
    fn tell_teams(&self, changes: &[Change]) {
        for change in changes {
            if let Change::Signal(signal) = change {
                // Without agents nobody is told.
                self.raised.send(Arc::new((**signal).clone())).ok();
            }
        }
    }

    fn tell(&mut self, frames: Arc<[Frame]>) {
        self.told_at = Instant::now();
        // Nobody watches: nobody is told.
        self.frames.send(frames).ok();
    }

    fn let_in(&mut self) {
        if self.joining.is_empty() {
            return;
        }
        let picture = frames::picture(self.desk.picture());
        for join in self.joining.drain(..) {
            // A screen that has gone meanwhile does not mind.
            join.send(Joined { picture: picture.clone(), frames: self.frames.subscribe() }).ok();
        }
    }
}
