//! How unusual a value is among its own past: the tail of block maxima.

use serde::{Deserialize, Serialize};

/// Block maxima that are kept, and how many there must be before anything is said.
const KEPT: usize = 16;

/// Length of a block, in readings: extremes come in clusters, and a block counts a cluster once. Three lengths at once
/// cost three times as much and found no more.
const LENGTH: u16 = 12;

/// What is said of a value that is nothing unusual.
pub(crate) const USUAL: f64 = -9.0;

/// Scale of an exponential tail from its 8th and 16th largest: the inner half, so that earlier anomalies, which lie
/// among the largest, do not widen it. The expected distance is the sum of 1/k for k from 8 to 15, .7254.
const INNER_HALF: f32 = 0.7626;

/// One side of the tail of one channel: the largest maxima of blocks.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Tail {
    /// From the largest down.
    largest: [f32; KEPT],
    /// Maximum of the block that is being filled.
    maximum: f32,
    filled: u16,
    count: u32,
    /// The scale of the tail is never taken to be less.
    floor: f32,
}

impl Tail {
    pub(crate) fn new(floor: f64) -> Self {
        Self { largest: [f32::MIN; KEPT], maximum: f32::MIN, filled: 0, count: 0, floor: floor as f32 }
    }

    /// Minus the logarithm of the probability that a block has so large a maximum; [`USUAL`] for what is not unusual.
    /// Judged before the value counts.
    pub(crate) fn observe(&mut self, value: f64) -> f64 {
        let value = value as f32;
        let unusual = self.judge(value);
        self.push(value);
        unusual
    }

    fn judge(&self, value: f32) -> f64 {
        let bound = self.largest[KEPT - 1];
        // A tie is nothing unusual, or flat series would alarm for ever.
        if self.count < KEPT as u32 || value <= bound {
            return USUAL;
        }
        let inner = (self.largest[KEPT / 2 - 1] - bound) / INNER_HALF;
        let scale = inner.max(0.1 * bound).max(self.floor);
        f64::from((value - bound) / scale) + (f64::from(self.count) / KEPT as f64).ln()
    }

    fn push(&mut self, value: f32) {
        self.maximum = self.maximum.max(value);
        self.filled += 1;
        if self.filled < LENGTH {
            return;
        }
        self.insert(self.maximum);
        (self.maximum, self.filled) = (f32::MIN, 0);
        self.count = self.count.saturating_add(1);
    }

    fn insert(&mut self, maximum: f32) {
        let Some(place) = self.largest.iter().position(|kept| *kept < maximum) else { return };
        self.largest[place..].rotate_right(1);
        self.largest[place] = maximum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of two values after 24,000 readings of an exponential variable.
    fn told_of(seed: u64, values: [f64; 2]) -> [f64; 2] {
        let mut tail = Tail::new(0.001);
        let mut state = seed;
        for _ in 0..24_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tail.observe(-((state >> 11) as f64 / (1_u64 << 53) as f64).max(1e-12).ln());
        }
        values.map(|value| tail.observe(value))
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
        let mut tail = Tail::new(0.001);
        assert!((0..5000).all(|_| tail.observe(3.0) == USUAL));
    }
}
