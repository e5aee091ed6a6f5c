//! One shard's thread: the only owner of its watches.

use std::{collections::BTreeSet, thread};

use archive::{Batch, Position};
use opsroom::{disturbance::Disturbance, watches::Watches};
use tokio::sync::{mpsc, watch};
use vsm::{id::IndicatorId, time::Moment};

use crate::{clock, desk::ToDesk, restore};

/// How many committed batches wait to be judged before the journal makes the door wait.
pub const WAITING: usize = 64;

/// What a shard is told.
pub enum ToShard {
    /// A batch that is on disk.
    Judge(Position, Batch),
    /// The time.
    Tick(Moment),
    /// Other traces are wanted than before.
    Follow,
    /// Write down what was learned so far.
    Snapshot,
    /// The last thing it is told: write down what was learned, and go.
    Close,
}

/// What runs a shard.
pub struct Shard {
    /// Its watches.
    pub watches: Watches,
    /// The last batch they have judged.
    pub position: Position,
    /// What it is told.
    pub inbox: mpsc::Receiver<ToShard>,
    /// Whom it tells.
    pub desk: mpsc::Sender<ToDesk>,
    /// The indicators whose traces the picture carries.
    pub wanted: watch::Receiver<BTreeSet<IndicatorId>>,
}

impl Shard {
    /// Runs on its own thread until it is told to go.
    pub fn start(self) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("shard".to_owned()).spawn(move || self.run())
    }

    fn run(mut self) {
        let mut said = Vec::new();
        while let Some(event) = self.inbox.blocking_recv() {
            self.follow(&mut said);
            match event {
                ToShard::Judge(position, batch) => self.judge(position, &batch, &mut said),
                ToShard::Tick(now) => {
                    self.watches.tick(now, &mut said);
                    self.say(&mut said);
                    self.desk.blocking_send(ToDesk::Tick(now)).ok();
                    metrics::gauge!("synco_watches").set(self.watches.len() as f64);
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
            self.watches.observe(reading, batch.received_at, batch.rehearsal, said);
        }
        self.position = position;
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

    fn bring_home(&self, last: bool) {
        let learned = restore::encode_learned(&self.watches.learned());
        self.desk.blocking_send(ToDesk::Snapshot { position: self.position, learned, last }).ok();
    }
}
