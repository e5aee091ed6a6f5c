//! What a row of the journal holds: a batch of readings, or an act on a signal.
//!
//! An act has the columns of a batch, those it has no use for empty: no agent, sequence 0, no readings. It arrived at
//! `received_at`; its body is the name of the signal and the name of the act, see `codec`.

use rusqlite::{CachedStatement, Row, params};
use vsm::{act::Act, id::AgentId, time::Moment};

use crate::{
    batch::{Batch, Position},
    codec::{self, Damage},
    fault::ArchiveFault,
};

/// Inserts a row.
pub(crate) const INSERT: &str =
    "INSERT INTO journal (position, agent, sequence, received_at, rehearsal, count, checksum, body, kind)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
/// Gives the rows after a position, in order.
pub(crate) const SELECT: &str =
    "SELECT position, agent, sequence, received_at, rehearsal, count, checksum, body, kind FROM journal
    WHERE ?1 < position ORDER BY position";

const BATCH: i64 = 0;
const ACT: i64 = 1;

/// What the journal holds, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// Readings that arrived together.
    Batch(Batch),
    /// What people said of a signal.
    Act(Act),
}

/// Writes a batch. `body` is only lent, so that not every row needs memory of its own.
pub(crate) fn write_batch(
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
        kind: BATCH,
    };
    columns.insert(insert)
}

/// Writes an act.
pub(crate) fn write_act(insert: &mut CachedStatement<'_>, position: Position, act: &Act) -> Result<(), ArchiveFault> {
    let mut body = Vec::new();
    codec::encode_act(act, &mut body);
    let (position, received_at) = (position.row(), act.at.unix_millis());
    let columns =
        Columns { position, agent: "", sequence: 0, received_at, rehearsal: 0, count: 0, body: &body, kind: ACT };
    columns.insert(insert)
}

/// Reads the row at a position.
pub(crate) fn read(position: Position, row: &Row<'_>) -> Result<Entry, ArchiveFault> {
    let columns = Columns::of(row).map_err(|_| Damage::Column);
    let entry = columns.and_then(|(columns, checksum)| columns.entry(checksum));
    entry.map_err(|source| ArchiveFault::DamagedEntry { position, source })
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
    kind: i64,
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
            kind: row.get(8)?,
        };
        Ok((columns, row.get(6)?))
    }

    fn insert(&self, insert: &mut CachedStatement<'_>) -> Result<(), ArchiveFault> {
        let Self { position, agent, sequence, received_at, rehearsal, count, body, kind } = self;
        let checksum = self.checksum();
        insert.execute(params![position, agent, sequence, received_at, rehearsal, count, checksum, body, kind])?;
        Ok(())
    }

    fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        for number in [self.position, self.sequence, self.received_at, self.rehearsal, self.count] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(&(self.agent.len() as u64).to_le_bytes());
        hasher.update(self.agent.as_bytes());
        hasher.update(self.body);
        // When there was nothing but batches, the kind was not written.
        if self.kind != BATCH {
            hasher.update(&self.kind.to_le_bytes());
        }
        hasher.finalize()
    }

    fn entry(&self, checksum: i64) -> Result<Entry, Damage> {
        codec::check(checksum, self.checksum())?;
        match self.kind {
            BATCH => self.batch().map(Entry::Batch),
            ACT => codec::decode_act(self.body, Moment::from_unix_millis(self.received_at)).map(Entry::Act),
            kind => Err(Damage::Kind(kind)),
        }
    }

    fn batch(&self) -> Result<Batch, Damage> {
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
