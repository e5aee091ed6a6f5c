//! Days and weeks: what is usual at a time of the day or the week is no disturbance, whatever the clocks do.

use cyberstride::{At, Detector, Finding, News, Pattern, Told};

use crate::noise::Noise;

const HOUR: i64 = 3_600_000;

/// The disturbances of a series, hour by hour, raised from the given hour on.
fn raised(
    told: &Told,
    hours: i64,
    from: i64,
    at: impl Fn(i64) -> At,
    reading: impl Fn(At, f64) -> f64,
) -> Vec<Finding> {
    let mut detector = Detector::new(told);
    let mut noise = Noise::seeded(7);
    let mut raised = Vec::new();
    for hour in 0..hours {
        let at = at(hour);
        let judged = detector.observe(told, at, Some(reading(at, noise.normal())));
        let found = judged.news.into_iter().filter_map(|news| match news {
            News::Found(finding) if finding.raised_at == at.millis && from <= hour => Some(finding),
            _ => None,
        });
        raised.extend(found);
    }
    raised
}

fn hour_of_day(at: At) -> i64 {
    (at.millis / 1000 + i64::from(at.offset)).div_euclid(3600).rem_euclid(24)
}

/// A working day: high from eight to eighteen.
fn working_day(at: At) -> f64 {
    if (8..18).contains(&hour_of_day(at)) { 30.0 } else { 5.0 }
}

/// 1970 began on a Thursday.
fn is_weekend(at: At) -> bool {
    at.holiday || 5 <= ((at.millis / 1000 + i64::from(at.offset)).div_euclid(86_400) + 3).rem_euclid(7)
}

#[test]
fn neither_monday_nor_the_weekend_is_a_disturbance_in_a_series_of_weeks() {
    let office = |at: At, noise: f64| noise + if is_weekend(at) { 5.0 } else { working_day(at) };
    let found = raised(&Told::default(), 24 * 7 * 10, 24 * 7 * 4, |hour| At::utc(HOUR * hour), office);
    assert!(found.len() <= 1, "{found:#?}");
}

#[test]
fn a_monday_like_a_sunday_is_a_disturbance_unless_it_is_a_holiday() {
    // The Monday of the ninth week.
    let monday = 24 * (4 + 7 * 8);
    let on_monday = |hour: i64| (monday..monday + 24).contains(&hour);
    let office =
        |at: At, noise: f64| noise + if is_weekend(at) || on_monday(at.millis / HOUR) { 5.0 } else { working_day(at) };
    let found = |holiday: bool| {
        let at = |hour: i64| At { holiday: holiday && on_monday(hour), ..At::utc(HOUR * hour) };
        raised(&Told::default(), monday + 24, monday, at, office)
    };
    assert_eq!((found(false).len().min(1), found(true).len()), (1, 0));
}

#[test]
fn a_clock_change_is_no_disturbance() {
    // The clocks go forward on the thirtieth day and back on the sixtieth.
    let offset = |hour: i64| if (24 * 30 + 1..24 * 60 + 1).contains(&hour) { 7200 } else { 3600 };
    let at = |hour: i64| At { offset: offset(hour), ..At::utc(HOUR * hour) };
    let found = raised(&Told::default(), 24 * 70, 24 * 28, at, |at, noise| working_day(at) + noise);
    let near = |finding: &&Finding| [30, 60].iter().any(|day| (finding.raised_at - 24 * HOUR * day).abs() < 48 * HOUR);
    assert_eq!(found.iter().filter(near).count(), 0, "{found:#?}");
    // The same series by a clock that does not know of it is disturbed.
    let at_utc = |hour: i64| At::utc(HOUR * hour);
    let deaf = |at: At, noise: f64| working_day(At { offset: offset(at.millis / HOUR), ..at }) + noise;
    assert!(!raised(&Told::default(), 24 * 33, 24 * 30, at_utc, deaf).is_empty());
}

#[test]
fn an_outage_of_two_days_is_not_learned() {
    let outage = 24 * 28..24 * 30;
    let found = |is_out: bool| {
        let reading = |at: At, noise: f64| {
            let is_out = is_out && outage.contains(&(at.millis / HOUR));
            if is_out { 0.0 } else { working_day(at) + noise }
        };
        raised(&Told::default(), 24 * 38, 24 * 21, |hour| At::utc(HOUR * hour), reading)
    };
    let (found, otherwise) = (found(true), found(false));
    assert!(found.iter().any(|finding| outage.contains(&(finding.raised_at / HOUR))), "the outage is seen");
    let after = |found: &[Finding]| found.iter().filter(|finding| 24 * 31 <= finding.raised_at / HOUR).count();
    assert!(after(&found) <= after(&otherwise), "a normal day after it is none: {found:#?}");
}

#[test]
fn a_series_told_to_have_no_pattern_has_none() {
    let told = Told { pattern: Some(Pattern::None), ..Told::default() };
    let mut detector = Detector::new(&told);
    (0..24 * 20).map(|hour| At::utc(HOUR * hour)).for_each(|at| _ = detector.observe(&told, at, Some(working_day(at))));
    assert_eq!(detector.profile(&told).pattern, Pattern::None);
    let untold = Told::default();
    let mut detector = Detector::new(&untold);
    (0..24 * 20)
        .map(|hour| At::utc(HOUR * hour))
        .for_each(|at| _ = detector.observe(&untold, at, Some(working_day(at))));
    assert_eq!(detector.profile(&untold).pattern, Pattern::Daily);
}
