//! A room that goes on by another configuration, over a silence, or with numbers at the edge of what can be written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::picture::{Aspect, Picture};
use opsroom::opsroom::Opsroom;
use proptest::prelude::*;
use support::{Rehearsal, at, indicator, organisation, steady};
use vsm::{
    family::Family,
    id::IndicatorId,
    indicator::{Direction, Good, Indicator, Pattern, Scale},
    organisation::{Organisation, UNOWNED},
    reading::Reading,
    signal::Ending,
    template::Template,
};

/// A room with a step that is still open, at second 140.
fn lit() -> Rehearsal {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    assert_eq!(rehearsal.room.picture().signals.len(), 1);
    rehearsal
}

/// Restarted with an indicator that is described in another way.
fn restarted(before: &Rehearsal, change: impl FnOnce(&mut Indicator)) -> Opsroom {
    let mut changed = indicator();
    changed.good = Good::Down;
    change(&mut changed);
    restarted_by(before, organisation(changed))
}

fn restarted_by(before: &Rehearsal, organisation: Organisation) -> Opsroom {
    let (learned, memory) = before.room.learned();
    let mut room = Opsroom::resume(organisation, learned, memory, at(141));
    room.follow(at(141));
    room
}

fn aspect(room: &Opsroom) -> Aspect {
    room.picture().lamps.values().next().unwrap().aspect
}

#[test]
fn unchanged_it_goes_on_as_it_was() {
    let before = lit();
    let room = restarted(&before, |_| ());
    assert_eq!(room.picture().signals, before.room.picture().signals);
    assert_eq!(room.picture().lamps, before.room.picture().lamps);
    assert_eq!(room.picture().traces, before.room.picture().traces);
}

#[test]
fn another_scale_ends_what_was_open_and_learns_anew() {
    let room = restarted(&lit(), |indicator| indicator.scale = Some(Scale::Log));
    assert!(room.picture().signals.is_empty());
    assert_eq!(room.picture().memory[0].ending, Ending::Reconfigured);
    assert_eq!(room.picture().steady_since, Some(at(141)));
    assert_eq!(aspect(&room), Aspect::Calm);
}

#[test]
fn another_pattern_is_in_force_and_what_was_open_stays_open() {
    let mut before = lit();
    before.play([steady(140) + 10.0]);
    let pattern = |change: fn(&mut Indicator)| {
        let room = restarted(&before, change);
        assert_eq!(room.picture().signals, before.room.picture().signals);
        let (watches, _) = room.split();
        watches[0].profile(&before.indicator).map(|profile| (profile.pattern, profile.readings))
    };
    assert_eq!(pattern(|_| ()), Some((Pattern::None, 141)));
    assert_eq!(pattern(|indicator| indicator.pattern = Some(Pattern::Daily)), Some((Pattern::Daily, 141)));
}

#[test]
fn muting_ends_what_was_open_and_unmuting_lights_the_lamp_again() {
    let room = restarted(&lit(), |indicator| indicator.muted = true);
    assert!(room.picture().signals.is_empty());
    assert_eq!(aspect(&room), Aspect::Muted);
    let mut muted = Rehearsal::with(|indicator| indicator.muted = true);
    muted.play((0..100).map(steady));
    assert_eq!(aspect(&restarted(&muted, |_| ())), Aspect::Calm);
}

#[test]
fn what_nobody_describes_any_more_goes_to_the_tray_with_its_signal_and_falls_silent() {
    let mut bare = organisation(indicator());
    bare.indicators.clear();
    let mut room = restarted_by(&lit(), bare.clone());
    let signal = room.picture().signals.values().next().unwrap().clone();
    assert_eq!((signal.unit.as_str(), signal.held_by.as_str()), ("unowned", "unowned"));
    assert!(room.picture().organisation.unit(&signal.unit).is_some());
    room.tick(at(150));
    assert_eq!(aspect(&room), Aspect::Silent, "the cadence it had was learned");
    let (learned, memory) = room.learned();
    let described = Opsroom::resume(organisation(indicator()), learned, memory, at(151));
    assert_eq!(described.picture().signals.values().next().unwrap().unit.as_str(), "payments");
}

#[test]
fn what_was_heard_only_once_falls_silent_too() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.indicator = IndicatorId::parse("strange.thing").unwrap();
    rehearsal.play([steady(0)]);
    rehearsal.room.tick(at(119));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Young);
    rehearsal.room.tick(at(121));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Silent);
}

#[test]
fn a_silence_follows_from_the_readings_alone() {
    let watched = |ticks: &[i32]| {
        let mut rehearsal = Rehearsal::of(Good::Down);
        rehearsal.play((0..50).map(steady));
        ticks.iter().for_each(|second| drop(rehearsal.room.tick(at(*second))));
        rehearsal.take(70, steady(70));
        rehearsal.lamp().clone()
    };
    assert_eq!(watched(&[55, 60]), watched(&[]));
    assert_eq!(watched(&[]).since, at(70));
}

#[test]
fn an_old_backlog_leaves_it_silent_since_the_newest_reading_was_followed_by_nothing() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..50).map(steady));
    for second in 50..100 {
        let reading = Reading::new(rehearsal.indicator.clone(), at(second), steady(second)).unwrap();
        rehearsal.room.take(&[reading], at(500), false);
        if second == 70 {
            rehearsal.room.tick(at(500));
        }
    }
    rehearsal.room.tick(at(502));
    assert_eq!((rehearsal.lamp().aspect, rehearsal.lamp().since), (Aspect::Silent, at(99 + 4)));
}

#[test]
fn pleasure_that_turns_into_pain_gets_a_clock() {
    let mut rehearsal = Rehearsal::of(Good::Up);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..120).map(|i| steady(i) + 15.0));
    assert_eq!(rehearsal.room.picture().signals.values().next().unwrap().allowance, None);
    rehearsal.play((120..140).map(|i| steady(i) - 40.0));
    let signal = rehearsal.room.picture().signals.values().next().unwrap().clone();
    assert_eq!(signal.direction, Direction::Pain);
    let allowance = signal.allowance.unwrap();
    assert!(at(120) <= allowance.started_at && allowance.started_at <= at(124));
    assert_eq!(allowance.ends_at.since(allowance.started_at), Duration::from_secs(900));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_finite_numbers_make_a_picture_that_can_be_written_and_read(
        values in prop::collection::vec(prop_oneof![-1e3..1e3f64, prop::num::f64::ANY.prop_filter("finite", |x| x.is_finite())], 20..60),
        scale in prop::sample::select(vec![Scale::Identity, Scale::Log, Scale::Sqrt, Scale::AsinSqrt]),
    ) {
        let described = Indicator { scale: Some(scale), essential: true, ..indicator() };
        let mut room = Opsroom::new(organisation(described), at(0));
        for (second, value) in (0..).zip(values) {
            let reading = Reading::new(indicator().id, at(second), value).unwrap();
            room.take(&[reading], at(second), false);
        }
        let text = serde_json::to_string(room.picture()).unwrap();
        let read: Picture = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, room.picture());
    }
}

/// The organisation with a family of loads in it.
fn with_family() -> Organisation {
    let model = Indicator { good: Good::Down, name: "Load {host}".to_owned(), ..indicator() };
    let family = Family { template: Template::parse("payments.load.{host}").unwrap(), model };
    Organisation { families: vec![family], ..organisation(indicator()) }
}

#[test]
fn a_member_of_a_family_has_its_unit_from_the_first_reading_on_and_after_a_restart() {
    let mut room = Opsroom::new(with_family(), at(0));
    let id = IndicatorId::parse("payments.load.a").unwrap();
    room.take(&[Reading::new(id.clone(), at(0), 1.0).unwrap()], at(0), false);
    let (learned, memory) = room.learned();
    let restarted = Opsroom::resume(with_family(), learned.clone(), memory.clone(), at(1));
    for room in [&room, &restarted] {
        let picture = room.picture();
        assert_eq!(picture.lamps[&id].unit.as_str(), "payments");
        assert_eq!(picture.organisation.indicators[&id].name, "Load a");
        assert!(picture.organisation.units.iter().all(|unit| unit.id.as_str() != UNOWNED), "nobody opened the tray");
    }
    let without = Opsroom::resume(organisation(indicator()), learned, memory, at(1));
    assert_eq!(without.picture().lamps[&id].unit.as_str(), UNOWNED);
}
