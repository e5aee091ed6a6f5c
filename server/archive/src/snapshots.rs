//! What the room believed at a position of the journal, so that a start need not replay all of it.

use rusqlite::{OptionalExtension, Row, params};
use vsm::time::Moment;

use crate::{
    archive::Archive,
    batch::Position,
    codec::{self, Damage},
    fault::ArchiveFault,
};

/// What a program believed, as of a position: the head, with the bulk in pieces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// A replay goes on after the entry here: everything up to it is in every piece.
    pub position: Position,
    /// When it was taken, by the room's clock.
    pub taken_at: Moment,
    /// The version of what body and pieces hold, as their writer counts.
    pub format: u32,
    /// How many pieces there are.
    pub pieces: u32,
    /// What its writer put into the head; below 1 GB, the longest value SQLite holds.
    pub body: Vec<u8>,
}

/// A snapshot that an archive keeps.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Kept {
    pub(crate) id: i64,
    /// Its head.
    pub snapshot: Snapshot,
}

impl Archive {
    /// The kept snapshots of this `format`, the newest first, and a fault for each whose head is damaged. Of their
    /// pieces nothing was read yet.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read.
    pub fn snapshots(&self, format: u32) -> Result<(Vec<Kept>, Vec<ArchiveFault>), ArchiveFault> {
        let (mut kept, mut damaged) = (Vec::new(), Vec::new());
        let mut query = self.database.prepare(&format!("{HEADS} WHERE format = ?1 ORDER BY id DESC"))?;
        let mut rows = query.query([format])?;
        while let Some(row) = rows.next()? {
            let (id, position) = (row.get(0)?, Position::of_row(row.get(1)?));
            match head(row) {
                Ok(snapshot) => kept.push(Kept { id, snapshot }),
                Err(source) => damaged.push(ArchiveFault::DamagedSnapshot { position, source }),
            }
        }
        Ok((kept, damaged))
    }

    /// Gives the pieces of a snapshot to `each`, in the order in which they were written, one at a time.
    ///
    /// # Errors
    /// [`ArchiveFault::DamagedSnapshot`] where one is missing or is not what was written, and what was given before is
    /// worth nothing; [`ArchiveFault::Database`], if the database as a whole cannot be read.
    pub fn pieces(&self, of: &Kept, each: impl FnMut(&[u8])) -> Result<(), ArchiveFault> {
        pieces(&self.database, of, each)
    }

    /// Whether the journal has every entry behind a position, as far as it goes: it is cut at its beginning.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database cannot be read.
    pub fn has_all_behind(&self, position: Position) -> Result<bool, ArchiveFault> {
        let first: Option<i64> = self.database.query_row("SELECT min(position) FROM journal", [], |row| row.get(0))?;
        Ok(first.is_none_or(|first| Position::of_row(first) <= position.next()))
    }

    /// Says that a snapshot turned out to be worth nothing: the journal is not cut for its sake.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk.
    pub fn distrust(&mut self, kept: &Kept) -> Result<(), ArchiveFault> {
        self.database.execute("UPDATE snapshots SET proven = 0 WHERE id = ?1", [kept.id])?;
        Ok(())
    }

    /// The position of the oldest snapshot that was found good; the journal up to it is needed by none. The default if
    /// there is none.
    pub(crate) fn needed_after(&self) -> Result<Position, ArchiveFault> {
        let oldest = "SELECT min(position) FROM snapshots WHERE proven = 1";
        let position: Option<i64> = self.database.query_row(oldest, [], |row| row.get(0))?;
        Ok(position.map_or_else(Position::default, Position::of_row))
    }
}

const HEADS: &str = "SELECT id, position, taken_at, format, pieces, checksum, body FROM snapshots";

/// The head in a row of [`HEADS`].
fn head(row: &Row<'_>) -> Result<Snapshot, Damage> {
    let damaged = |_| Damage::Column;
    let snapshot = Snapshot {
        position: Position::of_row(row.get(1).map_err(damaged)?),
        taken_at: Moment::from_unix_millis(row.get(2).map_err(damaged)?),
        format: row.get(3).map_err(damaged)?,
        pieces: row.get(4).map_err(damaged)?,
        body: row.get(6).map_err(damaged)?,
    };
    codec::check(row.get(5).map_err(damaged)?, snapshot.checksum())?;
    Ok(snapshot)
}

/// Every head there is, with its id, or what is wrong with it.
pub(crate) fn heads(
    database: &rusqlite::Connection,
    mut each: impl FnMut(i64, Result<Snapshot, Damage>),
) -> Result<(), ArchiveFault> {
    let mut query = database.prepare(HEADS)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, head(row));
    }
    Ok(())
}

/// As [`Archive::pieces`].
pub(crate) fn pieces(
    database: &rusqlite::Connection,
    Kept { id, snapshot }: &Kept,
    mut each: impl FnMut(&[u8]),
) -> Result<(), ArchiveFault> {
    let position = snapshot.position;
    let damaged = |source| ArchiveFault::DamagedSnapshot { position, source };
    let mut query = database.prepare_cached("SELECT checksum, body FROM pieces WHERE snapshot = ?1 AND number = ?2")?;
    for number in 0..snapshot.pieces {
        let row = query.query_row(params![id, number], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
        let (checksum, body) = row.optional()?.ok_or_else(|| damaged(Damage::Missing))?;
        codec::check(checksum, piece_checksum(*id, number, &body)).map_err(damaged)?;
        each(&body);
    }
    Ok(())
}

pub(crate) fn piece_checksum(snapshot: i64, number: u32, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&snapshot.to_le_bytes());
    hasher.update(&number.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

impl Snapshot {
    pub(crate) fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.position.row().to_le_bytes());
        hasher.update(&self.taken_at.unix_millis().to_le_bytes());
        hasher.update(&self.format.to_le_bytes());
        hasher.update(&self.pieces.to_le_bytes());
        hasher.update(&self.body);
        hasher.finalize()
    }
}
