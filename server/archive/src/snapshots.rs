//! What the detector believed at a position of the journal, so that a start need not replay all of it.

use rusqlite::{TransactionBehavior, params};
use vsm::time::Moment;

use crate::{archive::Archive, batch::Position, codec, fault::ArchiveFault};

/// How many are kept: the newest, and one to fall back to.
const KEPT: i64 = 2;

/// What a program believed after the entry at a position.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Snapshot {
    /// The last entry it has seen; a replay goes on after it.
    pub position: Position,
    /// When it was taken, by the room's clock.
    pub taken_at: Moment,
    /// The version of what the body holds, as its writer counts.
    pub format: u32,
    /// What its writer put in; below 1 GB, the longest value SQLite holds.
    pub body: Vec<u8>,
}

impl Archive {
    /// Keeps `snapshot` as the newest, and of those before it the newest one. It is on disk when this returns.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; the snapshots before it stay as they were.
    pub fn keep_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), ArchiveFault> {
        let Snapshot { position, taken_at, format, body } = snapshot;
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO snapshots (position, taken_at, format, checksum, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![position.row(), taken_at.unix_millis(), format, snapshot.checksum(), body],
        )?;
        transaction.execute(
            "DELETE FROM snapshots WHERE id NOT IN (SELECT id FROM snapshots ORDER BY id DESC LIMIT ?1)",
            [KEPT],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// The newest snapshot of this `format` whose checksum holds. A damaged one is passed over without a word;
    /// [`Archive::damaged_snapshots`] tells of it.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read.
    pub fn newest_snapshot(&self, format: u32) -> Result<Option<Snapshot>, ArchiveFault> {
        for (id, position, _) in self.kept()?.into_iter().filter(|(.., of)| *of == i64::from(format)) {
            match self.snapshot(id, position) {
                Err(fault) if fault.is_damage() => {}
                other => return other.map(Some),
            }
        }
        Ok(None)
    }

    /// A fault for each kept snapshot, of any format, that is damaged; newest first. Reads them all.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read.
    pub fn damaged_snapshots(&self) -> Result<Vec<ArchiveFault>, ArchiveFault> {
        let mut damaged = Vec::new();
        for (id, position, _) in self.kept()? {
            match self.snapshot(id, position) {
                Err(fault) if fault.is_damage() => damaged.push(fault),
                other => drop(other?),
            }
        }
        Ok(damaged)
    }

    /// Id, position and format of each, newest first.
    pub(crate) fn kept(&self) -> Result<Vec<(i64, i64, i64)>, ArchiveFault> {
        let mut query = self.database.prepare("SELECT id, position, format FROM snapshots ORDER BY id DESC")?;
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(crate) fn snapshot(&self, id: i64, position: i64) -> Result<Snapshot, ArchiveFault> {
        let position = Position::of_row(position);
        let mut query =
            self.database.prepare("SELECT taken_at, format, checksum, body FROM snapshots WHERE id = ?1")?;
        let (snapshot, checksum) = query.query_row([id], |row| {
            let taken_at = Moment::from_unix_millis(row.get(0)?);
            Ok((Snapshot { position, taken_at, format: row.get(1)?, body: row.get(3)? }, row.get(2)?))
        })?;
        codec::check(checksum, snapshot.checksum())
            .map_err(|source| ArchiveFault::DamagedSnapshot { position, source })?;
        Ok(snapshot)
    }
}

impl Snapshot {
    pub(crate) fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.position.row().to_le_bytes());
        hasher.update(&self.taken_at.unix_millis().to_le_bytes());
        hasher.update(&self.format.to_le_bytes());
        hasher.update(&self.body);
        hasher.finalize()
    }
}
