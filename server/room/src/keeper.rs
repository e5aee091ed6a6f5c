//! The keeper's thread: has what the room has learned written down, a little at a time, and never makes anybody wait.
//!
//! A snapshot is not of one moment. The keeper asks each shard for a page of some watches, writes it, rests, and asks for
//! the next; the journal goes on meanwhile. A page says up to which entry of the journal its watches have come, and a
//! restart gives each of them what it lacks. Last comes the desk, which has folded at least what every page has, so a
//! restart lets the watches catch up with it before it listens to them again.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use archive::{ArchiveFault, Position};
use tokio::sync::{
    mpsc::{self, error::TryRecvError},
    oneshot,
};

use crate::{
    desk::{Remembered, ToDesk},
    happening::{ArchiveFailed, WrittenDown},
    journal::ToJournal,
    restore,
    shard::{Page, ToShard},
};

/// How many watches a page holds: some hundred kilobytes, a millisecond of the shard's time.
const PAGE: usize = 64;
/// Of its time the keeper writes at most one part of so many, between two pages as between two snapshots.
const RESTS: u32 = 4;
/// So long at most it rests between two pages, because the room may close meanwhile.
const LONGEST_REST: Duration = Duration::from_millis(250);
/// How long a room that closes may take to write down what it has learned; else the journal has to tell more of it.
const LAST_WITHIN: Duration = Duration::from_secs(5);
/// How often the keeper looks whether history has come as far as the pages.
const MOMENT: Duration = Duration::from_millis(20);
/// How often what the journal's log holds is folded into its file.
const FOLD_EVERY: Duration = Duration::from_millis(250);

/// All that the keeper is told: the room closes, and no entry will come any more. It is to take the last snapshot, and to
/// send everybody home.
pub struct Close;

/// What runs the keeper.
pub struct Keeper {
    /// Where it writes.
    pub archive: archive::Keeper,
    /// What it is told.
    pub inbox: mpsc::Receiver<Close>,
    /// The least time from one snapshot to the next.
    pub every: Duration,
    /// Whom it asks for pages.
    pub shards: Arc<[mpsc::Sender<ToShard>]>,
    /// Whom it asks last.
    pub desk: mpsc::Sender<ToDesk>,
    /// Who writes history, to be sent home last.
    pub journal: mpsc::Sender<ToJournal>,
}

/// Why there is no snapshot.
enum NotKept {
    /// The disk.
    Archive(ArchiveFault),
    /// The room is going, or the time ran out.
    Gone,
}

impl From<ArchiveFault> for NotKept {
    fn from(fault: ArchiveFault) -> Self {
        Self::Archive(fault)
    }
}

impl Keeper {
    /// Runs on its own thread until the room has closed.
    pub fn start(self) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("keeper".to_owned()).spawn(move || self.run())
    }

    fn run(mut self) {
        let mut due = Instant::now() + self.every;
        loop {
            match self.inbox.try_recv() {
                Ok(Close) => break,
                Err(TryRecvError::Empty) if due <= Instant::now() => due = self.remember(),
                Err(TryRecvError::Empty) => self.fold(),
                Err(TryRecvError::Disconnected) => return,
            }
        }
        if let Err(NotKept::Archive(error)) = self.snapshot(Some(Instant::now() + LAST_WITHIN)) {
            ArchiveFailed { what: "keep a snapshot", error: &error }.emit();
        }
        self.send_home();
    }

    /// Folds the journal's log into its file, and waits a moment.
    fn fold(&self) {
        if let Err(error) = self.archive.check_point() {
            ArchiveFailed { what: "fold the write-ahead log into the file", error: &error }.emit();
        }
        thread::sleep(FOLD_EVERY);
    }

    /// Takes a snapshot, and says when the next is due.
    fn remember(&mut self) -> Instant {
        let begun = Instant::now();
        if let Err(NotKept::Archive(error)) = self.snapshot(None) {
            ArchiveFailed { what: "keep a snapshot", error: &error }.emit();
        }
        begun + self.every.max(begun.elapsed() * (1 + RESTS))
    }

    /// Takes a snapshot; without rest, if it has to be ready at some time.
    fn snapshot(&mut self, by: Option<Instant>) -> Result<(), NotKept> {
        let begun = Instant::now();
        self.archive.begin()?;
        let (mut first, mut newest, mut watches, mut bytes) = (None, Position::default(), 0, 0);
        for shard in 0..self.shards.len() {
            let mut from = 0;
            loop {
                let page = self.page(shard, from)?;
                from += page.watches;
                bytes += page.body.len();
                first = Some(first.map_or(page.position, |first: Position| first.min(page.position)));
                newest = newest.max(page.position);
                if page.watches == 0 {
                    break;
                }
                let begun = Instant::now();
                self.archive.keep_piece(&page.body)?;
                self.rest(begun.elapsed(), by)?;
            }
            watches += from;
        }
        self.await_history(newest, by)?;
        let Remembered { shown, at, memory } = self.ask_desk(newest)?;
        let memory = restore::encode_memory(&memory);
        let head = restore::head(first.unwrap_or_default(), shown, at, memory);
        let kept = self.archive.finish(head)?;
        self.archive.prove(&kept)?;
        WrittenDown { watches, bytes, took: begun.elapsed() }.emit();
        Ok(())
    }

    fn rest(&self, worked: Duration, by: Option<Instant>) -> Result<(), NotKept> {
        match by {
            Some(by) if by < Instant::now() => Err(NotKept::Gone),
            Some(_) => Ok(()),
            None => {
                thread::sleep(LONGEST_REST.min(worked * RESTS));
                // The room may have begun to close.
                if self.inbox.is_empty() { Ok(()) } else { Err(NotKept::Gone) }
            }
        }
    }

    fn page(&self, shard: usize, from: usize) -> Result<Page, NotKept> {
        let (answer, page) = oneshot::channel();
        let ask = ToShard::Page { from, most: PAGE, answer };
        self.shards[shard].blocking_send(ask).map_err(|_| NotKept::Gone)?;
        page.blocking_recv().map_err(|_| NotKept::Gone)
    }

    /// History first, so that a replay behind the snapshot meets what history lacks.
    fn await_history(&self, position: Position, by: Option<Instant>) -> Result<(), NotKept> {
        while self.archive.history_position()? < position {
            let is_over = by.map_or(!self.inbox.is_empty(), |by| by < Instant::now());
            if is_over || self.journal.is_closed() {
                return Err(NotKept::Gone);
            }
            thread::sleep(MOMENT);
        }
        Ok(())
    }

    fn ask_desk(&self, at_least: Position) -> Result<Remembered, NotKept> {
        let (answer, memory) = oneshot::channel();
        let ask = ToDesk::Remember { at_least: at_least.number(), answer };
        self.desk.blocking_send(ask).map_err(|_| NotKept::Gone)?;
        memory.blocking_recv().map_err(|_| NotKept::Gone)
    }

    fn send_home(&self) {
        self.shards.iter().for_each(|shard| drop(shard.blocking_send(ToShard::Go)));
        self.desk.blocking_send(ToDesk::Go).ok();
        self.journal.blocking_send(ToJournal::Go).ok();
    }
}
