//! How unusual a value is among its own past: the tail of block maxima.

use serde::{Deserialize, Serialize};

use super::brief::Brief;

/// Block maxima that are kept, and how many there must be before anything is said.
const KEPT: usize = 16;

/// Length of a block, in readings: extremes come in clusters, and a block counts a cluster once. Three lengths at once
/// cost three times as much and found no more.
const LENGTH: u8 = 12;

/// What is said of a value that is nothing unusual.
pub(crate) const USUAL: f64 = -9.0;

/// Scale of an exponential tail from its 8th and 16th largest: the inner half, so that earlier anomalies, which lie
/// among the largest, do not widen it. The expected distance is the sum of 1/k for k from 8 to 15, .7254.
const INNER_HALF: f32 = 0.7626;

/// One side of the tail of one channel: the largest maxima of blocks.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Tail {
    /// From the largest down.
    largest: [Brief; KEPT],
    /// Maximum of the block that is being filled.
    maximum: Brief,
    filled: u8,
    /// Blocks so far; it stops where one more is nothing to speak of.
    count: u16,
}

impl Default for Tail {
    fn default() -> Self {
        Self { largest: [Brief::LEAST; KEPT], maximum: Brief::LEAST, filled: 0, count: 0 }
    }
}

impl Tail {
    /// Minus the logarithm of the probability that a block has so large a maximum; [`USUAL`] for what is not unusual.
    /// Judged before the value counts. The scale of the tail is never taken to be less than `floor`.
    pub(crate) fn observe(&mut self, value: f64, floor: f32) -> f64 {
        let value = Brief::of(value);
        let unusual = self.judge(value.get(), floor);
        self.push(value);
        unusual
    }

    fn judge(&self, value: f32, floor: f32) -> f64 {
        let bound = self.largest[KEPT - 1].get();
        // A tie is nothing unusual, or flat series would alarm for ever.
        if self.count < KEPT as u16 || value <= bound {
            return USUAL;
        }
        let inner = (self.largest[KEPT / 2 - 1].get() - bound) / INNER_HALF;
        let scale = inner.max(0.1 * bound).max(floor);
        f64::from((value - bound) / scale) + (f64::from(self.count) / KEPT as f64).ln()
    }

    fn push(&mut self, value: Brief) {
        if self.maximum.get() < value.get() {
            self.maximum = value;
        }
        self.filled += 1;
        if self.filled < LENGTH {
            return;
        }
        self.insert(self.maximum);
        (self.maximum, self.filled) = (Brief::LEAST, 0);
        self.count = self.count.saturating_add(1);
    }

    fn insert(&mut self, maximum: Brief) {
        let Some(place) = self.largest.iter().position(|kept| kept.get() < maximum.get()) else { return };
        self.largest[place..].rotate_right(1);
        self.largest[place] = maximum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of two values after 24,000 readings of an exponential variable.
    fn told_of(seed: u64, values: [f64; 2]) -> [f64; 2] {
        let mut tail = Tail::default();
        let mut state = seed;
        for _ in 0..24_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tail.observe(-((state >> 11) as f64 / (1_u64 << 53) as f64).max(1e-12).ln(), 0.001);
        }
        values.map(|value| tail.observe(value, 0.001))
    }

    #[test]
    fn an_exponential_tail_is_told_in_its_own_nats() {
        let told: Vec<_> = (1..=40).map(|seed| told_of(seed, [10.09, 15.0])).collect();
        let mean = |k: usize| told.iter().map(|pair| pair[k]).sum::<f64>() / told.len() as f64;
        // A block of 12 readings has a maximum of 10.09 with a probability of exp(-7.6).
        assert!((mean(0) - 7.6).abs() < 0.5 && (mean(1) - mean(0) - 4.91).abs() < 1.0, "{} {}", mean(0), mean(1));
    }

    #[test]
    fn ties_are_nothing_unusual() {
        let mut tail = Tail::default();
        assert!((0..5000).all(|_| tail.observe(3.0, 0.001) == USUAL));
    }
}
