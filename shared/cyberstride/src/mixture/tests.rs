//! The sixteen paths taken four at a time agree with the textbook's, taken one by one: West & Harrison (1997), section 12.4.

use proptest::prelude::*;
use statrs::distribution::{Continuous, StudentsT};

use super::*;
use crate::setting::Setting;

/// `m`, `C` as a matrix, and `S`.
#[derive(Clone, Copy, Default)]
struct One {
    mean: [f64; 2],
    covariance: [[f64; 2]; 2],
    variance: f64,
}

/// The setting of the textbook: its discounts as shares, and the noise of each process.
const DISCOUNTS: [[f64; 2]; 4] = [[0.9, 0.9], [0.9, 0.9], [0.01, 0.9], [0.9, 0.01]];
const NOISE: [f64; 4] = [1.0, 100.0, 1.0, 1.0];
const PROBABILITY: [f64; 4] = [0.85, 0.07, 0.05, 0.03];

fn component(mixture: &Mixture, k: usize) -> One {
    let Trend { level, slope, covariance, variance } = mixture.trends.map(|of| of[k]);
    let Covariance { level: of_level, cross, slope: of_slope } = covariance;
    One { mean: [level, slope], covariance: [[of_level, cross], [cross, of_slope]], variance }
}

/// One path by one process, and its density.
fn path(from: &One, process: usize, degrees: f64, y: f64) -> (One, f64) {
    let One { mean: [level, slope], covariance: [[a, b], [_, d]], variance } = *from;
    let [of_level, of_slope] = DISCOUNTS[process];
    let (a, d) = (a / of_level, d / of_slope);
    let r = [[a + 2.0 * b + d, b + d], [b + d, d]];
    let q = r[0][0] + NOISE[process] * variance;
    let (e, gain) = (y - level - slope, [r[0][0] / q, r[1][0] / q]);
    let learned = variance * (degrees + e * e / q) / (degrees + 1.0);
    let covariance = from_fn(|i| from_fn(|j| (r[i][j] - gain[i] * gain[j] * q) * learned / variance));
    let density = StudentsT::new(0.0, q.sqrt(), degrees).expect("a distribution").pdf(e);
    (One { mean: [level + slope + gain[0] * e, slope + gain[1] * e], covariance, variance: learned }, density)
}

/// Paths with their weights as one.
fn collapsed(paths: [(One, f64); 4]) -> One {
    let total: f64 = paths.iter().map(|(_, weight)| weight).sum();
    let variance = total / paths.iter().map(|(path, weight)| weight / path.variance).sum::<f64>();
    let shares = paths.map(|(path, weight)| (path, variance * weight / total / path.variance));
    let mean: [f64; 2] = from_fn(|i| shares.iter().map(|(path, share)| share * path.mean[i]).sum());
    let spread =
        |path: &One, i: usize, j: usize| path.covariance[i][j] + (path.mean[i] - mean[i]) * (path.mean[j] - mean[j]);
    let covariance =
        from_fn(|i| from_fn(|j| shares.iter().map(|(path, share)| share * spread(path, i, j)).sum::<f64>()));
    One { mean, covariance, variance }
}

fn near(one: f64, other: f64, size: f64) -> bool {
    (one - other).abs() <= 1e-9 * size
}

fn agrees(mixture: &Mixture, k: usize, one: &One) -> bool {
    let of = component(mixture, k);
    let matrix = |one: &One| one.covariance.concat();
    (0..2).all(|i| near(of.mean[i], one.mean[i], 1.0 + one.mean[0].abs()))
        && matrix(&of).iter().zip(matrix(one)).all(|(of, one)| near(*of, one, 1.0 + one.abs()))
        && near(of.variance, one.variance, one.variance)
}

proptest! {
    #[test]
    fn a_step_is_that_of_the_textbook_whatever_the_four_components_are(readings in prop::collection::vec(-30.0..30.0_f64, 1..12)) {
        let model = Setting::WestHarrison.model();
        let prior = Prior { level: 0.0, growth: 0.1, covariance: Covariance::diagonal(4.0, 0.5), degrees: 3.0, variance: 2.0 };
        let mut mixture = Mixture::new(&prior, model);
        for y in readings {
            let before = mixture.clone();
            let probabilities = mixture.observe(model, y);
            let paths: [[(One, f64); 4]; 4] = from_fn(|to| from_fn(|from| {
                let (path, density) = path(&component(&before, from), to, before.degrees, y);
                (path, before.weights[from] * PROBABILITY[to] * density)
            }));
            let all: f64 = paths.iter().flatten().map(|(_, weight)| weight).sum();
            let joint = |to: usize, from: usize| paths[to][from].1 / all;
            for (k, to_it) in paths.iter().enumerate() {
                prop_assert!(agrees(&mixture, k, &collapsed(*to_it)), "the {k}th of {mixture:?}");
                let [now, one_ago, two_ago] = probabilities.map(|of| of.to_array()[k]);
                prop_assert!(near(now, (0..4).map(|from| joint(k, from)).sum(), 1.0));
                prop_assert!(near(one_ago, (0..4).map(|to| joint(to, k)).sum(), 1.0));
                let then = |from: usize| (0..4).map(|to| joint(to, from)).sum::<f64>() * f64::from(before.before[from][k]);
                prop_assert!((two_ago - (0..4).map(then).sum::<f64>()).abs() < 1e-6, "kept in single precision");
            }
        }
    }
}
