//! A series of unknown length in a bounded number of columns, each an equal time; what is extreme is kept.

use super::glance::{Glance, INTERVALS};

/// At most so many columns are drawn.
pub(super) const COLUMNS: usize = 1500;

/// A silence of so many usual intervals is a gap.
const GAP: f64 = 3.0;

/// From the least to the greatest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The rows of one span of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    /// Its place, from 0.
    pub(super) index: usize,
    first: i64,
    last: i64,
    rows: u32,
    /// Least and greatest reading; none where all are missing.
    pub(super) value: Option<Range>,
    /// Envelope of the 50 % intervals.
    pub(super) inner: Option<Range>,
    /// Envelope of the 95 % intervals.
    pub(super) outer: Option<Range>,
    /// The highest score.
    pub(super) score: f64,
}

/// The columns of one series. Rows come in the order of time.
#[derive(Clone, Debug)]
pub(super) struct Reducer {
    /// When the first row was measured, in milliseconds since 1970 UTC.
    pub(super) origin: i64,
    /// The time of one column, in milliseconds; it doubles whenever they are full.
    pub(super) width: i64,
    columns: Vec<Column>,
}

impl Range {
    /// From two numbers in any order; none where one of them is not finite.
    pub(super) fn new(a: f64, b: f64) -> Option<Self> {
        (a.is_finite() && b.is_finite()).then(|| Self { low: a.min(b), high: a.max(b) })
    }

    /// Both.
    pub(super) fn with(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

impl Reducer {
    /// Nothing seen yet.
    pub(super) fn new() -> Self {
        Self { origin: 0, width: 1, columns: Vec::new() }
    }

    /// Takes the next row in.
    pub(super) fn take(&mut self, row: &Glance) {
        if self.columns.is_empty() {
            self.origin = row.at;
        }
        while self.width * COLUMNS as i64 <= row.at - self.origin {
            self.halve();
        }
        let column = Column::of(row, ((row.at - self.origin) / self.width) as usize);
        match self.columns.last_mut() {
            Some(last) if last.index == column.index => *last = last.with(&column),
            _ => self.columns.push(column),
        }
    }

    /// The columns that hold rows.
    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The number of columns from the first row to the last, at least 1.
    pub(super) fn span(&self) -> usize {
        self.columns.last().map_or(1, |last| last.index + 1)
    }

    /// The first and the last row, in milliseconds since 1970 UTC.
    pub(super) fn ends(&self) -> (i64, i64) {
        (self.origin, self.columns.last().map_or(self.origin, |last| last.last))
    }

    /// Where a moment stands, in columns from the first row.
    pub(super) fn place(&self, at: i64) -> f64 {
        (at - self.origin) as f64 / self.width as f64
    }

    /// Stretches without a gap in which `part` is there: place and range of each column.
    pub(super) fn runs(&self, part: impl Fn(&Column) -> Option<Range>) -> Vec<Vec<(usize, Range)>> {
        let gap = GAP * self.usual_interval();
        let mut runs: Vec<Vec<(usize, Range)>> = Vec::new();
        let mut before: Option<&Column> = None;
        for column in &self.columns {
            let follows = before.is_some_and(|before| (column.first - before.last) as f64 <= gap);
            let range = part(column);
            before = range.and(Some(column));
            match (range, runs.last_mut()) {
                (Some(range), Some(run)) if follows => run.push((column.index, range)),
                (Some(range), _) => runs.push(vec![(column.index, range)]),
                (None, _) => {}
            }
        }
        runs
    }

    /// What nine in ten intervals between rows do not exceed, in milliseconds.
    fn usual_interval(&self) -> f64 {
        let inside = |column: &Column| (column.last - column.first) as f64 / f64::from(column.rows.max(2) - 1);
        let between = self.columns.windows(2).map(|two| (two[1].first - two[0].last) as f64);
        let within = self.columns.iter().filter(|column| 1 < column.rows).map(inside);
        let mut intervals: Vec<f64> = between.chain(within).collect();
        intervals.sort_by(f64::total_cmp);
        intervals.get(intervals.len() * 9 / 10).copied().unwrap_or(0.0)
    }

    fn halve(&mut self) {
        self.width *= 2;
        self.columns.iter_mut().for_each(|column| column.index /= 2);
        self.columns.dedup_by(|next, kept| {
            let same = next.index == kept.index;
            if same {
                *kept = kept.with(next);
            }
            same
        });
    }
}

impl Column {
    fn of(row: &Glance, index: usize) -> Self {
        let interval = |which| {
            let (lower, upper) = row.forecast?.interval(INTERVALS[which]);
            Range::new(lower, upper)
        };
        let value = row.value.and_then(|value| Range::new(value, value));
        let (inner, outer) = (interval(0), interval(1));
        Self { index, first: row.at, last: row.at, rows: 1, value, inner, outer, score: row.score }
    }

    /// This and the one that follows, in the place of this.
    fn with(&self, next: &Self) -> Self {
        let both = |a: Option<Range>, b: Option<Range>| a.zip(b).map(|(a, b)| a.with(b)).or(a).or(b);
        Self {
            last: next.last,
            rows: self.rows.saturating_add(next.rows),
            value: both(self.value, next.value),
            inner: both(self.inner, next.inner),
            outer: both(self.outer, next.outer),
            score: self.score.max(next.score),
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::glance::Expected;
    use super::*;

    fn row(at: i64, value: Option<f64>) -> Glance {
        let forecast = value.map(|value| Expected(std::array::from_fn(|level| value - 11.0 + level as f64)));
        Glance { at, value, forecast, score: 0.0, told: None }
    }

    fn reduced(rows: impl IntoIterator<Item = Glance>) -> Reducer {
        rows.into_iter().fold(Reducer::new(), |mut reducer, row| {
            reducer.take(&row);
            reducer
        })
    }

    #[test]
    fn a_hundred_thousand_rows_are_few_columns_and_their_extremes_are_kept() {
        let value = |row: i64| match row {
            31_234 => 900.0,
            77_777 => -900.0,
            _ => (row % 10) as f64,
        };
        let reducer = reduced((0..100_000).map(|at| row(60_000 * at, Some(value(at)))));
        assert!((COLUMNS / 2..=COLUMNS).contains(&reducer.columns().len()), "{}", reducer.columns().len());
        let at = |index: i64| {
            let place = reducer.place(60_000 * index) as usize;
            reducer.columns().iter().find(|column| column.index == place).unwrap()
        };
        assert_eq!(at(31_234).value.unwrap(), Range { low: 0.0, high: 900.0 });
        assert_eq!(at(77_777).value.unwrap(), Range { low: -900.0, high: 9.0 });
        assert_eq!(at(77_777).outer.unwrap(), Range { low: -910.0, high: 19.0 });
        assert_eq!(reducer.runs(|column| column.value).len(), 1);
    }

    #[test]
    fn missing_readings_and_silences_are_gaps() {
        let rows = (0..200).filter(|at| !(50..60).contains(at));
        let reducer = reduced(rows.map(|at| row(at, (!(120..130).contains(&at)).then_some(1.0))));
        let ends: Vec<_> = reducer
            .runs(|column| column.value)
            .iter()
            .map(|run| (run.first().unwrap().0, run.last().unwrap().0))
            .collect();
        assert_eq!(ends, [(0, 49), (60, 119), (130, 199)]);
    }

    #[test]
    fn one_row_far_behind_the_others_costs_detail_and_not_memory() {
        let century = 3_155_760_000_000;
        let reducer = reduced((0..1000).map(|at| row(60_000 * at, Some(1.0))).chain([row(century, Some(7.0))]));
        assert!(reducer.columns().len() <= COLUMNS && reducer.span() <= COLUMNS);
        assert_eq!(reducer.columns().last().unwrap().value.unwrap().high, 7.0);
    }
}
