//! What was said of readings that are in no doubt: kept with history, and given back by indicator and time.

use std::{collections::BTreeSet, ops::Range};

use rusqlite::{Connection, Row, Rows, params};
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::{append, read, rows};
use crate::{
    archive::Archive,
    codec::{self, Damage},
    fault::ArchiveFault,
};

/// What was said of the reading of an indicator at a moment, as that something was deployed then.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Annotation {
    /// When, by the team's clock.
    pub at: Moment,
    /// Of which indicator.
    pub indicator: IndicatorId,
    /// In the team's words.
    pub text: String,
}

/// Annotations in the order of time.
#[derive(Debug, Default)]
pub struct Annotations {
    /// The newest of those that were asked for.
    pub lines: Vec<Annotation>,
    /// Whether there are older ones.
    pub more: bool,
    /// A fault for each damaged row that was met.
    pub damaged: Vec<ArchiveFault>,
}

impl Annotation {
    /// What is said of a reading; none where nothing is, or where the words say why it is doubted.
    pub fn of(reading: &Reading) -> Option<Self> {
        let text = reading.annotation()?.to_owned();
        Some(Self { at: reading.measured_at, indicator: reading.indicator.clone(), text })
    }
}

impl Archive {
    /// See [`crate::Reader::annotations`].
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read. A damaged row is told in the answer.
    pub fn annotations(
        &self,
        of: Option<&BTreeSet<IndicatorId>>,
        range: Range<Moment>,
        most: usize,
    ) -> Result<Annotations, ArchiveFault> {
        annotations(&self.database, of, range, most)
    }
}

/// Keeps an annotation of the indicator with this id; one that is there is not kept twice.
pub(crate) fn keep(database: &Connection, indicator: i64, annotation: &Annotation) -> Result<(), ArchiveFault> {
    let at = annotation.at.unix_millis();
    let checksum = rows::checksum(&[indicator, at], annotation.text.as_bytes());
    database
        .prepare_cached("INSERT OR IGNORE INTO annotations (indicator, at, checksum, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![indicator, at, checksum, annotation.text])?;
    Ok(())
}

/// See [`crate::Reader::annotations`].
pub(crate) fn annotations(
    database: &Connection,
    of: Option<&BTreeSet<IndicatorId>>,
    range: Range<Moment>,
    most: usize,
) -> Result<Annotations, ArchiveFault> {
    let mut found = Annotations::default();
    let only = match of.map(|of| (of.len(), of.first())) {
        Some((0, _)) => return Ok(found),
        Some((1, Some(only))) => match append::id_of(database, only)? {
            Some(id) => Some(id),
            None => return Ok(found),
        },
        _ => None,
    };
    let is_asked = |line: &Annotation| of.is_none_or(|of| of.contains(&line.indicator));
    let mut query = database.prepare_cached(select(only.is_some()))?;
    let mut rows = query.query(params![only, range.start.unix_millis(), range.end.unix_millis()])?;
    while let Some(row) = next(&mut rows, &mut found.damaged)? {
        let line = rows::sound("annotations", row.get(0)?, read(row).and_then(|()| named(row)), &mut found.damaged);
        let Some(line) = line.filter(is_asked) else { continue };
        if found.lines.len() == most {
            found.more = true;
            break;
        }
        found.lines.push(line);
    }
    found.lines.reverse();
    Ok(found)
}

/// Gives the newest first, of one indicator or of all, each way by its own index.
fn select(of_one: bool) -> &'static str {
    match of_one {
        true => {
            "SELECT a.id, a.indicator, a.at, a.checksum, a.text, i.name FROM annotations a
             LEFT JOIN indicators i ON i.id = a.indicator
             WHERE a.indicator = ?1 AND ?2 <= a.at AND a.at < ?3 ORDER BY a.at DESC, a.id DESC"
        }
        false => {
            "SELECT a.id, a.indicator, a.at, a.checksum, a.text, i.name FROM annotations a
             LEFT JOIN indicators i ON i.id = a.indicator
             WHERE ?1 IS NULL AND ?2 <= a.at AND a.at < ?3 ORDER BY a.at DESC, a.id DESC"
        }
    }
}

/// The next row; none behind the last one or where the file is broken, which is told in `damaged`.
fn next<'a, 'b>(rows: &'a mut Rows<'b>, damaged: &mut Vec<ArchiveFault>) -> Result<Option<&'a Row<'b>>, ArchiveFault> {
    match rows.next() {
        Err(fault) if read::is_broken(&fault) => {
            damaged.push(ArchiveFault::DamagedHistory { table: "annotations", row: 0, source: Damage::Page });
            Ok(None)
        }
        row => Ok(row?),
    }
}

/// Holds a row against its checksum; its first columns are id, indicator, at, checksum and text.
pub(crate) fn read(row: &Row<'_>) -> Result<(), Damage> {
    let number = |column| row.get::<_, i64>(column).map_err(|_| Damage::Column);
    let text = row.get_ref(4).ok().and_then(|text| text.as_str().ok()).ok_or(Damage::Column)?;
    codec::check(number(3)?, rows::checksum(&[number(1)?, number(2)?], text.as_bytes()))
}

/// The annotation of a row, whose sixth column is the name of the indicator.
fn named(row: &Row<'_>) -> Result<Annotation, Damage> {
    let name: String = row.get(5).map_err(|_| Damage::Column)?;
    let indicator = IndicatorId::try_from(name)?;
    let text = row.get(4).map_err(|_| Damage::Column)?;
    let at = row.get(2).map_err(|_| Damage::Column)?;
    Ok(Annotation { at: Moment::from_unix_millis(at), indicator, text })
}
