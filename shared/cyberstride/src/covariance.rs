//! The covariance of level and slope: a symmetric two-by-two matrix.

use std::ops::Mul;

use serde::{Deserialize, Serialize};
use wide::f64x4;

/// `[[level, cross], [cross, slope]]`, in squared units of the series (a step is the unit of time); of four series at once
/// where `T` is four numbers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Covariance<T = f64> {
    /// Variance of the level.
    pub level: T,
    /// Covariance of level and slope.
    pub cross: T,
    /// Variance of the slope.
    pub slope: T,
}

impl Covariance {
    /// Level and slope independent of one another.
    pub const fn diagonal(level: f64, slope: f64) -> Self {
        Self { level, cross: 0.0, slope }
    }

    /// Whether no direction has negative variance, up to rounding.
    pub fn is_positive_semidefinite(&self) -> bool {
        0.0 <= self.level
            && 0.0 <= self.slope
            && self.cross.abs() <= self.level.sqrt() * self.slope.sqrt() * (1.0 + 1e-9)
    }
}

impl<T: Copy + Mul<Output = T>> Covariance<T> {
    /// `factor * self`.
    #[inline]
    pub(crate) fn times(self, factor: T) -> Self {
        Self { level: factor * self.level, cross: factor * self.cross, slope: factor * self.slope }
    }
}

impl<T> Covariance<T> {
    #[inline]
    pub(crate) fn map<U>(self, to: impl Fn(T) -> U) -> Covariance<U> {
        Covariance { level: to(self.level), cross: to(self.cross), slope: to(self.slope) }
    }
}

impl Covariance<f64x4> {
    /// `G self G'` for the linear growth matrix `G = [[1, 1], [0, 1]]`.
    #[inline]
    pub(crate) fn grown(self) -> Self {
        Self {
            level: self.level + f64x4::splat(2.0) * self.cross + self.slope,
            cross: self.cross + self.slope,
            slope: self.slope,
        }
    }

    /// What remains of `self` after the level was observed with noise: `R - A A' Q`, where `Q = R_level + noise`.
    ///
    /// Written without the subtraction where it would cancel (`R - R^2 / Q = R noise / Q`), and held at the edge of
    /// what a covariance may be where it cannot be avoided, so that rounding never makes a variance negative.
    /// `inverse` is `1 / Q`.
    #[inline]
    pub(crate) fn observed(self, noise: f64x4, inverse: f64x4) -> Self {
        let kept = noise * inverse;
        let (level, cross) = (self.level * kept, self.cross * kept);
        let least = f64x4::ZERO.simd_lt(level).select(cross * (cross / level), f64x4::ZERO);
        let slope = (self.slope - self.cross * (self.cross * inverse)).fast_max(least);
        Self { level, cross, slope }
    }

    /// `self + factor * (other + v v')`, a term of the covariance of a mixture.
    #[inline]
    pub(crate) fn plus(self, factor: f64x4, other: Self, v: [f64x4; 2]) -> Self {
        Self {
            level: self.level + factor * (other.level + v[0] * v[0]),
            cross: self.cross + factor * (other.cross + v[0] * v[1]),
            slope: self.slope + factor * (other.slope + v[1] * v[1]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(covariance: Covariance, noise: f64, inverse: f64) -> Covariance {
        covariance.map(f64x4::splat).observed(f64x4::splat(noise), f64x4::splat(inverse)).map(|all| all.to_array()[3])
    }

    #[test]
    fn observing_the_level_agrees_with_the_textbook_form() {
        let r = Covariance { level: 5.0, cross: 1.5, slope: 2.0 };
        let q = 5.0 + 3.0;
        let c = observed(r, 3.0, 1.0 / q);
        assert!((c.level - (5.0 - 25.0 / q)).abs() < 1e-14);
        assert!((c.cross - (1.5 - 5.0 * 1.5 / q)).abs() < 1e-14);
        assert!((c.slope - (2.0 - 1.5 * 1.5 / q)).abs() < 1e-14);
    }

    #[test]
    fn vanishing_noise_leaves_a_covariance() {
        let r = Covariance { level: 1e150, cross: 1e150, slope: 1e150 };
        assert!(observed(r, 1e-60, 1e-150).is_positive_semidefinite());
    }
}
