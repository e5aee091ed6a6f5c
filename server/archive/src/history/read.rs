//! Reading history: chunks, tails and aggregates of one indicator. What is damaged is told, and the rest is given.

use rusqlite::{Connection, Params, Row};

use super::{PastReading, Resolution, aggregate::Bucket, rows, tail};
use crate::{codec::Damage, fault::ArchiveFault};

/// Which readings of an indicator are wanted from its chunks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) indicator: i64,
    /// The first and the last day.
    pub(crate) days: (i64, i64),
    /// The first and the last moment; chunks that lie beside are passed over.
    pub(crate) span: (i64, i64),
    /// The first chunk.
    pub(crate) since: i64,
    /// Whether the forecasts are, too.
    pub(crate) banded: bool,
}

impl Wanted {
    /// Everything, but of nobody.
    pub(crate) const ALL: Self =
        Self { indicator: 0, days: (i64::MIN, i64::MAX), span: (i64::MIN, i64::MAX), since: i64::MIN, banded: false };

    /// The readings in the order in which the chunks were written. Damaged chunks are told in `damaged`.
    pub(crate) fn read(
        &self,
        database: &Connection,
        damaged: &mut Vec<ArchiveFault>,
    ) -> Result<Vec<PastReading>, ArchiveFault> {
        let (days, span) = (self.days, self.span);
        let ids = ids(
            database,
            "SELECT id FROM chunks WHERE indicator = ?1 AND day BETWEEN ?2 AND ?3 AND first_at <= ?5 AND ?4 <= last_at
             AND ?6 <= id ORDER BY day, first_at",
            [self.indicator, days.0, days.1, span.0, span.1, self.since],
        )?;
        let mut chunks = each(database, "chunks", rows::CHUNK, &ids, damaged, rows::read_chunk)?;
        if self.banded {
            for (id, readings) in &mut chunks {
                add_bands(database, *id, readings, damaged)?;
            }
        }
        // In order of time, as they come, all but late ones are in this order already.
        chunks.sort_by_key(|(id, _)| *id);
        Ok(chunks.into_iter().flat_map(|(_, readings)| readings).collect())
    }
}

fn add_bands(
    database: &Connection,
    id: i64,
    readings: &mut [PastReading],
    damaged: &mut Vec<ArchiveFault>,
) -> Result<(), ArchiveFault> {
    let own = match ids(database, "SELECT id FROM bands WHERE id = ?1", [id]) {
        Err(ArchiveFault::Database(fault)) if is_broken(&fault) => vec![id],
        own => own?,
    };
    each(database, "bands", rows::BAND, &own, damaged, |row| rows::read_band(row, readings))?;
    Ok(())
}

/// The readings of an indicator in the tails of its family, in the order in which they came.
pub(crate) fn tail(
    database: &Connection,
    indicator: i64,
    damaged: &mut Vec<ArchiveFault>,
) -> Result<Vec<PastReading>, ArchiveFault> {
    let family = indicator.div_euclid(tail::FAMILY);
    let ids = ids(database, "SELECT id FROM tails WHERE family = ?1 ORDER BY id", [family])?;
    let rows = each(database, "tails", rows::TAIL, &ids, damaged, |row| {
        let mut readings = Vec::new();
        let parts = rows::read_tail(row)?;
        let own = parts.iter().find(|part| part.slot == indicator.rem_euclid(tail::FAMILY));
        own.map_or(Ok(()), |part| part.decode(&mut readings))?;
        Ok(readings)
    })?;
    Ok(rows.into_iter().flat_map(|(_, readings)| readings).collect())
}

/// The buckets of the spans from the first to the last of `periods`, in order.
pub(crate) fn buckets(
    database: &Connection,
    indicator: i64,
    resolution: Resolution,
    periods: (i64, i64),
    damaged: &mut Vec<ArchiveFault>,
) -> Result<Vec<Bucket>, ArchiveFault> {
    let ids = ids(
        database,
        "SELECT id FROM aggregates WHERE indicator = ?1 AND resolution = ?2 AND period BETWEEN ?3 AND ?4
         ORDER BY period",
        [indicator, resolution.millis(), periods.0, periods.1],
    )?;
    let rows = each(database, "aggregates", rows::AGGREGATES, &ids, damaged, rows::read_aggregates)?;
    Ok(rows.into_iter().flat_map(|(_, buckets)| buckets).collect())
}

/// The ids that `query` gives, which an index answers alone: a broken page of the table does not stop it.
fn ids(database: &Connection, query: &str, of: impl Params) -> Result<Vec<i64>, ArchiveFault> {
    let mut query = database.prepare_cached(query)?;
    let ids = query.query_map(of, |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// What `read` finds in each row of `table`, with its id, one by one: a damaged row, or one on a broken page, is told in
/// `damaged` and passed over.
fn each<T>(
    database: &Connection,
    table: &'static str,
    columns: &str,
    ids: &[i64],
    damaged: &mut Vec<ArchiveFault>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Damage>,
) -> Result<Vec<(i64, T)>, ArchiveFault> {
    let mut query = database.prepare_cached(&format!("SELECT {columns} FROM {table} WHERE id = ?1"))?;
    let mut sound = Vec::with_capacity(ids.len());
    for id in ids {
        let found = match query.query_row([id], |row| Ok(read(row))) {
            Err(fault) if is_broken(&fault) => Err(Damage::Page),
            found => found?,
        };
        sound.extend(rows::sound(table, *id, found, damaged).map(|found| (*id, found)));
    }
    Ok(sound)
}

/// Whether the file is broken where a row should be; then it may also seem not to be there.
pub(crate) fn is_broken(fault: &rusqlite::Error) -> bool {
    matches!(fault, rusqlite::Error::QueryReturnedNoRows)
        || fault.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseCorrupt)
}

/// Readings as they came, put in the order of time; of those of one moment the last.
pub(crate) fn in_order(readings: Vec<PastReading>) -> Vec<PastReading> {
    with_formers(readings).0
}

/// The same, and those whose place a later one took, in the order of time and then as they came. What says the same as
/// the one before it takes nobody's place. What had been forecast of a moment holds for whatever was read of it.
pub(crate) fn with_formers(mut readings: Vec<PastReading>) -> (Vec<PastReading>, Vec<PastReading>) {
    if readings.is_sorted_by(|a, b| a.at() < b.at()) {
        return (readings, Vec::new());
    }
    readings.sort_by_key(PastReading::at);
    let mut kept: Vec<PastReading> = Vec::with_capacity(readings.len());
    let mut formers = Vec::new();
    for reading in readings {
        match kept.last_mut() {
            Some(last) if last.at() == reading.at() => {
                if !last.says_the_same(&reading) {
                    formers.push(*last);
                }
                *last = PastReading { band: reading.band.or(last.band), ..reading };
            }
            _ => kept.push(reading),
        }
    }
    (kept, formers)
}
