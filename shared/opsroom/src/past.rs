//! What a watch remembers of its readings: enough for a trace, and no more.

use std::collections::VecDeque;

use cybernet::trace::{Band, LONGEST_TRACE, Point};
use serde::{Deserialize, Serialize};
use vsm::time::Moment;

/// The last readings with the one-step forecast of each, on the indicator's scale. Bounded by [`LONGEST_TRACE`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Past {
    readings: VecDeque<Remembered>,
}

/// A reading and its forecast; single precision is enough for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Remembered {
    /// By the team's clock.
    pub at: Moment,
    /// In the indicator's unit of measure.
    pub value: f64,
    /// Centre of the forecast and half the width of its 95 % interval, on the indicator's scale.
    pub forecast: Option<(f32, f32)>,
}

impl Past {
    /// Takes the next reading in; the oldest goes.
    pub fn push(&mut self, reading: Remembered) {
        if LONGEST_TRACE <= self.readings.len() {
            self.readings.pop_front();
        }
        self.readings.push_back(reading);
    }

    /// Every reading as a point of a trace, oldest first. `back` leads from the scale to the unit of measure.
    pub fn points<'a>(&'a self, back: impl Fn(f64) -> f64 + 'a) -> impl Iterator<Item = Point> + 'a {
        self.readings.iter().map(move |reading| reading.point(&back))
    }

    /// The newest `count` readings, newest first.
    pub fn last(&self, count: usize) -> impl Iterator<Item = &Remembered> {
        self.readings.iter().rev().take(count)
    }

    /// The newest reading.
    pub fn newest(&self) -> Option<&Remembered> {
        self.readings.back()
    }
}

impl Remembered {
    /// As a point of a trace.
    pub fn point(&self, back: impl Fn(f64) -> f64) -> Point {
        // What is too large for single precision has no band, rather than an infinite one.
        let band = self.forecast.and_then(|(mean, half)| {
            let (mean, half) = (f64::from(mean), f64::from(half));
            Band::new(back(mean - half), back(mean), back(mean + half))
        });
        Point(self.at, self.value, band)
    }
}
