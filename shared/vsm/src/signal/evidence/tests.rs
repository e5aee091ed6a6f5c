//! Tests of what is said of a signal: each sentence as it is read.

use std::time::Duration;

use super::*;
use crate::{
    id::{IndicatorId, UnitId},
    signal::{Allowance, Expected, SignalId, State},
    subsystem::{Layer, Subsystem},
    time::Moment,
};

const ONSET: Moment = Moment::from_unix_millis(1_763_600_000_000);

/// A step down of the share of cards that are accepted.
fn step() -> Signal {
    let unit = UnitId::parse("payments").unwrap();
    let indicator = IndicatorId::parse("payments.accepted").unwrap();
    Signal {
        id: SignalId::new(&indicator, ONSET),
        unit: unit.clone(),
        system: Subsystem::Operation,
        layer: Layer::Object,
        kind: Kind::Level,
        probability: 0.972,
        direction: Direction::Pain,
        tier: Tier::Sustained,
        voice: Voice::Jump,
        score: 0.742,
        seen: 91.34,
        size: -4.46,
        sd: -4.12,
        expected: Expected { lower: 94.0, mean: 95.8, upper: 97.6 },
        raised_at: ONSET,
        onset_at: ONSET,
        state: State::Raised,
        held_by: unit,
        allowance: Some(Allowance::start(ONSET, Duration::from_secs(3600))),
        indicators: vec![indicator],
        runbook: None,
        rehearsed: false,
        useful: false,
    }
}

#[test]
fn a_reason_is_one_sentence_with_what_was_seen_and_what_was_expected() {
    assert_eq!(
        step().reason("%"),
        "Step down, 97 % sure: 91.3 % seen, 94–98 % expected for 95 % of readings, 4.1 sd below; score 0.74, voice: \
         jump; sustained."
    );
    let spike = Signal {
        kind: Kind::Transient,
        tier: Tier::Sudden,
        voice: Voice::RecordCourse,
        score: 0.0,
        seen: 1204.0,
        size: 900.0,
        sd: 312.0,
        expected: Expected { lower: 280.0, mean: 304.0, upper: 328.0 },
        ..step()
    };
    assert_eq!(
        spike.reason("ms"),
        "Spike up, 97 % sure: 1\u{202f}204 ms seen, 280–328 ms expected for 95 % of readings, 99+ sd above; voice: \
         record course; sudden, no clock."
    );
}

#[test]
fn of_swings_it_tells_how_many_times_they_are_as_wide() {
    let swings = Signal { kind: Kind::Variance, voice: Voice::Variance, size: 1.1, sd: 1.2, score: 0.0, ..step() };
    assert_eq!(
        swings.reason("%"),
        "Swings grow, 97 % sure: 94–98 % expected for 95 % of readings, swings now 2.2 times as wide; voice: variance; \
         sustained."
    );
    let shrink = Signal { size: -0.6, sd: -0.5, ..swings };
    assert_eq!((shrink.what(), shrink.unusual().as_str()), ("swings shrink", "0.5 times"));
}

#[test]
fn a_kind_is_never_quite_sure() {
    let sure = |probability| Signal { probability, ..step() }.sure();
    assert_eq!([0.0, 0.976, 0.999, 1.0].map(sure), [0, 98, 99, 99]);
}

#[test]
fn only_pain_that_lasts_asks_for_somebody() {
    let of = |direction, tier| Signal { direction, tier, ..step() };
    let line = [
        of(Direction::Pain, Tier::Sustained),
        of(Direction::Pain, Tier::Sudden),
        of(Direction::Pleasure, Tier::Sustained),
        of(Direction::Pleasure, Tier::Sudden),
    ];
    assert_eq!(line.each_ref().map(Signal::asks), [true, false, false, false]);
    assert_eq!(line.each_ref().map(Signal::rank), [0, 1, 2, 3]);
}

#[test]
fn a_signal_is_written_with_its_evidence_and_an_older_one_is_read() {
    let mut written = serde_json::to_value(step()).unwrap();
    let members = written.as_object_mut().unwrap();
    assert_eq!((&members["tier"], &members["voice"]), (&"sustained".into(), &"jump".into()));
    assert_eq!((&members["seen"], &members["score"]), (&91.34.into(), &0.742.into()));
    assert_eq!(serde_json::to_value(Voice::TimeOfDay).unwrap(), "time_of_day");
    members.retain(|name, _| !["tier", "voice", "seen", "score"].contains(&name.as_str()));
    let older: Signal = serde_json::from_value(written).unwrap();
    assert_eq!((older.tier, older.voice, older.seen, older.score), (Tier::Sustained, Voice::Change, 0.0, 0.0));
}
