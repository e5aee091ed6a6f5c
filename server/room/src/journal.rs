//! The journal's thread: takes what waits, commits it in one go, answers, and hands it on to be judged; acts too.
//!
//! Nobody waits for company: as soon as the disk is free, whatever has come meanwhile is committed together. So a batch
//! waits for the commit that is under way and for its own, and the more come, the more share one. The queue is bounded,
//! and every agent has a bounded number of batches in it; who sends faster is not listened to.

use std::{
    error::Error,
    thread,
    time::{Duration, Instant},
};

use archive::{Archive, ArchiveFault, Delivery, Policy, Snapshot, Taken};
use cybernet::ordinals::Ordinals;
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};
use vsm::{act::Act, id::AgentId};

use crate::{
    happening::{Acted, ArchiveAiling, ArchiveFailed, Committed},
    past::{Past, Stretch},
    shard::ToShard,
};

/// How many deliveries wait for the disk before the door makes its agents wait.
pub const WAITING: usize = 64;
/// How many readings one commit takes at most.
const LARGEST_COMMIT: usize = 50_000;

/// How long the journal lets the shard go on before it offers the next entry again.
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
    /// What the room has learned up to a position.
    Keep(Snapshot),
    /// The same, and it is the last thing the journal is told.
    KeepLast(Snapshot),
    /// A stretch of history may wait, and what is old may be tidied up.
    LookAtHistory,
    /// No more batches will come: tell the shard to bring what it has learned home.
    Close,
}

/// What a door is told of its batch.
pub type Receipt = Result<Taken, NotTaken>;

/// What is told of an act: whether its signal was still open, so that there was something to change.
pub type ActReceipt = Result<bool, NotTaken>;

/// It is not on disk: an agent keeps its batch, an act has not been done.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the room's archive cannot take it: {0}")]
pub struct NotTaken(String);

/// Runs the journal on its own thread until it has kept the last snapshot, or until nobody can tell it anything.
pub fn start(
    archive: Archive,
    inbox: mpsc::Receiver<ToJournal>,
    shard: mpsc::Sender<ToShard>,
    history: mpsc::Receiver<Stretch>,
    policy: Policy,
) -> std::io::Result<thread::JoinHandle<()>> {
    let past = Past::new(history, policy);
    let journal = Journal { archive, inbox, shard: Some(shard), past, ailment: None };
    thread::Builder::new().name("journal".to_owned()).spawn(move || journal.run())
}

struct Journal {
    archive: Archive,
    inbox: mpsc::Receiver<ToJournal>,
    shard: Option<mpsc::Sender<ToShard>>,
    past: Past,
    /// Why nothing could be written the last time.
    ailment: Option<NotTaken>,
}

impl Journal {
    fn run(mut self) {
        while let Some(first) = self.inbox.blocking_recv() {
            let mut waiting = Vec::new();
            let mut other = self.sort(first, &mut waiting);
            let mut readings = waiting.iter().map(|(it, _)| it.batch.readings.len()).sum::<usize>();
            while other.is_none() && readings < LARGEST_COMMIT {
                let Ok(next) = self.inbox.try_recv() else { break };
                other = self.sort(next, &mut waiting);
                readings += waiting.last().map_or(0, |(it, _)| it.batch.readings.len());
            }
            self.commit(waiting);
            self.past.write(&mut self.archive);
            match other {
                Some(ToJournal::Act(act, tell)) => self.act(act, tell),
                Some(ToJournal::Taken(agent, tell)) => drop(tell.send(self.archive.taken(&agent))),
                Some(ToJournal::Ailment(tell)) => drop(tell.send(self.ailment.clone())),
                Some(ToJournal::Answer(tell)) => drop(tell.send(())),
                Some(ToJournal::Keep(snapshot)) => self.keep(&snapshot),
                Some(ToJournal::KeepLast(snapshot)) => return self.keep(&snapshot),
                Some(ToJournal::Close) => self.close(),
                Some(ToJournal::LookAtHistory) => self.past.tidy(&mut self.archive),
                Some(ToJournal::Deliver(..)) | None => (),
            }
        }
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
        self.recover();
        let mut told = Committed { batches: 0, repeated: 0, readings: 0, seconds: begun.elapsed().as_secs_f64() };
        for ((Delivery { batch, .. }, answer), taken) in deliveries.into_iter().zip(answers).zip(taken) {
            // An agent that has gone meanwhile asks again when it comes back.
            answer.send(Ok(taken)).ok();
            match taken {
                Taken::Now(position) => {
                    told.batches += 1;
                    told.readings += batch.readings.len() as u64;
                    self.hand_on(ToShard::Judge(position, batch));
                }
                Taken::Before => told.repeated += 1,
                Taken::OneRangeTooMany => (),
            }
        }
        told.emit();
    }

    /// An act comes after the batches that came before it, on disk as in the shard.
    fn act(&mut self, act: Act, tell: oneshot::Sender<ActReceipt>) {
        match self.archive.append_act(&act) {
            Ok(position) => {
                self.recover();
                Acted { act: &act }.emit();
                self.hand_on(ToShard::Act(position, act, tell));
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
        let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
        let refusal = NotTaken(format!("{error}{source}"));
        ArchiveFailed { what, error: &refusal.0 }.emit();
        if self.ailment.is_none() {
            ArchiveAiling { why: Some(&refusal.0) }.emit();
        }
        self.ailment = Some(refusal.clone());
        refusal
    }

    fn recover(&mut self) {
        if self.ailment.take().is_some() {
            ArchiveAiling { why: None }.emit();
        }
    }

    fn hand_on(&mut self, event: ToShard) {
        // The shard only goes after the journal has told it to; then nothing is handed on any more.
        let Some(shard) = &self.shard else { return };
        let mut event = event;
        while let Err(TrySendError::Full(waits)) = shard.try_send(event) {
            // What the shard has judged is written meanwhile, so that neither waits for the other.
            event = waits;
            self.past.write(&mut self.archive);
            thread::sleep(BREATH);
        }
    }

    fn keep(&mut self, snapshot: &Snapshot) {
        if let Err(error) = self.archive.keep_snapshot(snapshot) {
            ArchiveFailed { what: "keep a snapshot", error: &error }.emit();
        }
    }

    fn close(&mut self) {
        self.hand_on(ToShard::Close);
        self.shard = None;
    }
}
