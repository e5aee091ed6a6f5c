//! Columns as path data: across one unit a column, down from 0 to [`HEIGHT`].

use std::fmt::Write;

use super::reduce::{Range, Reducer};

/// The lowest value of a drawing lies here, the highest at 0.
pub(super) const HEIGHT: i64 = 4000;

/// The band is drawn this far beyond the readings, in parts of their range; what lies farther is cut.
const BEYOND: f64 = 0.3;

/// Free space above and below, in parts of what is drawn.
const AIR: f64 = 0.04;

/// What is drawn of one series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    /// Values at the lower and the upper edge.
    pub(super) edges: Range,
    /// Envelope of the 95 % intervals.
    pub(super) outer: String,
    /// Envelope of the 50 % intervals.
    pub(super) inner: String,
    /// The readings: a line, an area where a column holds several.
    pub(super) trace: String,
    /// The score from 0 to 1.
    pub(super) score: String,
}

impl Drawing {
    /// None where there is no reading.
    pub(super) fn new(columns: &Reducer) -> Option<Self> {
        let edges = edges(columns)?;
        let paths = |runs: Vec<Vec<(usize, Range)>>, edges| runs.iter().map(|run| ribbon(run, edges)).collect();
        Some(Self {
            edges,
            outer: paths(columns.runs(|column| column.outer), edges),
            inner: paths(columns.runs(|column| column.inner), edges),
            trace: paths(columns.runs(|column| column.value), edges),
            score: paths(
                columns.runs(|column| column.value.and(Range::new(0.0, column.score))),
                Range { low: 0.0, high: 1.0 },
            ),
        })
    }
}

/// All readings, and as much of the band as leaves them their room.
fn edges(columns: &Reducer) -> Option<Range> {
    let values = columns.columns().iter().filter_map(|column| column.value).reduce(Range::with)?;
    let bands = columns.columns().iter().filter_map(|column| column.outer).reduce(Range::with).unwrap_or(values);
    let beyond = BEYOND * (values.high - values.low);
    let cut = Range { low: bands.low.max(values.low - beyond), high: bands.high.min(values.high + beyond) };
    let Range { low, high } = opened(cut.with(values));
    let air = AIR * (high - low);
    Range::new(low - air, high + air)
}

/// Makes room around what does not change at all.
fn opened(range: Range) -> Range {
    let size = range.low.abs().max(range.high.abs());
    if size * 1e-9 < range.high - range.low {
        return range;
    }
    let room = if size == 0.0 { 1.0 } else { size / 2.0 };
    Range { low: range.low - room, high: range.high + room }
}

/// The upper edge forwards and the lower one back; a line where they are one.
fn ribbon(run: &[(usize, Range)], edges: Range) -> String {
    let Some(&(first, range)) = run.first() else { return String::new() };
    let (mut x, mut y) = (first as i64, down(range.high, edges));
    let mut path = format!("M{x} {y}l");
    let mut to = |index: usize, value: f64| {
        let (next_x, next_y) = (index as i64, down(value, edges));
        _ = write!(path, "{} {} ", next_x - x, next_y - y);
        (x, y) = (next_x, next_y);
    };
    run.iter().skip(1).for_each(|(index, range)| to(*index, range.high));
    let is_line = 1 < run.len() && run.iter().all(|(_, range)| range.low == range.high);
    if !is_line {
        run.iter().rev().for_each(|(index, range)| to(*index, range.low));
    }
    path.truncate(path.trim_end().len());
    if !is_line {
        path.push('z');
    }
    path
}

fn down(value: f64, edges: Range) -> i64 {
    let share = (edges.high - value) / (edges.high - edges.low);
    // A float beyond the integers saturates, so that nothing overflows.
    (share.clamp(0.0, 1.0) * HEIGHT as f64).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: Range = Range { low: 0.0, high: 4000.0 };

    fn at(low: f64, high: f64) -> Range {
        Range { low, high }
    }

    #[test]
    fn single_readings_are_a_line_and_several_an_area() {
        assert_eq!(ribbon(&[(3, at(10.0, 10.0)), (5, at(12.0, 12.0))], EDGES), "M3 3990l2 -2");
        assert_eq!(ribbon(&[(3, at(10.0, 20.0)), (4, at(12.0, 12.0))], EDGES), "M3 3980l1 8 0 0 -1 2z");
        assert_eq!(ribbon(&[(3, at(10.0, 10.0))], EDGES), "M3 3990l0 0z");
    }

    #[test]
    fn what_lies_beyond_the_edges_is_cut() {
        assert_eq!(ribbon(&[(0, at(-1e300, 1e300)), (1, at(5.0, 5.0))], EDGES), "M0 0l1 3995 0 0 -1 5z");
    }

    #[test]
    fn a_series_that_does_not_change_has_edges() {
        for value in [0.0, 7.0, -3e12] {
            let Range { low, high } = opened(at(value, value));
            assert!(low < value && value < high);
        }
    }
}
