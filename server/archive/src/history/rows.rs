//! The rows of history as SQLite holds them: written with a checksum, and read only if it holds.

use rusqlite::{Connection, Row, params};

use super::{PastReading, Resolution, aggregate, aggregate::Bucket, chunk, span, tail};
use crate::{
    codec::{self, Damage},
    fault::ArchiveFault,
};

/// How many days the hours of one row span.
pub(crate) const DAYS_OF_HOURS: i64 = 32;

pub(crate) const CHUNK: &str = "id, indicator, day, first_at, last_at, count, checksum, body";
pub(crate) const TAIL: &str = "id, family, state, count, first_at, checksum, body";
pub(crate) const AGGREGATES: &str = "id, indicator, resolution, period, count, first_at, last_at, checksum, body";
pub(crate) const BAND: &str = "id, count, checksum, body";

/// The states of a row of tails.
pub(crate) const NEW: i64 = 0;
pub(crate) const LEFT_OVER: i64 = 1;
pub(crate) const SET_ASIDE: i64 = 2;

/// What a row of `table` held; `None` and one more fault if it is damaged.
pub(crate) fn sound<T>(
    table: &'static str,
    row: i64,
    found: Result<T, Damage>,
    damaged: &mut Vec<ArchiveFault>,
) -> Option<T> {
    found.map_err(|source| damaged.push(ArchiveFault::DamagedHistory { table, row, source })).ok()
}

/// Writes readings of one indicator and one day, in the order of time, and returns the row's id.
pub(crate) fn insert_chunk(
    database: &Connection,
    indicator: i64,
    day: i64,
    readings: &[PastReading],
) -> Result<i64, ArchiveFault> {
    let ends = (readings.first().map_or(0, PastReading::at), readings.last().map_or(0, PastReading::at));
    let body = chunk::encode(readings);
    let count = readings.len() as i64;
    let checksum = checksum(&[indicator, day, ends.0, ends.1, count], &body);
    database
        .prepare_cached(
            "INSERT INTO chunks (indicator, day, first_at, last_at, count, checksum, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![indicator, day, ends.0, ends.1, count, checksum, body])?;
    let id = database.last_insert_rowid();
    if let Some(body) = chunk::encode_bands(readings) {
        let checksum = self::checksum(&[id, count], &body);
        database
            .prepare_cached("INSERT INTO bands (id, count, checksum, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, count, checksum, body])?;
    }
    Ok(id)
}

/// The readings of a chunk and its id.
pub(crate) fn read_chunk(row: &Row<'_>) -> Result<Vec<PastReading>, Damage> {
    let [indicator, day, first_at, last_at, count] = numbers(row, 1)?;
    let body = body(row, 7)?;
    codec::check(number(row, 6)?, checksum(&[indicator, day, first_at, last_at, count], body))?;
    let readings = chunk::decode(body, usize::try_from(count).unwrap_or(0))?;
    let ends = readings.first().zip(readings.last()).map(|(first, last)| (first.at(), last.at()));
    if ends != Some((first_at, last_at)) || !readings.is_sorted_by_key(PastReading::at) {
        return Err(Damage::Disagrees("span"));
    }
    let is_one_day = span::day_of(first_at) == day && span::day_of(last_at) == day;
    if is_one_day { Ok(readings) } else { Err(Damage::Disagrees("day")) }
}

/// Gives the readings of a chunk the forecasts of `row`, its row of bands.
pub(crate) fn read_band(row: &Row<'_>, readings: &mut [PastReading]) -> Result<(), Damage> {
    let [id, count, stored] = numbers(row, 0)?;
    let body = body(row, 3)?;
    codec::check(stored, checksum(&[id, count], body))?;
    if usize::try_from(count).ok() != Some(readings.len()) {
        return Err(Damage::Disagrees("count"));
    }
    chunk::decode_bands(body, readings)
}

/// Writes readings of a family. `id` is that of a row whose place it takes; otherwise it is the newest.
pub(crate) fn insert_tail(
    database: &Connection,
    id: Option<i64>,
    [family, state, count, first_at]: [i64; 4],
    body: &[u8],
) -> Result<(), ArchiveFault> {
    let checksum = checksum(&[family, state, count, first_at], body);
    database
        .prepare_cached(
            "INSERT INTO tails (id, family, state, count, first_at, checksum, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![id, family, state, count, first_at, checksum, body])?;
    Ok(())
}

/// The parts of a row of tails.
pub(crate) fn read_tail<'a>(row: &'a Row<'_>) -> Result<Vec<tail::Part<'a>>, Damage> {
    let [family, state, count, first_at, stored] = numbers(row, 1)?;
    let body = body(row, 6)?;
    codec::check(stored, checksum(&[family, state, count, first_at], body))?;
    let parts = tail::parts(body)?;
    let counted = parts.iter().map(tail::Part::count).try_fold(0_u64, u64::checked_add);
    if counted == Some(count.cast_unsigned()) { Ok(parts) } else { Err(Damage::Disagrees("count")) }
}

/// Writes the buckets of one span, in the place of those that were there; there is at least one.
pub(crate) fn replace_aggregates(
    database: &Connection,
    indicator: i64,
    resolution: Resolution,
    period: i64,
    buckets: &[Bucket],
) -> Result<(), ArchiveFault> {
    let millis = resolution.millis();
    let at = |bucket: Option<&Bucket>| bucket.map_or(0, |bucket| span::begin(bucket.index, millis));
    let ends = (at(buckets.first()), at(buckets.last()));
    let body = aggregate::encode(buckets);
    let count = buckets.len() as i64;
    let checksum = checksum(&[indicator, millis, period, count, ends.0, ends.1], &body);
    database
        .prepare_cached(
            "INSERT OR REPLACE INTO aggregates
             (indicator, resolution, period, count, first_at, last_at, checksum, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![indicator, millis, period, count, ends.0, ends.1, checksum, body])?;
    Ok(())
}

/// The buckets of a row.
pub(crate) fn read_aggregates(row: &Row<'_>) -> Result<Vec<Bucket>, Damage> {
    let [indicator, resolution, period, count, first_at, last_at] = numbers(row, 1)?;
    let body = body(row, 8)?;
    codec::check(number(row, 7)?, checksum(&[indicator, resolution, period, count, first_at, last_at], body))?;
    let width = match resolution {
        60_000 => span::DAY,
        3_600_000 => DAYS_OF_HOURS * span::DAY,
        _ => return Err(Damage::Disagrees("resolution")),
    };
    let most = width / resolution;
    let buckets = aggregate::decode(body, usize::try_from(count).unwrap_or(0), most as usize)?;
    let is_inside = buckets.iter().all(|bucket| bucket.index.div_euclid(most) == period);
    if is_inside { Ok(buckets) } else { Err(Damage::Disagrees("period")) }
}

pub(crate) fn checksum(numbers: &[i64], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    numbers.iter().for_each(|number| hasher.update(&number.to_le_bytes()));
    hasher.update(body);
    hasher.finalize()
}

fn numbers<const N: usize>(row: &Row<'_>, from: usize) -> Result<[i64; N], Damage> {
    let mut numbers = [0; N];
    for (column, number) in (from..).zip(&mut numbers) {
        *number = self::number(row, column)?;
    }
    Ok(numbers)
}

fn number(row: &Row<'_>, column: usize) -> Result<i64, Damage> {
    row.get(column).map_err(|_| Damage::Column)
}

fn body<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Damage> {
    row.get_ref(column).ok().and_then(|value| value.as_blob().ok()).ok_or(Damage::Column)
}
