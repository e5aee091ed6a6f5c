//! What a shard takes: a reading on which nothing is to be said takes nothing from the heap.

#![allow(clippy::unwrap_used, reason = "what fails here is a test that fails")]

use std::{ops::Range, sync::Arc, time::Duration};

use opsroom::{disturbance::Disturbance, share::Share, watches::Watches};
use vsm::{
    id::{IndicatorId, UnitId},
    organisation::Organisation,
    reading::Reading,
    time::Moment,
};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

const INDICATORS: u64 = 5;
const START: Moment = Moment::from_unix_millis(1_763_600_000_000);

/// An organisation that describes nobody's indicators.
fn nobody() -> Organisation {
    Organisation {
        name: "Plant".to_owned(),
        time_zone: "UTC".to_owned(),
        holidays: Vec::new(),
        root: UnitId::parse("plant").unwrap(),
        units: Vec::new(),
        indicators: std::collections::BTreeMap::new(),
        families: Vec::new(),
    }
}

/// A round of readings every minute, with a little of what looks like noise.
fn readings(minutes: Range<u64>) -> Vec<Reading> {
    let round = |minute: u64| {
        let at = START + Duration::from_secs(60 * minute);
        let value = move |of: u64| 100.0 + ((minute * 7919 + of * 104_729) % 101) as f64 / 50.0;
        (0..INDICATORS)
            .map(move |of| Reading::new(IndicatorId::parse(&format!("i{of}")).unwrap(), at, value(of)).unwrap())
    };
    minutes.flat_map(round).collect()
}

#[test]
fn a_reading_on_which_nothing_is_to_be_said_takes_nothing_from_the_heap() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let mut watches = Watches::new(Arc::new(nobody()), Share::all(1).next().unwrap());
    let mut said: Vec<Disturbance> = Vec::with_capacity(1000);
    let mut play = |minutes| {
        let readings = readings(minutes);
        let before = dhat::HeapStats::get().total_blocks;
        let mut expected = 0;
        for reading in &readings {
            expected += u64::from(watches.observe(reading, reading.measured_at, false, &mut said).is_some());
        }
        (dhat::HeapStats::get().total_blocks - before, expected, std::mem::take(&mut said).len())
    };
    // What is usual of a day is learned over some days.
    play(0..20 * 1440);
    let (blocks, expected, said) = play(20 * 1440..22 * 1440);
    assert_eq!((expected, said), (INDICATORS * 2 * 1440, 0));
    assert_eq!(blocks, 0, "blocks were taken");
}
