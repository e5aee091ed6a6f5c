//! What waits in the tails of each family, so that nobody has to look for it on disk.

use std::collections::HashMap;

use rusqlite::Connection;

use super::span;
use crate::fault::ArchiveFault;

/// New readings that send a family's tails into chunks: at full families, 512 of each indicator.
const READINGS: u64 = 32_768;
/// New rows that do, as a query reads each of them.
const ROWS: u64 = 256;
const HOUR: i64 = 60 * 60 * 1000;

/// By family.
#[derive(Debug)]
pub(crate) struct Families(HashMap<i64, Waiting, foldhash::fast::RandomState>);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// Rows that came since the family was settled.
    rows: u64,
    /// Readings in them.
    readings: u64,
    /// The earliest of all that waits, Unix milliseconds.
    first_at: i64,
    /// The hour in which this program settled it last, since the epoch.
    settled_in: i64,
}

impl Families {
    pub(crate) fn load(database: &Connection) -> Result<Self, ArchiveFault> {
        let mut query = database.prepare(
            "SELECT family, sum(state = 0), sum(count * (state = 0)), min(first_at) FROM tails
             WHERE state < 2 GROUP BY family",
        )?;
        let rows = query.query_map([], |row| {
            let (rows, readings) = (row.get::<_, i64>(1)?.cast_unsigned(), row.get::<_, i64>(2)?.cast_unsigned());
            Ok((row.get(0)?, Waiting { rows, readings, first_at: row.get(3)?, settled_in: i64::MIN }))
        })?;
        Ok(Self(rows.collect::<Result<_, _>>()?))
    }

    /// One more row.
    pub(crate) fn grow(&mut self, family: i64, readings: u64, first_at: i64) {
        let nothing = Waiting { rows: 0, readings: 0, first_at, settled_in: i64::MIN };
        let waiting = self.0.entry(family).or_insert(nothing);
        waiting.rows += 1;
        waiting.readings += readings;
        waiting.first_at = waiting.first_at.min(first_at);
    }

    /// The families whose tails are to go into chunks: those that have grown, and those that hold readings of a day
    /// that is over. The latter once an hour, as late readings may trickle in.
    pub(crate) fn due(&self, now: i64) -> Vec<i64> {
        let is_due = |waiting: &Waiting| {
            let is_over = span::day_of(waiting.first_at) < span::day_of(now);
            let has_grown = READINGS <= waiting.readings || ROWS <= waiting.rows;
            has_grown || is_over && waiting.settled_in != now.div_euclid(HOUR)
        };
        let mut due: Vec<_> = self.0.iter().filter(|(_, it)| is_due(it)).map(|(family, _)| *family).collect();
        due.sort_unstable();
        due
    }

    /// What waits in a family that was settled is what was counted then.
    pub(crate) fn settled(&mut self, family: i64, waiting: Waiting) {
        self.0.insert(family, waiting);
    }
}

impl Waiting {
    /// Counts what waits in a family that was settled at `now`, Unix milliseconds.
    pub(crate) fn count(database: &Connection, family: i64, now: i64) -> Result<Self, ArchiveFault> {
        let mut query = database.prepare_cached(
            "SELECT ifnull(sum(state = 0), 0), ifnull(sum(count * (state = 0)), 0), min(first_at) FROM tails
             WHERE family = ?1 AND state < 2",
        )?;
        let settled_in = now.div_euclid(HOUR);
        Ok(query.query_row([family], |row| {
            let (rows, readings) = (row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned());
            // A family with nothing left is remembered, as it is to be settled once an hour and not once a row.
            let first_at = row.get::<_, Option<i64>>(2)?.unwrap_or(i64::MAX);
            Ok(Self { rows, readings, first_at, settled_in })
        })?)
    }
}
