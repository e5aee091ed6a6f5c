//! Readings that come after a newer one, and what the room worked out of those that came in their turn.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::Arc;

use cybernet::{
    picture::Aspect,
    profile::{Nature, Profile},
    trace::{LONGEST_TRACE, Point, Trace},
};
use opsroom::{coalesce::coalesce, share::Share, watches::Watches};
use support::{Rehearsal, at, indicator, organisation, steady};
use vsm::{
    indicator::{Pattern, Scale},
    reading::Reading,
};

/// An indicator whose trace is on the wall; of its hundred seconds those of `missing` have not come yet.
fn with_gaps(missing: &[i32]) -> Rehearsal {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.essential = true);
    (0..100).filter(|i| !missing.contains(i)).for_each(|i| rehearsal.take(i, steady(i)));
    rehearsal
}

fn trace(rehearsal: &Rehearsal) -> &Trace {
    &rehearsal.room.picture().traces[&rehearsal.indicator]
}

fn point(rehearsal: &Rehearsal, i: i32) -> Option<Point> {
    trace(rehearsal).points.iter().find(|point| point.0 == at(i)).copied()
}

#[test]
fn a_late_reading_takes_its_place_in_the_trace_with_a_mark_and_its_forecast() {
    let mut rehearsal = with_gaps(&[97]);
    assert_eq!(point(&rehearsal, 97), None);
    rehearsal.take(97, steady(97));
    let Point(_, value, band, mark) = point(&rehearsal, 97).expect("it is in the trace");
    let band = band.expect("it has a forecast");
    assert_eq!((value, mark.late), (steady(97), true));
    assert!(band.0 < value && value < band.2, "{value} in {band:?}");
    assert!(trace(&rehearsal).points.iter().is_sorted_by(|a, b| a.0 < b.0));
    assert!(trace(&rehearsal).points.iter().filter(|point| point.0 != at(97)).all(|point| !point.3.late));
}

#[test]
fn what_is_ahead_knows_the_late_reading() {
    let ahead = |value: Option<f64>| {
        let mut rehearsal = with_gaps(&[98]);
        value.into_iter().for_each(|value| rehearsal.take(98, value));
        trace(&rehearsal).ahead.clone()
    };
    assert_ne!(ahead(Some(steady(98) - 3.0)), ahead(None));
}

#[test]
fn whatever_a_late_reading_is_nobody_is_told_of_it() {
    let mut rehearsal = with_gaps(&[95, 97]);
    rehearsal.take(97, 500.0);
    rehearsal.take(95, -500.0);
    assert!(point(&rehearsal, 97).is_some_and(|point| point.3.late && point.1 == 500.0));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    assert!(rehearsal.room.picture().signals.is_empty());
}

#[test]
fn between_two_readings_there_is_no_room_for_another() {
    let mut rehearsal = with_gaps(&[97]);
    rehearsal.take(97, 101.0);
    let before = trace(&rehearsal).clone();
    // Within half a cadence of another reading it stands for no period of its own.
    let between = Reading::new(rehearsal.indicator.clone(), at(96) + std::time::Duration::from_millis(400), 500.0);
    rehearsal.room.take(&[between.unwrap()], at(100), false);
    assert_eq!(trace(&rehearsal), &before);
}

#[test]
fn what_is_older_than_what_is_remembered_is_only_counted() {
    let mut rehearsal = with_gaps(&[20, 70]);
    let before = trace(&rehearsal).clone();
    rehearsal.take(20, 500.0);
    rehearsal.take(70, 500.0);
    assert_eq!(trace(&rehearsal), &before);
}

#[test]
fn screens_that_fold_what_was_coalesced_see_late_readings_where_the_room_has_them() {
    let mut rehearsal = with_gaps(&[97]);
    let mut screen = rehearsal.room.picture().clone();
    let mut changes = Vec::new();
    // The late one first, then so many that it is pushed out again, and late ones between them.
    for i in std::iter::once(97).chain(100..150).chain([160, 170, 165, 155]) {
        let reading = Reading::new(rehearsal.indicator.clone(), at(i), steady(i)).unwrap();
        changes.extend(rehearsal.room.take(&[reading], at(200), false));
    }
    coalesce(changes).into_iter().for_each(|change| screen.apply(change));
    assert_eq!(screen.traces, rehearsal.room.picture().traces);
    assert_eq!(trace(&rehearsal).points.len(), LONGEST_TRACE);
    let late: Vec<_> = trace(&rehearsal).points.iter().filter(|point| point.3.late).map(|point| point.0).collect();
    assert_eq!(late, [at(155), at(165)]);
}

/// What a room works out of 200 readings.
fn profile(described: vsm::indicator::Indicator, value: impl Fn(i32) -> f64) -> Profile {
    let id = described.id.clone();
    let mut watches = Watches::new(Arc::new(organisation(described)), Share::WHOLE);
    assert_eq!(watches.profile(&id), None);
    let mut said = Vec::new();
    for i in (0..200).chain([50]) {
        let reading = Reading::new(id.clone(), at(10 * i), value(i)).unwrap();
        watches.observe(&reading, at(10 * i), false, &mut said);
    }
    assert!(watches.profiles().eq([(id.clone(), watches.profile(&id).unwrap())]));
    watches.profile(&id).unwrap()
}

#[test]
fn a_profile_says_what_was_worked_out() {
    let undescribed = vsm::indicator::Indicator { cadence: None, ..indicator() };
    let counts = |i: i32| (4.0 + support::noise(1, i)).max(0.0).floor();
    let found = profile(undescribed, counts);
    assert_eq!((found.nature, found.cadence_ms, found.pattern), (Nature::Count, Some(10_000.0), Pattern::None));
    assert_eq!((found.readings, found.late, found.young), (200, 1, false));
    assert!(found.zeros < 0.1 && 0.0 < found.noise);
}

#[test]
fn what_was_told_is_in_force() {
    let (scale, pattern) = (Some(Scale::Log), Some(Pattern::Daily));
    let described = vsm::indicator::Indicator { scale, pattern, ..indicator() };
    let found = profile(described, |i| 100.0 + steady(i));
    assert_eq!((found.scale, found.cadence_ms), (Scale::Log, Some(1000.0)));
}
