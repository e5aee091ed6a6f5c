//! The room watches itself: it reports its own figures through its own journal, to the detector that judges everybody's.
//!
//! Its batches are numbered and written as an agent's are. What the disk does not take waits, so that a room whose archive
//! failed for a while has no hole there; a process that ends takes with it what it had not written.

mod described;

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use archive::{Batch, Taken};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use vsm::{id::AgentId, itself::SOURCE, reading::Reading, time::Moment};

pub use self::described::describe;
use self::described::{COMMIT, LAG, LOST, Own, READINGS, REFUSALS};
use crate::{clock, figures::Overheard, happening::OwnReadingsLost, journal::JournalHandle};

/// How many of its batches wait for the disk; beyond them the oldest go.
const WAITING: usize = 240;
const MINUTE: f64 = 60.0;

/// What the room reports of itself, before it does.
pub struct Itself {
    figures: Arc<Overheard>,
    every: Duration,
    journal: JournalHandle,
    source: AgentId,
    waiting: VecDeque<Vec<Reading>>,
    last: Sums,
}

/// What had been counted, and when.
#[derive(Clone, Copy)]
struct Sums {
    at: Instant,
    taken: u64,
    refused: u64,
    lost: u64,
}

/// The room closes, or its journal does.
struct Closing;

impl Itself {
    /// Reports what is overheard from now on, so often.
    pub fn new(figures: Arc<Overheard>, every: Duration, journal: JournalHandle) -> Self {
        let source = AgentId::parse(SOURCE).expect("a word of small letters is a name");
        let last = Sums::of(&figures);
        // What was worst before belongs to nobody's period.
        figures.commit.take();
        figures.lag.take();
        Self { figures, every, journal, source, waiting: VecDeque::new(), last }
    }

    /// Reports until `stop`; the first time after one whole period.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut tick = interval_at(Instant::now() + self.every, self.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            self.measure(clock::now());
            if !matches!(stop.run_until_cancelled(self.deliver()).await, Some(Ok(()))) {
                return;
            }
        }
    }

    fn measure(&mut self, now: Moment) {
        if self.waiting.len() == WAITING {
            let oldest = self.waiting.pop_front();
            OwnReadingsLost { count: oldest.map_or(0, |readings| readings.len()) }.emit();
        }
        let sums = Sums::of(&self.figures);
        let before = std::mem::replace(&mut self.last, sums);
        let seconds = sums.at.duration_since(before.at).as_secs_f64().max(f64::MIN_POSITIVE);
        let milliseconds = |seconds: f64| seconds * 1000.0;
        let measured = [
            (READINGS, Some((sums.taken - before.taken) as f64 / seconds)),
            (LAG, self.figures.lag.take().map(milliseconds)),
            (REFUSALS, Some((sums.refused - before.refused) as f64 / seconds * MINUTE)),
            (LOST, Some((sums.lost - before.lost) as f64 / seconds * MINUTE)),
            (COMMIT, self.figures.commit.take().map(milliseconds)),
        ];
        self.waiting.push_back(measured.into_iter().filter_map(|(own, value)| reading(&own, now, value?)).collect());
    }

    /// Everything that waits, in order, until the disk refuses; then it waits for the next time.
    async fn deliver(&mut self) -> Result<(), Closing> {
        while let Some(readings) = self.waiting.front() {
            let sequence = self.journal.last_taken(&self.source).await.ok_or(Closing)?.saturating_add(1);
            let (agent, readings) = (self.source.clone(), readings.clone());
            let batch = Batch { agent, sequence, received_at: clock::now(), rehearsal: false, readings };
            let receipt = self.journal.deliver(batch).await.ok_or(Closing)?;
            match receipt.await.map_err(|_| Closing)? {
                Ok(Taken::Now(_)) => drop(self.waiting.pop_front()),
                // Nobody else reports under this name. The journal has told that its disk refuses.
                Ok(Taken::Before | Taken::OneRangeTooMany) | Err(_) => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Sums {
    fn of(figures: &Overheard) -> Self {
        let Overheard { taken, refused, lost, .. } = figures;
        Self {
            at: Instant::now(),
            taken: taken.load(Relaxed),
            refused: refused.load(Relaxed),
            lost: lost.load(Relaxed),
        }
    }
}

/// To a thousandth, so that what is the same is the same number.
fn reading(own: &Own, at: Moment, value: f64) -> Option<Reading> {
    Reading::new(own.id(), at, (value * 1000.0).round() / 1000.0).ok()
}

#[cfg(test)]
mod tests {
    use tokio::{sync::mpsc, task};

    use super::*;
    use archive::Delivery;
    use cybernet::ordinals::Ordinals;

    use crate::journal::ToJournal;

    #[tokio::test(start_paused = true)]
    async fn the_first_reading_comes_after_a_whole_period_and_a_batch_that_was_not_taken_comes_again() {
        let (to_journal, mut journal) = mpsc::channel(4);
        let (figures, stop) = (Arc::<Overheard>::default(), CancellationToken::new());
        let begun = Instant::now();
        let itself = Itself::new(Arc::clone(&figures), Duration::from_secs(30), JournalHandle(to_journal));
        figures.taken.store(600, Relaxed);
        figures.refused.store(3, Relaxed);
        task::spawn(itself.run(stop.clone()));
        let mut taken = 6;
        let mut heard = Vec::new();
        while heard.len() < 3 {
            match journal.recv().await.expect("it goes on") {
                ToJournal::Taken(_, tell) => drop(tell.send(Ordinals::up_to(taken))),
                ToJournal::Deliver(Delivery { batch, .. }, tell) => {
                    heard.push((batch.sequence, begun.elapsed().as_secs(), batch.readings));
                    let position = serde_json::from_value(batch.sequence.into()).unwrap();
                    taken += u64::from(1 < heard.len());
                    let answer = if heard.len() == 1 { Taken::Before } else { Taken::Now(position) };
                    tell.send(Ok(answer)).unwrap();
                }
                _ => panic!("nothing else is asked of the journal"),
            }
        }
        let [first, again, next] = &heard[..] else { panic!("three were waited for") };
        assert_eq!(((first.0, first.1), (again.0, again.1), (next.0, next.1)), ((7, 30), (7, 60), (8, 60)));
        assert_eq!(first.2, again.2);
        let values: Vec<_> = first.2.iter().map(|it| (it.indicator.as_str(), it.value())).collect();
        assert_eq!(values, [("synco.readings", 20.0), ("synco.refusals", 6.0), ("synco.lost", 0.0)]);
        assert_eq!(next.2[0].value(), 0.0);
        stop.cancel();
    }
}
