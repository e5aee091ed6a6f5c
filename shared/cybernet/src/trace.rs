//! A trace: the last readings of an indicator with the forecast of each, and the forecast of the next.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use vsm::{id::IndicatorId, time::Moment};

use crate::lists::Keyed;

/// How many readings a trace keeps.
pub const LONGEST_TRACE: usize = 40;
/// How many periods it looks ahead.
pub const AHEAD: usize = 3;

/// A forecast as its 95 % interval: `(lower, mean, upper)`, in the indicator's unit of measure. On the wire a list.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Band(pub f64, pub f64, pub f64);

impl Band {
    /// The interval, if all of it can be written as numbers.
    pub fn new(lower: f64, mean: f64, upper: f64) -> Option<Self> {
        [lower, mean, upper].iter().all(|edge| edge.is_finite()).then_some(Self(lower, mean, upper))
    }
}

/// One reading and the forecast made before it was seen. On the wire a list `[at, value, band or null]`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Point(pub Moment, pub f64, pub Option<Band>);

/// The last readings of an indicator and the next periods.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Trace {
    /// Whose readings.
    pub indicator: IndicatorId,
    /// Oldest first, at most [`LONGEST_TRACE`].
    pub points: VecDeque<Point>,
    /// The next [`AHEAD`] periods; empty while the detector has no forecast.
    pub ahead: Vec<Band>,
}

/// The next reading of a trace.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Step {
    /// Whose reading.
    pub indicator: IndicatorId,
    /// The reading.
    pub point: Point,
    /// The periods after it.
    pub ahead: Vec<Band>,
}

impl Trace {
    /// A trace without readings.
    pub fn new(indicator: IndicatorId) -> Self {
        Self { indicator, points: VecDeque::new(), ahead: Vec::new() }
    }

    /// Takes the next reading in; the oldest goes.
    pub fn push(&mut self, point: Point, ahead: Vec<Band>) {
        while LONGEST_TRACE <= self.points.len() {
            self.points.pop_front();
        }
        self.points.push_back(point);
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
            trace.push(Point(Moment::from_unix_millis(i), i as f64, None), Vec::new());
        }
        assert_eq!(trace.points.len(), LONGEST_TRACE);
        assert_eq!(trace.points.back().unwrap().1, 99.0);
    }

    #[test]
    fn a_point_is_a_list_on_the_wire() {
        let point = Point(Moment::from_unix_millis(7), 1.5, Some(Band(1.0, 2.0, 3.0)));
        assert_eq!(serde_json::to_string(&point).unwrap(), "[7,1.5,[1.0,2.0,3.0]]");
    }
}
