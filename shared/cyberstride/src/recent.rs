//! When the last readings were taken and what was expected of them: an onset lies among them.

use serde::{Deserialize, Serialize};

use crate::innovation::KEPT;

/// The last readings: when they were taken, what was expected and what is usual then. Single precision is enough for what
/// is shown to people.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Recent {
    /// Milliseconds since 1970 UTC of the newest.
    newest: i64,
    kept: [Kept; KEPT],
    /// Readings so far; the newest stands before this place, counted in a ring.
    seen: u32,
}

/// What is kept of a reading: together, since all of it is written at once.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Kept {
    /// How many milliseconds before it the one before it was.
    gap: u32,
    expected: f32,
    /// Infinite where nothing is usual.
    usual: f32,
}

/// What was known before one reading, on the scale of the readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// Milliseconds since 1970 UTC.
    pub(crate) millis: i64,
    pub(crate) expected: f64,
    /// What is usual at that time.
    pub(crate) usual: Option<f64>,
}

impl Recent {
    pub(crate) fn push(&mut self, Moment { millis, expected, usual }: Moment) {
        let place = self.seen as usize % KEPT;
        let gap = u32::try_from(millis.saturating_sub(self.newest)).unwrap_or(u32::MAX);
        self.newest = millis;
        self.kept[place] = Kept { gap, expected: single(expected), usual: usual.map_or(f32::INFINITY, single) };
        // Past the end of the numbers the ring goes on where it is.
        self.seen = if self.seen == u32::MAX { self.seen - KEPT as u32 + 1 } else { self.seen + 1 };
    }

    /// The newest one is taken back.
    pub(crate) fn take_back(&mut self) {
        let Some(seen) = self.seen.checked_sub(1) else { return };
        self.newest = self.newest.saturating_sub(i64::from(self.kept[seen as usize % KEPT].gap));
        self.seen = seen;
    }

    /// The reading so many before the newest; the oldest, if that is longer ago than is remembered.
    pub(crate) fn ago(&self, readings: usize) -> Moment {
        let readings = readings.min(self.known() - 1);
        let place_of = |readings: usize| (self.seen.max(1) as usize - 1 - readings) % KEPT;
        let since: i64 = (0..readings).map(|later| i64::from(self.kept[place_of(later)].gap)).sum();
        let (place, millis) = (place_of(readings), self.newest.saturating_sub(since));
        let Kept { expected, usual, .. } = self.kept[place];
        let usual = Some(usual).filter(|usual| usual.is_finite()).map(f64::from);
        Moment { millis, expected: f64::from(expected), usual }
    }

    /// How many readings before the newest the first one after a moment was; none if that is longer ago than is
    /// remembered, or yet to come.
    pub(crate) fn place(&self, millis: i64) -> Option<usize> {
        let is_later = |ago: &usize| millis <= self.ago(*ago).millis;
        let is_among = self.ago(self.known() - 1).millis <= millis && is_later(&0);
        is_among.then(|| (0..self.known()).take_while(is_later).count().saturating_sub(1))
    }

    fn known(&self) -> usize {
        KEPT.min(self.seen.max(1) as usize)
    }
}

fn single(y: f64) -> f32 {
    y.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}
