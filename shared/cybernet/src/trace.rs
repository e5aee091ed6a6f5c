//! A trace: the last readings of an indicator with the forecast of each, and the forecast of the next.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use vsm::{id::IndicatorId, time::Moment};

use crate::lists::Keyed;

/// How many readings a trace keeps.
pub const LONGEST_TRACE: usize = 40;
/// How many periods it looks ahead.
pub const AHEAD: usize = 3;

/// How many notes a trace carries, the newest of its unit.
pub const MOST_NOTES: usize = 8;
/// How many characters of a note a screen is given.
pub const LONGEST_NOTE_SHOWN: usize = 60;

/// A forecast as its 95 % interval: `(lower, mean, upper)`, in the indicator's unit of measure. On the wire a list.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Band(pub f64, pub f64, pub f64);

impl Band {
    /// The interval, if all of it can be written as numbers.
    pub fn new(lower: f64, mean: f64, upper: f64) -> Option<Self> {
        [lower, mean, upper].iter().all(|edge| edge.is_finite()).then_some(Self(lower, mean, upper))
    }
}

/// One reading and the forecast made before it was seen. On the wire a list `[at, value, band or null]`, with its mark as
/// a fourth member where there is something to say: `[at, value, band, {"late":true}]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(from = "AnyPoint", into = "AnyPoint")]
pub struct Point(pub Moment, pub f64, pub Option<Band>, pub Mark);

/// What the room says of a reading in a trace.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
pub struct Mark {
    /// Whether it came after a newer one: it was held against what had been expected there, and nobody was told of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Whether its own team doubts it: it was not believed, and nobody was told of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubtful: bool,
    /// Whether it took the place of another reading of the same moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

/// A point as it is written: with or without its mark.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum AnyPoint {
    Marked(Moment, f64, Option<Band>, Mark),
    Plain(Moment, f64, Option<Band>),
}

/// The last readings of an indicator and the next periods.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Trace {
    /// Whose readings.
    pub indicator: IndicatorId,
    /// Oldest first, at most [`LONGEST_TRACE`].
    pub points: VecDeque<Point>,
    /// The next [`AHEAD`] periods; empty while the detector has no forecast.
    pub ahead: Vec<Band>,
    /// What was said of readings of its unit lately, oldest first, at most [`MOST_NOTES`]; some may be older than the points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// What a team said of a reading, as that something was deployed then. On the wire a list `[at, text, indicator]`, the
/// indicator being the one that was read.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub struct Note(pub Moment, pub String, pub IndicatorId);

/// The notes of a trace, in the place of those it had.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Notes {
    /// Whose trace.
    pub indicator: IndicatorId,
    /// Oldest first, at most [`MOST_NOTES`].
    pub notes: Vec<Note>,
}

/// The next reading of a trace, a late one among the others, or another one of a moment that was read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Step {
    /// Whose reading.
    pub indicator: IndicatorId,
    /// The reading.
    pub point: Point,
    /// The periods after it.
    pub ahead: Vec<Band>,
}

impl Point {
    /// A reading that came in its turn.
    pub fn new(at: Moment, value: f64, forecast: Option<Band>) -> Self {
        Self(at, value, forecast, Mark::default())
    }
}

impl From<AnyPoint> for Point {
    fn from(any: AnyPoint) -> Self {
        match any {
            AnyPoint::Marked(at, value, forecast, mark) => Self(at, value, forecast, mark),
            AnyPoint::Plain(at, value, forecast) => Self::new(at, value, forecast),
        }
    }
}

impl From<Point> for AnyPoint {
    fn from(Point(at, value, forecast, mark): Point) -> Self {
        match mark == Mark::default() {
            true => Self::Plain(at, value, forecast),
            false => Self::Marked(at, value, forecast, mark),
        }
    }
}

impl Trace {
    /// A trace without readings.
    pub fn new(indicator: IndicatorId) -> Self {
        Self { indicator, points: VecDeque::new(), ahead: Vec::new(), notes: Vec::new() }
    }

    /// Takes the next reading in, or a late one where it belongs; the oldest goes. One of a moment that was read takes the
    /// place of the former.
    pub fn push(&mut self, point: Point, ahead: Vec<Band>) {
        match self.points.binary_search_by_key(&point.0, |earlier| earlier.0) {
            Ok(place) => self.points[place] = point,
            Err(place) => self.points.insert(place, point),
        }
        while LONGEST_TRACE < self.points.len() {
            self.points.pop_front();
        }
        self.ahead = ahead;
    }
}

impl Keyed for Trace {
    type Key = IndicatorId;
    fn key(&self) -> &IndicatorId {
        &self.indicator
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_keeps_the_newest_readings() {
        let mut trace = Trace::new(IndicatorId::parse("a").unwrap());
        for i in 0..100 {
            trace.push(Point::new(Moment::from_unix_millis(i), i as f64, None), Vec::new());
        }
        assert_eq!(trace.points.len(), LONGEST_TRACE);
        assert_eq!(trace.points.back().unwrap().1, 99.0);
    }

    #[test]
    fn a_point_is_a_list_on_the_wire() {
        let point = Point::new(Moment::from_unix_millis(7), 1.5, Some(Band(1.0, 2.0, 3.0)));
        let marked = |mark| Point(point.0, point.1, None, mark);
        let late = marked(Mark { late: true, ..Mark::default() });
        let doubtful = marked(Mark { doubtful: true, ..Mark::default() });
        for (point, text) in [
            (point, "[7,1.5,[1.0,2.0,3.0]]"),
            (late, r#"[7,1.5,null,{"late":true}]"#),
            (doubtful, r#"[7,1.5,null,{"doubtful":true}]"#),
        ] {
            assert_eq!(serde_json::to_string(&point).unwrap(), text);
            assert_eq!(serde_json::from_str::<Point>(text).unwrap(), point);
        }
    }

    #[test]
    fn a_late_reading_goes_where_it_belongs() {
        let mut trace = Trace::new(IndicatorId::parse("a").unwrap());
        let point =
            |at: i64, late| Point(Moment::from_unix_millis(at), at as f64, None, Mark { late, ..Mark::default() });
        (0..40).for_each(|at| trace.push(point(2 * at, false), Vec::new()));
        trace.push(point(51, true), Vec::new());
        let values: Vec<f64> = trace.points.iter().map(|point| point.1).collect();
        assert!(values.is_sorted() && values.len() == LONGEST_TRACE && values.contains(&51.0), "{values:?}");
        trace.push(point(1, true), Vec::new());
        assert!(trace.points.iter().map(|point| point.1).eq(values), "older than all that are kept");
    }
}
