//! What is too old goes: days of history by their horizon, and the beginning of the journal.

use rusqlite::params;

use super::Work;
use crate::{
    batch::Position,
    fault::ArchiveFault,
    history::{Resolution, day, horizons::Horizons, rows::DAYS_OF_HOURS, span},
};

/// What dropping a row costs, in readings.
const ROW: usize = 64;
/// How many rows are looked at to tell the size of the journal.
const PROBES: i64 = 64;

impl Work<'_> {
    /// Moves the horizons, and drops what lies before them. Every day before today is aggregated when this is called.
    pub(super) fn retire(&mut self) -> Result<bool, ArchiveFault> {
        let first_kept = |kept| span::first_day_kept(self.now, kept);
        let before = self.horizons;
        // A clock that was wrong for a while must not leave a horizon in the future for good.
        let tomorrow = self.today() + 1;
        let raw_from = before.raw_from.min(tomorrow).max(first_kept(self.policy.raw));
        let minutes_from = before.minutes_from.min(tomorrow).max(first_kept(self.policy.minutes).min(raw_from));
        let hours_from = before.hours_from.min(tomorrow).max(first_kept(self.policy.hours).min(minutes_from));
        self.horizons = Horizons { raw_from, minutes_from, hours_from, ..before };
        if self.horizons != before {
            self.horizons.write(self.database)?;
        }
        Ok(self.drop_raw()?
            && self.drop_annotations(span::begin(minutes_from, span::DAY))?
            && self.drop_aggregates(Resolution::Minute, minutes_from)?
            && self.drop_aggregates(Resolution::Hour, hours_from.div_euclid(DAYS_OF_HOURS))?)
    }

    fn drop_raw(&mut self) -> Result<bool, ArchiveFault> {
        let mut query =
            self.database.prepare_cached("SELECT indicator, day FROM chunks WHERE day < ?1 ORDER BY day LIMIT 1")?;
        let oldest = |query: &mut rusqlite::CachedStatement<'_>, raw_from: i64| {
            let mut rows = query.query([raw_from])?;
            rows.next()?.map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?))).transpose()
        };
        while let Some((indicator, day)) = oldest(&mut query, self.horizons.raw_from)? {
            if self.left == 0 {
                return Ok(false);
            }
            let dropped = day::drop_chunks(self.database, indicator, day)?;
            self.tidied.dropped += dropped as u64;
            self.spend(dropped * ROW);
        }
        Ok(true)
    }

    fn drop_annotations(&mut self, before: i64) -> Result<bool, ArchiveFault> {
        let mut delete = self.database.prepare_cached(
            "DELETE FROM annotations WHERE id IN (SELECT id FROM annotations WHERE at < ?1 ORDER BY at LIMIT 64)",
        )?;
        loop {
            let dropped = delete.execute([before])?;
            self.tidied.dropped += dropped as u64;
            if dropped == 0 {
                return Ok(true);
            }
            self.spend(dropped * ROW);
            if self.left == 0 {
                return Ok(false);
            }
        }
    }

    fn drop_aggregates(&mut self, resolution: Resolution, period: i64) -> Result<bool, ArchiveFault> {
        const AT_ONCE: i64 = 16;
        let mut delete = self.database.prepare_cached(
            "DELETE FROM aggregates WHERE id IN
             (SELECT id FROM aggregates WHERE resolution = ?1 AND period < ?2 ORDER BY period LIMIT ?3)",
        )?;
        loop {
            let dropped = delete.execute([resolution.millis(), period, AT_ONCE])?;
            self.tidied.dropped += dropped as u64;
            if dropped == 0 {
                return Ok(true);
            }
            self.spend(dropped * ROW);
            if self.left == 0 {
                return Ok(false);
            }
        }
    }

    /// Drops the beginning of the journal, as far as it is too old or too large, up to `needed_after`, but never the
    /// `last` batch: positions are counted on from it.
    pub(super) fn cut(&mut self, needed_after: Position, last: Position) -> Result<bool, ArchiveFault> {
        let too_old = (self.now - self.policy.journal_age).unix_millis();
        let needed_after = needed_after.row().min(last.row() - 1);
        let most = i64::try_from(self.policy.journal_bytes).unwrap_or(i64::MAX);
        let mut bytes = self.bytes_of_the_journal()?;
        let mut first = self.database.prepare_cached(
            "SELECT position, received_at, length(body) FROM journal WHERE position <= ?1 ORDER BY position LIMIT 1",
        )?;
        let mut delete = self.database.prepare_cached("DELETE FROM journal WHERE position = ?1")?;
        loop {
            let mut rows = first.query([needed_after])?;
            let Some(row) = rows.next()? else { return Ok(true) };
            let (position, received_at, length): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            drop(rows);
            if too_old <= received_at && bytes <= most {
                return Ok(true);
            }
            if self.left == 0 {
                return Ok(false);
            }
            delete.execute(params![position])?;
            bytes -= length;
            self.tidied.batches += 1;
            self.spend(ROW);
        }
    }

    /// The bytes of its readings, from rows at even distances: to add up all would read all.
    fn bytes_of_the_journal(&self) -> Result<i64, ArchiveFault> {
        let ends = "SELECT min(position), max(position) FROM journal";
        let (first, last): (Option<i64>, Option<i64>) =
            self.database.query_row(ends, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((first, last)) = first.zip(last) else { return Ok(0) };
        let count = last - first + 1;
        let probes = count.min(PROBES);
        let mut query =
            self.database.prepare_cached("SELECT length(body) FROM journal WHERE ?1 <= position LIMIT 1")?;
        let mut sum = 0;
        for probe in 0..probes {
            sum += query.query_row([first + probe * count / probes], |row| row.get::<_, i64>(0))?;
        }
        Ok(sum / probes * count)
    }
}
