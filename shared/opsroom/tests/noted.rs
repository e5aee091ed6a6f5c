//! What a team says of a reading stands beside the traces of its unit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use cybernet::trace::{MOST_NOTES, Note};
use opsroom::{coalesce::coalesce, opsroom::Opsroom};
use support::{at, indicator, organisation, steady};
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    organisation::Organisation,
    reading::{Mark, Quality, Reading},
};

fn deploys() -> IndicatorId {
    IndicatorId::parse("payments.deploys").unwrap()
}

/// Latency, which is on the wall, and deploys, which are not; and something of another unit.
fn plant() -> Organisation {
    let mut plant = organisation(Indicator { essential: true, ..indicator() });
    let other = IndicatorId::parse("marea.load").unwrap();
    for (id, unit) in [(deploys(), "payments"), (other, "marea")] {
        let unit = UnitId::parse(unit).unwrap();
        plant
            .indicators
            .insert(id.clone(), Indicator { essential: unit.as_str() == "marea", ..Organisation::unowned(id, unit) });
    }
    plant
}

fn said(i: i32, text: &str) -> Reading {
    let mark = Mark { quality: Quality::Good, note: Some(text.to_owned()) };
    Reading::new(deploys(), at(i), 1.0).unwrap().marked(mark)
}

/// A room that has heard latency for so many seconds.
fn calm(seconds: i32) -> Opsroom {
    let mut room = Opsroom::new(plant(), at(0));
    let reading = |name: &str, i| Reading::new(IndicatorId::parse(name).unwrap(), at(i), steady(i)).unwrap();
    for i in 0..seconds {
        room.take(&[reading("payments.latency", i), reading("marea.load", i)], at(i), false);
    }
    room
}

fn notes(room: &Opsroom, trace: &str) -> Vec<(i32, String)> {
    let second = |note: &Note| ((0..).find(|i| at(*i) == note.0).unwrap(), note.1.clone());
    room.picture().traces[trace].notes.iter().map(second).collect()
}

#[test]
fn what_is_said_of_one_indicator_is_shown_beside_the_traces_of_its_unit_and_no_other() {
    let mut room = calm(30);
    room.take(&[said(29, "deploy 1.4.2 https://ci.example/7")], at(30), false);
    assert_eq!(notes(&room, "payments.latency"), [(29, "deploy 1.4.2".to_owned())]);
    assert_eq!(notes(&room, "marea.load"), []);
    room.take(&[said(29, "deploy 1.4.2 https://ci.example/7")], at(31), false);
    assert_eq!(notes(&room, "payments.latency").len(), 1, "a resend says nothing new");
}

#[test]
fn why_a_reading_is_doubted_is_no_note() {
    let mut room = calm(30);
    let doubted = said(29, "15 from 5").marked(Mark { quality: Quality::Doubtful, note: Some("15 from 5".to_owned()) });
    room.take(&[doubted], at(30), false);
    assert_eq!(notes(&room, "payments.latency"), []);
}

#[test]
fn a_trace_that_comes_later_has_the_notes_of_before_and_a_restart_keeps_them() {
    let mut room = Opsroom::new(plant(), at(0));
    for i in 0..20 {
        room.take(&[said(i, &format!("deploy {i}"))], at(i), false);
    }
    let latency = |i| Reading::new(indicator().id, at(i), steady(i)).unwrap();
    room.take(&[latency(20)], at(20), false);
    let newest = notes(&room, "payments.latency");
    assert_eq!((newest.len(), newest[0].0, newest[MOST_NOTES - 1].0), (MOST_NOTES, 12, 19));
    let (learned, memory) = room.learned();
    let memory = serde_json::from_str(&serde_json::to_string(&memory).unwrap()).unwrap();
    let mut again = Opsroom::resume(plant(), learned, memory, at(21));
    again.follow(at(21));
    assert_eq!(notes(&again, "payments.latency"), newest);
}

#[test]
fn who_says_something_of_every_reading_costs_one_change_of_a_trace() {
    let mut room = calm(30);
    let many: Vec<_> = (0..500).map(|i| said(30 + i, "deploy")).collect();
    let changes = room.take(&many, at(600), false);
    assert_eq!(changes.iter().filter(|change| matches!(change, cybernet::picture::Change::Notes(_))).count(), 1);
    assert_eq!(notes(&room, "payments.latency").len(), MOST_NOTES);
}

#[test]
fn a_screen_that_folds_what_was_coalesced_sees_the_same_notes() {
    let mut room = calm(30);
    let mut screen = room.picture().clone();
    let mut changes = Vec::new();
    for i in 30..50 {
        let latency = Reading::new(indicator().id, at(i), steady(i)).unwrap();
        changes.extend(room.take(&[latency, said(i, "deploy")], at(i), false));
    }
    let told = coalesce(changes);
    let of_notes = |change: &&cybernet::picture::Change| matches!(change, cybernet::picture::Change::Notes(_));
    assert_eq!(told.iter().filter(of_notes).count(), 1);
    told.into_iter().for_each(|change| screen.apply(change));
    assert_eq!(screen.traces, room.picture().traces);
    assert_eq!(notes(&room, "payments.latency").len(), MOST_NOTES);
}
