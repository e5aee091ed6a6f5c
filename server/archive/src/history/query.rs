//! What history answers: readings while they fit, else what they come to.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    time::Duration,
};

use rusqlite::Connection;
use vsm::{id::IndicatorId, time::Moment};

use super::{
    Aggregate, History, MOST_ANNOTATIONS, PastReading, Points, Resolution,
    aggregate::{self, Bucket},
    annotations, append,
    horizons::Horizons,
    read::{self, Wanted},
    rows::DAYS_OF_HOURS,
    span,
};
use crate::{archive::Archive, fault::ArchiveFault};

/// How many minutes a bucket made from minutes may hold.
const MINUTES: [i64; 6] = [1, 2, 5, 10, 15, 30];
/// How many hours a bucket made from hours may hold; from then on, whole days.
const HOURS: [i64; 6] = [1, 2, 3, 6, 12, 24];
/// How often the days of a bucket can be doubled until its milliseconds are too many to count.
const DOUBLINGS: i64 = 36;
/// Buckets are counted from the epoch, so that some spans lie in two whatever the width; all time lies in four of the
/// widest.
const FEWEST: i64 = 4;

impl Archive {
    /// What `indicator` did within `range`, in at most `most` points (at least four). `None` if nothing of it was kept.
    ///
    /// Readings, if they fit and are all there; else aggregates of the narrowest buckets of whole minutes or hours that
    /// fit, which keep the extremes. What lies in the tails, or in days not aggregated yet, is in the answer.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read. A damaged row is told in the answer.
    pub fn history(
        &self,
        indicator: &IndicatorId,
        range: Range<Moment>,
        most: usize,
    ) -> Result<Option<History>, ArchiveFault> {
        history(&self.database, indicator, range, most)
    }
}

/// See [`Archive::history`].
pub(crate) fn history(
    database: &Connection,
    indicator: &IndicatorId,
    range: Range<Moment>,
    most: usize,
) -> Result<Option<History>, ArchiveFault> {
    // One transaction, so that what another connection moves from tails to chunks meanwhile is met once.
    let transaction = database.unchecked_transaction()?;
    let id = indicator;
    let Some(indicator) = append::id_of(&transaction, indicator)? else { return Ok(None) };
    let horizons = Horizons::read(&transaction)?;
    let mut damaged = Vec::new();
    let tail = read::tail(&transaction, indicator, &mut damaged)?;
    let mut past = Past { database: &transaction, indicator, horizons, tail, damaged, corrected: Vec::new() };
    let points = match past.extent(&range)? {
        Some(extent) => past.points(extent, i64::try_from(most).unwrap_or(i64::MAX).max(FEWEST))?,
        None => Points::Raw(Vec::new()),
    };
    let of = BTreeSet::from([id.clone()]);
    let said = annotations::annotations(&transaction, Some(&of), range, MOST_ANNOTATIONS)?;
    let damaged = past.damaged.into_iter().chain(said.damaged).collect();
    Ok(Some(History { points, corrected: past.corrected, annotations: said.lines, damaged }))
}

/// The first and the last moment of a span, Unix milliseconds.
type Extent = (i64, i64);

/// The past of one indicator.
struct Past<'a> {
    database: &'a Connection,
    indicator: i64,
    horizons: Horizons,
    tail: Vec<PastReading>,
    damaged: Vec<ArchiveFault>,
    corrected: Vec<PastReading>,
}

impl Past<'_> {
    /// The part of `range` that anything lies in.
    fn extent(&self, range: &Range<Moment>) -> Result<Option<Extent>, ArchiveFault> {
        let (from, to) = (range.start.unix_millis(), range.end.unix_millis());
        if to <= from {
            return Ok(None);
        }
        let kept_from = span::begin(self.horizons.hours_from, span::DAY);
        let of_tail = self.tail.iter().map(PastReading::at);
        let ends = [self.ends_of_chunks()?, self.ends_of_hours()?, of_tail.clone().min().zip(of_tail.max())];
        let first = ends.iter().flatten().map(|(first, _)| *first).min();
        let last = ends.iter().flatten().map(|(_, last)| *last).max();
        let extent = first.zip(last).map(|(first, last)| (first.max(from).max(kept_from), last.min(to - 1)));
        Ok(extent.filter(|(first, last)| first <= last))
    }

    fn ends_of_chunks(&self) -> Result<Option<Extent>, ArchiveFault> {
        let mut query = self.database.prepare_cached(
            "SELECT (SELECT min(first_at) FROM chunks WHERE indicator = ?1
                     AND day = (SELECT min(day) FROM chunks WHERE indicator = ?1)),
                    (SELECT max(last_at) FROM chunks WHERE indicator = ?1
                     AND day = (SELECT max(day) FROM chunks WHERE indicator = ?1))",
        )?;
        Ok(query.query_row([self.indicator], |row| Ok(row.get::<_, Option<_>>(0)?.zip(row.get(1)?)))?)
    }

    /// Whatever is in minutes is in hours, too.
    fn ends_of_hours(&self) -> Result<Option<Extent>, ArchiveFault> {
        let mut query = self.database.prepare_cached(
            "SELECT (SELECT first_at FROM aggregates WHERE indicator = ?1 AND resolution = ?2
                     ORDER BY period LIMIT 1),
                    (SELECT last_at FROM aggregates WHERE indicator = ?1 AND resolution = ?2
                     ORDER BY period DESC LIMIT 1)",
        )?;
        let hour = Resolution::Hour.millis();
        let found: Option<Extent> =
            query.query_row([self.indicator, hour], |row| Ok(row.get::<_, Option<_>>(0)?.zip(row.get(1)?)))?;
        Ok(found.map(|(first, last)| (first, last.saturating_add(hour - 1))))
    }

    fn points(&mut self, extent: Extent, most: i64) -> Result<Points, ArchiveFault> {
        if let Some(readings) = self.raw(extent, most)? {
            return Ok(Points::Raw(readings));
        }
        let (resolution, times) = self.width(extent, most);
        let width = resolution.millis() * times;
        let aggregates = self.aggregates(extent, resolution, times)?;
        let width = Duration::from_millis(width.unsigned_abs());
        Ok(Points::Aggregated { resolution, width, aggregates })
    }

    /// The readings, if they are all there and not more than `most`.
    fn raw(&mut self, extent: Extent, most: i64) -> Result<Option<Vec<PastReading>>, ArchiveFault> {
        let (first, last) = extent;
        let days = (span::day_of(first), span::day_of(last));
        if days.0 < self.horizons.raw_from || most < self.count_inside(extent, days)? {
            return Ok(None);
        }
        let told = self.damaged.len();
        let wanted = Wanted { indicator: self.indicator, days, span: extent, banded: true, ..Wanted::ALL };
        let mut readings = wanted.read(self.database, &mut self.damaged)?;
        readings.extend(&self.tail);
        readings.retain(|reading| (first..=last).contains(&reading.at()));
        let (readings, corrected) = read::with_formers(readings);
        if i64::try_from(readings.len()).is_ok_and(|count| count <= most) {
            self.corrected = corrected;
            return Ok(Some(readings));
        }
        self.damaged.truncate(told);
        Ok(None)
    }

    /// How many readings lie in chunks that lie within `extent`: what is surely too much is not read.
    fn count_inside(&self, (first, last): Extent, days: Extent) -> Result<i64, ArchiveFault> {
        let mut query = self.database.prepare_cached(
            "SELECT ifnull(sum(count), 0) FROM chunks WHERE indicator = ?1 AND day BETWEEN ?2 AND ?3
             AND ?4 <= first_at AND last_at <= ?5",
        )?;
        Ok(query.query_row([self.indicator, days.0, days.1, first, last], |row| row.get(0))?)
    }

    /// The narrowest buckets of which at most `most` cover `extent`: what they are made from, and of how many.
    fn width(&self, extent: Extent, most: i64) -> (Resolution, i64) {
        let fits = |width: i64| extent.1.div_euclid(width) - extent.0.div_euclid(width) < most;
        let has_minutes = self.horizons.minutes_from <= span::day_of(extent.0);
        let minutes = MINUTES.into_iter().filter(|_| has_minutes).map(|times| (Resolution::Minute, times));
        let hours = HOURS.into_iter().map(|times| (Resolution::Hour, times));
        // Twice as many days, again and again.
        let days = (1..=DOUBLINGS).map(|power| (Resolution::Hour, HOURS[5] << power));
        let mut widths = minutes.chain(hours).chain(days);
        widths
            .find(|(resolution, times)| fits(resolution.millis() * times))
            .unwrap_or((Resolution::Hour, HOURS[5] << DOUBLINGS))
    }

    fn aggregates(
        &mut self,
        extent: Extent,
        resolution: Resolution,
        times: i64,
    ) -> Result<Vec<Aggregate>, ArchiveFault> {
        let millis = resolution.millis();
        let width = millis * times;
        let (lowest, highest) = (extent.0.div_euclid(width), extent.1.div_euclid(width));
        let days = (
            span::day_of(span::begin(lowest, width)).max(self.horizons.hours_from),
            span::day_of(span::begin(highest, width).saturating_add(width - 1)),
        );
        let fresh = self.fresh(days)?;
        let kept = self.kept(resolution, days, &fresh)?;
        let folded = self.folded(resolution, &fresh)?;
        let mut buckets = aggregate::widen(&aggregate::merge(kept, folded), times);
        buckets.retain(|bucket| (lowest..=highest).contains(&bucket.index));
        Ok(buckets.iter().map(|bucket| bucket.aggregate(width)).collect())
    }

    /// The days among `days` whose aggregates lack something, with the first chunk they lack.
    fn fresh(&self, days: (i64, i64)) -> Result<BTreeMap<i64, i64>, ArchiveFault> {
        let of_tail = self.tail.iter().map(|reading| span::day_of(reading.at()));
        let mut fresh: BTreeMap<i64, i64> =
            of_tail.filter(|day| (days.0..=days.1).contains(day)).map(|day| (day, i64::MAX)).collect();
        let mut query = self
            .database
            .prepare_cached("SELECT day, since FROM unaggregated WHERE indicator = ?1 AND day BETWEEN ?2 AND ?3")?;
        let rows = query.query_map([self.indicator, days.0, days.1], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            let (day, since) = row?;
            fresh.insert(day, since);
        }
        Ok(fresh)
    }

    /// The buckets on disk, without those of days that are folded anew.
    fn kept(
        &mut self,
        resolution: Resolution,
        days: (i64, i64),
        fresh: &BTreeMap<i64, i64>,
    ) -> Result<Vec<Bucket>, ArchiveFault> {
        let of_a_day = span::DAY / resolution.millis();
        let periods = match resolution {
            Resolution::Minute => days,
            Resolution::Hour => (days.0.div_euclid(DAYS_OF_HOURS), days.1.div_euclid(DAYS_OF_HOURS)),
        };
        let mut buckets = read::buckets(self.database, self.indicator, resolution, periods, &mut self.damaged)?;
        buckets.retain(|bucket| {
            let day = bucket.index.div_euclid(of_a_day);
            let is_folded_anew = self.horizons.raw_from <= day && fresh.contains_key(&day);
            (days.0..=days.1).contains(&day) && !is_folded_anew
        });
        Ok(buckets)
    }

    /// What the aggregates on disk lack.
    fn folded(&mut self, resolution: Resolution, fresh: &BTreeMap<i64, i64>) -> Result<Vec<Bucket>, ArchiveFault> {
        let mut buckets = Vec::new();
        for (&day, &since) in fresh {
            let since = if self.horizons.raw_from <= day { i64::MIN } else { since };
            let wanted = Wanted { indicator: self.indicator, days: (day, day), since, ..Wanted::ALL };
            let mut readings = wanted.read(self.database, &mut self.damaged)?;
            readings.extend(self.tail.iter().filter(|reading| span::day_of(reading.at()) == day));
            buckets.extend(aggregate::fold(&read::in_order(readings), resolution.millis()));
        }
        Ok(buckets)
    }
}
