//! The record: what became of signals, one line each, for those who look back.

use rusqlite::{TransactionBehavior, params};
use vsm::time::Moment;

use crate::{archive::Archive, fault::ArchiveFault};

/// One line of the record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RecordEntry {
    /// What makes it this line and no other, as `payments/cpu@1763600000000/raised`. A line that a replay after a
    /// crash gives again has the same key, and is written once.
    pub key: String,
    /// When it happened, by the room's clock.
    pub at: Moment,
    /// What happened, as `raised` or `cleared`.
    pub kind: String,
    /// The rest, as JSON.
    pub body: String,
}

impl Archive {
    /// Writes one line, which is on disk when this returns. `false` if its key is there already: the line that was
    /// written first stays.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk.
    pub fn record(&mut self, entry: &RecordEntry) -> Result<bool, ArchiveFault> {
        Ok(self.record_all(std::slice::from_ref(entry))? == 1)
    }

    /// Writes lines with one wait for the disk, all or none, and returns how many were new. See [`Archive::record`].
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], as of a full disk.
    pub fn record_all(&mut self, entries: &[RecordEntry]) -> Result<usize, ArchiveFault> {
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut insert =
            transaction.prepare_cached("INSERT OR IGNORE INTO record (key, at, kind, body) VALUES (?1, ?2, ?3, ?4)")?;
        let mut new = 0;
        for RecordEntry { key, at, kind, body } in entries {
            new += insert.execute(params![key, at.unix_millis(), kind, body])?;
        }
        drop(insert);
        transaction.commit()?;
        Ok(new)
    }

    /// The newest lines by the time they happened, newest first, at most `limit`; of one moment, the last written
    /// comes first.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the record cannot be read.
    pub fn entries(&self, limit: usize) -> Result<Vec<RecordEntry>, ArchiveFault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut query = self
            .database
            .prepare_cached("SELECT key, at, kind, body FROM record ORDER BY at DESC, id DESC LIMIT ?1")?;
        let rows = query.query_map([limit], |row| {
            let at = Moment::from_unix_millis(row.get(1)?);
            Ok(RecordEntry { key: row.get(0)?, at, kind: row.get(2)?, body: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
