//! The task that owns the outbox; probes hand readings in at one side, the link picks them up at the other.

use std::{io, sync::Arc, time::Duration};

use cybernet::{agent::Lost, ordinals::Ordinals};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use vsm::reading::Reading;

use super::{Outbox, Run, Standing};
use crate::{clock, happening::OutboxFailing};

/// How long a reading may be in the system's memory only.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Lists of readings on their way to the disk; who hands in more waits.
const INTAKE: usize = 16;
const ASKS: usize = 4;

/// Owns the outbox. It ends when nobody can hand in or pick up any more, with everything on the disk.
pub struct Keeper {
    outbox: Outbox,
    intake: mpsc::Receiver<Vec<Reading>>,
    asks: mpsc::Receiver<Ask>,
    filled: Arc<Notify>,
    failing: Option<String>,
}

/// The link's side of the outbox.
pub struct Pickup {
    asks: mpsc::Sender<Ask>,
    filled: Arc<Notify>,
}

type Answer<T> = oneshot::Sender<io::Result<T>>;

enum Ask {
    Welcome(Ordinals, Answer<Standing>),
    Next { after: u64, upto: u64, limit: usize, answer: Answer<Option<Run>> },
    Forget([u64; 2], Answer<()>),
    Lost(Answer<Option<Lost>>),
    ToldLost(u64, Answer<()>),
}

impl Keeper {
    /// The keeper, to be run, with where to hand in and where to pick up.
    pub fn new(outbox: Outbox) -> (Self, mpsc::Sender<Vec<Reading>>, Pickup) {
        let (hand_in, intake) = mpsc::channel(INTAKE);
        let (ask, asks) = mpsc::channel(ASKS);
        let filled = Arc::new(Notify::new());
        let keeper = Self { outbox, intake, asks, filled: Arc::clone(&filled), failing: None };
        (keeper, hand_in, Pickup { asks: ask, filled })
    }

    /// Runs until both sides are gone.
    pub async fn run(mut self) {
        let mut sync = interval(SYNC_EVERY);
        sync.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut someone_hands_in, mut someone_picks_up) = (true, true);
        while someone_hands_in || someone_picks_up {
            tokio::select! {
                readings = self.intake.recv(), if someone_hands_in => match readings {
                    Some(readings) => self.push(&readings),
                    None => someone_hands_in = false,
                },
                ask = self.asks.recv(), if someone_picks_up => match ask {
                    Some(ask) => self.answer(ask),
                    None => someone_picks_up = false,
                },
                _ = sync.tick() => {
                    self.outbox.pass(clock::now());
                    self.sync().await;
                }
            }
        }
        let synced = self.outbox.sync();
        self.note(&synced);
    }

    fn push(&mut self, readings: &[Reading]) {
        let before = self.outbox.newest;
        let pushed = self.outbox.push(readings, clock::now());
        if let Err(why) = &pushed {
            let kept = self.outbox.newest - before;
            self.outbox.lose(readings.len() as u64 - kept, why.to_string());
        }
        self.note(&pushed);
        self.filled.notify_one();
    }

    fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Welcome(has, answer) => reply(answer, self.outbox.welcome(&has)),
            Ask::Next { after, upto, limit, answer } => reply(answer, self.outbox.next(after, upto, limit)),
            Ask::Forget(range, answer) => reply(answer, self.outbox.forget(range)),
            Ask::Lost(answer) => reply(answer, Ok(self.outbox.lost())),
            Ask::ToldLost(readings, answer) => {
                self.outbox.told_lost(readings);
                reply(answer, Ok(()));
            }
        }
    }

    /// Waits for the disk on another thread, because the disk may take its time.
    async fn sync(&mut self) {
        let files = self.outbox.unsynced();
        if files.is_empty() {
            return;
        }
        let synced = tokio::task::spawn_blocking(move || files.iter().try_for_each(std::fs::File::sync_data)).await;
        self.note(&synced.unwrap_or_else(|crash| Err(io::Error::other(crash))));
    }

    /// Tells of a fault once, until it is another or gone.
    fn note(&mut self, done: &io::Result<()>) {
        let failing = done.as_ref().err().map(io::Error::to_string);
        if let Some(why) = failing.as_ref().filter(|_| failing != self.failing) {
            OutboxFailing { why: why.clone() }.emit();
        }
        self.failing = failing;
    }
}

/// Whoever no longer waits for an answer does not need it.
fn reply<T>(answer: Answer<T>, result: io::Result<T>) {
    answer.send(result).ok();
}

impl Pickup {
    /// Waits until readings have been handed in since the last time.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// See [`Outbox::welcome`].
    pub async fn welcome(&self, has: Ordinals) -> Result<Standing, PickupFault> {
        self.ask(|answer| Ask::Welcome(has, answer)).await
    }

    /// See [`Outbox::next`].
    pub async fn next(&self, after: u64, upto: u64, limit: usize) -> Result<Option<Run>, PickupFault> {
        self.ask(|answer| Ask::Next { after, upto, limit, answer }).await
    }

    /// See [`Outbox::forget`].
    pub async fn forget(&self, range: [u64; 2]) -> Result<(), PickupFault> {
        self.ask(|answer| Ask::Forget(range, answer)).await
    }

    /// See [`Outbox::lost`].
    pub async fn lost(&self) -> Result<Option<Lost>, PickupFault> {
        self.ask(Ask::Lost).await
    }

    /// See [`Outbox::told_lost`].
    pub async fn told_lost(&self, readings: u64) -> Result<(), PickupFault> {
        self.ask(|answer| Ask::ToldLost(readings, answer)).await
    }

    async fn ask<T>(&self, ask: impl FnOnce(Answer<T>) -> Ask) -> Result<T, PickupFault> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(ask(answer)).await.map_err(|_| PickupFault::Closed)?;
        Ok(answered.await.map_err(|_| PickupFault::Closed)??)
    }
}

/// Why nothing could be picked up.
#[derive(Debug, thiserror::Error)]
pub enum PickupFault {
    /// The disk refused.
    #[error("the outbox cannot be used: {0}")]
    Disk(#[from] io::Error),
    /// The keeper has ended.
    #[error("the outbox is closed")]
    Closed,
}
