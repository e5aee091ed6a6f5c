//! How much an outbox holds, and which readings go when it is too much.

use std::time::Duration;

use super::{Outbox, segment::Segment};
use crate::happening::ReadingsDropped;

/// The most readings in one file, so that what goes at once stays small.
const LARGEST_SEGMENT: u64 = 4096;
/// The bounds are held file by file; this part of them is in one file at most.
const SHARE: u32 = 8;

/// What an outbox holds at most. The oldest go a file at a time, at most an eighth of a bound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// So many readings.
    pub most_readings: u64,
    /// So many bytes of its files.
    pub most_bytes: u64,
    /// So long since a reading was taken in, by this machine's clock.
    pub keep_for: Duration,
}

impl Bounds {
    /// How many readings one file holds.
    pub(super) fn readings_a_file(&self) -> u64 {
        (self.most_readings / u64::from(SHARE)).clamp(1, LARGEST_SEGMENT)
    }

    /// How long one file becomes, in bytes; a single reading that is longer has one of its own.
    pub(super) fn bytes_a_file(&self) -> u64 {
        self.most_bytes / u64::from(SHARE)
    }

    /// How far apart the first and the last reading of a file were taken in.
    pub(super) fn span_of_a_file(&self) -> Duration {
        self.keep_for / SHARE
    }
}

impl Outbox {
    /// The oldest go while there is too much.
    pub(super) fn make_room(&mut self) {
        while let Some(why) = self.too_much() {
            if self.segments.len() == 1 {
                self.seal();
            }
            let count = self.segments.front().map_or(0, |oldest| oldest.waiting(&self.settled));
            let upto = self.segments.front().map_or(0, Segment::last);
            self.remove_oldest();
            self.settled.insert([1, upto]);
            if 0 < count {
                self.losses.add(count, self.now);
                ReadingsDropped { count, why }.emit();
            }
        }
    }

    /// Why the oldest file has to go; `None` if it may stay.
    fn too_much(&self) -> Option<String> {
        let oldest = self.segments.front()?;
        let Bounds { most_readings, most_bytes, keep_for } = self.bounds;
        // The first of the file is older than its last by no more than the span.
        if oldest.waiting(&self.settled) != 0
            && keep_for - self.bounds.span_of_a_file() < self.now.since(oldest.newest_at)
        {
            return Some(format!("readings wait for at most {keep_for:?}"));
        }
        if self.segments.len() < 2 {
            return None;
        }
        if most_readings < self.pending() {
            return Some(format!("at most {most_readings} readings fit"));
        }
        let bytes: u64 = self.segments.iter().map(|segment| segment.bytes).sum();
        (most_bytes < bytes).then(|| format!("at most {most_bytes} bytes fit"))
    }
}
