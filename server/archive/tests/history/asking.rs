//! What history answers to a question of a given size.

use std::collections::BTreeMap;

use archive::{Reader, Resolution};
use proptest::{collection::vec, prelude::*};

use super::*;

/// The buckets of `readings`, one for a moment, the slow way.
fn expected(readings: &BTreeMap<i64, f64>, from: i64, to: i64, width: i64) -> Vec<(i64, f64, f64, u64)> {
    let mut buckets = BTreeMap::<i64, Vec<f64>>::new();
    for (at, value) in readings {
        buckets.entry(at.div_euclid(width)).or_default().push(*value);
    }
    let (first, last) = (from.div_euclid(width), (to - 1).div_euclid(width));
    let bucket = |(index, values): (i64, Vec<f64>)| {
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (index * width, min, max, values.len() as u64)
    };
    buckets.into_iter().filter(|(index, _)| (first..=last).contains(index)).map(bucket).collect()
}

/// A second of four days; some are measured again and again.
fn second() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0..4 * DAY / SECOND, 1 => (0..400_i64).prop_map(|k| 900 * k)]
}

proptest! {
    #![proptest_config(sixteen())]

    #[test]
    fn aggregates_are_those_of_the_readings_whether_made_before_or_when_asked(
        stretches in vec((vec((second(), -500..500_i32), 1..600), any::<bool>(), 0..6 * 24_i64), 1..10),
        span in (0..4 * 24_i64, 1..4 * 24_i64),
        most in 4..60_usize,
    ) {
        let (mut archive, folder) = fresh();
        let mut model = BTreeMap::new();
        for (stretch, is_tidied, hours) in stretches {
            let moments = stretch.into_iter().map(|(second, value)| (MIDNIGHT + second * SECOND, f64::from(value)));
            let readings: Vec<_> = moments.map(|(millis, value)| past("plant/load", millis, value)).collect();
            keep(&mut archive, &readings);
            model.extend(readings.iter().map(|(_, it)| (it.measured_at.unix_millis(), it.value())));
            if is_tidied {
                tidied(&mut archive, &forever(), MIDNIGHT + hours * HOUR);
            }
        }
        let (from, to) = (MIDNIGHT + span.0 * HOUR, MIDNIGHT + (span.0 + span.1) * HOUR);
        let inside: Vec<_> = model.range(from..to).map(|(at, value)| (*at, *value)).collect();
        let archive = reopened(archive, &folder);
        let history = ask(&archive, "plant/load", from, to, most);
        if let Points::Raw(readings) = &history.points {
            let readings: Vec<_> = readings.iter().map(|it| (it.measured_at.unix_millis(), it.value())).collect();
            prop_assert_eq!(readings, inside);
        } else {
            prop_assert!(most < inside.len());
            let (width, found) = buckets(&history);
            prop_assert!(found.len() <= most);
            prop_assert_eq!(found, expected(&model, from, to, width.as_millis() as i64));
        }
    }
}

#[test]
fn readings_are_given_while_they_fit_and_then_the_narrowest_buckets_that_do() {
    let (mut archive, _folder) = fresh();
    keep(&mut archive, &series("plant/load", MIDNIGHT, 5 * SECOND, DAY / (5 * SECOND)));
    tidied(&mut archive, &forever(), MIDNIGHT + DAY);
    let asked = |from: i64, to: i64, most| match ask(&archive, "plant/load", from, to, most).points {
        Points::Raw(readings) => (readings.len(), "raw".to_owned()),
        Points::Aggregated { resolution, width, aggregates } => {
            (aggregates.len(), format!("{} s of {}", width.as_secs(), resolution.name()))
        }
    };
    let said = |count, what: &str| (count, what.to_owned());
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + DAY, 17_280), said(17_280, "raw"));
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + DAY, 17_279), said(1440, "60 s of 1m"));
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + DAY, 1000), said(720, "120 s of 1m"));
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + DAY, 30), said(24, "3600 s of 1h"));
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + DAY, 0), said(4, "21600 s of 1h"));
    assert_eq!(asked(MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR, 720), said(720, "raw"));
    // What lies beside all readings takes no room.
    assert_eq!(asked(i64::MIN, i64::MAX, 17_280), said(17_280, "raw"));
    assert_eq!(asked(i64::MIN, i64::MAX, 1440), said(1440, "60 s of 1m"));
    assert_eq!(asked(MIDNIGHT - DAY, MIDNIGHT, 10), said(0, "raw"));
    assert_eq!(asked(MIDNIGHT + 1, MIDNIGHT, 10), said(0, "raw"));
    assert_eq!(asked(MIDNIGHT, MIDNIGHT + 1, 0), said(1, "raw"));
}

#[test]
fn four_buckets_hold_every_moment_there_is() {
    let (mut archive, _folder) = fresh();
    let ends = [i64::MIN, -1, 0, 1, i64::MAX - 1].map(|millis| past("plant/load", millis, 0.5));
    keep(&mut archive, &ends);
    for _ in 0..2 {
        let history = ask(&archive, "plant/load", i64::MIN, i64::MAX, 0);
        let counted: u64 = buckets(&history).1.iter().map(|(.., count)| count).sum();
        assert_eq!(counted, 5);
        tidied(&mut archive, &forever(), 0);
    }
}

#[test]
fn the_extremes_of_ten_weeks_are_in_the_answer_and_the_mean_between_them() {
    let (mut archive, _folder) = fresh();
    let mut readings = series("plant/load", MIDNIGHT, 10 * MINUTE, 70 * 144);
    readings[3_333].1 = past("plant/load", readings[3_333].1.measured_at.unix_millis(), 4_000.25).1;
    readings[9_000].1 = past("plant/load", readings[9_000].1.measured_at.unix_millis(), -17.5).1;
    keep(&mut archive, &readings);
    tidied(&mut archive, &forever(), MIDNIGHT + 70 * DAY);
    let history = ask(&archive, "plant/load", MIDNIGHT, MIDNIGHT + 70 * DAY, 1000);
    let Points::Aggregated { resolution: Resolution::Hour, aggregates, .. } = history.points else {
        panic!("not hours")
    };
    assert_eq!(aggregates.iter().map(|it| it.max).fold(f64::MIN, f64::max), 4_000.25);
    assert_eq!(aggregates.iter().map(|it| it.min).fold(f64::MAX, f64::min), -17.5);
    assert!(aggregates.iter().all(|it| it.min <= it.mean() && it.mean() <= it.max));
    let sum: f64 = aggregates.iter().map(|it| it.mean() * it.count as f64).sum();
    let expected: f64 = readings.iter().map(|(_, it)| it.value()).sum();
    assert!((sum - expected).abs() < 1e-6, "{sum} is not {expected}");
}

#[test]
fn a_reader_beside_the_writer_sees_what_was_kept_before_it_asked() {
    let (mut archive, folder) = fresh();
    let refusal = Reader::open(&folder.path().join("nothing")).unwrap_err().to_string();
    assert!(refusal.starts_with("there is no archive in "), "{refusal}");
    let reader = Reader::open(folder.path()).unwrap();
    let load = indicator("plant/load");
    let count = || {
        let history = reader.history(&load, at(MIDNIGHT)..at(MIDNIGHT + DAY), ALL).unwrap();
        history.map(|history| match history.points {
            Points::Raw(readings) => readings.len(),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(count(), None);
    keep(&mut archive, &series("plant/load", MIDNIGHT, SECOND, 2000));
    assert_eq!(count(), Some(2000));
    tidied(&mut archive, &forever(), MIDNIGHT + DAY);
    assert_eq!(count(), Some(2000));
}
