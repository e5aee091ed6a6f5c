//! Many readings in a few bytes: a level, a size and a shape.

use std::f64::consts::TAU;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::act::number;

/// Readings of one shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series {
    shape: Shape,
    level: f64,
    size: f64,
    seed: u8,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Even noise.
    Noise,
    /// Noise with an outlier now and then.
    Outliers,
    /// Whole numbers.
    Counts,
    /// Noise cut off at one and at zero.
    Shares,
    /// A straight line.
    Ramp,
    /// Up and down by turns.
    Alternating,
    /// A daily swing in some noise, lower on two days a week.
    Swing,
    /// Larger by a half each time.
    Growth,
}

const SHAPES: [Shape; 8] = [
    Shape::Noise,
    Shape::Outliers,
    Shape::Counts,
    Shape::Shares,
    Shape::Ramp,
    Shape::Alternating,
    Shape::Swing,
    Shape::Growth,
];

impl<'a> Arbitrary<'a> for Series {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let shape = *bytes.choose(&SHAPES)?;
        Ok(Self { shape, level: number(bytes)?, size: number(bytes)?, seed: bytes.arbitrary()? })
    }
}

impl Series {
    /// The reading at an index and a moment in milliseconds, a finite number.
    pub(crate) fn reading(&self, index: u8, millis: i64) -> f64 {
        let (k, noise) = (f64::from(index), self.noise(index));
        let day = millis.div_euclid(86_400_000).rem_euclid(7);
        let of_day = millis.rem_euclid(86_400_000) as f64 / 86_400_000.0;
        let shape = match self.shape {
            Shape::Noise => noise,
            Shape::Outliers => noise * if index % 23 == 22 { 20.0 } else { 1.0 },
            Shape::Counts => (4.0 + 4.0 * noise).floor(),
            Shape::Shares => (0.8 + noise).clamp(0.0, 1.0),
            Shape::Ramp => k,
            Shape::Alternating => (k % 2.0).mul_add(2.0, -1.0),
            Shape::Swing => 5.0 * (TAU * of_day).sin() + 0.5 * noise - if day < 2 { 4.0 } else { 0.0 },
            Shape::Growth => 1.5_f64.powf(k),
        };
        (self.level + self.size * shape).clamp(f64::MIN, f64::MAX)
    }

    /// Even noise between -1 and 1, the same for the same seed and index (Steele, Lea & Flood 2014).
    fn noise(&self, index: u8) -> f64 {
        let mut z = (u64::from(self.seed) << 8 | u64::from(index)).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}
