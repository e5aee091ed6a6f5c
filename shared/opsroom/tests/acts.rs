//! What people say of a signal, and what becomes of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use cybernet::picture::{Aspect, Picture};
use opsroom::opsroom::Opsroom;
use support::{Rehearsal, at, indicator, organisation, steady};
use vsm::{
    act::{Act, Answer},
    indicator::{Good, Indicator},
    signal::{Ending, Signal, SignalId},
};

/// A room with a step of ten from second 100 on that is still open at second 140.
fn lit() -> Rehearsal {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    rehearsal
}

fn act(rehearsal: &Rehearsal, answer: Answer) -> Act {
    Act { signal: rehearsal.signal().id, answer, at: at(140) }
}

/// A room that got these answers, each to another step up, and the level at which it is calm.
fn answered(answers: &[Answer]) -> (Rehearsal, impl Fn(i32) -> f64) {
    let mut rehearsal = Rehearsal::of(Good::Down);
    rehearsal.play((0..100).map(steady));
    let mut level = 0.0;
    for (from, answer) in (100..).step_by(100).zip(answers) {
        level += 10.0;
        rehearsal.play((from..from + 40).map(|i| steady(i) + level));
        rehearsal.room.answer(&Act { signal: rehearsal.signal().id, answer: *answer, at: at(from + 40) });
        rehearsal.play((from + 40..from + 100).map(|i| steady(i) + level));
    }
    (rehearsal, move |i| steady(i) + level)
}

/// After how many readings such a room tells of a small step.
fn readings_until_told(answers: &[Answer]) -> usize {
    let (mut rehearsal, calm) = answered(answers);
    let from = 100 + 100 * answers.len() as i32;
    let lamps = rehearsal.play((from..from + 60).map(|i| calm(i) + 3.0));
    lamps.find(|lamp| lamp != '.').expect("a step of three deviations is told")
}

#[test]
fn a_new_normal_ends_the_signal_as_settled_and_the_course_stays_calm() {
    let mut rehearsal = lit();
    let act = act(&rehearsal, Answer::NewNormal);
    assert!(!rehearsal.room.answer(&act).is_empty(), "every screen is told");
    let picture = rehearsal.room.picture();
    assert!(picture.signals.is_empty());
    assert_eq!((&picture.memory[0].id, picture.memory[0].ending), (&act.signal, Ending::Settled));
    assert_eq!((picture.memory[0].cleared_at, picture.steady_since), (at(140), Some(at(140))));
    let lamps = rehearsal.play((140..240).map(|i| steady(i) + 10.0));
    assert_eq!(lamps, ".".repeat(100));
}

#[test]
fn what_is_ahead_of_a_new_normal_is_seen_at_once() {
    let mut rehearsal = Rehearsal::with(|indicator| indicator.essential = true);
    rehearsal.play((0..100).map(steady));
    rehearsal.play((100..140).map(|i| steady(i) + 10.0));
    let answer = act(&rehearsal, Answer::NewNormal);
    rehearsal.room.answer(&answer);
    let (learned, memory) = rehearsal.room.learned();
    let described = Indicator { essential: true, ..indicator() };
    let mut resumed = Opsroom::resume(organisation(described), learned, memory, at(140));
    resumed.follow(at(140));
    assert_eq!(resumed.picture().traces, rehearsal.room.picture().traces);
}

#[test]
fn a_false_alarm_ends_the_signal_and_makes_the_indicator_reluctant() {
    let mut rehearsal = lit();
    let act = act(&rehearsal, Answer::FalseAlarm);
    rehearsal.room.answer(&act);
    assert_eq!(rehearsal.room.picture().memory[0].ending, Ending::FalseAlarm);
    assert_eq!(rehearsal.lamp().aspect, Aspect::Calm);
    let (keen, reluctant) = ([Answer::NewNormal; 2], [Answer::FalseAlarm; 2]);
    let (keen, reluctant) = (readings_until_told(&keen), readings_until_told(&reluctant));
    assert!(keen < reluctant, "told after {keen} readings, after {reluctant} where there were false alarms");
}

#[test]
fn what_is_useful_stays_open_and_counts_once() {
    let mut rehearsal = lit();
    let act = act(&rehearsal, Answer::Useful);
    let (open, before) = (rehearsal.signal(), rehearsal.room.learned());
    rehearsal.room.answer(&act);
    let once = rehearsal.room.learned();
    assert_eq!(rehearsal.signal(), Signal { useful: true, ..open });
    assert!(once.0 != before.0, "it is counted");
    assert!(rehearsal.room.answer(&act).is_empty());
    assert!(rehearsal.room.learned() == once);
    rehearsal.play([steady(140) + 13.0]);
    assert!(rehearsal.signal().useful, "whatever else is found of it");
}

#[test]
fn an_act_on_what_is_not_open_changes_nothing() {
    let mut rehearsal = lit();
    let over = act(&rehearsal, Answer::FalseAlarm);
    rehearsal.room.answer(&over);
    let before = rehearsal.room.learned();
    for name in [over.signal.as_str(), "payments.latency@7", "nobody.knows@7"] {
        let signal = SignalId::parse(name).unwrap();
        assert!(rehearsal.room.answer(&Act { signal, answer: Answer::NewNormal, at: at(141) }).is_empty(), "{name}");
    }
    assert!(rehearsal.room.learned() == before);
}

#[test]
fn an_act_is_replayed_like_a_reading() {
    let played = |cut: i32| {
        let mut rehearsal = lit();
        let act = act(&rehearsal, Answer::FalseAlarm);
        for i in 140..200 {
            if i == cut {
                restart(&mut rehearsal);
            }
            if i == 150 {
                rehearsal.room.answer(&Act { at: at(150), ..act.clone() });
            }
            rehearsal.play([steady(i) + 10.0]);
        }
        (Picture { revision: 0, at: at(0), ..rehearsal.room.picture().clone() }, rehearsal.room.learned())
    };
    let whole = played(0);
    for cut in [150, 151, 190] {
        assert!(played(cut) == whole, "restarted before reading {cut}");
    }
}

/// From what it has learned, as a room does.
fn restart(rehearsal: &mut Rehearsal) {
    let (learned, memory) = rehearsal.room.learned();
    let described = Indicator { good: Good::Down, ..indicator() };
    rehearsal.room = Opsroom::resume(organisation(described), learned, memory, at(0));
    rehearsal.room.follow(at(0));
}

#[test]
fn an_act_on_what_the_clock_alone_had_raised_needs_no_clock_in_a_replay() {
    // Second 0 is 2025-11-20 00:53:20 UTC: at second 400 muted hours end.
    let played = |ticks: bool| {
        let hours = vec![vsm::hours::Hours::parse("00:00-01:00").unwrap()];
        let mut rehearsal = Rehearsal::with(|indicator| indicator.muted_hours = hours);
        rehearsal.play((0..360).map(steady));
        rehearsal.play((360..399).map(|i| steady(i) + 10.0));
        assert!(rehearsal.room.picture().signals.is_empty(), "muted");
        if ticks {
            rehearsal.room.tick(at(401));
            assert_eq!(rehearsal.signal().onset_at, at(360));
        }
        let signal = SignalId::new(&rehearsal.indicator, at(360));
        rehearsal.room.answer(&Act { signal, answer: Answer::NewNormal, at: at(402) });
        rehearsal.room.picture().memory.iter().map(|cleared| (cleared.id.clone(), cleared.ending)).collect::<Vec<_>>()
    };
    assert_eq!(played(true).len(), 1);
    assert_eq!(played(false), played(true));
}
