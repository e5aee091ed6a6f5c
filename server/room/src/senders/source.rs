//! The task of one source: its requests one after another, each on disk before it is answered.

use archive::{Batch, Taken};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vsm::{id::AgentId, reading::Reading, time::Moment};

use super::{
    book::{Book, Draft, Listing, Report},
    otlp,
    point::{Fault, Sample, Series},
    remote,
};
use crate::{
    clock,
    door::check::check_sequence,
    doorkeeper::{Pass, refusal::TooFast},
    journal::JournalHandle,
    reports::Reports,
};

/// How many requests wait for the one before them.
const WAITING: usize = 16;
/// The most samples of one request.
const MOST_SAMPLES: u64 = 100_000;
/// How often a sequence is asked for anew because somebody else took it.
const TRIES: usize = 3;

/// How a request is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// `prometheus.WriteRequest`.
    Remote1,
    /// `io.prometheus.write.v2.Request`.
    Remote2,
    /// OTLP as a protocol buffer.
    OtlpProtobuf,
    /// OTLP as JSON.
    OtlpJson,
}

/// Why a request was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// It cannot be read; nothing of it was taken.
    #[error("{0}")]
    Unreadable(Fault),
    /// It holds too much.
    #[error("a request of more than {MOST_SAMPLES} samples; send fewer at once")]
    TooMany,
    /// It comes too fast; the sender keeps it.
    #[error(transparent)]
    TooFast(#[from] TooFast),
    /// The archive could not keep it; the sender keeps it.
    #[error("{0}")]
    NotKept(String),
    /// The room closes.
    #[error("the room is closing")]
    Closing,
}

/// What a source's task is asked.
enum Ask {
    Take(Form, Vec<u8>, Option<Pass>, oneshot::Sender<Result<Report, NotTaken>>),
    List(oneshot::Sender<Listing>),
}

/// The address of a source.
#[derive(Clone)]
pub struct SourceHandle(mpsc::Sender<Ask>);

impl SourceHandle {
    /// Has a request taken: once this is there, it is on disk. `pass` says what the source may report and how fast.
    pub async fn take(&self, form: Form, body: Vec<u8>, pass: Option<Pass>) -> Result<Report, NotTaken> {
        let (tell, answer) = oneshot::channel();
        self.0.send(Ask::Take(form, body, pass, tell)).await.map_err(|_| NotTaken::Closing)?;
        answer.await.unwrap_or(Err(NotTaken::Closing))
    }

    /// What it has open; `None` once the room closes.
    pub async fn listing(&self) -> Option<Listing> {
        let (tell, answer) = oneshot::channel();
        self.0.send(Ask::List(tell)).await.ok()?;
        answer.await.ok()
    }
}

/// The task of a source before it runs.
pub struct SourceTask {
    agent: AgentId,
    book: Book,
    reports: Reports,
    journal: JournalHandle,
    inbox: mpsc::Receiver<Ask>,
    stop: CancellationToken,
    /// The last sequence, once it is known.
    sequence: Option<u64>,
}

/// Makes a source's task and its address.
pub fn open(
    agent: AgentId,
    book: Book,
    reports: Reports,
    journal: JournalHandle,
    stop: CancellationToken,
) -> (SourceHandle, SourceTask) {
    let (asks, inbox) = mpsc::channel(WAITING);
    (SourceHandle(asks), SourceTask { agent, book, reports, journal, inbox, stop, sequence: None })
}

impl SourceTask {
    /// Runs until the room closes.
    pub async fn run(mut self) {
        loop {
            let ask = tokio::select! {
                () = self.stop.cancelled() => return,
                ask = self.inbox.recv() => ask,
            };
            // Who asked may have gone meanwhile.
            match ask {
                Some(Ask::Take(form, body, pass, tell)) => {
                    drop(tell.send(self.take(form, &body, pass.as_ref()).await));
                }
                Some(Ask::List(tell)) => drop(tell.send(self.book.listing())),
                None => return,
            }
        }
    }

    async fn take(&mut self, form: Form, body: &[u8], pass: Option<&Pass>) -> Result<Report, NotTaken> {
        let mut is_paid = false;
        for _ in 0..TRIES {
            let now = clock::now();
            let mut draft = self.book.draft(now);
            if let Err(refusal) = draw_up(&mut draft, form, body, pass.filter(|_| !is_paid)) {
                draft.undo();
                return Err(refusal);
            }
            is_paid = true;
            let mut readings = std::mem::take(&mut draft.readings);
            let foreign = pass.map_or(Foreign::default(), |pass| Foreign::sift(&mut readings, pass));
            self.reports.note(&readings).await;
            let mut writing = Writing { agent: &self.agent, journal: &self.journal, sequence: &mut self.sequence };
            let written = writing.write(readings, now).await;
            if matches!(written, Ok(true)) {
                return Ok(foreign.told(draft.keep()));
            }
            // An agent that calls itself by the same name took the sequence meanwhile, or nobody could.
            draft.undo();
            written?;
        }
        let words = format!("an agent calls itself \"{}\" as well; give one of the two another name", self.agent);
        Err(NotTaken::NotKept(words))
    }
}

/// Takes a request into a draft, and spends its samples. Of one that is not taken the draft is to be undone.
fn draw_up(draft: &mut Draft<'_>, form: Form, body: &[u8], pass: Option<&Pass>) -> Result<(), NotTaken> {
    let mut samples = 0;
    let take = &mut |series: &Series<'_>, sample| {
        samples += 1;
        if samples <= MOST_SAMPLES {
            draft.take(series, sample);
        }
    };
    read(form, body, take).map_err(NotTaken::Unreadable)?;
    if MOST_SAMPLES < samples {
        return Err(NotTaken::TooMany);
    }
    pass.map_or(Ok(()), |pass| Ok(pass.spend(samples as usize)?))
}

/// Readings of indicators that belong to units for which the source may not report.
#[derive(Default)]
struct Foreign {
    refused: u64,
    why: Option<String>,
}

impl Foreign {
    /// Takes them out.
    fn sift(readings: &mut Vec<Reading>, pass: &Pass) -> Self {
        let mut foreign = Self::default();
        if pass.limits(readings) {
            readings.retain(|reading| match pass.may_report(&reading.indicator) {
                Ok(()) => true,
                Err(why) => {
                    foreign.refused += 1;
                    foreign.why.get_or_insert(why);
                    false
                }
            });
        }
        foreign
    }

    fn told(self, mut report: Report) -> Report {
        report.refused_samples += self.refused.min(report.samples - report.refused_samples);
        report.readings -= self.refused;
        report.why = report.why.or(self.why);
        report
    }
}

/// What it takes to write a batch.
struct Writing<'t> {
    agent: &'t AgentId,
    journal: &'t JournalHandle,
    sequence: &'t mut Option<u64>,
}

impl Writing<'_> {
    /// Whether the readings are on disk; if not, the sequence has to be asked for anew.
    async fn write(&mut self, readings: Vec<Reading>, received_at: Moment) -> Result<bool, NotTaken> {
        if readings.is_empty() {
            return Ok(true);
        }
        let last = match self.sequence.take() {
            Some(last) => last,
            None => self.journal.last_taken(self.agent).await.ok_or(NotTaken::Closing)?,
        };
        let sequence = last + 1;
        check_sequence(sequence).map_err(NotTaken::NotKept)?;
        let batch = Batch { agent: self.agent.clone(), sequence, received_at, rehearsal: false, readings };
        let receipt = self.journal.deliver(batch).await.ok_or(NotTaken::Closing)?;
        match receipt.await.map_err(|_| NotTaken::Closing)? {
            Ok(Taken::Now(_)) => *self.sequence = Some(sequence),
            Ok(Taken::Before | Taken::OneRangeTooMany) => return Ok(false),
            Err(refusal) => return Err(NotTaken::NotKept(refusal.to_string())),
        }
        Ok(true)
    }
}

/// Gives every sample of a request to `take`.
fn read(form: Form, body: &[u8], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
    match form {
        Form::Remote1 => remote::version_1::read(body, take),
        Form::Remote2 => remote::version_2::read(body, take),
        Form::OtlpProtobuf => otlp::protobuf::read(body, take),
        Form::OtlpJson => otlp::json::read(body, take),
    }
}

#[cfg(test)]
mod tests {
    use archive::{Delivery, Position};
    use config::{room::Room, senders::Source};
    use cybernet::ordinals::Ordinals;
    use tokio::task;

    use super::*;
    use crate::{
        desk::DeskHandle,
        doorkeeper::{Doorkeeper, pace::LEAST_AT_ONCE},
        inboxes::Pressure,
        journal::ToJournal,
    };

    /// `up` with 1 at 1763600000000, as remote write 1.0.
    const UP: &[u8] =
        b"\x0a\x22\x0a\x0e\x0a\x08__name__\x12\x02up\x12\x10\x09\0\0\0\0\0\0\xf0?\x10\x80\xc8\x81\xf6\xa93";

    /// A source whose journal is this test.
    fn source() -> (SourceHandle, mpsc::Receiver<ToJournal>) {
        let id = AgentId::parse("remote-write").unwrap();
        let (to_journal, journal) = mpsc::channel(4);
        let book = Book::new(Source { id: id.clone(), series: 10, unmapped: 10 }, Vec::new().into());
        let reports = Reports::new(id.clone(), DeskHandle::closed(), 10);
        let (handle, task) = open(id, book, reports, JournalHandle(to_journal), CancellationToken::new());
        task::spawn(task.run());
        (handle, journal)
    }

    /// The next batch, as sequence and number of readings, answered with what became of it; nothing breaks off.
    async fn answer(journal: &mut mpsc::Receiver<ToJournal>, last: u64, taken: Option<Taken>) -> (u64, usize) {
        loop {
            match journal.recv().await.expect("the source is there") {
                ToJournal::Taken(_, tell) => drop(tell.send(Ordinals::up_to(last))),
                ToJournal::Deliver(Delivery { batch, .. }, tell) => {
                    taken.map(|taken| tell.send(Ok(taken)));
                    return (batch.sequence, batch.readings.len());
                }
                _ => panic!("a source only delivers"),
            }
        }
    }

    #[tokio::test]
    async fn what_did_not_come_to_disk_is_no_repetition_when_it_comes_again() {
        let (source, mut journal) = source();
        let took = async |taken, expected: &mut mpsc::Receiver<ToJournal>| {
            tokio::join!(source.take(Form::Remote1, UP.to_vec(), None), answer(expected, 7, taken))
        };
        let (refused, batch) = took(None, &mut journal).await;
        assert_eq!((refused, batch), (Err(NotTaken::Closing), (8, 1)));
        let (taken, batch) = took(Some(Taken::Now(Position::default())), &mut journal).await;
        assert_eq!((taken.unwrap().readings, batch), (1, (8, 1)));
        // Now it is one, and there is nothing to deliver.
        let repeated = source.take(Form::Remote1, UP.to_vec(), None).await.unwrap();
        assert_eq!((repeated.readings, repeated.repeated, repeated.refused()), (0, 1, 0));
    }

    #[tokio::test]
    async fn a_sequence_that_somebody_else_took_is_asked_for_anew() {
        let (source, mut journal) = source();
        let journaled = async {
            let first = answer(&mut journal, 7, Some(Taken::Before)).await;
            (first, answer(&mut journal, 20, Some(Taken::Now(Position::default()))).await)
        };
        let (taken, batches) = tokio::join!(source.take(Form::Remote1, UP.to_vec(), None), journaled);
        assert_eq!((taken.unwrap().readings, batches), (1, ((8, 1), (21, 1))));
    }

    #[tokio::test]
    async fn a_request_is_paid_for_once_however_often_it_is_tried() {
        let (source, mut journal) = source();
        let keeper = Doorkeeper::new(&Room { readings_a_second: 1, ..Room::default() }, Pressure::default());
        let pass = keeper.admit(None, &AgentId::parse("remote-write").unwrap()).ok();
        // More than half of what may come at once.
        let body = UP.repeat(LEAST_AT_ONCE as usize / 2 + 1);
        let journaled = async {
            answer(&mut journal, 7, Some(Taken::Before)).await;
            answer(&mut journal, 20, Some(Taken::Now(Position::default()))).await
        };
        let (taken, _) = tokio::join!(source.take(Form::Remote1, body.clone(), pass.clone()), journaled);
        assert_eq!(taken.unwrap().readings, 1);
        let refused = source.take(Form::Remote1, body, pass).await.unwrap_err();
        assert!(matches!(refused, NotTaken::TooFast(_)), "{refused}");
        let listing = serde_json::to_value(source.listing().await.unwrap()).unwrap();
        assert_eq!(listing["since_start"]["samples"], LEAST_AT_ONCE / 2 + 1, "those that were taken");
    }

    #[tokio::test]
    async fn what_cannot_be_read_changes_nothing_nor_does_what_is_too_much() {
        let (source, _journal) = source();
        let too_many = UP.repeat(MOST_SAMPLES as usize + 1);
        assert_eq!(source.take(Form::Remote1, too_many, None).await, Err(NotTaken::TooMany));
        let broken = [UP, &[0x0a, 0x7f]].concat();
        let refused = source.take(Form::Remote1, broken, None).await.unwrap_err();
        assert_eq!(refused.to_string(), "127 bytes are announced and 0 are there");
        let listing = serde_json::to_value(source.listing().await.unwrap()).unwrap();
        assert_eq!((&listing["unmapped_series"], &listing["since_start"]["samples"]), (&0.into(), &0.into()));
    }
}
