//! From chunks to aggregates: one day of one indicator at a time.

use rusqlite::{Connection, OptionalExtension};

use super::{
    Resolution,
    aggregate::{self, Bucket},
    horizons::Horizons,
    read::{self, Wanted},
    rows::{self, DAYS_OF_HOURS},
};
use crate::fault::ArchiveFault;

const MINUTES_OF_AN_HOUR: i64 = 60;
const HOURS_OF_A_DAY: i64 = 24;

/// A day of an indicator whose chunks are not in the aggregates yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unaggregated {
    pub(crate) indicator: i64,
    pub(crate) day: i64,
    /// The first chunk that is not in them.
    pub(crate) since: i64,
}

/// The oldest day that is over and not aggregated.
pub(crate) fn oldest(database: &Connection, today: i64) -> Result<Option<Unaggregated>, ArchiveFault> {
    let mut query = database.prepare_cached(
        "SELECT indicator, day, since FROM unaggregated WHERE day < ?1 ORDER BY day, indicator LIMIT 1",
    )?;
    let oldest = query
        .query_row([today], |row| Ok(Unaggregated { indicator: row.get(0)?, day: row.get(1)?, since: row.get(2)? }));
    Ok(oldest.optional()?)
}

/// Makes the aggregates of a day; returns how many readings were looked at.
///
/// While the raw readings are there, all of them are folded anew. Later only those that came since are, and they are
/// added to what is there and dropped.
pub(crate) fn aggregate(
    database: &Connection,
    horizons: &Horizons,
    it: Unaggregated,
    damaged: &mut Vec<ArchiveFault>,
) -> Result<usize, ArchiveFault> {
    let Unaggregated { indicator, day, since } = it;
    let is_whole = horizons.raw_from <= day;
    let wanted = Wanted { indicator, days: (day, day), since: if is_whole { i64::MIN } else { since }, ..Wanted::ALL };
    let readings = read::in_order(wanted.read(database, damaged)?);
    let minutes = aggregate::fold(&readings, Resolution::Minute.millis());
    let hours = aggregate::widen(&minutes, MINUTES_OF_AN_HOUR);
    if horizons.minutes_from <= day {
        put(database, indicator, Resolution::Minute, day, is_whole, minutes, damaged)?;
    }
    if horizons.hours_from <= day {
        put(database, indicator, Resolution::Hour, day, is_whole, hours, damaged)?;
    }
    if !is_whole {
        drop_chunks(database, indicator, day)?;
    }
    database.prepare_cached("DELETE FROM unaggregated WHERE indicator = ?1 AND day = ?2")?.execute([indicator, day])?;
    Ok(readings.len())
}

/// Drops the chunks of a day with their bands.
pub(crate) fn drop_chunks(database: &Connection, indicator: i64, day: i64) -> Result<usize, ArchiveFault> {
    database
        .prepare_cached("DELETE FROM bands WHERE id IN (SELECT id FROM chunks WHERE indicator = ?1 AND day = ?2)")?
        .execute([indicator, day])?;
    let mut delete = database.prepare_cached("DELETE FROM chunks WHERE indicator = ?1 AND day = ?2")?;
    Ok(delete.execute([indicator, day])?)
}

/// Puts the buckets of a day into the row of its span: in the place of those of the day, or added to them.
fn put(
    database: &Connection,
    indicator: i64,
    resolution: Resolution,
    day: i64,
    replaces: bool,
    buckets: Vec<Bucket>,
    damaged: &mut Vec<ArchiveFault>,
) -> Result<(), ArchiveFault> {
    let (period, of_a_day) = match resolution {
        Resolution::Minute => (day, HOURS_OF_A_DAY * MINUTES_OF_AN_HOUR),
        Resolution::Hour => (day.div_euclid(DAYS_OF_HOURS), HOURS_OF_A_DAY),
    };
    let mut there = read::buckets(database, indicator, resolution, (period, period), damaged)?;
    if replaces {
        there.retain(|bucket| bucket.index.div_euclid(of_a_day) != day);
    }
    let buckets = aggregate::merge(there, buckets);
    if buckets.is_empty() {
        Ok(())
    } else {
        rows::replace_aggregates(database, indicator, resolution, period, &buckets)
    }
}
