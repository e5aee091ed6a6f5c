//! The largest disturbances row by row, for a drawing of the whole series is too coarse to see what was judged.

use std::collections::VecDeque;

use super::{
    glance::{Glance, Said},
    reduce::Reducer,
};

/// So many are kept, the largest.
pub(super) const SHOWN: usize = 12;

/// Rows that are shown before a disturbance was noticed.
const BEFORE: usize = 40;

/// Rows that are shown from then on.
const AFTER: usize = 60;

/// One disturbance and the rows around it.
#[derive(Clone, Debug)]
pub(super) struct Closeup {
    /// As it was known last.
    pub(super) told: Said,
    /// Each row in a column of its own, as far as rows come at even times.
    pub(super) columns: Reducer,
    rows: usize,
}

/// Those of one series.
#[derive(Clone, Debug, Default)]
pub(super) struct Closeups {
    recent: VecDeque<Glance>,
    open: Option<Closeup>,
    kept: Vec<Closeup>,
}

impl Closeups {
    /// Follows the next row.
    pub(super) fn follow(&mut self, row: &Glance) {
        let is_over = |open: &Closeup| match row.told {
            Some(told) => told.raised != open.told.raised,
            None => AFTER <= open.rows,
        };
        if let Some(over) = self.open.take_if(|open| is_over(open)) {
            self.keep(over);
        }
        if let (None, Some(told)) = (&self.open, row.told) {
            let mut columns = Reducer::new();
            self.recent.iter().for_each(|row| columns.take(row));
            self.open = Some(Closeup { told, columns, rows: 0 });
        }
        if let Some(open) = &mut self.open {
            open.told = row.told.unwrap_or(open.told);
            if open.rows < AFTER {
                open.rows += 1;
                open.columns.take(row);
            }
        }
        if self.recent.len() == BEFORE {
            self.recent.pop_front();
        }
        self.recent.push_back(*row);
    }

    /// All of them, the largest first.
    pub(super) fn shown(&self) -> Vec<&Closeup> {
        let mut all: Vec<_> = self.kept.iter().chain(&self.open).collect();
        all.sort_by(|a, b| b.told.by_size(&a.told));
        all.truncate(SHOWN);
        all
    }

    fn keep(&mut self, over: Closeup) {
        self.kept.push(over);
        self.kept.sort_by(|a, b| b.told.by_size(&a.told));
        self.kept.truncate(SHOWN);
    }
}

#[cfg(test)]
mod tests {
    use opsroom::hindcast::Tier;

    use super::*;

    /// A disturbance of ten rows every hundred rows.
    fn row(at: i64) -> Glance {
        let (raised, sd) = (at - at % 100, (at / 100 % 29) as f64);
        let tier = if raised == 1500 && 5 <= at % 100 { Tier::Sustained } else { Tier::Sudden };
        let told = (at % 100 < 10 && 100 <= at).then_some(Said::step(raised, sd, tier));
        Glance { at, value: Some(sd), forecast: None, score: 0.0, told }
    }

    #[test]
    fn the_largest_are_kept_with_the_rows_around_them() {
        let mut closeups = Closeups::default();
        (0..5090).for_each(|at| closeups.follow(&row(at)));
        let shown = closeups.shown();
        let sizes: Vec<_> = shown.iter().map(|it| it.told.sd).collect();
        assert_eq!(sizes, [15.0, 28.0, 27.0, 26.0, 25.0, 24.0, 23.0, 22.0, 21.0, 21.0, 20.0, 20.0]);
        assert!(shown.iter().all(|it| it.columns.columns().len() == BEFORE + AFTER));
        assert!(shown.iter().all(|it| it.columns.place(it.told.raised) / it.columns.place(it.told.raised + 60) == 0.4));
    }

    #[test]
    fn a_disturbance_is_shown_while_it_lasts_and_once() {
        let mut closeups = Closeups::default();
        (100..105).chain([106]).for_each(|at| closeups.follow(&row(at)));
        assert_eq!(closeups.shown().len(), 1);
        let mut long = Closeups::default();
        let lasting = |at| Glance { at, told: row(100).told, ..row(at) };
        (100..900).for_each(|at| long.follow(&lasting(at)));
        assert_eq!((long.shown().len(), long.shown()[0].columns.columns().len()), (1, AFTER));
    }
}
