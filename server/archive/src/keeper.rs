//! The writer of snapshots: beside the one that takes the journal, so that neither waits long for the other.

use std::{fs::File, sync::Arc};

use rusqlite::{Connection, TransactionBehavior, params};

use crate::{
    archive::Archive,
    batch::Position,
    database,
    fault::ArchiveFault,
    history::horizons::Horizons,
    snapshots::{self, Kept, Snapshot},
};

/// How many are kept: the newest, and one to fall back to.
const KEPT: i64 = 2;
/// How many pieces that nobody needs any more go with each that is written.
const SWEPT_AT_ONCE: i64 = 2;

/// Writes snapshots of one archive, on a connection of its own. It blocks and belongs to one thread; another one may
/// write the journal meanwhile. Only one keeper of an archive may be at work.
#[derive(Debug)]
pub struct Keeper {
    database: Connection,
    /// The one that is being written, and how many pieces it has.
    writing: Option<(i64, u32)>,
    /// Whether every piece is needed.
    is_swept: bool,
    /// The archive is in use as long as its keeper.
    _lock: Arc<File>,
}

impl Archive {
    /// What writes this archive's snapshots.
    ///
    /// From now on the keeper folds the write-ahead log into the file, with [`Keeper::check_point`], and a commit does
    /// so only if that is long overdue.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if it cannot be opened once more.
    pub fn keeper(&self) -> Result<Keeper, ArchiveFault> {
        let database = database::open_beside(&self.database)?;
        Ok(Keeper { database, writing: None, is_swept: false, _lock: Arc::clone(&self.lock) })
    }
}

impl Keeper {
    /// Begins a snapshot; one that was begun before and not finished counts for nothing.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database cannot be read.
    pub fn begin(&mut self) -> Result<(), ArchiveFault> {
        let newest =
            "SELECT max(ifnull((SELECT max(id) FROM snapshots), 0), ifnull((SELECT max(snapshot) FROM pieces), 0))";
        let newest: i64 = self.database.query_row(newest, [], |row| row.get(0))?;
        self.writing = Some((newest + 1, 0));
        self.is_swept = false;
        Ok(())
    }

    /// Writes the next piece of the snapshot that was begun: at most 1 GB, better far below a megabyte, because whoever
    /// commits waits for it. It need not be on disk before [`Self::finish`] returns.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; begin again.
    pub fn keep_piece(&mut self, body: &[u8]) -> Result<(), ArchiveFault> {
        let Some((id, number)) = self.writing.take() else { return Ok(()) };
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_swept = self.is_swept || sweep(&transaction, id)? == 0;
        transaction
            .prepare_cached("INSERT INTO pieces (snapshot, number, checksum, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, number, snapshots::piece_checksum(id, number, body), body])?;
        transaction.commit()?;
        self.writing = Some((id, number + 1));
        self.is_swept = is_swept;
        Ok(())
    }

    /// Writes the head of the snapshot that was begun: from now on it is the newest one, and of those before it the
    /// newest stays. All of it is on disk when this returns. How many pieces it has is counted here.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk; the snapshots before it stay as they were.
    pub fn finish(&mut self, snapshot: Snapshot) -> Result<Kept, ArchiveFault> {
        if self.writing.is_none() {
            self.begin()?;
        }
        let (id, pieces) = self.writing.take().unwrap_or_default();
        let snapshot = Snapshot { pieces, ..snapshot };
        self.database.execute_batch("PRAGMA synchronous = FULL")?;
        let written = self.write_head(id, &snapshot);
        self.database.execute_batch("PRAGMA synchronous = NORMAL")?;
        written?;
        Ok(Kept { id, snapshot })
    }

    /// Reads all of a snapshot back; once it was found good, the journal may be cut behind it.
    ///
    /// # Errors
    /// [`ArchiveFault::DamagedSnapshot`] or [`ArchiveFault::Database`].
    pub fn prove(&mut self, kept: &Kept) -> Result<(), ArchiveFault> {
        snapshots::pieces(&self.database, kept, |_| {})?;
        self.database.execute("UPDATE snapshots SET proven = 1 WHERE id = ?1", [kept.id])?;
        Ok(())
    }

    /// How far history has come, as on disk; see [`Archive::history_position`].
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database cannot be read.
    pub fn history_position(&self) -> Result<Position, ArchiveFault> {
        Ok(Horizons::read(&self.database)?.position)
    }

    /// Folds what the write-ahead log holds into the file, as far as nobody is in the way; nobody waits for it.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk.
    pub fn check_point(&self) -> Result<(), ArchiveFault> {
        self.database.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    fn write_head(&mut self, id: i64, snapshot: &Snapshot) -> Result<(), ArchiveFault> {
        let Snapshot { position, taken_at, format, pieces, body } = snapshot;
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO snapshots (id, position, taken_at, format, pieces, checksum, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, position.row(), taken_at.unix_millis(), format, pieces, snapshot.checksum(), body],
        )?;
        transaction.execute(
            "DELETE FROM snapshots WHERE id NOT IN (SELECT id FROM snapshots ORDER BY id DESC LIMIT ?1)",
            [KEPT],
        )?;
        transaction.commit()?;
        Ok(())
    }
}

/// Drops some of the pieces of snapshots that are gone or were never finished, all but those of `writing`; says how many.
fn sweep(database: &Connection, writing: i64) -> Result<usize, ArchiveFault> {
    let mut delete = database.prepare_cached(
        "DELETE FROM pieces WHERE rowid IN (SELECT rowid FROM pieces
         WHERE snapshot <> ?1 AND snapshot NOT IN (SELECT id FROM snapshots) LIMIT ?2)",
    )?;
    Ok(delete.execute([writing, SWEPT_AT_ONCE])?)
}
