//! The journal's thread: takes what waits, commits it in one go, answers, and hands it on to the shards; acts too.
//!
//! Nobody waits for company: as soon as the disk is free, whatever has come meanwhile is committed together. So a batch
//! waits for the commit that is under way and for its own, and the more come, the more share one. The queue is bounded,
//! and every agent has a bounded number of batches in it; who sends faster is not listened to.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use archive::{Archive, ArchiveFault, Batch, Delivery, Position, Taken};
use cybernet::{faults::Why, ordinals::Ordinals};
use opsroom::share::shard_of;
use tokio::sync::{
    mpsc::{
        self,
        error::{TryRecvError, TrySendError},
    },
    oneshot, watch,
};
use vsm::{act::Act, id::AgentId};

use crate::{
    happening::{Acted, ArchiveAiling, ArchiveFailed, Committed},
    keeper::Close,
    past::Past,
    shard::ToShard,
};

/// How many deliveries wait for the disk before the door makes its agents wait.
pub const WAITING: usize = 64;
/// How many readings one commit takes at most.
const LARGEST_COMMIT: usize = 50_000;

/// How long the journal lets the shards go on before it offers the next entry again.
const BREATH: Duration = Duration::from_millis(1);

/// The address of the journal for the door; all go through one queue, so that what is on its way counts.
#[derive(Clone)]
pub struct JournalHandle(pub(crate) mpsc::Sender<ToJournal>);

impl JournalHandle {
    /// Sends a batch on its way. `None` once the room closes.
    pub async fn deliver(&self, batch: impl Into<Delivery>) -> Option<oneshot::Receiver<Receipt>> {
        let (tell, receipt) = oneshot::channel();
        self.0.send(ToJournal::Deliver(batch.into(), tell)).await.ok()?;
        Some(receipt)
    }

    /// Sends an act on its way. `None` once the room closes.
    pub async fn act(&self, act: Act) -> Option<oneshot::Receiver<ActReceipt>> {
        let (tell, receipt) = oneshot::channel();
        self.0.send(ToJournal::Act(act, tell)).await.ok()?;
        Some(receipt)
    }

    /// The highest sequence taken from an agent; 0 if none. `None` once the room closes.
    pub async fn last_taken(&self, agent: &AgentId) -> Option<u64> {
        Some(self.taken(agent).await?.highest())
    }

    /// The sequences taken from an agent. `None` once the room closes.
    pub async fn taken(&self, agent: &AgentId) -> Option<Ordinals> {
        let (tell, answer) = oneshot::channel();
        self.0.send(ToJournal::Taken(agent.clone(), tell)).await.ok()?;
        answer.await.ok()
    }

    /// Says that no more batches will come.
    pub async fn close(self) {
        self.0.send(ToJournal::Close).await.ok();
    }

    /// Why the archive took nothing the last time, if so. `None` once the room closes.
    pub async fn ailment(&self) -> Option<Option<NotTaken>> {
        let (tell, answer) = oneshot::channel();
        self.0.send(ToJournal::Ailment(tell)).await.ok()?;
        answer.await.ok()
    }

    /// Whether it answers; whoever asks sets the time.
    pub async fn answers(&self) -> bool {
        let (tell, answer) = oneshot::channel();
        self.0.send(ToJournal::Answer(tell)).await.is_ok() && answer.await.is_ok()
    }
}

/// What the journal is told.
pub enum ToJournal {
    /// A batch, and whom to tell when it is on disk.
    Deliver(Delivery, oneshot::Sender<Receipt>),
    /// An act, and whom to tell when it is on disk and the picture has taken it in.
    Act(Act, oneshot::Sender<ActReceipt>),
    /// Which sequences were taken from an agent.
    Taken(AgentId, oneshot::Sender<Ordinals>),
    /// Why the archive took nothing the last time, if so.
    Ailment(oneshot::Sender<Option<NotTaken>>),
    /// Only to answer.
    Answer(oneshot::Sender<()>),
    /// A stretch of history may wait, and what is old may be tidied up; this says that it was heard.
    LookAtHistory(Arc<AtomicBool>),
    /// No more batches will come: tell the shards and the keeper so.
    Close,
    /// The last thing it is told.
    Go,
}

/// Asks the journal to look at history. However often it is asked before it has, it looks once: a journal whose disk
/// stands still finds no line of those who asked.
#[derive(Clone)]
pub struct Knock {
    journal: mpsc::Sender<ToJournal>,
    is_asked: Arc<AtomicBool>,
}

impl Knock {
    /// At the door of this journal; every clone is the same.
    pub fn at(journal: mpsc::Sender<ToJournal>) -> Self {
        Self { journal, is_asked: Arc::default() }
    }

    /// Asks, unless the journal is too busy: then it looks by itself, behind its commits.
    pub fn knock(&self) {
        if self.is_asked.swap(true, Ordering::Relaxed) {
            return;
        }
        if self.journal.try_send(ToJournal::LookAtHistory(Arc::clone(&self.is_asked))).is_err() {
            self.is_asked.store(false, Ordering::Relaxed);
        }
    }
}

/// What a door is told of its batch.
pub type Receipt = Result<Taken, NotTaken>;

/// What is told of an act: whether its signal was still open, so that there was something to change.
pub type ActReceipt = Result<bool, NotTaken>;

/// It is not on disk: an agent keeps its batch, an act has not been done.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the room's archive cannot take it: {words}")]
pub struct NotTaken {
    words: String,
    /// What was at the bottom of it.
    cause: Why,
}

impl NotTaken {
    fn new(fault: &ArchiveFault) -> Self {
        match fault.source() {
            Some(cause) => Self { words: format!("{fault}: {cause}"), cause: Why::new(&cause.to_string()) },
            None => Self { words: fault.to_string(), cause: Why::new(&fault.to_string()) },
        }
    }

    /// What was at the bottom of it, briefly: `database or disk is full`.
    pub fn cause(&self) -> &Why {
        &self.cause
    }
}

/// What runs the journal.
pub struct Journal {
    archive: Archive,
    inbox: mpsc::Receiver<ToJournal>,
    shards: Arc<[mpsc::Sender<ToShard>]>,
    keeper: mpsc::Sender<Close>,
    past: Past,
    /// Why nothing could be written the last time.
    ailment: watch::Sender<Option<NotTaken>>,
    /// Whether the shards were told that nothing will follow.
    is_closing: bool,
}

impl Journal {
    /// A journal that writes what it is told and tells `shards` of it; history comes from `past`. `ailment` is told why
    /// nothing can be written.
    pub fn new(
        archive: Archive,
        inbox: mpsc::Receiver<ToJournal>,
        shards: Arc<[mpsc::Sender<ToShard>]>,
        keeper: mpsc::Sender<Close>,
        past: Past,
        ailment: watch::Sender<Option<NotTaken>>,
    ) -> Self {
        Self { archive, inbox, shards, keeper, past, ailment, is_closing: false }
    }

    /// Runs on its own thread until it is told to go, or until nobody can tell it anything.
    pub fn start(self) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("journal".to_owned()).spawn(move || self.run())
    }

    fn run(mut self) {
        while let Some(first) = self.next() {
            let mut waiting = Vec::new();
            let mut other = self.sort(first, &mut waiting);
            let mut readings = waiting.iter().map(|(it, _)| it.batch.readings.len()).sum::<usize>();
            while other.is_none() && readings < LARGEST_COMMIT {
                let Ok(next) = self.inbox.try_recv() else { break };
                other = self.sort(next, &mut waiting);
                readings += waiting.last().map_or(0, |(it, _)| it.batch.readings.len());
            }
            self.commit(waiting);
            self.write_history(readings);
            match other {
                Some(ToJournal::Act(act, tell)) => self.act(act, tell),
                Some(ToJournal::Taken(agent, tell)) => drop(tell.send(self.archive.taken(&agent))),
                Some(ToJournal::Ailment(tell)) => drop(tell.send(self.ailment.borrow().clone())),
                Some(ToJournal::Answer(tell)) => drop(tell.send(())),
                Some(ToJournal::Close) if self.close() => (),
                Some(ToJournal::Close | ToJournal::Go) => return,
                Some(ToJournal::LookAtHistory(is_asked)) => {
                    is_asked.store(false, Ordering::Relaxed);
                    self.past.tidy(&mut self.archive);
                }
                Some(ToJournal::Deliver(..)) | None => (),
            }
        }
    }

    /// The next thing it is told. While the room closes nothing calls it to look at history, and the shards wait until what
    /// they judged is taken.
    fn next(&mut self) -> Option<ToJournal> {
        while self.is_closing {
            match self.inbox.try_recv() {
                Ok(event) => return Some(event),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if self.past.write_some(&mut self.archive).is_none() => thread::sleep(BREATH),
                Err(TryRecvError::Empty) => (),
            }
        }
        self.inbox.blocking_recv()
    }

    /// Batches wait for the commit; anything else comes after it.
    fn sort(&self, event: ToJournal, waiting: &mut Vec<(Delivery, oneshot::Sender<Receipt>)>) -> Option<ToJournal> {
        match event {
            ToJournal::Deliver(delivery, answer) => {
                waiting.push((delivery, answer));
                None
            }
            other => Some(other),
        }
    }

    fn commit(&mut self, waiting: Vec<(Delivery, oneshot::Sender<Receipt>)>) {
        if waiting.is_empty() {
            return;
        }
        let (mut deliveries, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let begun = Instant::now();
        let taken = match self.archive.deliver(&mut deliveries) {
            Ok(taken) => taken,
            Err(error) => {
                let refusal = self.fail("append", &error);
                answers.into_iter().for_each(|answer| drop(answer.send(Err(refusal.clone()))));
                return;
            }
        };
        // Where everything had been taken before, nothing was written.
        if taken.iter().any(|taken| matches!(taken, Taken::Now(_))) {
            self.recover();
        }
        committed(&deliveries, &taken, begun.elapsed()).emit();
        for (answer, taken) in answers.into_iter().zip(&taken) {
            // An agent that has gone meanwhile asks again when it comes back.
            answer.send(Ok(*taken)).ok();
        }
        for (Delivery { batch, .. }, taken) in deliveries.into_iter().zip(taken) {
            if let Taken::Now(position) = taken {
                self.hand_on_batch(position, batch);
            }
        }
    }

    /// An act comes after the batches that came before it, on disk as in its shard.
    fn act(&mut self, act: Act, tell: oneshot::Sender<ActReceipt>) {
        match self.archive.append_act(&act) {
            Ok(position) => {
                self.recover();
                Acted { act: &act }.emit();
                self.hand_on_act(position, act, tell);
            }
            Err(error) => {
                let refusal = self.fail("append an act", &error);
                // Who acted may have gone meanwhile.
                tell.send(Err(refusal)).ok();
            }
        }
    }

    /// Nothing was written. It is tried again with whatever comes next.
    fn fail(&mut self, what: &str, error: &ArchiveFault) -> NotTaken {
        let refusal = NotTaken::new(error);
        ArchiveFailed { what, error: &refusal.words }.emit();
        if self.ailment.borrow().is_none() {
            ArchiveAiling { why: Some(&refusal.words) }.emit();
        }
        self.ailment
            .send_if_modified(|ailment| ailment.replace(refusal.clone()).is_none_or(|before| before != refusal));
        refusal
    }

    fn recover(&mut self) {
        if self.ailment.send_if_modified(|ailment| ailment.take().is_some()) {
            ArchiveAiling { why: None }.emit();
        }
    }

    /// Every shard is told of every entry, so that each knows how far the journal has come.
    fn hand_on_batch(&mut self, position: Position, batch: Batch) {
        let batch = Arc::new(batch);
        for shard in 0..self.shards.len() {
            self.hand_on(shard, ToShard::Judge(position, Arc::clone(&batch)));
        }
    }

    fn hand_on_act(&mut self, position: Position, act: Act, tell: oneshot::Sender<ActReceipt>) {
        let (act, mut tell) = (Arc::new(act), Some(tell));
        // An act on what is no signal of the room is answered by the first.
        let signal = act.signal.parts();
        let its = signal.map_or(0, |(indicator, _)| shard_of(&indicator, self.shards.len()));
        for shard in 0..self.shards.len() {
            let tell = if shard == its { tell.take() } else { None };
            self.hand_on(shard, ToShard::Act(position, Arc::clone(&act), tell));
        }
    }

    fn hand_on(&mut self, shard: usize, event: ToShard) {
        // Behind its end nothing is handed on any more.
        if self.is_closing {
            return;
        }
        let mut event = event;
        while let Err(TrySendError::Full(waits)) = self.shards[shard].try_send(event) {
            // What the shards have judged is written meanwhile, so that neither waits for the other.
            event = waits;
            self.past.write_some(&mut self.archive);
            thread::sleep(BREATH);
        }
    }

    /// At least as much as was just committed, so that history keeps up, and more as long as nobody waits.
    fn write_history(&mut self, committed: usize) {
        let mut written = 0;
        while let Some(count) = self.past.write_some(&mut self.archive) {
            written += count;
            if committed <= written && !self.inbox.is_empty() {
                return;
            }
        }
    }

    /// Whether there is anybody to wait for.
    fn close(&mut self) -> bool {
        for shard in 0..self.shards.len() {
            self.hand_on(shard, ToShard::Close);
        }
        self.is_closing = true;
        let is_kept = self.keeper.blocking_send(Close).is_ok();
        // Where the keeper is gone there is nobody to take a snapshot, and nobody to send the others home.
        if !is_kept {
            self.shards.iter().for_each(|shard| drop(shard.blocking_send(ToShard::Go)));
        }
        is_kept
    }
}

/// What came of a commit that took so long.
fn committed(deliveries: &[Delivery], taken: &[Taken], took: Duration) -> Committed {
    let mut told = Committed { batches: 0, repeated: 0, readings: 0, seconds: took.as_secs_f64() };
    for (Delivery { batch, .. }, taken) in deliveries.iter().zip(taken) {
        match taken {
            Taken::Now(_) => {
                told.batches += 1;
                told.readings += batch.readings.len() as u64;
            }
            Taken::Before => told.repeated += 1,
            Taken::OneRangeTooMany => (),
        }
    }
    told
}
