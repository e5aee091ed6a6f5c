//! Innovations: the one-step errors of the regression, in scales of their own.

use serde::{Deserialize, Serialize};

/// How many of the last innovations are kept: a ramp or a step is traced back to its onset among them.
pub(crate) const KEPT: usize = 16;

/// The scale follows errors of up to so many scales.
const HUBER: f64 = 3.0;
/// Share of the newest error in the scale, in the long run.
const SHARE: f64 = 0.01;
/// Mean absolute deviation of a normal variable, inverted.
const NORMAL: f64 = 1.253_314;
/// The scale is never taken to be less than this share of the root mean square of the errors, outliers and all; of a
/// series of lumps not less than the second: there the scale of most errors would fall without end.
const LEAST: [f64; 2] = [0.02, 0.3];
/// Share of the newest error in that mean, in the long run.
const SLOWLY: f64 = 0.002;
/// Innovations are taken to lie within this.
const FARTHEST: f64 = 1e4;
/// Errors before there is a scale to speak of.
const YOUNG: u32 = 8;

/// The scale of the errors, and the last of them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Innovations {
    scale: f64,
    square: f64,
    seen: u32,
    lumpy: bool,
    /// From the oldest to the newest.
    last: [f32; KEPT],
}

impl Innovations {
    /// Takes in the next error; the result is the error in scales, judged before it counts. While frozen nothing is
    /// learned of the scale.
    pub(crate) fn observe(&mut self, error: f64, frozen: bool, lumpy: bool) -> f64 {
        self.lumpy = lumpy;
        let size = error.abs();
        let z = if self.seen < YOUNG { 0.0 } else { (error / self.scale()).clamp(-FARTHEST, FARTHEST) };
        if !frozen {
            self.learn(size);
        }
        self.last.copy_within(1.., 0);
        self.last[KEPT - 1] = z as f32;
        z
    }

    /// The newest one is no larger than this, in scales, as evidence.
    pub(crate) fn temper(&mut self, most: f64) -> f64 {
        let newest = &mut self.last[KEPT - 1];
        *newest = newest.clamp(-most as f32, most as f32);
        f64::from(*newest)
    }

    /// The newest one is taken back.
    pub(crate) fn take_back(&mut self) {
        self.last.copy_within(..KEPT - 1, 1);
        self.last[0] = 0.0;
    }

    /// The error so many before the newest is larger by so much.
    pub(crate) fn amend(&mut self, ago: usize, by: f64) {
        let by = by / self.scale();
        if let Some(z) = self.last.iter_mut().rev().nth(ago) {
            *z = (f64::from(*z) + by).clamp(-FARTHEST, FARTHEST) as f32;
        }
    }

    /// The usual size of an error: its standard deviation, were it normal.
    pub(crate) fn scale(&self) -> f64 {
        self.scale.max(LEAST[usize::from(self.lumpy)] * self.square.sqrt()).max(1e-9)
    }

    /// From the oldest to the newest.
    pub(crate) fn last(&self) -> &[f32; KEPT] {
        &self.last
    }

    /// The last innovations are explained: none of them is evidence of anything else.
    pub(crate) fn forget_last(&mut self) {
        self.last = [0.0; KEPT];
    }

    /// From now on errors are expected to be so many times as large.
    pub(crate) fn grow(&mut self, factor: f64) {
        self.scale *= factor;
    }

    fn learn(&mut self, size: f64) {
        self.seen = self.seen.saturating_add(1);
        self.square += f64::from(self.seen).recip().max(SLOWLY) * (size * size - self.square);
        let most = if self.seen < YOUNG { f64::MAX } else { HUBER * self.scale() };
        let share = f64::from(self.seen).recip().max(SHARE);
        self.scale += share * (NORMAL * size.min(most) - self.scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_found_at_once_and_a_spike_hardly_moves_it() {
        let mut innovations = Innovations::default();
        let noise = |i: i32| f64::from(i * 7919 % 101) / 25.0 - 2.0;
        (0..200).for_each(|i| _ = innovations.observe(noise(i), false, false));
        let before = innovations.scale();
        assert!((before - 1.25).abs() < 0.2, "{before}");
        assert!(70.0 < innovations.observe(100.0, false, false));
        assert!(innovations.scale() < 1.05 * before);
        assert_eq!(innovations.last()[KEPT - 1] as f64, (100.0 / before) as f32 as f64);
    }
}
