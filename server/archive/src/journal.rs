//! The journal: every batch as it was received and every act on a signal, on disk before anyone is told so.

use std::collections::HashMap;

use cybernet::ordinals::Ordinals;
use rusqlite::{Transaction, TransactionBehavior, params};
use vsm::{act::Act, id::AgentId};

use crate::{
    archive::Archive,
    batch::{Batch, Position, Taken},
    delivery::{Delivery, New},
    entry::{self, Entry},
    fault::ArchiveFault,
};

const TAKE: &str = "INSERT INTO taken (agent, sequence) VALUES (?1, ?2)
    ON CONFLICT (agent) DO UPDATE SET sequence = excluded.sequence";
const DROP_RANGES: &str = "DELETE FROM taken_ranges WHERE agent = ?1";
const TAKE_RANGE: &str = "INSERT INTO taken_ranges (agent, first, last) VALUES (?1, ?2, ?3)";

/// What one call takes, before it is on disk.
#[derive(Default)]
struct Sifted<'a> {
    /// What becomes of each delivery.
    taken: Vec<Taken>,
    /// Those of which only a part is new, by their place in the call, with that part.
    parts: HashMap<usize, Batch>,
    /// The sequences that are in then, by the agent.
    ahead: HashMap<&'a AgentId, Ordinals, foldhash::fast::RandomState>,
}

impl Archive {
    /// Appends batches that count as one each, as [`Archive::deliver`] does. A batch whose sequence had been taken, in an
    /// earlier call or earlier in this one, is passed over; a sequence of 0 therefore always is.
    ///
    /// # Errors
    /// As those of [`Archive::deliver`].
    pub fn append(&mut self, batches: &[Batch]) -> Result<Vec<Taken>, ArchiveFault> {
        let mut deliveries: Vec<_> = batches.iter().cloned().map(Delivery::from).collect();
        self.deliver(&mut deliveries)
    }

    /// Appends what is new of `deliveries` in one transaction that is on disk when this returns: all of it or, with a fault,
    /// nothing. Answers one [`Taken`] for each, in the same order, and leaves in the batch of a delivery that was
    /// [`Taken::Now`] the readings that were taken now.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; the deliveries are as they were and the call may be repeated.
    pub fn deliver(&mut self, deliveries: &mut [Delivery]) -> Result<Vec<Taken>, ArchiveFault> {
        let sifted = self.sift(deliveries);
        if sifted.ahead.is_empty() {
            return Ok(sifted.taken);
        }
        self.last = self.write(deliveries, &sifted)?;
        let Sifted { taken, parts, ahead } = sifted;
        self.taken.extend(ahead.into_iter().map(|(agent, sequences)| (agent.clone(), sequences)));
        for (place, part) in parts {
            deliveries[place].batch = part;
        }
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

    /// Tells what is new from what was taken before, without touching the disk.
    fn sift<'a>(&self, deliveries: &'a [Delivery]) -> Sifted<'a> {
        let mut sifted = Sifted::default();
        let mut last = self.last;
        for (place, delivery) in deliveries.iter().enumerate() {
            let batch = &delivery.batch;
            let ahead = sifted.ahead.remove(&batch.agent);
            let was_ahead = ahead.is_some();
            let mut sequences = ahead.unwrap_or_else(|| self.taken(&batch.agent));
            let new = delivery.sift(&mut sequences);
            let is_new = matches!(new, New::Whole | New::Part(_));
            if is_new {
                last = last.next();
            }
            if is_new || was_ahead {
                sifted.ahead.insert(&batch.agent, sequences);
            }
            sifted.taken.push(match &new {
                New::Whole | New::Part(_) => Taken::Now(last),
                New::Nothing => Taken::Before,
                New::OneRangeTooMany => Taken::OneRangeTooMany,
            });
            if let New::Part(readings) = new {
                sifted.parts.insert(place, Batch { readings, agent: batch.agent.clone(), ..*batch });
            }
        }
        sifted
    }

    /// Writes what is taken now, and returns the position of the last entry.
    fn write(&mut self, deliveries: &[Delivery], sifted: &Sifted<'_>) -> Result<Position, ArchiveFault> {
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert = transaction.prepare_cached(entry::INSERT)?;
        let mut last = self.last;
        let mut body = Vec::new();
        for (place, (delivery, taken)) in deliveries.iter().zip(&sifted.taken).enumerate() {
            let Taken::Now(position) = *taken else { continue };
            let batch = sifted.parts.get(&place).unwrap_or(&delivery.batch);
            entry::write_batch(&mut insert, position, batch, &mut body)?;
            last = position;
        }
        drop(insert);
        for (agent, sequences) in &sifted.ahead {
            let had_ranges = self.taken.get(*agent).is_some_and(|before| !before.ranges().is_empty());
            note(&transaction, agent, sequences, had_ranges)?;
        }
        transaction.commit()?;
        Ok(last)
    }
}

/// Writes which sequences of an agent are in.
fn note(
    transaction: &Transaction<'_>,
    agent: &AgentId,
    sequences: &Ordinals,
    had_ranges: bool,
) -> Result<(), ArchiveFault> {
    let mark = sequences.mark().cast_signed();
    transaction.prepare_cached(TAKE)?.execute(params![agent.as_str(), mark])?;
    if had_ranges {
        transaction.prepare_cached(DROP_RANGES)?.execute([agent.as_str()])?;
    }
    for range in sequences.ranges() {
        let [first, last] = range.map(u64::cast_signed);
        transaction.prepare_cached(TAKE_RANGE)?.execute(params![agent.as_str(), first, last])?;
    }
    Ok(())
}
