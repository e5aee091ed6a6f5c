//! How readings come into history: a stretch of the journal at a time, into the tails.

use std::borrow::Borrow;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use vsm::{id::IndicatorId, reading::Reading, table::Table};

use super::{
    PastReading,
    annotations::{self, Annotation},
    families::Families,
    horizons::Horizons,
    rows, tail,
};
use crate::{
    archive::Archive,
    batch::Position,
    entry::{self, Entry},
    fault::ArchiveFault,
};

/// How many readings a row of tails holds at most, so that settling one takes a bounded amount of memory.
const LARGEST_ROW: usize = 16_384;

/// The ids of indicators, which name them on disk.
pub(crate) type Indicators = Table<i64>;

impl Archive {
    /// How far history has come: every reading of the journal up to this position is in it, none behind.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database cannot be read.
    pub fn history_position(&self) -> Result<Position, ArchiveFault> {
        Ok(Horizons::read(&self.database)?.position)
    }

    /// Takes the readings of the journal behind `after` up to `up_to` into history, in the order in which they came:
    /// one transaction that is on disk when this returns. Of two readings of one moment the later one counts.
    ///
    /// `after` must be [`Archive::history_position`]. `false`, and nothing was written, if history has come as far as
    /// `up_to` before: a stretch may be brought twice.
    ///
    /// # Errors
    /// [`ArchiveFault::HistoryElsewhere`] if the stretch begins elsewhere or ends behind the journal;
    /// [`ArchiveFault::Database`], as of a full disk, and the call may be repeated.
    pub fn keep_history(
        &mut self,
        after: Position,
        up_to: Position,
        readings: &[(IndicatorId, PastReading)],
    ) -> Result<bool, ArchiveFault> {
        self.keep_annotated_history(after, up_to, readings, &[])
    }

    /// The same, with what was said of some of the readings.
    ///
    /// # Errors
    /// Those of [`Archive::keep_history`].
    pub fn keep_annotated_history(
        &mut self,
        after: Position,
        up_to: Position,
        readings: &[(impl Borrow<IndicatorId>, PastReading)],
        annotations: &[Annotation],
    ) -> Result<bool, ArchiveFault> {
        let transaction = self.database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let horizons = Horizons::read(&transaction)?;
        let (found, last) = (horizons.position, self.last);
        if up_to <= found {
            return Ok(false);
        }
        if after != found || last < up_to {
            return Err(ArchiveFault::HistoryElsewhere { found, last, after, up_to });
        }
        let mut new = Indicators::default();
        let ids = identify(&transaction, &mut self.indicators, &mut new, readings)?;
        let grown = write(&transaction, readings, ids)?;
        for annotation in annotations {
            let id = identity(&transaction, &mut self.indicators, &mut new, &annotation.indicator)?;
            annotations::keep(&transaction, id, annotation)?;
        }
        Horizons { position: up_to, ..horizons }.write(&transaction)?;
        transaction.commit()?;
        self.indicators.extend(new.into_rows());
        grow(&mut self.families, grown);
        Ok(true)
    }
}

/// How many readings of the journal are brought at a time where nobody else brings them.
const AT_ONCE: usize = 100_000;
/// How many annotations are, of which each may have some hundred bytes.
const ANNOTATIONS_AT_ONCE: usize = 10_000;

impl Archive {
    /// Brings what the journal has behind [`Archive::history_position`] up to `up_to`, without forecasts: those were lost.
    ///
    /// # Errors
    /// [`ArchiveFault::DamagedEntry`] where an entry cannot be read; then what follows it up to `up_to` is left out, and
    /// history has come that far. Those of [`Archive::keep_history`].
    pub fn catch_up_history(&mut self, up_to: Position) -> Result<(), ArchiveFault> {
        loop {
            let after = self.history_position()?;
            if up_to <= after {
                return Ok(());
            }
            match self.past_readings(after, up_to) {
                Ok(Part { readings, annotations, reached }) => {
                    self.keep_annotated_history(after, reached, &readings, &annotations)?
                }
                // What cannot be read today cannot be read tomorrow: history goes on behind it.
                Err(fault) if fault.is_damage() => {
                    self.keep_history(after, up_to, &[])?;
                    return Err(fault);
                }
                Err(fault) => return Err(fault),
            };
        }
    }

    /// Some of what the journal has behind `after`.
    fn past_readings(&self, after: Position, up_to: Position) -> Result<Part, ArchiveFault> {
        let mut query = self.database.prepare_cached(entry::SELECT)?;
        let mut rows = query.query([after.row()])?;
        let mut part = Part { readings: Vec::new(), annotations: Vec::new(), reached: up_to };
        while let Some(row) = rows.next()? {
            let position = Position::of_row(row.get(0)?);
            if up_to < position {
                break;
            }
            if let Entry::Batch(batch) = entry::read(position, row)? {
                part.annotations.extend(batch.readings.iter().filter_map(Annotation::of));
                let past = |reading: Reading| (reading.indicator.clone(), PastReading::of(&reading, None));
                part.readings.extend(batch.readings.into_iter().map(past));
            }
            if AT_ONCE <= part.readings.len() || ANNOTATIONS_AT_ONCE <= part.annotations.len() {
                part.reached = position;
                break;
            }
        }
        Ok(part)
    }
}

/// A part of the journal, for history.
struct Part {
    readings: Vec<(IndicatorId, PastReading)>,
    annotations: Vec<Annotation>,
    /// Up to where it goes.
    reached: Position,
}

/// Every indicator of history.
pub(crate) fn indicators(database: &Connection) -> Result<Indicators, ArchiveFault> {
    let mut query = database.prepare("SELECT name, id FROM indicators")?;
    let rows = query.query_and_then([], |row| {
        let name: String = row.get(0)?;
        let indicator = IndicatorId::try_from(name)
            .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, fault.into()))?;
        Ok((indicator, row.get(1)?))
    })?;
    rows.collect()
}

/// The id of an indicator; `None` if history holds nothing of it.
pub(crate) fn id_of(database: &Connection, indicator: &IndicatorId) -> Result<Option<i64>, ArchiveFault> {
    let mut query = database.prepare_cached("SELECT id FROM indicators WHERE name = ?1")?;
    Ok(query.query_row([indicator.as_str()], |row| row.get(0)).optional()?)
}

/// The id of each reading's indicator with the reading's place, by id and then in the order in which they came.
fn identify(
    database: &Connection,
    known: &mut Indicators,
    new: &mut Indicators,
    readings: &[(impl Borrow<IndicatorId>, PastReading)],
) -> Result<Vec<(i64, usize)>, ArchiveFault> {
    let mut ids = Vec::with_capacity(readings.len());
    for (place, (indicator, _)) in readings.iter().enumerate() {
        ids.push((identity(database, known, new, indicator.borrow())?, place));
    }
    ids.sort_unstable();
    Ok(ids)
}

/// The id of an indicator, which is given one if it is new.
fn identity(
    database: &Connection,
    known: &mut Indicators,
    new: &mut Indicators,
    indicator: &IndicatorId,
) -> Result<i64, ArchiveFault> {
    if let Some(place) = known.look_up(indicator) {
        return Ok(known[place]);
    }
    if let Some(place) = new.look_up(indicator) {
        return Ok(new[place]);
    }
    database.prepare_cached("INSERT INTO indicators (name) VALUES (?1)")?.execute([indicator.as_str()])?;
    let id = database.last_insert_rowid();
    new.add(indicator.clone(), id);
    Ok(id)
}

/// A row that was written: its family, its number of readings and the earliest of them.
type Grown = (i64, u64, i64);

fn write(
    database: &Connection,
    readings: &[(impl Borrow<IndicatorId>, PastReading)],
    ids: Vec<(i64, usize)>,
) -> Result<Vec<Grown>, ArchiveFault> {
    let mut grown = Vec::new();
    for family in ids.chunk_by(|a, b| a.0.div_euclid(tail::FAMILY) == b.0.div_euclid(tail::FAMILY)) {
        for row in family.chunks(LARGEST_ROW) {
            let mut body = Vec::new();
            for one in row.chunk_by(|a, b| a.0 == b.0) {
                let readings = one.iter().map(|(_, place)| &readings[*place].1);
                tail::encode(one[0].0.rem_euclid(tail::FAMILY), readings, &mut body);
            }
            let family = row[0].0.div_euclid(tail::FAMILY);
            let first_at = row.iter().map(|(_, place)| readings[*place].1.at()).min().unwrap_or_default();
            rows::insert_tail(database, None, [family, rows::NEW, row.len() as i64, first_at], &body)?;
            grown.push((family, row.len() as u64, first_at));
        }
    }
    Ok(grown)
}

fn grow(families: &mut Families, grown: Vec<Grown>) {
    grown.into_iter().for_each(|(family, readings, first_at)| families.grow(family, readings, first_at));
}
