//! What wakes somebody and what is only shown: sudden and sustained, and the hours in which nobody is to be woken.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::picture::Aspect;
use opsroom::opsroom::Opsroom;
use support::{Rehearsal, at, indicator, organisation, steady};
use vsm::{
    hours::Hours,
    indicator::{Direction, Good},
    signal::{Ending, Kind, Tier, Voice},
};

/// Second 0 of a rehearsal is 00:53:20 UTC: from second 100 to second 159 it is 00:55.
const HOURS: &str = "00:55-00:56";

fn calm() -> Rehearsal {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    rehearsal
}

/// Muted from second 100 on, for a minute.
fn muted() -> Rehearsal {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.muted_hours = vec![Hours::parse(HOURS).unwrap()]);
    rehearsal.play((0..100).map(steady));
    rehearsal
}

#[test]
fn a_spike_is_sudden_shown_and_kept_without_a_clock() {
    let mut rehearsal = calm();
    rehearsal.play([steady(100) + 12.0]);
    let signal = rehearsal.signal();
    assert_eq!((signal.kind, signal.tier, signal.direction), (Kind::Transient, Tier::Sudden, Direction::Pain));
    assert_eq!(signal.allowance, None, "it wakes nobody");
    assert_eq!(rehearsal.lamp().aspect, Aspect::Transient);
    rehearsal.play((101..110).map(steady));
    let cleared = &rehearsal.room.picture().memory[0];
    assert_eq!((cleared.tier, cleared.ending), (Tier::Sudden, Ending::Back));
}

#[test]
fn a_sudden_signal_that_turns_out_to_last_gets_its_clock_then() {
    let mut rehearsal = calm();
    rehearsal.play([steady(100) + 10.0]);
    let sudden = rehearsal.signal();
    assert_eq!((sudden.tier, sudden.allowance), (Tier::Sudden, None));
    let mut second = 101;
    while rehearsal.signal().tier == Tier::Sudden {
        rehearsal.play([steady(second) + 10.0]);
        second += 1;
    }
    assert!((103..110).contains(&second), "{second}");
    let lasting = rehearsal.signal();
    assert_eq!((&lasting.id, lasting.raised_at, lasting.onset_at), (&sudden.id, at(100), at(100)));
    let allowance = lasting.allowance.unwrap();
    assert_eq!((allowance.started_at, allowance.ends_at), (at(second - 1), at(second - 1) + Duration::from_secs(900)));
    rehearsal.play((second..140).map(|i| steady(i) + 10.0));
    assert_eq!(rehearsal.signal().allowance, Some(allowance), "and keeps it");
}

#[test]
fn a_signal_says_what_was_expected_seen_and_by_which_voice() {
    let mut rehearsal = calm();
    rehearsal.play((100..120).map(|i| steady(i) + 10.0));
    let signal = rehearsal.signal();
    assert!((108.0..112.0).contains(&signal.seen), "{}", signal.seen);
    assert!(signal.expected.upper < signal.seen && (0.0..=1.0).contains(&signal.score));
    assert!(matches!(signal.voice, Voice::Change | Voice::Jump), "{:?}", signal.voice);
    let json = serde_json::to_value(rehearsal.room.picture()).unwrap();
    let told = &json["signals"][0];
    assert_eq!(
        (&told["tier"], &told["seen"], &told["score"]),
        (&"sustained".into(), &signal.seen.into(), &signal.score.into())
    );
    assert!(told["voice"].is_string(), "{told}");
    let reason = signal.reason("ms");
    assert!(reason.starts_with("Step up, 99 % sure: 1") && reason.ends_with("; sustained."), "{reason}");
}

#[test]
fn a_sudden_signal_comes_after_all_that_ask_for_somebody() {
    let mut rehearsal = calm();
    rehearsal.play([steady(100) + 12.0]);
    let sudden = rehearsal.signal();
    rehearsal.play((101..112).map(steady));
    rehearsal.play((112..130).map(|i| steady(i) + 12.0));
    let lasting = rehearsal.signal();
    assert!(lasting.raised_at > sudden.raised_at && lasting.asks() && !sudden.asks());
    assert!(opsroom::desk::urgency(&lasting) < opsroom::desk::urgency(&sudden), "however much time it has left");
}

#[test]
fn in_muted_hours_a_finding_raises_nothing_and_what_is_still_open_at_their_end_is_raised() {
    let mut rehearsal = muted();
    let lamps = rehearsal.play((100..160).map(|i| steady(i) + if 130 <= i { 10.0 } else { 0.0 }));
    assert_eq!(lamps, "m".repeat(60));
    assert!(rehearsal.room.picture().signals.is_empty());
    assert_eq!(rehearsal.play([steady(160) + 10.0]), "L");
    let signal = rehearsal.signal();
    assert_eq!((signal.onset_at, signal.raised_at, signal.tier), (at(130), at(160), Tier::Sustained));
    assert_eq!(signal.allowance.unwrap().started_at, at(160), "its clock starts when it is raised");
    rehearsal.play((161..180).map(steady));
    assert_eq!(rehearsal.room.picture().memory[0].ending, Ending::Back);
}

#[test]
fn the_end_of_muted_hours_is_seen_by_the_clock_as_by_the_next_reading() {
    let played = |ticks: &[i32]| {
        let mut rehearsal = muted();
        rehearsal.play((100..158).map(|i| steady(i) + if 130 <= i { 10.0 } else { 0.0 }));
        ticks.iter().for_each(|second| drop(rehearsal.room.tick(at(*second))));
        let by_the_clock = rehearsal.room.picture().signals.len();
        rehearsal.play((158..165).map(|i| steady(i) + 10.0));
        (by_the_clock, rehearsal.signal().id, rehearsal.lamp().aspect)
    };
    let (none, by_reading, aspect) = played(&[159]);
    assert_eq!((none, aspect), (0, Aspect::Level));
    assert_eq!(played(&[159, 160]), (1, by_reading, aspect));
}

#[test]
fn what_is_over_within_muted_hours_was_never_a_signal() {
    let mut rehearsal = muted();
    rehearsal.play((100..170).map(|i| steady(i) + if (110..130).contains(&i) { 10.0 } else { 0.0 }));
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    assert!(rehearsal.room.picture().signals.is_empty() && rehearsal.room.picture().memory.is_empty());
}

#[test]
fn a_signal_from_before_stays_open_in_muted_hours_and_is_told_to_its_end() {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.muted_hours = vec![Hours::parse(HOURS).unwrap()]);
    rehearsal.play((0..80).map(steady));
    let lamps = rehearsal.play((80..140).map(|i| steady(i) + 10.0));
    assert!(lamps.ends_with(&"L".repeat(40)), "{lamps}");
    assert_eq!(rehearsal.signal().onset_at, at(80));
    assert_eq!(rehearsal.play((140..150).map(steady)), "LLLLLLLmmm");
    assert_eq!(rehearsal.room.picture().memory[0].ending, Ending::Back);
}

#[test]
fn a_restart_in_muted_hours_changes_nothing() {
    let mut whole = muted();
    whole.play((100..150).map(|i| steady(i) + if 130 <= i { 10.0 } else { 0.0 }));
    let (learned, memory) = whole.room.learned();
    let learned = postcard::from_bytes(&postcard::to_stdvec(&learned).unwrap()).unwrap();
    let mut described = indicator();
    described.muted_hours = vec![Hours::parse(HOURS).unwrap()];
    let mut resumed = muted();
    resumed.room = Opsroom::resume(organisation(described), learned, memory, at(150));
    let rest = || (150..170).map(|i| steady(i) + 10.0);
    let (before, after) = (whole.play(rest()), {
        rest().zip(150..).for_each(|(value, second)| resumed.take(second, value));
        resumed.signal()
    });
    assert_eq!(before, format!("{}{}", "m".repeat(10), "L".repeat(10)));
    assert_eq!((after.onset_at, after.raised_at), (at(130), at(160)));
    assert_eq!(whole.signal(), after);
}
