//! The journal: every batch as it was received, on disk before anyone is told so.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Row, TransactionBehavior, params};
use vsm::{id::AgentId, time::Moment};

use crate::{
    archive::Archive,
    batch::{Batch, Position, Taken},
    codec::{self, Damage},
    fault::ArchiveFault,
};

const INSERT: &str = "INSERT INTO journal (position, agent, sequence, received_at, rehearsal, count, checksum, body)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const TAKE: &str = "INSERT INTO taken (agent, sequence) VALUES (?1, ?2)
    ON CONFLICT (agent) DO UPDATE SET sequence = excluded.sequence";
pub(crate) const SELECT: &str =
    "SELECT position, agent, sequence, received_at, rehearsal, count, checksum, body FROM journal
    WHERE ?1 < position ORDER BY position";

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

    /// Gives every batch after `after` to `each`, in order, one at a time. Returns the position of the last one, or
    /// `after` if none follows.
    ///
    /// # Errors
    /// [`ArchiveFault::DamagedBatch`] where a row is not what was written. The replay stops there, even at the last
    /// row: a commit is whole or absent, so this is a broken disk and not a crash, and the batch had been
    /// acknowledged. To go on without it is for the caller to decide, with another replay after the position named.
    pub fn replay(&self, after: Position, mut each: impl FnMut(Position, Batch)) -> Result<Position, ArchiveFault> {
        let mut query = self.database.prepare_cached(SELECT)?;
        let mut rows = query.query([after.row()])?;
        let mut last = after;
        while let Some(row) = rows.next()? {
            let position = Position::of_row(row.get(0)?);
            each(position, read(position, row)?);
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
        let mut insert = transaction.prepare_cached(INSERT)?;
        let mut last = self.last;
        let mut body = Vec::new();
        for (batch, taken) in batches.iter().zip(taken) {
            let Taken::Now(position) = *taken else { continue };
            write_row(&mut insert, position, batch, &mut body)?;
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

fn write_row(
    insert: &mut CachedStatement<'_>,
    position: Position,
    batch: &Batch,
    body: &mut Vec<u8>,
) -> Result<(), ArchiveFault> {
    body.clear();
    codec::encode(&batch.readings, batch.received_at, body);
    let columns = Columns {
        position: position.row(),
        agent: batch.agent.as_str(),
        sequence: batch.sequence.cast_signed(),
        received_at: batch.received_at.unix_millis(),
        rehearsal: batch.rehearsal.into(),
        count: batch.readings.len() as i64,
        body,
    };
    let Columns { position, agent, sequence, received_at, rehearsal, count, .. } = columns;
    let checksum = columns.checksum();
    insert.execute(params![position, agent, sequence, received_at, rehearsal, count, checksum, columns.body])?;
    Ok(())
}

/// The batch in a row of [`SELECT`].
pub(crate) fn read(position: Position, row: &Row<'_>) -> Result<Batch, ArchiveFault> {
    let columns = Columns::of(row).map_err(|_| Damage::Column);
    let batch = columns.and_then(|(columns, checksum)| columns.batch(checksum));
    batch.map_err(|source| ArchiveFault::DamagedBatch { position, source })
}

/// One row of the journal without its checksum, as SQLite holds it.
struct Columns<'a> {
    position: i64,
    agent: &'a str,
    sequence: i64,
    received_at: i64,
    rehearsal: i64,
    count: i64,
    body: &'a [u8],
}

impl<'a> Columns<'a> {
    /// The columns of a row and the checksum stored with them.
    fn of(row: &'a Row<'_>) -> Result<(Self, i64), rusqlite::Error> {
        let columns = Self {
            position: row.get(0)?,
            agent: row.get_ref(1)?.as_str()?,
            sequence: row.get(2)?,
            received_at: row.get(3)?,
            rehearsal: row.get(4)?,
            count: row.get(5)?,
            body: row.get_ref(7)?.as_blob()?,
        };
        Ok((columns, row.get(6)?))
    }

    fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        for number in [self.position, self.sequence, self.received_at, self.rehearsal, self.count] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(&(self.agent.len() as u64).to_le_bytes());
        hasher.update(self.agent.as_bytes());
        hasher.update(self.body);
        hasher.finalize()
    }

    fn batch(&self, checksum: i64) -> Result<Batch, Damage> {
        codec::check(checksum, self.checksum())?;
        let received_at = Moment::from_unix_millis(self.received_at);
        let count = usize::try_from(self.count).map_err(|_| Damage::Short)?;
        Ok(Batch {
            agent: AgentId::parse(self.agent)?,
            sequence: self.sequence.cast_unsigned(),
            received_at,
            rehearsal: self.rehearsal != 0,
            readings: codec::decode(self.body, count, received_at)?,
        })
    }
}
