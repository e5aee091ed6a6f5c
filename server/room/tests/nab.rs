//! The port of the published scoring agrees with an independent implementation of it.

#[allow(dead_code, reason = "the test needs a part of it")]
#[path = "../examples/quality/nab.rs"]
mod nab;

use nab::{Profile, Series, best_threshold, score};

/// Scores that wander through all residues of a prime.
fn wandering(rows: usize, step: usize, prime: usize) -> Vec<f64> {
    (0..rows).map(|row| (row * step % prime) as f64 / prime as f64).collect()
}

fn fixture() -> [Series; 3] {
    [
        Series::new(wandering(200, 37, 101), &[(60, 80), (120, 150)]),
        Series::new(wandering(120, 53, 97), &[(40, 60)]),
        Series::new(wandering(50, 11, 31), &[]),
    ]
}

#[test]
fn best_threshold_and_scores_agree_with_the_independent_implementation() {
    let expected = [
        (Profile::STANDARD, 83.393_613_304_518_21, 57.944_314_429_330_056),
        (Profile::FEW_FALSE_ALARMS, 66.923_664_983_814_12, 16.025_067_233_437_767),
        (Profile::FEW_MISSES, 88.929_075_536_345_47, 71.962_876_286_220_02),
    ];
    for (profile, best, at_nine_tenths) in expected {
        let threshold = best_threshold(&fixture(), profile);
        assert!((threshold - 92.0 / 97.0).abs() < 1e-12);
        assert!((score(&fixture(), profile, threshold) - best).abs() < 1e-9);
        assert!((score(&fixture(), profile, 0.9) - at_nine_tenths).abs() < 1e-9);
    }
}

#[test]
fn a_detector_that_says_nothing_has_nothing_and_a_perfect_one_a_hundred() {
    let mut found = vec![0.0; 200];
    (found[60], found[120]) = (1.0, 1.0);
    let perfect = [Series::new(found, &[(60, 80), (120, 150)])];
    assert!((score(&perfect, Profile::STANDARD, 0.5) - 100.0).abs() < 1e-9);
    assert!(score(&perfect, Profile::STANDARD, 2.0).abs() < 1e-9);
}
