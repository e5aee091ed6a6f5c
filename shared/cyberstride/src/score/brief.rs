//! A number in two bytes: the upper half of single precision, which keeps the range and two to three digits.

use serde::{Deserialize, Serialize};

/// A number, exact to one part in 256.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Brief(u16);

impl Brief {
    /// Less than every other.
    pub(crate) const LEAST: Self = Self((f32::MIN.to_bits() >> 16) as u16);

    /// The nearest to a finite number; magnitudes that would round to infinity become the largest there is.
    pub(crate) fn of(number: f64) -> Self {
        let single = number.clamp(f64::from(f32::MIN) / 2.0, f64::from(f32::MAX) / 2.0) as f32;
        // Half a step up, and the rest is cut off.
        Self((single.to_bits().wrapping_add(0x8000) >> 16) as u16)
    }

    pub(crate) fn get(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_to_one_part_in_256_and_what_came_back_exactly() {
        for number in [0.0, 1.0, -1.0, 3.01, 1e-30, -4.7e9, 0.333, 1e300, f64::MIN] {
            let brief = Brief::of(number);
            let near = number.clamp(-1.702e38, 1.702e38);
            assert!((f64::from(brief.get()) - near).abs() <= near.abs() / 256.0, "{number}: {}", brief.get());
            assert_eq!(Brief::of(f64::from(brief.get())), brief, "{number}");
        }
        assert!(Brief::LEAST.get() < -1e38);
    }
}
