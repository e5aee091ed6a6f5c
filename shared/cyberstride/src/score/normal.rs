//! Distribution functions of the normal and of Student's distribution.

use std::f64::consts::SQRT_2;

use statrs::function::erf::{erfc, erfc_inv};

/// Probabilities closer to 0 or 1 are taken to be this close.
const LEAST: f64 = 1e-15;

/// Probability that a Student variable lies below `t`, within about a thousandth for five degrees or more: through the
/// normal deviate of Wallace (1959).
pub(crate) fn student_below(t: f64, degrees: f64) -> f64 {
    let root = (degrees * (t * t / degrees).ln_1p()).sqrt();
    let deviate = root * (8.0 * degrees + 1.0) / (8.0 * degrees + 3.0);
    0.5 * erfc(-deviate.copysign(t) / SQRT_2)
}

/// The normal deviate with this probability below it.
pub(crate) fn quantile(probability: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * probability.clamp(LEAST, 1.0 - LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_agree_with_tables() {
        assert!((student_below(2.228, 10.0) - 0.975).abs() < 5e-4);
        assert!((student_below(-2.626, 100.0) - 0.005).abs() < 5e-5);
        assert!((quantile(0.975) - 1.959_964).abs() < 1e-5);
        assert!(quantile(0.0) < -7.9 && 7.9 < quantile(1.0));
    }
}
