//! What a watch remembers of its readings: enough for a trace, and no more.

use std::{collections::VecDeque, time::Duration};

use cybernet::trace::{Band, LONGEST_TRACE, Mark, Point};
use serde::{Deserialize, Serialize};
use vsm::time::Moment;

/// Two readings of one moment are one reading.
const SHORTEST: Duration = Duration::from_millis(1);

/// How many readings a past has place for at first.
const FEW: usize = 8;

/// The last readings with the one-step forecast of each. Bounded by [`LONGEST_TRACE`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Past {
    readings: VecDeque<Packed>,
}

/// A reading and its forecast; single precision is enough for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Remembered {
    /// By the team's clock.
    pub at: Moment,
    /// In the indicator's unit of measure.
    pub value: f64,
    /// Lower end of the 95 % interval of its forecast, centre, and upper end.
    pub forecast: Option<[f32; 3]>,
    /// Whether it came after a newer one.
    pub late: bool,
    /// Whether its own team doubts it.
    pub doubtful: bool,
    /// Whether it took the place of another of the same moment.
    pub corrected: bool,
}

/// The same in half a cache line.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(from = "Remembered", into = "Remembered")]
struct Packed {
    at: Moment,
    value: f64,
    forecast: [f32; 3],
    /// Whether there was a forecast.
    forecasted: bool,
    late: bool,
    doubtful: bool,
    corrected: bool,
}

const _: () = assert!(size_of::<Packed>() == 32);

impl From<Remembered> for Packed {
    fn from(reading: Remembered) -> Self {
        let Remembered { at, value, forecast, late, doubtful, corrected } = reading;
        let (forecasted, forecast) = (forecast.is_some(), forecast.unwrap_or_default());
        Self { at, value, forecast, forecasted, late, doubtful, corrected }
    }
}

impl From<Packed> for Remembered {
    fn from(packed: Packed) -> Self {
        let Packed { at, value, forecast, forecasted, late, doubtful, corrected } = packed;
        let forecast = forecasted.then_some(forecast);
        Self { at, value, forecast, late, doubtful, corrected }
    }
}

impl Past {
    /// Takes the next reading in, which is newer than all others; the oldest goes. None of them is looked at: they are in
    /// no cache.
    pub fn push(&mut self, newest: Remembered) {
        debug_assert!(self.newest().is_none_or(|before| before.at < newest.at), "{newest:?} after {:?}", self.newest());
        self.make_place();
        self.readings.push_back(newest.into());
    }

    /// Takes a late one in where it belongs; the oldest goes.
    pub fn insert(&mut self, late: Remembered) {
        self.make_place();
        let place = self.readings.partition_point(|earlier| earlier.at <= late.at);
        self.readings.insert(place, late.into());
    }

    fn make_place(&mut self) {
        let count = self.readings.len();
        if LONGEST_TRACE <= count {
            (LONGEST_TRACE..=count).for_each(|_| _ = self.readings.pop_front());
        } else if count == self.readings.capacity() {
            self.readings.reserve_exact(count.max(FEW).min(LONGEST_TRACE - count));
        }
    }

    /// The reading of a moment.
    pub fn at(&self, moment: Moment) -> Option<Remembered> {
        self.place(moment).map(|place| self.readings[place].into())
    }

    /// Puts a reading in the place of the one of the same moment, if there is one.
    pub fn replace(&mut self, reading: Remembered) {
        if let Some(place) = self.place(reading.at) {
            self.readings[place] = reading.into();
        }
    }

    /// Whether every reading from a moment on is remembered: one of that moment or before is.
    pub fn reaches(&self, moment: Moment) -> bool {
        self.readings.front().is_some_and(|oldest| oldest.at <= moment)
    }

    /// The readings from a moment on, oldest first.
    pub fn since(&self, moment: Moment) -> impl Iterator<Item = Remembered> {
        let from = self.readings.partition_point(|earlier| earlier.at < moment);
        self.readings.range(from..).copied().map(Remembered::from)
    }

    fn place(&self, moment: Moment) -> Option<usize> {
        self.readings.binary_search_by_key(&moment, |reading| reading.at).ok()
    }

    /// Whether it is known that no reading was taken within less than `apart` of a moment. Of what is longer ago than is
    /// remembered, nothing is known.
    pub fn has_gap(&self, at: Moment, apart: Duration) -> bool {
        let is_remembered =
            self.readings.front().is_some_and(|oldest| self.readings.len() < LONGEST_TRACE || oldest.at < at);
        let distance = |reading: &Packed| reading.at.since(at).max(at.since(reading.at));
        is_remembered && self.readings.iter().all(|reading| apart.max(SHORTEST) <= distance(reading))
    }

    /// Every reading as a point of a trace, oldest first.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        self.readings.iter().copied().map(|reading| Remembered::from(reading).point())
    }

    /// The newest reading.
    pub fn newest(&self) -> Option<Remembered> {
        self.readings.back().copied().map(Remembered::from)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }
}

impl Remembered {
    /// As a point of a trace.
    pub fn point(&self) -> Point {
        // What is too large for single precision has no band, rather than an infinite one.
        let band = self.forecast.and_then(|forecast| {
            let [lower, centre, upper] = forecast.map(f64::from);
            Band::new(lower, centre, upper)
        });
        let Self { late, doubtful, corrected, .. } = *self;
        Point(self.at, self.value, band, Mark { late, doubtful, corrected })
    }

    /// The value, unless it is doubted.
    pub fn believed(&self) -> Option<f64> {
        (!self.doubtful).then_some(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at: i64) -> Remembered {
        let at = Moment::from_unix_millis(at);
        Remembered { at, value: 1.0, forecast: Some([0.0, 1.0, 2.0]), late: false, doubtful: false, corrected: false }
    }

    #[test]
    fn however_many_it_begins_with_it_keeps_the_newest_and_no_more() {
        for count in (0..=LONGEST_TRACE).chain([LONGEST_TRACE + 7]) {
            let readings: Vec<_> = (0..count as i64).map(reading).collect();
            let mut past: Past = postcard::from_bytes(&postcard::to_allocvec(&readings).unwrap()).unwrap();
            past.push(reading(1000));
            let kept: Vec<_> = past.points().map(|point| point.0.unix_millis()).collect();
            let first = (count + 1).saturating_sub(LONGEST_TRACE) as i64;
            assert_eq!(kept, (first..count as i64).chain([1000]).collect::<Vec<_>>(), "of {count}");
            past.insert(reading(999));
            assert_eq!(past.newest().map(|newest| newest.at.unix_millis()), Some(1000), "a late one is not the newest");
        }
    }
}
