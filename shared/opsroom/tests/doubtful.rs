//! Readings that their own team doubts: shown, and not believed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::sync::Arc;

use cybernet::{picture::Aspect, trace::Point};
use opsroom::{share::Share, watches::Watches};
use proptest::prelude::*;
use support::{Rehearsal, at, indicator, noise, organisation, steady};
use vsm::{
    indicator::Good,
    reading::{Mark, Quality, Reading},
    signal::Kind,
};

/// An indicator whose trace is on the wall, after so many calm seconds.
fn calm(seconds: i32) -> Rehearsal {
    let mut rehearsal = Rehearsal::with(|indicator| {
        indicator.essential = true;
        indicator.good = Good::Down;
    });
    rehearsal.play((0..seconds).map(steady));
    rehearsal
}

fn doubted(rehearsal: &Rehearsal, i: i32, value: f64) -> Reading {
    let reading = Reading::new(rehearsal.indicator.clone(), at(i), value).unwrap();
    reading.marked(Mark { quality: Quality::Doubtful, note: None })
}

fn doubt(rehearsal: &mut Rehearsal, i: i32, value: f64) {
    let reading = doubted(rehearsal, i, value);
    rehearsal.room.take(&[reading], at(i), false);
}

fn points(rehearsal: &Rehearsal) -> Vec<Point> {
    rehearsal.room.picture().traces[&rehearsal.indicator].points.iter().copied().collect()
}

#[test]
fn a_doubtful_outlier_raises_nothing_and_is_in_the_trace_with_its_mark_and_its_forecast() {
    let mut rehearsal = calm(300);
    doubt(&mut rehearsal, 300, 500.0);
    let newest = *points(&rehearsal).last().unwrap();
    assert_eq!((newest.1, newest.3.doubtful), (500.0, true));
    assert!(newest.2.is_some_and(|band| band.0 < 100.0 && 100.0 < band.2), "{newest:?}");
    (301..340).for_each(|i| rehearsal.take(i, steady(i)));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    assert!(rehearsal.room.picture().signals.is_empty() && rehearsal.room.picture().memory.is_empty());
    assert_eq!(points(&rehearsal).iter().filter(|point| point.3.doubtful).count(), 1);
}

#[test]
fn a_step_whose_first_reading_was_doubted_is_found_one_reading_later() {
    let mut rehearsal = calm(300);
    doubt(&mut rehearsal, 300, steady(300) + 10.0);
    assert!(rehearsal.room.picture().signals.is_empty());
    rehearsal.take(301, steady(301) + 10.0);
    assert_eq!(rehearsal.signal().onset_at, at(301));
    (302..310).for_each(|i| rehearsal.take(i, steady(i) + 10.0));
    assert_eq!(rehearsal.signal().kind, Kind::Level);
}

#[test]
fn nothing_is_learned_from_what_is_doubted() {
    // Noise that would be a hundred times as wide.
    let (mut doubted, mut missing) = (calm(300), calm(300));
    (300..340).filter(|i| i % 2 == 0).for_each(|i| doubt(&mut doubted, i, 100.0 + 100.0 * noise(1, i)));
    for rehearsal in [&mut doubted, &mut missing] {
        (340..360).for_each(|i| rehearsal.take(i, steady(i)));
    }
    let width = |rehearsal: &Rehearsal| {
        let newest = points(rehearsal).last().unwrap().2.unwrap();
        newest.2 - newest.0
    };
    assert!(width(&doubted) < 1.3 * width(&missing), "{} {}", width(&doubted), width(&missing));
    assert!(doubted.room.picture().signals.is_empty());
}

#[test]
fn who_doubts_everything_is_heard_and_never_judged() {
    let described = indicator();
    let id = described.id.clone();
    let mut watches = Watches::new(Arc::new(organisation(described)), Share::WHOLE);
    let mut said = Vec::new();
    for i in 0..100 {
        let reading = Reading::new(id.clone(), at(i), if i % 10 == 0 { 9000.0 } else { steady(i) }).unwrap();
        let reading = reading.marked(Mark { quality: Quality::Doubtful, note: None });
        watches.observe(&reading, at(i), false, &mut said);
    }
    watches.tick(at(101), &mut said);
    let profile = watches.profile(&id).unwrap();
    assert_eq!((profile.doubtful, profile.readings, profile.young), (100, 0, true));
    assert_eq!(said.len(), 1, "it stands there, young and not silent: {said:?}");
}

#[test]
fn a_late_reading_that_is_doubted_takes_its_place_and_tells_the_forecast_nothing() {
    let ahead = |late: Option<f64>| {
        let mut rehearsal = calm(98);
        rehearsal.take(99, steady(99));
        late.into_iter().for_each(|value| doubt(&mut rehearsal, 98, value));
        let trace = rehearsal.room.picture().traces[&rehearsal.indicator].clone();
        assert_eq!(
            trace.points.iter().filter(|point| point.3.doubtful && point.3.late).count(),
            usize::from(late.is_some())
        );
        trace.ahead
    };
    assert_eq!(ahead(Some(500.0)), ahead(None));
}

proptest! {
    #[test]
    fn whatever_is_doubted_is_never_a_reason_to_tell_anybody(
        doubts in prop::collection::btree_map(200..400_i32, -1e12..1e12_f64, 0..40),
    ) {
        let mut rehearsal = calm(200);
        for i in 200..400 {
            match doubts.get(&i) {
                Some(value) => doubt(&mut rehearsal, i, *value),
                None => rehearsal.take(i, steady(i)),
            }
        }
        let picture = rehearsal.room.picture();
        prop_assert!(picture.signals.is_empty() && picture.memory.is_empty());
    }
}
