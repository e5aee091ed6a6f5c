//! A clock that was a day ahead and is put right: nothing of the picture stays of tomorrow.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::picture::Aspect;
use opsroom::opsroom::Opsroom;
use support::{at, indicator, organisation, steady};
use vsm::{
    indicator::{Good, Indicator},
    reading::Reading,
};

const DAY: Duration = Duration::from_secs(86_400);

/// A room with a step of ten in its last forty readings, which it heard while its clock was a day ahead.
fn ahead() -> Opsroom {
    let mut room = Opsroom::new(organisation(Indicator { good: Good::Down, ..indicator() }), at(0));
    for i in 0..140 {
        let (received_at, value) = if i < 100 { (at(i), steady(i)) } else { (at(i) + DAY, steady(i) + 10.0) };
        room.take(&[Reading::new(indicator().id, at(i), value).unwrap()], received_at, false);
    }
    room
}

#[test]
fn who_was_given_time_by_a_clock_that_was_ahead_is_given_it_from_now_on() {
    let mut room = ahead();
    let given = room.picture().signals.values().next().unwrap().allowance.unwrap();
    assert!(at(100) + DAY <= given.started_at);
    let now = at(141);
    room.tick(now);
    let picture = room.picture();
    let signal = picture.signals.values().next().unwrap();
    let allowance = signal.allowance.unwrap();
    assert_eq!((picture.at, signal.raised_at, allowance.started_at), (now, now, now));
    assert_eq!(allowance.ends_at.since(now), given.ends_at.since(given.started_at));
    assert!(picture.lamps.values().all(|lamp| lamp.since <= now), "{:?}", picture.lamps);
}

#[test]
fn an_indicator_that_was_heard_tomorrow_is_silent_once_it_is_late_today() {
    let mut room = Opsroom::new(organisation(indicator()), at(0));
    for i in 0..40 {
        let tomorrow = at(i) + DAY;
        room.take(&[Reading::new(indicator().id, tomorrow, steady(i)).unwrap()], tomorrow, false);
    }
    let is_silent = |room: &Opsroom| room.picture().lamps.values().all(|lamp| lamp.aspect == Aspect::Silent);
    for (i, expected) in [(40, false), (43, false), (51, true)] {
        room.tick(at(i));
        assert_eq!(is_silent(&room), expected, "at {i}");
    }
}

#[test]
fn a_tick_that_was_on_its_way_for_a_while_corrects_nothing() {
    let mut room = ahead();
    let before = room.picture().clone();
    assert_eq!(room.tick(before.at - Duration::from_secs(5)), []);
    assert_eq!(*room.picture(), before);
}
