//! The desk's task: the one owner of the picture, and the clock of the screens.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use archive::Position;
use cybernet::{
    picture::{Change, Changes, Picture},
    screen::PULSE_EVERY_MS,
};
use opsroom::{coalesce::coalesce, desk::Desk, disturbance::Disturbance};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{Instant, Interval, MissedTickBehavior, interval},
};
use vsm::{id::IndicatorId, signal::Signal, time::Moment};

use crate::{
    clock,
    frames::{self, Frame},
    happening::{FrameTook, Pictured},
    journal::{ActReceipt, ToJournal},
    restore,
};

/// Screens are told what changed at most this often.
pub const FRAME_EVERY: Duration = Duration::from_millis(100);
/// How many frames a screen may be behind before it is given a fresh picture.
const FRAMES_KEPT: usize = 64;
/// How many signals an agent may be behind before it misses the oldest.
const SIGNALS_KEPT: usize = 256;
/// How many messages of shards wait before they are made to wait.
pub const WAITING: usize = 256;

/// What the desk is told.
pub enum ToDesk {
    /// By a shard.
    Said(Vec<Disturbance>),
    /// By a shard, behind what an act has changed: whom to tell of it, and whether its signal was open.
    Acted(oneshot::Sender<ActReceipt>, bool),
    /// The time.
    Tick(Moment),
    /// What a shard has learned up to a position; the desk adds its own part.
    Snapshot {
        /// The last entry of the journal taken in.
        position: Position,
        /// The shard's part.
        learned: Vec<u8>,
        /// Whether the room closes after it.
        last: bool,
    },
}

/// A screen's way in: the picture, and every frame after it with none lost between.
pub struct Joined {
    /// The picture, as a frame.
    pub picture: Frame,
    /// The frames that follow it.
    pub frames: broadcast::Receiver<Frame>,
}

/// What the desk is asked by those who hold its address.
enum Ask {
    /// To let a screen in.
    Join(oneshot::Sender<Joined>),
    /// To show the picture as it stands.
    Look(Box<dyn FnOnce(&Picture) + Send>),
    /// To answer.
    Answer(oneshot::Sender<()>),
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

/// The desk's task before it runs.
pub struct DeskTask {
    desk: Desk,
    inbox: mpsc::Receiver<ToDesk>,
    asks: mpsc::Receiver<Ask>,
    joining: Vec<oneshot::Sender<Joined>>,
    frames: broadcast::Sender<Frame>,
    raised: broadcast::Sender<Arc<Signal>>,
    wanted: watch::Sender<BTreeSet<IndicatorId>>,
    journal: mpsc::Sender<ToJournal>,
    /// The revision of the last frame.
    told: u64,
    told_at: Instant,
}

/// Makes the desk's task, its address, and the list of wanted traces that shards follow.
pub fn open(
    desk: Desk,
    inbox: mpsc::Receiver<ToDesk>,
    journal: mpsc::Sender<ToJournal>,
) -> (DeskHandle, DeskTask, watch::Receiver<BTreeSet<IndicatorId>>) {
    let (asks, asks_inbox) = mpsc::channel(WAITING);
    let (wanted, follows) = watch::channel(desk.wanted());
    let (frames, _) = broadcast::channel(FRAMES_KEPT);
    let (raised, _) = broadcast::channel(SIGNALS_KEPT);
    let told = desk.picture().revision;
    let task = DeskTask {
        desk,
        inbox,
        asks: asks_inbox,
        joining: Vec::new(),
        frames,
        raised: raised.clone(),
        wanted,
        journal,
        told,
        told_at: Instant::now(),
    };
    (DeskHandle { asks, raised }, task, follows)
}

impl DeskTask {
    /// Runs until a shard has brought home the last snapshot.
    pub async fn run(mut self) {
        let mut flush = every(FRAME_EVERY);
        loop {
            tokio::select! {
                event = self.inbox.recv() => match event {
                    Some(ToDesk::Snapshot { position, learned, last: true }) => return self.keep_last(position, learned).await,
                    Some(event) => self.fold(event),
                    None => return,
                },
                Some(ask) = self.asks.recv() => match ask {
                    Ask::Join(join) => self.joining.push(join),
                    Ask::Look(look) => look(self.desk.picture()),
                    // Who asked may have gone meanwhile.
                    Ask::Answer(tell) => drop(tell.send(())),
                },
                _ = flush.tick() => self.flush(),
            }
        }
    }

    fn fold(&mut self, event: ToDesk) {
        match event {
            ToDesk::Said(disturbances) => {
                for disturbance in disturbances {
                    self.desk.fold(disturbance);
                }
                self.follow();
            }
            // Who acted may have gone meanwhile.
            ToDesk::Acted(tell, is_taken) => drop(tell.send(Ok(is_taken))),
            ToDesk::Tick(now) => self.desk.tick(now),
            ToDesk::Snapshot { position, learned, .. } => {
                let snapshot = restore::snapshot(position, clock::now(), learned, &self.desk.memory());
                // A journal too busy to keep it now will keep the next one.
                self.journal.try_send(ToJournal::Keep(snapshot)).ok();
            }
        }
    }

    async fn keep_last(mut self, position: Position, learned: Vec<u8>) {
        self.flush();
        let snapshot = restore::snapshot(position, clock::now(), learned, &self.desk.memory());
        self.journal.send(ToJournal::KeepLast(snapshot)).await.ok();
    }

    fn follow(&mut self) {
        if let Some(wanted) = self.desk.wanted_anew() {
            self.wanted.send_replace(wanted);
        }
    }

    /// Tells every screen what changed, then lets those in who wait at the door.
    fn flush(&mut self) {
        let begun = std::time::Instant::now();
        self.tell_all();
        self.let_in();
        FrameTook { took: begun.elapsed(), of: FRAME_EVERY }.emit();
    }

    fn tell_all(&mut self) {
        let changes = self.desk.take_changes();
        let picture = self.desk.picture();
        if !changes.is_empty() {
            Pictured { signals: picture.signals.len(), lamps: picture.lamps.len(), changes: changes.len() }.emit();
            let changes = coalesce(changes);
            self.tell_teams(&changes);
            let frame = frame_of(picture, self.told, changes);
            self.told = picture.revision;
            self.tell(frame);
        } else if Duration::from_millis(PULSE_EVERY_MS) <= self.told_at.elapsed() {
            self.tell(frames::pulse(clock::now()));
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

    fn tell(&mut self, frame: Frame) {
        self.told_at = Instant::now();
        // Nobody watches: nobody is told.
        self.frames.send(frame).ok();
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

fn frame_of(picture: &Picture, from: u64, changes: Vec<Change>) -> Frame {
    frames::changes(Changes { from, revision: picture.revision, at: picture.at, changes })
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
