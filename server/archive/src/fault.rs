//! What can go wrong with an archive, in words.

use std::{io, path::PathBuf};

use crate::{batch::Position, codec::Damage};

/// Why the archive did not do what was asked. Nothing was written when a call that writes returns one.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFault {
    /// The folder cannot be made, or nothing can be written in it.
    #[error("the folder {folder} cannot hold an archive; it must be a folder this program may write in")]
    Folder {
        /// The folder that was asked for.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process, or another [`crate::Archive`] of this one, writes there.
    #[error("the archive in {folder} is in use; stop the process that writes in it, or choose another folder")]
    InUse {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// The file system does not let SQLite keep a write-ahead log.
    #[error("the archive in {folder} cannot keep a write-ahead log (journal mode {found}); use a local file system")]
    NoWriteAheadLog {
        /// The folder that was asked for.
        folder: PathBuf,
        /// The journal mode SQLite fell back to.
        found: String,
    },
    /// A newer program has written it.
    #[error("the archive has schema version {found}, this program knows versions up to {newest}; use a newer program")]
    NewerSchema {
        /// The version in the file.
        found: i64,
        /// The newest version this program knows.
        newest: i64,
    },
    /// A row of the journal is not what was written.
    #[error("the entry at position {position} of the journal is damaged")]
    DamagedEntry {
        /// Where it lies; a replay after this position goes on behind it.
        position: Position,
        /// What is wrong with it.
        source: Damage,
    },
    /// A snapshot is not what was written.
    #[error("the snapshot of position {position} is damaged")]
    DamagedSnapshot {
        /// The position of the journal it was taken at, as far as that can be read.
        position: Position,
        /// What is wrong with it.
        source: Damage,
    },
    /// A row of the history is not what was written; it costs the readings in it and no others.
    #[error("row {row} of the table {table} is damaged")]
    DamagedHistory {
        /// The table it lies in: `tails`, `chunks`, `bands`, `aggregates` or `annotations`.
        table: &'static str,
        /// Its id.
        row: i64,
        /// What is wrong with it.
        source: Damage,
    },
    /// A stretch of history that does not begin where history ends.
    #[error(
        "history stands at position {found} of a journal that ends at {last}; what was given goes from {after} to {up_to}"
    )]
    HistoryElsewhere {
        /// Where history stands.
        found: Position,
        /// Where the journal ends.
        last: Position,
        /// Where the stretch begins.
        after: Position,
        /// Where it ends.
        up_to: Position,
    },
    /// There is nothing to read.
    #[error("there is no archive in {folder}")]
    NoArchive {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// An older program has written it, and nothing has opened it for writing since.
    #[error("the archive has schema version {found}, this program reads version {newest}; open it once for writing")]
    OlderSchema {
        /// The version in the file.
        found: i64,
        /// The version this program reads.
        newest: i64,
    },
    /// The place for a backup holds an archive.
    #[error("{folder} holds an archive already; choose another folder for the backup")]
    NotEmpty {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// The database failed: the disk is full or broken, or the file is not a database.
    #[error("the archive's database failed")]
    Database(#[from] rusqlite::Error),
}

impl ArchiveFault {
    /// Whether what was stored is broken, in a place that leaves the rest readable.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::DamagedEntry { .. } | Self::DamagedSnapshot { .. } | Self::DamagedHistory { .. } => true,
            // A fault without a code is not SQLite's own: what it gave is not of the type the schema says.
            Self::Database(fault) => {
                fault.sqlite_error_code().is_none_or(|code| code == rusqlite::ErrorCode::DatabaseCorrupt)
            }
            _ => false,
        }
    }
}
