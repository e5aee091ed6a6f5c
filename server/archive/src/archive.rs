//! One open archive.

use std::{collections::HashMap, fs::File, path::Path, sync::Arc};

use cybernet::ordinals::Ordinals;
use rusqlite::{Connection, Row};
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
    /// The sequences taken of each agent, as on disk.
    pub(crate) taken: HashMap<AgentId, Ordinals, foldhash::fast::RandomState>,
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

    /// The sequences taken of `agent`: everything up to a mark, and ranges above it.
    pub fn taken(&self, agent: &AgentId) -> Ordinals {
        self.taken.get(agent).cloned().unwrap_or_default()
    }

    /// The highest sequence taken of `agent`; 0 if none was.
    pub fn last_taken(&self, agent: &AgentId) -> u64 {
        self.taken.get(agent).map_or(0, Ordinals::highest)
    }
}

fn sequences(database: &Connection) -> Result<HashMap<AgentId, Ordinals, foldhash::fast::RandomState>, ArchiveFault> {
    let mut query = database.prepare("SELECT agent, sequence FROM taken")?;
    let marks = query.query_and_then([], |row| {
        Ok::<_, rusqlite::Error>((agent(row)?, Ordinals::up_to(row.get::<_, i64>(1)?.cast_unsigned())))
    })?;
    let mut taken = marks.collect::<Result<HashMap<_, _, _>, _>>()?;
    let mut query = database.prepare("SELECT agent, first, last FROM taken_ranges")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let range = [row.get::<_, i64>(1)?, row.get::<_, i64>(2)?].map(i64::cast_unsigned);
        taken.entry(agent(row)?).or_default().insert(range);
    }
    Ok(taken)
}

fn agent(row: &Row<'_>) -> Result<AgentId, rusqlite::Error> {
    let name: String = row.get(0)?;
    AgentId::try_from(name)
        .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, fault.into()))
}
