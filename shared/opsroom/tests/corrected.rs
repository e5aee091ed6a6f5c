//! Another reading of a moment that was read already takes its place, and what stood on the former alone is over.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::collections::BTreeMap;

use cybernet::{
    picture::{Aspect, Picture},
    trace::{Point, Trace},
};
use opsroom::{coalesce::coalesce, opsroom::Opsroom};
use proptest::{prelude::*, test_runner::RngSeed};
use support::{Rehearsal, at, indicator, organisation, steady};
use vsm::{
    reading::{Mark, Quality, Reading},
    signal::{Ending, Kind},
};

/// An indicator whose trace is on the wall, after so many calm seconds.
fn calm(seconds: i32) -> Rehearsal {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.essential = true);
    (0..seconds).for_each(|i| rehearsal.take(i, steady(i)));
    rehearsal
}

fn doubt(rehearsal: &mut Rehearsal, i: i32, value: f64) {
    let reading = Reading::new(rehearsal.indicator.clone(), at(i), value).unwrap();
    let reading = reading.marked(Mark { quality: Quality::Doubtful, note: None });
    rehearsal.room.take(&[reading], at(i), false);
}

fn trace(rehearsal: &Rehearsal) -> &Trace {
    &rehearsal.room.picture().traces[&rehearsal.indicator]
}

fn point(rehearsal: &Rehearsal, i: i32) -> Point {
    *trace(rehearsal).points.iter().find(|point| point.0 == at(i)).unwrap()
}

/// How the last signals ended, newest first.
fn endings(rehearsal: &Rehearsal) -> Vec<Ending> {
    rehearsal.room.picture().memory.iter().map(|cleared| cleared.ending).collect()
}

#[test]
fn a_wrong_value_that_is_corrected_leaves_nothing_behind_but_its_mark() {
    for later in [0, 1, 5, 15] {
        let (mut wrong, mut right) = (calm(300), calm(300));
        wrong.take(300, 500.0);
        assert_eq!(wrong.lamp().aspect, Aspect::Transient);
        right.take(300, steady(300));
        for i in 301..=300 + later {
            [&mut wrong, &mut right].into_iter().for_each(|room| room.take(i, steady(i)));
        }
        let forecast = point(&wrong, 300).2;
        wrong.take(300, steady(300));
        let corrected = point(&wrong, 300);
        assert_eq!((corrected.1, corrected.2, corrected.3.corrected), (steady(300), forecast, true));
        if later < 8 {
            assert_eq!(
                (wrong.lamp().aspect, endings(&wrong)),
                (Aspect::Calm, vec![Ending::Corrected]),
                "{later} later"
            );
        }
        assert_eq!(trace(&wrong).ahead, trace(&right).ahead, "{later} later");
        (316..340).for_each(|i| [&mut wrong, &mut right].into_iter().for_each(|room| room.take(i, steady(i))));
        let after =
            |room: &Rehearsal| trace(room).points.iter().filter(|it| at(315) < it.0).copied().collect::<Vec<_>>();
        assert_eq!(after(&wrong), after(&right), "{later} later");
    }
}

#[test]
fn of_a_step_only_the_wrong_value_goes() {
    let mut rehearsal = calm(300);
    let stepped = |i| steady(i) + 10.0;
    rehearsal.take(300, 500.0);
    rehearsal.take(301, stepped(301));
    rehearsal.take(300, stepped(300));
    (302..312).for_each(|i| rehearsal.take(i, stepped(i)));
    let signal = rehearsal.signal();
    assert_eq!((signal.kind, signal.onset_at), (Kind::Level, at(300)));
    assert!((signal.size - 10.0).abs() < 2.0, "{}", signal.size);
    assert!(endings(&rehearsal).is_empty(), "it is the same signal");
}

#[test]
fn an_ordinary_value_that_turns_out_to_be_far_off_is_told() {
    let mut rehearsal = calm(300);
    rehearsal.take(299, 130.0);
    assert_eq!(rehearsal.signal().onset_at, at(299));
    rehearsal.take(299, steady(299));
    assert_eq!((rehearsal.lamp().aspect, endings(&rehearsal)), (Aspect::Calm, vec![Ending::Corrected]));
}

#[test]
fn what_is_doubted_afterwards_is_believed_no_more_and_may_be_again() {
    let mut rehearsal = calm(300);
    rehearsal.take(300, 130.0);
    doubt(&mut rehearsal, 300, 130.0);
    assert_eq!((rehearsal.lamp().aspect, endings(&rehearsal)), (Aspect::Calm, vec![Ending::Corrected]));
    assert!(point(&rehearsal, 300).3.doubtful);
    rehearsal.take(300, 130.0);
    assert_eq!(rehearsal.signal().onset_at, at(300));
    assert!(!point(&rehearsal, 300).3.doubtful);
}

#[test]
fn a_repeat_changes_nothing() {
    let mut rehearsal = calm(300);
    rehearsal.take(301, 130.0);
    doubt(&mut rehearsal, 302, 131.0);
    rehearsal.take(300, steady(300));
    let (learned, picture) = (rehearsal.room.learned(), rehearsal.room.picture().clone());
    (270..300).for_each(|i| rehearsal.take(i, steady(i)));
    rehearsal.take(301, 130.0);
    doubt(&mut rehearsal, 302, 131.0);
    rehearsal.take(300, steady(300));
    assert!(rehearsal.room.learned() == learned && rehearsal.room.picture() == &picture);
}

#[test]
fn an_older_value_is_shown_and_forecast_from_and_nobody_is_told() {
    let corrected = |value: Option<f64>| {
        let mut rehearsal = calm(300);
        value.into_iter().for_each(|value| rehearsal.take(298, value));
        assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
        (point(&rehearsal, 298).1, trace(&rehearsal).ahead.clone())
    };
    let (value, ahead) = corrected(Some(steady(298) + 2.0));
    assert_eq!(value, steady(298) + 2.0);
    assert_ne!(ahead, corrected(None).1);
}

#[test]
fn what_is_corrected_while_muted_is_raised_when_the_hours_are_over_or_never() {
    let mut rehearsal = Rehearsal::with(|indicator| {
        indicator.essential = true;
        indicator.muted = true;
    });
    (0..300).for_each(|i| rehearsal.take(i, steady(i)));
    rehearsal.take(299, 500.0);
    rehearsal.take(299, steady(299));
    assert!(rehearsal.room.picture().signals.is_empty() && endings(&rehearsal).is_empty());
}

/// What is remembered takes memory only where something happens.
#[test]
fn few_watches_keep_what_was_known_before() {
    let described = indicator();
    let id = described.id.clone();
    let mut watches =
        opsroom::watches::Watches::new(std::sync::Arc::new(organisation(described)), opsroom::share::Share::WHOLE);
    let mut said = Vec::new();
    let mut size = |i| {
        watches.observe(&Reading::new(id.clone(), at(i), steady(i)).unwrap(), at(i), false, &mut said);
        postcard::to_stdvec(&watches.learned()).unwrap().len()
    };
    let mut sizes: Vec<usize> = (0..4000).map(&mut size).skip(1000).collect();
    sizes.sort_unstable();
    // A copy of the detector makes it larger by half.
    let kept = sizes.iter().filter(|size| sizes[1500] + 1000 < **size).count();
    assert!(0 < kept && kept < 30, "{kept} of 3000 readings, {} bytes mostly, {} at most", sizes[1500], sizes[2999]);
}

/// A second of the script: which moment, what value, and whether it is doubted.
type Sent = (i32, f64, bool);

/// A calm stretch, then readings in order with others of the last moments between them.
fn script() -> impl Strategy<Value = Vec<Sent>> {
    let value = prop_oneof![4 => (0..1000_i32).prop_map(steady), 1 => 0.0..1000.0_f64];
    prop::collection::vec((prop::option::weighted(0.3, 0..20_i32), value, prop::bool::weighted(0.1)), 1..80).prop_map(
        |steps| {
            let mut next = 200;
            let sent = |(ago, value, doubtful): (Option<i32>, f64, bool)| {
                next += i32::from(ago.is_none());
                (next - 1 - ago.unwrap_or(0), value, doubtful)
            };
            (0..200).map(|i| (i, steady(i), false)).chain(steps.into_iter().map(sent)).collect()
        },
    )
}

fn room() -> (Opsroom, vsm::organisation::Organisation) {
    let described = vsm::indicator::Indicator { essential: true, ..indicator() };
    (Opsroom::new(organisation(described.clone()), at(0)), organisation(described))
}

fn readings(sent: &[Sent]) -> Vec<Reading> {
    let reading = |&(i, value, doubtful): &Sent| {
        let quality = if doubtful { Quality::Doubtful } else { Quality::Good };
        let reading = Reading::new(indicator().id, at(i), value).unwrap();
        if doubtful { reading.marked(Mark { quality, note: None }) } else { reading }
    };
    sent.iter().map(reading).collect()
}

/// What does not depend on how many changes led to it.
fn shown(room: &Opsroom) -> Picture {
    Picture { revision: 0, ..room.picture().clone() }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1972),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_trace_is_that_of_the_last_values_whatever_came_between(sent in script()) {
        let (mut room, _) = room();
        readings(&sent).iter().for_each(|reading| drop(room.take(std::slice::from_ref(reading), at(400), false)));
        let last: BTreeMap<i32, (f64, bool)> = sent.iter().map(|(i, value, doubtful)| (*i, (*value, *doubtful))).collect();
        let trace = &room.picture().traces[&indicator().id];
        let expected: Vec<_> = last.into_iter().rev().take(trace.points.len()).map(|(i, it)| (at(i), it)).collect();
        let found: Vec<_> = trace.points.iter().rev().map(|point| (point.0, (point.1, point.3.doubtful))).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_batching_and_any_restart_give_the_same_bits(sent in script(), cuts in prop::collection::vec(1..9_usize, 100)) {
        let ((mut whole, organisation), (mut parts, _)) = (room(), room());
        let readings = readings(&sent);
        whole.take(&readings, at(400), false);
        let mut rest = &readings[..];
        for cut in cuts {
            let (batch, left) = rest.split_at(cut.min(rest.len()));
            parts.take(batch, at(400), false);
            rest = left;
            if cut == 1 {
                let (learned, memory) = parts.learned();
                let bytes = postcard::to_stdvec(&learned).unwrap();
                parts = Opsroom::resume(organisation.clone(), postcard::from_bytes(&bytes).unwrap(), memory, at(400));
                parts.follow(at(400));
            }
        }
        parts.take(rest, at(400), false);
        prop_assert!(parts.learned().0 == whole.learned().0);
        prop_assert_eq!(shown(&parts).traces, shown(&whole).traces);
        prop_assert_eq!(shown(&parts).signals, shown(&whole).signals);
    }

    #[test]
    fn a_screen_that_folds_what_was_coalesced_sees_what_the_room_has(sent in script()) {
        let (mut room, _) = room();
        let readings = readings(&sent);
        room.take(&readings[..150], at(400), false);
        let mut screen = room.picture().clone();
        let changes: Vec<_> =
            readings[150..].iter().flat_map(|reading| room.take(std::slice::from_ref(reading), at(400), false)).collect();
        coalesce(changes).into_iter().for_each(|change| screen.apply(change));
        prop_assert_eq!(&screen.traces, &room.picture().traces);
    }
}
