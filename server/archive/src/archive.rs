//! One open archive.

use std::{collections::HashMap, fs::File, path::Path, sync::Arc};

use rusqlite::Connection;
use vsm::id::AgentId;

use crate::{
    batch::Position,
    database,
    fault::ArchiveFault,
    history::{
        append::{self, Indicators},
        families::Families,
    },
};

/// One open archive: the journal, the snapshots, the history and the record of a room. It blocks, and belongs to one thread.
#[derive(Debug)]
pub struct Archive {
    pub(crate) database: Connection,
    /// The last sequence taken of each agent, as on disk.
    pub(crate) taken: HashMap<AgentId, u64, foldhash::fast::RandomState>,
    /// The position of the last entry, as on disk.
    pub(crate) last: Position,
    /// The indicators of history, as on disk.
    pub(crate) indicators: Indicators,
    /// What waits in the tails of history, as on disk.
    pub(crate) families: Families,
    /// Last, so that the database is closed before the lock is let go.
    pub(crate) lock: Arc<File>,
}

impl Archive {
    /// Opens the archive in `folder` for writing; makes the folder and the archive where they are missing, and brings
    /// an older schema up to date.
    ///
    /// # Errors
    /// [`ArchiveFault::InUse`] if it is open elsewhere, [`ArchiveFault::NewerSchema`] if a newer program wrote it,
    /// [`ArchiveFault::Folder`], [`ArchiveFault::NoWriteAheadLog`] or [`ArchiveFault::Database`] if it cannot be used.
    pub fn open(folder: &Path) -> Result<Self, ArchiveFault> {
        let lock = Arc::new(database::claim(folder)?);
        let database = database::open(folder)?;
        let taken = sequences(&database)?;
        let last = database.query_row("SELECT ifnull(max(position), 0) FROM journal", [], |row| row.get(0))?;
        let last = Position::of_row(last);
        let indicators = append::indicators(&database)?;
        let families = Families::load(&database)?;
        Ok(Self { database, taken, last, indicators, families, lock })
    }

    /// The highest sequence taken of `agent`; 0 if none was.
    pub fn last_taken(&self, agent: &AgentId) -> u64 {
        self.taken.get(agent).copied().unwrap_or(0)
    }
}

fn sequences(database: &Connection) -> Result<HashMap<AgentId, u64, foldhash::fast::RandomState>, ArchiveFault> {
    let mut query = database.prepare("SELECT agent, sequence FROM taken")?;
    let rows = query.query_and_then([], |row| {
        let name: String = row.get(0)?;
        let agent = AgentId::try_from(name)
            .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, fault.into()))?;
        Ok((agent, row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    rows.collect()
}
