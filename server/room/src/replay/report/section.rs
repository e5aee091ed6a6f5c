//! One series as it is replayed: everything the page says of it, gathered in one pass and bounded memory.

use opsroom::hindcast::{self, Tier};

use super::{
    calibration::Calibration,
    closeups::Closeups,
    episodes::{Episode, Episodes},
    glance::Glance,
    reduce::Reducer,
};
use crate::replay::rows::Row;

const WEEK: f64 = 7.0 * 86_400_000.0;

/// What has been gathered of one series.
#[derive(Debug)]
pub(in crate::replay) struct Section {
    pub(super) name: String,
    pub(super) columns: Reducer,
    pub(super) episodes: Episodes,
    pub(super) closeups: Closeups,
    pub(super) calibration: Calibration,
    pub(super) readings: u64,
    pub(super) missing: u64,
    /// Rows that are not newer than the one before.
    pub(super) late: u64,
    /// Rows that could not be read.
    pub(in crate::replay) unread: u64,
    /// The first and the newest row, in milliseconds since 1970 UTC.
    pub(super) span: Option<(i64, i64)>,
}

/// What the table of all series says of one.
#[derive(Debug)]
pub(super) struct Summary {
    /// Its number on the page.
    pub(super) id: usize,
    pub(super) name: String,
    pub(super) readings: u64,
    pub(super) span: Option<(i64, i64)>,
    pub(super) sustained: u64,
    pub(super) sudden: u64,
    /// Of the highest tier, the one farthest from its forecast.
    pub(super) largest: Option<Episode>,
    pub(super) calibration: Calibration,
}

impl Section {
    /// Nothing replayed yet.
    pub(in crate::replay) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns: Reducer::new(),
            episodes: Episodes::default(),
            closeups: Closeups::default(),
            calibration: Calibration::default(),
            readings: 0,
            missing: 0,
            late: 0,
            unread: 0,
            span: None,
        }
    }

    /// Takes a row and what was said of it.
    pub(in crate::replay) fn take(&mut self, row: &Row, said: &hindcast::Row) {
        self.add(&Glance::new(row, said));
    }

    fn add(&mut self, row: &Glance) {
        if self.span.is_some_and(|(_, newest)| row.at <= newest) {
            self.late += 1;
            return;
        }
        self.span = Some((self.span.map_or(row.at, |(first, _)| first), row.at));
        self.columns.take(row);
        self.episodes.follow(row.at, row.told);
        self.closeups.follow(row);
        match row.value {
            Some(_) => self.readings += 1,
            None => self.missing += 1,
        }
        if let Some((value, expected)) = row.value.zip(row.forecast.as_ref()) {
            self.calibration.count(value, expected);
        }
    }

    /// What the table says of it under its number on the page.
    pub(super) fn summary(&self, id: usize) -> Summary {
        Summary {
            id,
            name: self.name.clone(),
            readings: self.readings,
            span: self.span,
            sustained: self.episodes.count(Tier::Sustained),
            sudden: self.episodes.count(Tier::Sudden),
            largest: self.episodes.shown().iter().max_by(|a, b| a.told.by_size(&b.told)).copied(),
            calibration: self.calibration.clone(),
        }
    }
}

impl Summary {
    /// Disturbances of both tiers.
    pub(super) fn disturbances(&self) -> u64 {
        self.sustained + self.sudden
    }

    /// The time from the first row to the last.
    pub(super) fn weeks(&self) -> f64 {
        self.span.map_or(0.0, |(first, last)| (last - first) as f64 / WEEK)
    }

    /// Disturbances in a week; none where the series is shorter than a day.
    pub(super) fn per_week(&self) -> Option<f64> {
        (1.0 / 7.0 <= self.weeks()).then(|| self.disturbances() as f64 / self.weeks())
    }
}

#[cfg(test)]
mod tests {
    use super::super::glance::Said;
    use super::*;

    fn row(at: i64, value: Option<f64>, told: Option<Said>) -> Glance {
        Glance { at, value, forecast: None, score: 0.0, told }
    }

    #[test]
    fn late_and_missing_rows_are_counted_and_not_drawn() {
        let mut section = Section::new("a.csv");
        let rows = [(0, Some(1.0)), (10, None), (5, Some(99.0)), (10, Some(99.0)), (20, Some(2.0))];
        rows.into_iter().for_each(|(at, value)| section.add(&row(at, value, None)));
        assert_eq!((section.readings, section.missing, section.late), (2, 1, 2));
        assert_eq!(section.span, Some((0, 20)));
        let greatest = section.columns.columns().iter().filter_map(|it| it.value).map(|it| it.high);
        assert_eq!(greatest.fold(f64::MIN, f64::max), 2.0);
    }

    #[test]
    fn the_largest_is_of_the_highest_tier_and_a_short_series_has_no_rate() {
        let mut section = Section::new("a.csv");
        for (at, sd, tier) in [(1, 50.0, Tier::Sudden), (2, -9.0, Tier::Sustained), (3, 8.0, Tier::Sustained)] {
            section.add(&row(at, Some(1.0), Some(Said::step(at, sd, tier))));
        }
        let summary = section.summary(0);
        assert_eq!((summary.sustained, summary.sudden, summary.largest.unwrap().told.sd), (2, 1, -9.0));
        assert_eq!(summary.per_week(), None);
    }
}
