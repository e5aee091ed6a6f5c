//! Frames of agents and screens.

use std::str;

use cybernet::{
    agent::{LARGEST_BATCH, ToRoom, encode_readings, encode_span},
    batch::{Batch, Names},
    faults::{LONGEST_WHY, MOST_FAULTS, encode},
    screen::FromScreen,
};

use room::api::readings::read;
use serde_json::{Value, json};

use super::within;

/// A reading that is refused takes the most: a few bytes of it become a sentence.
const GROWTH: usize = 300;

/// What an agent sends: a hello, a batch, what it has lost, or what it cannot read. A frame is text before it is read.
pub(crate) fn agent_frames(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut names = Names::default();
    let frame = within(GROWTH, bytes, || ToRoom::decode(text, &mut names).map_err(|fault| fault.to_string()));
    let Ok(frame) = frame else { return };
    assert_eq!(ToRoom::decode(text, &mut names).as_ref(), Ok(&frame), "with the names it has left behind");
    let (written, expected) = match frame {
        ToRoom::Hello(hello) => (hello.encode(), ToRoom::Hello(hello)),
        ToRoom::Lost(lost) => (lost.encode(), ToRoom::Lost(lost)),
        ToRoom::Faults(faults) => {
            assert!(faults.len() <= MOST_FAULTS, "{} faults", faults.len());
            let is_a_line = |why: &str| (1..=LONGEST_WHY).contains(&why.len()) && !why.contains(char::is_control);
            assert!(faults.iter().all(|fault| is_a_line(fault.why.as_str())), "{faults:?}");
            (encode(&faults), ToRoom::Faults(faults))
        }
        ToRoom::Readings(batch) => {
            every_reading_has_a_place(&batch);
            it_stands_for_its_places_or_for_what_is_lost(&batch);
            let places = (0..batch.readings.len()).collect();
            // What was refused is not written down again, so the first that is left begins the batch.
            let first = batch.first.map(|first| match batch.readings.len() as u64 {
                0 => first,
                count => batch.sequence - (count - 1),
            });
            let written = match first {
                Some(first) => encode_span(first, batch.sequence, &batch.readings),
                None => encode_readings(batch.sequence, &batch.readings),
            };
            (written, ToRoom::Readings(Batch { first, places, refused: Vec::new(), ..batch }))
        }
    };
    assert_eq!(ToRoom::decode(&written, &mut Names::default()), Ok(expected));
}

/// What a script posts.
pub(crate) fn json_push(bytes: &[u8]) {
    let Ok((agent, sequence, batch)) = within(GROWTH, bytes, || read(bytes)) else { return };
    every_reading_has_a_place(&batch);
    assert!(sequence.is_none_or(|sequence| sequence == batch.sequence) && batch.first.is_none());
    let frame: Value =
        serde_json::from_str(&encode_readings(batch.sequence, &batch.readings)).expect("a frame is JSON");
    let written = json!({ "agent": agent, "sequence": sequence, "readings": frame["readings"]["readings"] });
    let places = (0..batch.readings.len()).collect();
    let expected = Batch { places, refused: Vec::new(), ..batch };
    assert_eq!(read(written.to_string().as_bytes()), Ok((agent, sequence, expected)));
}

fn every_reading_has_a_place(batch: &Batch) {
    assert_eq!(batch.places.len(), batch.readings.len());
    let mut places: Vec<usize> = batch.places.iter().copied().chain(batch.refused.iter().map(|it| it.index)).collect();
    places.sort_unstable();
    assert!(places.len() <= LARGEST_BATCH && places.iter().copied().eq(0..places.len()), "{places:?}");
}

fn it_stands_for_its_places_or_for_what_is_lost(batch: &Batch) {
    let Some(first) = batch.first else { return };
    let found = batch.readings.len() + batch.refused.len();
    assert!(0 < first && first <= batch.sequence, "{first} {}", batch.sequence);
    assert!(found == 0 || batch.sequence - first == found as u64 - 1, "{first} {} {found}", batch.sequence);
}

/// What a screen sends: an act.
pub(crate) fn screen_frames(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let frame = within(GROWTH, bytes, || FromScreen::decode(text).map_err(|fault| fault.to_string()));
    match frame {
        Ok(FromScreen::Act { signal, answer }) => {
            let written = format!(r#"{{"act":{{"signal":"{signal}","{}":{{}}}}}}"#, answer.name());
            assert_eq!(FromScreen::decode(&written), Ok(FromScreen::Act { signal, answer }));
        }
        Err(why) => assert!(why.chars().count() < 2_000, "{why}"),
    }
}
