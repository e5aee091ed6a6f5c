//! What is done in the background, a little at a time: readings into chunks, days into aggregates, and what is old out.

mod retire;

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use vsm::time::Moment;

use crate::{
    archive::Archive,
    fault::ArchiveFault,
    history::{day, families::Waiting, horizons::Horizons, settle, span},
};

/// What writing a chunk costs whatever is in it, in readings; measured with 100,000 indicators of 240 readings each.
const CHUNK: usize = 2_000;
/// The same of a day's minutes and hours.
const DAY: usize = 4_000;

/// How long things are kept. Days of history go as a whole, by UTC; what is coarser is kept at least as long as what is
/// finer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Policy {
    /// How old a batch of the journal may become, by the room's clock.
    pub journal_age: Duration,
    /// How many bytes the batches of the journal may come to, about.
    pub journal_bytes: u64,
    /// How long readings are kept as they came.
    pub raw: Duration,
    /// How long minutes are kept, and annotations.
    pub minutes: Duration,
    /// How long hours are kept.
    pub hours: Duration,
}

/// What one call of [`Archive::tidy`] did.
#[derive(Debug, Default)]
pub struct Tidied {
    /// Chunks of readings written.
    pub chunks: u64,
    /// Days of one indicator aggregated.
    pub days: u64,
    /// Rows of history dropped, as they were too old.
    pub dropped: u64,
    /// Batches of the journal dropped, as they were too old or too many.
    pub batches: u64,
    /// A fault for each damaged row that was met. Tails are set aside; the readings of a damaged chunk are missing from
    /// the aggregates; both go on.
    pub damaged: Vec<ArchiveFault>,
    /// Whether there is more to do now.
    pub more: bool,
}

impl Default for Policy {
    /// A week or 4 GiB of the journal, a month of readings, ten weeks and some of minutes, five years of hours.
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self { journal_age: days(7), journal_bytes: 4 << 30, raw: days(30), minutes: days(90), hours: days(5 * 365) }
    }
}

impl Archive {
    /// Does some of what waits in the background, in one transaction: about as much as there is to do with `budget`
    /// readings, of which 100,000 take some ten milliseconds, and at least one step (a family's tails, or a day of one
    /// indicator). Call it again while [`Tidied::more`]. Most is to do after midnight UTC, when a day becomes chunks,
    /// minutes and hours: half a millisecond for each indicator.
    ///
    /// The journal is cut only behind the oldest good snapshot (two are kept) and behind
    /// [`Archive::history_position`], and its last batch stays. The file does not become shorter; what is free is used
    /// again.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; nothing was done, and the call may be repeated.
    pub fn tidy(&mut self, policy: &Policy, now: Moment, budget: usize) -> Result<Tidied, ArchiveFault> {
        let needed_after = self.needed_after()?;
        let due = self.families.due(now.unix_millis());
        let last = self.last;
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let horizons = Horizons::read(&transaction)?;
        let mut work =
            Work { database: &transaction, policy, now, horizons, left: budget.max(1), tidied: Tidied::default() };
        let mut settled = Vec::new();
        let is_done = work.settle(&due, &mut settled)?
            && work.aggregate()?
            && work.retire()?
            && work.cut(needed_after.min(horizons.position), last)?;
        let mut tidied = work.tidied;
        transaction.commit()?;
        settled.into_iter().for_each(|(family, waiting)| self.families.settled(family, waiting));
        tidied.more = !is_done || !self.families.due(now.unix_millis()).is_empty();
        Ok(tidied)
    }
}

/// One call's work. Its parts say whether they came to their end.
struct Work<'a> {
    database: &'a Connection,
    policy: &'a Policy,
    now: Moment,
    horizons: Horizons,
    /// What is left of the budget, in readings.
    left: usize,
    tidied: Tidied,
}

impl Work<'_> {
    fn today(&self) -> i64 {
        span::day_of(self.now.unix_millis())
    }

    fn spend(&mut self, readings: usize) {
        self.left = self.left.saturating_sub(readings.max(1));
    }

    fn settle(&mut self, due: &[i64], settled: &mut Vec<(i64, Waiting)>) -> Result<bool, ArchiveFault> {
        for &family in due {
            if self.left == 0 {
                return Ok(false);
            }
            let done = settle::settle(self.database, family, self.today(), &mut self.tidied.damaged)?;
            settled.push((family, Waiting::count(self.database, family, self.now.unix_millis())?));
            self.tidied.chunks += done.chunks as u64;
            self.spend(done.readings + CHUNK * done.chunks);
        }
        Ok(true)
    }

    fn aggregate(&mut self) -> Result<bool, ArchiveFault> {
        while let Some(unaggregated) = day::oldest(self.database, self.today())? {
            if self.left == 0 {
                return Ok(false);
            }
            let readings = day::aggregate(self.database, &self.horizons, unaggregated, &mut self.tidied.damaged)?;
            self.tidied.days += 1;
            self.spend(readings + DAY);
        }
        Ok(true)
    }
}
