//! Where history stands: how far it has come in the journal, and from which day on what is kept.

use rusqlite::Connection;

use crate::{batch::Position, fault::ArchiveFault};

/// The one row of the table `history`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Horizons {
    /// The readings of the journal up to here are in history.
    pub(crate) position: Position,
    /// The first day whose raw readings are all there.
    pub(crate) raw_from: i64,
    /// The first day whose minutes are all there; not after `raw_from`.
    pub(crate) minutes_from: i64,
    /// The first day whose hours are all there; not after `minutes_from`.
    pub(crate) hours_from: i64,
}

impl Horizons {
    pub(crate) fn read(database: &Connection) -> Result<Self, ArchiveFault> {
        let mut query = database.prepare_cached("SELECT position, raw_from, minutes_from, hours_from FROM history")?;
        Ok(query.query_row([], |row| {
            let position = Position::of_row(row.get(0)?);
            Ok(Self { position, raw_from: row.get(1)?, minutes_from: row.get(2)?, hours_from: row.get(3)? })
        })?)
    }

    pub(crate) fn write(&self, database: &Connection) -> Result<(), ArchiveFault> {
        let Self { position, raw_from, minutes_from, hours_from } = *self;
        database
            .prepare_cached("UPDATE history SET position = ?1, raw_from = ?2, minutes_from = ?3, hours_from = ?4")?
            .execute([position.row(), raw_from, minutes_from, hours_from])?;
        Ok(())
    }
}
