//! The score: what holds for every series, and what it finds in seeded noise.

use cyberstride::{At, Detector, Score, Tier, Told};
use proptest::prelude::*;

use crate::noise::Noise;

fn at(row: usize) -> At {
    At::utc(300_000 * row as i64)
}

fn scores(series: &[f64]) -> Vec<Score> {
    let mut detector = Detector::new(&Told::default());
    series.iter().enumerate().map(|(row, y)| detector.observe(&Told::default(), at(row), Some(*y)).score).collect()
}

/// Readings of a tier or a higher one, per thousand readings of thirty series, the first thousand of each left out.
fn alarms(tier: Tier, autocorrelation: f64) -> f64 {
    let reached = (1..=30).map(|seed| {
        let series = Noise::seeded(seed).autoregressive(autocorrelation, 4000);
        scores(&series)[1000..].iter().filter(|score| score.tier >= Some(tier)).count()
    });
    1000.0 * reached.sum::<usize>() as f64 / (30.0 * 3000.0)
}

#[test]
fn noise_alone_seldom_reaches_the_upper_tier() {
    for autocorrelation in [0.0, 0.6, 0.9] {
        let alarms = alarms(Tier::Sustained, autocorrelation);
        assert!(alarms < 0.5, "{alarms} in a thousand at {autocorrelation}");
    }
}

#[test]
fn a_spike_is_sudden_and_a_step_is_sustained() {
    let mut found = [0; 2];
    for seed in 1..=50 {
        let calm = Noise::seeded(seed).white(1200);
        let mut series = calm.clone();
        series[1000] += 8.0;
        found[0] += u32::from(scores(&series)[1000..1003].iter().any(|score| score.tier >= Some(Tier::Sudden)));
        series = calm;
        series[1000..].iter_mut().for_each(|y| *y += 6.0);
        found[1] += u32::from(scores(&series)[1000..1010].iter().any(|score| score.tier == Some(Tier::Sustained)));
    }
    assert!(48 <= found[0] && 48 <= found[1], "{found:?} of 50");
}

#[test]
fn a_constant_series_says_nothing() {
    for constant in [0.0, 7.0, -1e12, f64::MAX] {
        assert!(scores(&[constant; 3000]).iter().all(|score| score.tier.is_none()), "{constant:e}");
    }
}

proptest! {
    #[test]
    fn any_sequence_of_values_gaps_and_times_gives_scores_from_zero_to_one(
        rows in prop::collection::vec((any::<i64>(), any::<i32>(), prop::option::of(any::<f64>())), 1..300),
    ) {
        let mut detector = Detector::new(&Told::default());
        for (millis, offset, y) in rows {
            let judged = detector.observe(&Told::default(), At { millis, offset, holiday: offset % 2 == 0 }, y.filter(|y| y.is_finite()));
            prop_assert!((0.0..=1.0).contains(&judged.score.value));
            let bounds = judged.outlook.map(|outlook| outlook.interval(0.99));
            prop_assert!(bounds.is_none_or(|(lower, upper)| lower <= upper && lower.is_finite() && upper.is_finite()), "{bounds:?} {:?}", judged.outlook);
        }
    }

    #[test]
    fn a_score_resumed_equals_going_on_to_the_last_bit(seed: u64, cut in 0..300usize) {
        let series = Noise::seeded(seed).autoregressive(0.5, 300);
        let mut going_on = Detector::new(&Told::default());
        series[..cut].iter().enumerate().for_each(|(row, y)| _ = going_on.observe(&Told::default(), at(row), Some(*y)));
        let snapshot = postcard::to_stdvec(&going_on).expect("a detector can be written");
        let mut resumed: Detector = postcard::from_bytes(&snapshot).expect("and read");
        for (row, y) in series.iter().enumerate().skip(cut) {
            let (one, other) = (going_on.observe(&Told::default(), at(row), Some(*y)), resumed.observe(&Told::default(), at(row), Some(*y)));
            prop_assert_eq!(one.score.value.to_bits(), other.score.value.to_bits());
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(postcard::to_stdvec(&going_on), postcard::to_stdvec(&resumed));
    }
}
