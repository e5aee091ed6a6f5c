//! The journal: every batch as it was received and every act on a signal, on disk before anyone is told so.

use std::collections::HashMap;

use rusqlite::{TransactionBehavior, params};
use vsm::{act::Act, id::AgentId};

use crate::{
    archive::Archive,
    batch::{Batch, Position, Taken},
    entry::{self, Entry},
    fault::ArchiveFault,
};

const TAKE: &str = "INSERT INTO taken (agent, sequence) VALUES (?1, ?2)
    ON CONFLICT (agent) DO UPDATE SET sequence = excluded.sequence";

/// The last sequence of each agent in one call, by the agent.
type Ahead<'a> = HashMap<&'a AgentId, u64, foldhash::fast::RandomState>;

impl Archive {
    /// Appends `batches` in one transaction that is on disk when this returns: all of them or, with a fault, none.
    /// Answers one [`Taken`] for each, in the same order. A batch whose sequence had been taken, in an earlier call or
    /// earlier in this one, is passed over; a sequence of 0 therefore always is.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; the call may be repeated.
    pub fn append(&mut self, batches: &[Batch]) -> Result<Vec<Taken>, ArchiveFault> {
        let (taken, ahead) = self.sift(batches);
        if ahead.is_empty() {
            return Ok(taken);
        }
        let last = self.write(batches, &taken, &ahead)?;
        self.last = last;
        self.taken.extend(ahead.into_iter().map(|(agent, sequence)| (agent.clone(), sequence)));
        Ok(taken)
    }

    /// Appends an act behind everything that was appended before, in a transaction that is on disk when this returns.
    /// An act has no sequence: one that is appended twice is there twice.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; nothing was written and the call may be repeated.
    pub fn append_act(&mut self, act: &Act) -> Result<Position, ArchiveFault> {
        let position = self.last.next();
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        entry::write_act(&mut transaction.prepare_cached(entry::INSERT)?, position, act)?;
        transaction.commit()?;
        self.last = position;
        Ok(position)
    }

    /// Gives every entry after `after` to `each`, in order, one at a time. Returns the position of the last one, or
    /// `after` if none follows.
    ///
    /// # Errors
    /// [`ArchiveFault::DamagedEntry`] where a row is not what was written. The replay stops there, even at the last
    /// row: a commit is whole or absent, so this is a broken disk and not a crash, and the entry had been
    /// acknowledged. To go on without it is for the caller to decide, with another replay after the position named.
    pub fn replay(&self, after: Position, mut each: impl FnMut(Position, Entry)) -> Result<Position, ArchiveFault> {
        let mut query = self.database.prepare_cached(entry::SELECT)?;
        let mut rows = query.query([after.row()])?;
        let mut last = after;
        while let Some(row) = rows.next()? {
            let position = Position::of_row(row.get(0)?);
            each(position, entry::read(position, row)?);
            last = position;
        }
        Ok(last)
    }

    /// Tells the new batches from those taken before, without touching the disk.
    fn sift<'a>(&self, batches: &'a [Batch]) -> (Vec<Taken>, Ahead<'a>) {
        let mut ahead = Ahead::default();
        let mut last = self.last;
        let mut sift = |batch: &'a Batch| {
            let taken = ahead.get(&batch.agent).copied().unwrap_or_else(|| self.last_taken(&batch.agent));
            if batch.sequence <= taken {
                return Taken::Before;
            }
            ahead.insert(&batch.agent, batch.sequence);
            last = last.next();
            Taken::Now(last)
        };
        (batches.iter().map(&mut sift).collect(), ahead)
    }

    /// Writes the batches that are taken now, and returns the position of the last.
    fn write(&mut self, batches: &[Batch], taken: &[Taken], ahead: &Ahead<'_>) -> Result<Position, ArchiveFault> {
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert = transaction.prepare_cached(entry::INSERT)?;
        let mut last = self.last;
        let mut body = Vec::new();
        for (batch, taken) in batches.iter().zip(taken) {
            let Taken::Now(position) = *taken else { continue };
            entry::write_batch(&mut insert, position, batch, &mut body)?;
            last = position;
        }
        drop(insert);
        let mut take = transaction.prepare_cached(TAKE)?;
        for (agent, sequence) in ahead {
            take.execute(params![agent.as_str(), sequence.cast_signed()])?;
        }
        drop(take);
        transaction.commit()?;
        Ok(last)
    }
}
