//! Readings in, lamps out: what a lamp shows, reading by reading, as one letter each.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::picture::Aspect;
use support::{Rehearsal, at, steady};
use vsm::{
    indicator::{Direction, Good},
    signal::{Ending, Kind, Tier},
};

#[test]
fn a_steady_series_is_young_and_then_calm_for_ever() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    let lamps = rehearsal.play((0..600).map(steady));
    assert_eq!(lamps, format!("{}{}", "?".repeat(11), ".".repeat(589)));
    assert!(rehearsal.room.picture().memory.is_empty());
}

#[test]
fn a_spike_lights_its_lamp_and_lets_go_of_it() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..115).map(|i| steady(i) + if i == 100 { 12.0 } else { 0.0 }));
    assert_eq!(lamps, "tttttttt.......");
    let cleared = &rehearsal.room.picture().memory[0];
    assert_eq!((cleared.kind, cleared.ending), (Kind::Transient, Ending::Back));
}

#[test]
fn a_step_stays_lit_as_pain_with_a_clock() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    assert!(lamps.ends_with(&"L".repeat(35)), "{lamps}");
    let picture = rehearsal.room.picture();
    let signal = picture.signals.values().next().expect("a signal is open");
    assert_eq!((signal.direction, signal.tier), (Direction::Pain, Tier::Sustained));
    assert_eq!(signal.onset_at, at(100));
    assert!((signal.size - 10.0).abs() < 1.5, "{}", signal.size);
    assert!(0.9 < signal.probability);
    let allowance = signal.allowance.expect("pain has a clock");
    assert_eq!(allowance.ends_at.since(allowance.started_at), Duration::from_secs(900));
    assert_eq!(picture.traces.len(), 1);
    assert_eq!(picture.steady_since, None);
}

#[test]
fn a_step_that_recovers_is_over_after_eight_readings_back() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    let lamps = rehearsal.play((140..160).map(steady));
    assert_eq!(lamps, format!("{}{}", "L".repeat(7), ".".repeat(13)));
    assert_eq!(rehearsal.room.picture().memory[0].ending, Ending::Back);
    assert_eq!(rehearsal.room.picture().steady_since, Some(at(147)));
}

#[test]
fn a_step_that_stays_is_taken_as_it_is_after_three_hundred_readings() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..420).map(|i| steady(i) + 10.0));
    assert!(lamps.ends_with(".........."), "{lamps}");
    assert_eq!(rehearsal.room.picture().memory[0].ending, Ending::Settled);
}

#[test]
fn a_ramp_is_named_a_slope() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..130).map(|i| steady(i) + 2.0 * f64::from(i - 99)));
    assert!(lamps.ends_with(&"S".repeat(15)), "{lamps}");
    let signal = rehearsal.room.picture().signals.values().next().expect("a signal is open");
    let began = signal.onset_at;
    assert!(at(98) <= began && began <= at(102), "{:?}", began.since(at(100)));
}

#[test]
fn a_step_for_the_better_is_pleasure_without_a_clock() {
    let mut rehearsal = Rehearsal::of(Good::Up);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..110).map(|i| steady(i) + 10.0));
    let signal = rehearsal.room.picture().signals.values().next().expect("a signal is open").clone();
    assert_eq!((signal.direction, signal.allowance), (Direction::Pleasure, None));
}

#[test]
fn silence_is_an_aspect_of_its_own_and_ends_with_the_next_reading() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    rehearsal.room.tick(at(103));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm, "within the grace");
    rehearsal.room.tick(at(104));
    assert_eq!((rehearsal.lamp().aspect, rehearsal.lamp().since), (Aspect::Silent, at(103)));
    assert!(rehearsal.room.picture().signals.is_empty(), "silence is no anomaly");
    assert_eq!(rehearsal.play([steady(110)]), ".");
}

#[test]
fn what_is_smaller_than_worth_a_word_stays_calm() {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.least = 20.0);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    assert_eq!(lamps, ".".repeat(40));
}

#[test]
fn a_muted_indicator_is_shown_as_muted_and_raises_nothing() {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.muted = true);
    rehearsal.play((0..100).map(steady));
    let lamps = rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    assert_eq!(lamps, "m".repeat(40));
    assert!(rehearsal.room.picture().signals.is_empty());
}

#[test]
fn an_indicator_nobody_described_is_watched_in_the_unowned_tray() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.indicator = vsm::id::IndicatorId::parse("strange.thing").unwrap();
    rehearsal.play((0..50).map(steady));
    let picture = rehearsal.room.picture();
    assert_eq!(rehearsal.lamp().unit.as_str(), "unowned");
    assert_eq!(picture.organisation.units.last().unwrap().name, "Unowned");
    // Its cadence is learned: four intervals and a grace of the same.
    rehearsal.room.tick(at(57));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    rehearsal.room.tick(at(58));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Silent);
}

#[test]
fn a_late_or_repeated_reading_is_not_judged_again() {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let before = rehearsal.room.learned().0;
    rehearsal.take(99, steady(99));
    assert_eq!(rehearsal.room.learned().0, before, "it says the same");
    rehearsal.take(50, 500.0);
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    assert_ne!(rehearsal.room.learned().0, before, "it is counted");
    assert_eq!(rehearsal.play([steady(100)]), ".");
}
