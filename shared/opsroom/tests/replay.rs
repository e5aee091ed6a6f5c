//! A fold is a fold: any batching, any restart, the same picture to the last bit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::picture::{Changes, Picture};
use opsroom::{coalesce::coalesce, opsroom::Opsroom};
use proptest::prelude::*;
use support::{at, indicator, organisation, steady};
use vsm::reading::Reading;

fn readings(steps: &[(u8, f64)]) -> Vec<Reading> {
    let mut level = 0.0;
    let mut second = 0;
    let mut readings = Vec::new();
    for (length, shift) in steps {
        level += shift;
        for _ in 0..*length {
            readings.push(Reading::new(indicator().id, at(second), steady(second) + level).unwrap());
            second += 1;
        }
    }
    readings
}

fn played(readings: &[Reading], batch: usize) -> Opsroom {
    let mut room = Opsroom::new(organisation(indicator()), at(0));
    for chunk in readings.chunks(batch) {
        room.take(chunk, at(1000), false);
    }
    room
}

/// Each reading in a batch of its own, received a second after it was measured.
fn heard(room: &mut Opsroom, readings: &[Reading]) {
    for reading in readings {
        room.take(std::slice::from_ref(reading), reading.measured_at + Duration::from_secs(1), true);
    }
}

fn unnumbered(picture: &Picture) -> Picture {
    Picture { revision: 0, at: at(0), ..picture.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_batching_gives_the_same_picture(steps in prop::collection::vec((1u8..60, -12.0..12.0f64), 1..6), batch in 1usize..40) {
        let readings = readings(&steps);
        let (one, many) = (played(&readings, 1), played(&readings, batch));
        prop_assert_eq!(unnumbered(one.picture()), unnumbered(many.picture()));
        prop_assert_eq!(one.learned(), many.learned());
    }

    #[test]
    fn a_restart_at_any_reading_gives_the_same_picture(steps in prop::collection::vec((1u8..60, -12.0..12.0f64), 1..6), cut in 0.0..1.0f64) {
        let readings = readings(&steps);
        let (before, after) = readings.split_at((cut * readings.len() as f64) as usize);
        let mut whole = Opsroom::new(organisation(indicator()), at(0));
        heard(&mut whole, before);
        let (learned, memory) = whole.learned();
        let learned = postcard::from_bytes(&postcard::to_stdvec(&learned).unwrap()).unwrap();
        let memory = serde_json::from_slice(&serde_json::to_vec(&memory).unwrap()).unwrap();
        let mut resumed = Opsroom::resume(organisation(indicator()), learned, memory, at(0));
        heard(&mut resumed, after);
        heard(&mut whole, after);
        resumed.follow(at(1000));
        prop_assert_eq!(unnumbered(resumed.picture()), unnumbered(whole.picture()));
        prop_assert_eq!(resumed.learned(), whole.learned());
    }

    #[test]
    fn coalesced_changes_lead_to_the_same_picture(steps in prop::collection::vec((1u8..60, -12.0..12.0f64), 1..6)) {
        let mut room = Opsroom::new(organisation(indicator()), at(0));
        let mut screen = room.picture().clone();
        let mut changes = Vec::new();
        for reading in readings(&steps) {
            changes.extend(room.take(&[reading], at(1000), false));
        }
        let picture = room.picture();
        screen.follow(Changes { from: 0, revision: picture.revision, at: picture.at, changes: coalesce(changes) }).unwrap();
        prop_assert_eq!(&screen, picture);
    }
}
