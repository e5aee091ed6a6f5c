//! The scale on which a series behaves most like a trend with noise.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

/// How readings are transformed before they are judged: ratios by the arc sine of the root, counts by the root,
/// durations and costs by the logarithm, others not at all.
///
/// Both directions are finite for every finite number and never decrease. A root and an arc sine go on outside of their
/// domain, so that what was taken for a count or a ratio and is none still shows; of no more than zero a logarithm is that
/// of the least number.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    #[default]
    Identity,
    /// Natural logarithm, of no less than 1e-9.
    Log,
    /// Square root, with the sign of the number.
    Sqrt,
    /// Arc sine of the square root of a share between 0 and 1, in radians; in a straight line beyond.
    AsinSqrt,
}

/// The least number that has a logarithm here: a nanosecond, or a billionth of whatever the unit is.
const LEAST: f64 = 1e-9;

/// The square of this is a finite number.
const LARGEST_ROOT: f64 = 1e154;

impl Scale {
    /// From the unit of the series to the scale.
    pub fn forward(self, x: f64) -> f64 {
        match self {
            Self::Identity => x,
            Self::Log => x.max(LEAST).ln(),
            Self::Sqrt => x.abs().sqrt().copysign(x),
            Self::AsinSqrt => x.clamp(0.0, 1.0).sqrt().asin() + (x - x.clamp(0.0, 1.0)),
        }
    }

    /// From the scale to the unit of the series.
    pub fn back(self, z: f64) -> f64 {
        match self {
            Self::Identity => z,
            Self::Log => z.clamp(LEAST.ln(), f64::MAX.ln()).exp().min(f64::MAX),
            Self::Sqrt => z.abs().min(LARGEST_ROOT).powi(2).copysign(z),
            Self::AsinSqrt => z.clamp(0.0, FRAC_PI_2).sin().powi(2) + (z - z.clamp(0.0, FRAC_PI_2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Scale; 4] = [Scale::Identity, Scale::Log, Scale::Sqrt, Scale::AsinSqrt];

    proptest! {
        #[test]
        fn both_ways_are_finite_and_never_decrease(x: f64, y: f64) {
            prop_assume!(x.is_finite() && y.is_finite());
            let (low, high) = if x < y { (x, y) } else { (y, x) };
            for scale in ALL {
                prop_assert!(scale.forward(x).is_finite() && scale.back(x).is_finite());
                prop_assert!(scale.forward(low) <= scale.forward(high));
                prop_assert!(scale.back(low) <= scale.back(high));
            }
        }

        #[test]
        fn back_undoes_forward_inside_of_the_domain(x in 0.0001..1.0f64) {
            for scale in ALL {
                prop_assert!((scale.back(scale.forward(x)) - x).abs() < 1e-12);
            }
        }
    }
}
