//! Reading an archive that another process may be writing in.

use std::{collections::BTreeSet, ops::Range, path::Path};

use rusqlite::Connection;
use vsm::{id::IndicatorId, time::Moment};

use crate::{
    database,
    fault::ArchiveFault,
    history::{Annotations, History, annotations, query},
};

/// An archive opened for reading only. It blocks and belongs to one thread; it neither waits for the one that writes
/// nor makes it wait.
#[derive(Debug)]
pub struct Reader {
    database: Connection,
}

impl Reader {
    /// Opens the archive in `folder`.
    ///
    /// # Errors
    /// [`ArchiveFault::NoArchive`] if there is none, [`ArchiveFault::OlderSchema`] or [`ArchiveFault::NewerSchema`] if
    /// it is not of this program's schema, [`ArchiveFault::Database`] if it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ArchiveFault> {
        let database = database::open_for_reading(folder)?;
        database::current(&database)?;
        Ok(Self { database })
    }

    /// What an indicator did; see [`crate::Archive::history`].
    ///
    /// # Errors
    /// As those of [`crate::Archive::history`].
    pub fn history(
        &self,
        indicator: &IndicatorId,
        range: Range<Moment>,
        most: usize,
    ) -> Result<Option<History>, ArchiveFault> {
        query::history(&self.database, indicator, range, most)
    }

    /// What was said within `range` of readings of these indicators, or of any: the newest `most`, in the order of time.
    ///
    /// # Errors
    /// As those of [`crate::Archive::history`].
    pub fn annotations(
        &self,
        of: Option<&BTreeSet<IndicatorId>>,
        range: Range<Moment>,
        most: usize,
    ) -> Result<Annotations, ArchiveFault> {
        // One moment of the archive, whatever the writer does meanwhile.
        let moment = self.database.unchecked_transaction()?;
        annotations::annotations(&moment, of, range, most)
    }
}
