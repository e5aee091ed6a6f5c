//! Any series: gaps, late readings, constants, counts, ratios, saturated values, jumps of the unit, cadences.

use cyberstride::{At, Detector, Finding, Kind, Nature, News, Scale, Told};
use proptest::prelude::*;

use crate::noise::Noise;

/// How many disturbances a series raises, at a cadence in milliseconds.
fn raised(series: &[f64], cadence: i64) -> Vec<Finding> {
    let (told, mut raised) = (Told::default(), Vec::new());
    let mut detector = Detector::new(&told);
    for (row, y) in series.iter().enumerate() {
        let at = At::utc(cadence * row as i64);
        let found = detector.observe(&told, at, Some(*y)).news.into_iter();
        raised.extend(found.filter_map(|news| match news {
            News::Found(finding) if finding.raised_at == at.millis => Some(finding),
            _ => None,
        }));
    }
    raised
}

/// Counts of independent events.
fn counts(seed: u64, mean: f64, rows: usize) -> Vec<f64> {
    let mut noise = Noise::seeded(seed);
    let mut count = || {
        let (mut product, mut count) = (noise.uniform(), 0.0);
        while (-mean).exp() < product {
            product *= noise.uniform();
            count += 1.0;
        }
        count
    };
    (0..rows).map(|_| count()).collect()
}

#[test]
fn constants_zeros_and_what_is_saturated_raise_nothing() {
    for constant in [0.0, 1.0, -3.5, 1e12] {
        assert!(raised(&[constant; 2000], 60_000).is_empty());
    }
    let full = Noise::seeded(1).white(3000).into_iter().map(|noise| (99.0 + 2.0 * noise).min(100.0));
    assert!(raised(&full.collect::<Vec<_>>(), 60_000).len() <= 2);
}

#[test]
fn the_first_other_number_of_a_constant_is_a_disturbance() {
    let mut series = vec![0.0; 500];
    series[400] = 5.0;
    let found = raised(&series, 60_000);
    assert!(found.iter().any(|finding| finding.raised_at == 400 * 60_000), "{found:?}");
}

#[test]
fn counts_of_rare_events_do_not_cry_wolf() {
    for mean in [0.001, 0.005, 0.02, 0.05, 0.5, 4.0, 40.0] {
        let found = raised(&counts(2, mean, 10_000), 300_000);
        assert!(found.len() <= 20, "mean {mean}: {} in 10000", found.len());
    }
}

#[test]
fn an_increase_of_a_count_is_found() {
    let mut series = counts(3, 4.0, 1000);
    series.extend(counts(4, 16.0, 30));
    let found = raised(&series, 300_000);
    assert!(
        found.iter().any(|finding| 300_000 * 1000 <= finding.raised_at && finding.kind != Kind::Variance),
        "{found:#?}"
    );
}

#[test]
fn the_profile_says_what_it_is() {
    let told = Told::default();
    let profile = |series: &[f64]| {
        let mut detector = Detector::new(&told);
        let observe = |(row, y): (usize, &f64)| _ = detector.observe(&told, At::utc(60_000 * row as i64), Some(*y));
        series.iter().enumerate().for_each(observe);
        detector.profile(&told)
    };
    let count = profile(&counts(5, 3.0, 400));
    assert_eq!(
        (count.nature, count.scale, count.cadence, count.readings),
        (Nature::Count, Scale::Sqrt, Some(60_000.0), 400)
    );
    assert!((count.zeros - (-3.0_f64).exp()).abs() < 0.04);
    let white: Vec<f64> = Noise::seeded(6).white(400);
    let any = profile(&white);
    assert_eq!((any.nature, any.scale), (Nature::Continuous, Scale::Identity));
    assert!((any.noise - 1.0).abs() < 0.15, "{any:?}");
}

#[test]
fn what_is_told_overrides_the_profile() {
    let told = Told { scale: Some(Scale::Log), cadence: Some(1000.0), ..Told::default() };
    let mut detector = Detector::new(&told);
    counts(5, 3.0, 100)
        .iter()
        .enumerate()
        .for_each(|(row, y)| _ = detector.observe(&told, At::utc(7 * row as i64), Some(y + 1.0)));
    let profile = detector.profile(&told);
    assert_eq!((profile.scale, profile.cadence), (Scale::Log, Some(1000.0)));
}

#[test]
fn a_jump_of_the_unit_is_one_disturbance() {
    let noise = Noise::seeded(8).white(1200);
    let series: Vec<f64> =
        noise.iter().enumerate().map(|(i, e)| (100.0 + e) * if i < 800 { 1.0 } else { 1000.0 }).collect();
    let found = raised(&series, 60_000);
    let after: Vec<_> = found.iter().filter(|finding| 800 * 60_000 <= finding.raised_at).collect();
    assert!((1..=3).contains(&after.len()), "{after:#?}");
}

#[test]
fn a_gap_is_no_disturbance_and_the_forecast_goes_on() {
    let told = Told::default();
    let mut detector = Detector::new(&told);
    let mut noise = Noise::seeded(9);
    let (mut row, mut found) = (0, Vec::new());
    let mut observe = |row: i64| detector.observe(&told, At::utc(60_000 * row), Some(50.0 + noise.normal()));
    for _ in 0..1500 {
        row += if row % 97 == 0 { 6 } else { 1 };
        let judged = observe(row);
        found.extend(judged.news);
    }
    let raised = |news: &News| matches!(news, News::Found(finding) if finding.tier == cyberstride::Tier::Sustained);
    assert!(!found.iter().any(raised), "{found:#?}");
}

#[test]
fn a_late_reading_is_judged_and_nobody_is_told() {
    let told = Told::default();
    let mut detector = Detector::new(&told);
    let series = Noise::seeded(10).white(200);
    for (row, y) in series.iter().enumerate().filter(|(row, _)| *row != 195) {
        detector.observe(&told, At::utc(60_000 * row as i64), Some(*y));
    }
    let late = |detector: &mut Detector, row: i64, y: f64| detector.late(&told, At::utc(60_000 * row), Some(y));
    assert!(late(&mut detector, 195, 0.3).is_some_and(|late| late.inside));
    assert!(late(&mut detector, 195, 30.0).is_some_and(|late| !late.inside));
    assert_eq!(late(&mut detector, 20, 0.0), None, "longer ago than is remembered");
}

#[test]
fn every_cadence_from_a_second_to_a_week_is_followed() {
    for cadence in [1000, 60_000, 3_600_000, 86_400_000, 604_800_000] {
        let mut series = Noise::seeded(11).white(500);
        assert!(raised(&series, cadence).len() <= 1, "{cadence} ms");
        series[400..].iter_mut().for_each(|y| *y += 10.0);
        let found = raised(&series, cadence);
        let step = found.iter().find(|finding| finding.raised_at == 400 * cadence);
        assert!(step.is_some(), "{cadence} ms: {found:?}");
    }
}

#[test]
fn forecasts_ahead_widen_and_know_the_day() {
    let told = Told::default();
    let mut detector = Detector::new(&told);
    let mut noise = Noise::seeded(12);
    let hour = |hour: i64| At::utc(3_600_000 * hour);
    let daily = |hour: i64| if (8..18).contains(&hour.rem_euclid(24)) { 30.0 } else { 5.0 };
    (0..24 * 20).for_each(|row| _ = detector.observe(&told, hour(row), Some(daily(row) + noise.normal())));
    let ahead = detector.ahead(&told, hour(24 * 20 - 1), 24);
    assert_eq!(ahead.len(), 24);
    let off = |(k, outlook): (usize, &cyberstride::Outlook)| (outlook.centre() - daily(k as i64)).abs();
    let worst = ahead.iter().enumerate().map(off).fold(0.0, f64::max);
    assert!(worst < 4.0, "{worst}");
    let width = |outlook: &cyberstride::Outlook| {
        let (lower, upper) = outlook.interval(0.95);
        upper - lower
    };
    assert!(width(&ahead[0]) <= width(&ahead[23]));
}

proptest! {
    #[test]
    fn a_shift_and_a_scale_of_the_unit_change_no_judgement(seed: u64, factor in prop::sample::select(vec![0.001, 1024.0])) {
        let series = Noise::seeded(seed).white(400);
        let moved: Vec<f64> = series.iter().map(|y| factor * (y + 50.0)).collect();
        let rows = |series: &[f64]| raised(series, 60_000).iter().map(|finding| (finding.raised_at, finding.kind)).collect::<Vec<_>>();
        prop_assert_eq!(rows(&series), rows(&moved));
    }
}
