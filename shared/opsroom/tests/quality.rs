//! What the judge finds, misses and raises for nothing, on seeded series: limits that may only be tightened.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::collections::BTreeMap;

use support::{Rehearsal, noise};
use vsm::indicator::Good;

/// Signals raised in 40 series of 1000 readings in which nothing happens; noise of one standard deviation.
fn false_alarms(autocorrelation: f64) -> u32 {
    let mut raised = 0;
    for seed in 1..=40 {
        let mut rehearsal = Rehearsal::of(Good::Down);
        let mut e = 0.0;
        let mut was_lit = false;
        for i in 0..1000 {
            e = autocorrelation * e + noise(seed, i);
            let is_lit = "tLS".contains(&rehearsal.play([100.0 + e]));
            raised += u32::from(is_lit && !was_lit);
            was_lit = is_lit;
        }
    }
    raised
}

/// The last look of the lamp within 25 readings of the event, of 100 series.
fn looks(event: impl Fn(i32) -> f64) -> BTreeMap<char, u32> {
    let mut looks = BTreeMap::new();
    for seed in 1..=100 {
        let mut rehearsal = Rehearsal::of(Good::Down);
        rehearsal.play((0..300).map(|i| 100.0 + noise(seed, i)));
        let lamps = rehearsal.play((0..25).map(|k| 100.0 + event(k) + noise(seed, 300 + k)));
        let last = lamps.chars().rev().find(|lamp| *lamp != '.').unwrap_or('.');
        *looks.entry(last).or_default() += 1;
    }
    looks
}

#[test]
fn noise_alone_raises_one_signal_in_ten_thousand_readings_at_most() {
    assert!(false_alarms(0.0) <= 4);
    assert!(false_alarms(0.6) <= 4);
}

#[test]
fn noise_that_wanders_raises_no_more() {
    assert!(false_alarms(0.9) <= 4);
}

#[test]
fn eight_standard_deviations_are_found_and_named() {
    let spike = looks(|k| if k == 0 { 8.0 } else { 0.0 });
    assert!(98 <= spike[&'t'], "{spike:?}");
    let step = looks(|_| 8.0);
    assert!(98 <= step[&'L'], "{step:?}");
}

#[test]
fn a_ramp_is_found_and_named() {
    let steep = looks(|k| 2.0 * f64::from(k + 1));
    assert!(98 <= steep[&'S'], "{steep:?}");
    let gentle = looks(|k| f64::from(k + 1));
    assert!(98 <= gentle[&'S'], "{gentle:?}");
}
