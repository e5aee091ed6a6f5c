//! The room's clock jumps a day, forward or back, and comes to its senses.

#![allow(clippy::unwrap_used, reason = "what fails here is a test that fails")]

use std::time::Duration;

use config::room::Room;
use cybernet::picture::Aspect;
use opsroom::opsroom::Opsroom;
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

const DAY: Duration = Duration::from_secs(86_400);
const START: Moment = Moment::from_unix_millis(1_763_600_000_000);
/// Seconds; readings come each second, and the level moves for good at `STEP`.
const JUMP: u64 = 200;
const STEP: u64 = 240;
const END: u64 = 300;

/// What the room's clock says at the second `i`, if it is wrong for ten of them.
type Clock = fn(Moment, u64) -> Moment;

fn right(now: Moment, _: u64) -> Moment {
    now
}

fn a_day_ahead(now: Moment, i: u64) -> Moment {
    if (JUMP..JUMP + 10).contains(&i) { now + DAY } else { now }
}

fn a_day_behind(now: Moment, i: u64) -> Moment {
    if (JUMP..JUMP + 10).contains(&i) { now - DAY } else { now }
}

fn indicator() -> IndicatorId {
    IndicatorId::parse("press.scrap").unwrap()
}

/// Plays the seconds to a room and gives it, with how its lamp looked in each.
fn play(clock: Clock) -> (Opsroom, Vec<Aspect>) {
    let mut room = Opsroom::new(Room::default().organisation, START);
    let looks = (0..END).map(|i| {
        let now = START + Duration::from_secs(i);
        let told = clock(now, i);
        let value = 100.0 + ((i * 37) % 11) as f64 / 5.0 + if STEP <= i { 30.0 } else { 0.0 };
        room.take(&[Reading::new(indicator(), now, value).unwrap()], told, false);
        room.tick(told);
        room.picture().lamps[&indicator()].aspect
    });
    let looks = looks.collect();
    (room, looks)
}

#[test]
fn a_clock_that_jumps_ahead_darkens_the_lamps_and_lights_them_again_when_it_is_right() {
    let (_, looks) = play(a_day_ahead);
    assert_eq!(looks[JUMP as usize - 1], Aspect::Calm);
    assert!(looks[JUMP as usize..JUMP as usize + 10].iter().all(|look| *look == Aspect::Silent));
    assert_eq!(looks[JUMP as usize + 10], Aspect::Calm);
}

#[test]
fn a_clock_that_jumps_back_changes_no_lamp() {
    assert_eq!(play(a_day_behind).1, play(right).1);
}

#[test]
fn whatever_the_clock_did_the_same_signals_are_raised_of_the_same_readings() {
    let signals = |clock| {
        let (room, looks) = play(clock);
        let told = |signal: &vsm::signal::Signal| (signal.kind, signal.onset_at, signal.probability.to_bits());
        let signals: Vec<_> = room.picture().signals.values().map(told).collect();
        assert_eq!(signals.len(), 1, "the step is found");
        (signals, looks.last().copied())
    };
    let undisturbed = signals(right);
    assert_eq!(signals(a_day_ahead), undisturbed);
    assert_eq!(signals(a_day_behind), undisturbed);
}
