//! The covariance of level and slope: a symmetric two-by-two matrix.

use serde::{Deserialize, Serialize};

/// `[[level, cross], [cross, slope]]`, in squared units of the series (a step is the unit of time).
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Covariance {
    /// Variance of the level.
    pub level: f64,
    /// Covariance of level and slope.
    pub cross: f64,
    /// Variance of the slope.
    pub slope: f64,
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

    /// `G self G'` for the linear growth matrix `G = [[1, 1], [0, 1]]`.
    #[inline]
    pub(crate) fn grown(self) -> Self {
        Self { level: self.level + 2.0 * self.cross + self.slope, cross: self.cross + self.slope, slope: self.slope }
    }

    /// What remains of `self` after the level was observed with noise: `R - A A' Q`, where `Q = R_level + noise`.
    ///
    /// Written without the subtraction where it would cancel (`R - R^2 / Q = R noise / Q`), and held at the edge of
    /// what a covariance may be where it cannot be avoided, so that rounding never makes a variance negative.
    /// `inverse` is `1 / Q`.
    #[inline]
    pub(crate) fn observed(self, noise: f64, inverse: f64) -> Self {
        let kept = noise * inverse;
        let (level, cross) = (self.level * kept, self.cross * kept);
        let least = if 0.0 < level { cross * (cross / level) } else { 0.0 };
        let slope = (self.slope - self.cross * (self.cross * inverse)).max(least);
        Self { level, cross, slope }
    }

    /// `factor * self`.
    #[inline]
    pub(crate) fn times(self, factor: f64) -> Self {
        Self { level: factor * self.level, cross: factor * self.cross, slope: factor * self.slope }
    }

    /// `self + factor * (other + v v')`, a term of the covariance of a mixture.
    #[inline]
    pub(crate) fn plus(self, factor: f64, other: Self, v: [f64; 2]) -> Self {
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

    #[test]
    fn observing_the_level_agrees_with_the_textbook_form() {
        let r = Covariance { level: 5.0, cross: 1.5, slope: 2.0 };
        let q = 5.0 + 3.0;
        let c = r.observed(3.0, 1.0 / q);
        assert!((c.level - (5.0 - 25.0 / q)).abs() < 1e-14);
        assert!((c.cross - (1.5 - 5.0 * 1.5 / q)).abs() < 1e-14);
        assert!((c.slope - (2.0 - 1.5 * 1.5 / q)).abs() < 1e-14);
    }

    #[test]
    fn vanishing_noise_leaves_a_covariance() {
        let r = Covariance { level: 1e150, cross: 1e150, slope: 1e150 };
        assert!(r.observed(1e-60, 1e-150).is_positive_semidefinite());
    }
}
