//! Reading history: chunks, tails and aggregates of one indicator. What is damaged is told, and the rest is given.

use rusqlite::{Connection, params};

use super::{PastReading, Resolution, aggregate::Bucket, rows, tail};
use crate::fault::ArchiveFault;

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
        let select = format!(
            "SELECT {} FROM chunks WHERE indicator = ?1 AND day BETWEEN ?2 AND ?3 AND first_at <= ?5 AND ?4 <= last_at
             AND ?6 <= id ORDER BY day, first_at",
            rows::CHUNK
        );
        let mut query = database.prepare_cached(&select)?;
        let (days, span) = (self.days, self.span);
        let mut rows = query.query([self.indicator, days.0, days.1, span.0, span.1, self.since])?;
        let mut chunks = Vec::new();
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let Some(mut readings) = rows::sound("chunks", id, rows::read_chunk(row), damaged) else { continue };
            if self.banded {
                add_bands(database, id, &mut readings, damaged)?;
            }
            chunks.push((id, readings));
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
    let select = format!("SELECT {} FROM bands WHERE id = ?1", rows::BAND);
    let mut query = database.prepare_cached(&select)?;
    let mut rows = query.query([id])?;
    if let Some(row) = rows.next()? {
        rows::sound("bands", id, rows::read_band(row, readings), damaged);
    }
    Ok(())
}

/// The readings of an indicator in the tails of its family, in the order in which they came.
pub(crate) fn tail(
    database: &Connection,
    indicator: i64,
    damaged: &mut Vec<ArchiveFault>,
) -> Result<Vec<PastReading>, ArchiveFault> {
    let select = format!("SELECT {} FROM tails WHERE family = ?1 ORDER BY id", rows::TAIL);
    let mut query = database.prepare_cached(&select)?;
    let mut rows = query.query([indicator.div_euclid(tail::FAMILY)])?;
    let mut readings = Vec::new();
    while let Some(row) = rows.next()? {
        let mut of_row = Vec::new();
        let found = rows::read_tail(row).and_then(|parts| {
            let own = parts.iter().find(|part| part.slot == indicator.rem_euclid(tail::FAMILY));
            own.map_or(Ok(()), |part| part.decode(&mut of_row))
        });
        if rows::sound("tails", row.get(0)?, found, damaged).is_some() {
            readings.extend(of_row);
        }
    }
    Ok(readings)
}

/// The buckets of the spans from the first to the last of `periods`, in order.
pub(crate) fn buckets(
    database: &Connection,
    indicator: i64,
    resolution: Resolution,
    periods: (i64, i64),
    damaged: &mut Vec<ArchiveFault>,
) -> Result<Vec<Bucket>, ArchiveFault> {
    let select = format!(
        "SELECT {} FROM aggregates WHERE indicator = ?1 AND resolution = ?2 AND period BETWEEN ?3 AND ?4
         ORDER BY period",
        rows::AGGREGATES
    );
    let mut query = database.prepare_cached(&select)?;
    let mut rows = query.query(params![indicator, resolution.millis(), periods.0, periods.1])?;
    let mut buckets = Vec::new();
    while let Some(row) = rows.next()? {
        buckets.extend(rows::sound("aggregates", row.get(0)?, rows::read_aggregates(row), damaged).unwrap_or_default());
    }
    Ok(buckets)
}

/// Readings as they came, put in the order of time; of those of one moment the last.
pub(crate) fn in_order(mut readings: Vec<PastReading>) -> Vec<PastReading> {
    if !readings.is_sorted_by(|a, b| a.at() < b.at()) {
        readings.sort_by_key(PastReading::at);
        let mut kept: Vec<PastReading> = Vec::with_capacity(readings.len());
        for reading in readings {
            match kept.last_mut() {
                Some(last) if last.at() == reading.at() => *last = reading,
                _ => kept.push(reading),
            }
        }
        return kept;
    }
    readings
}
