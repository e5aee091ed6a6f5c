//! What a detector takes: its size, and that a reading takes nothing from the heap.

use cyberstride::{At, Detector, Told};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

/// A daily swing with a little of what looks like noise, every five minutes.
fn reading(row: i64) -> (At, f64) {
    let day = std::f64::consts::TAU * (row % 288) as f64 / 288.0;
    (At::utc(300_000 * row), 100.0 + 10.0 * day.sin() + (row * 7919 % 101) as f64 / 50.0)
}

#[test]
fn a_reading_takes_nothing_from_the_heap_and_a_detector_stays_within_six_kilobytes() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let told = Told::default();
    let before = dhat::HeapStats::get().curr_bytes;
    let mut detector = Detector::new(&told);
    let mut play = |rows: std::ops::Range<i64>| {
        for (at, y) in rows.map(reading) {
            detector.observe(&told, at, Some(y));
        }
        dhat::HeapStats::get()
    };
    let grown = play(0..288 * 20);
    assert!(size_of::<Detector>() <= 34 * 64, "{}", size_of::<Detector>());
    let all = size_of::<Detector>() + grown.curr_bytes - before;
    assert!(all <= 6 * 1024, "{all} bytes with a day and a week");
    let later = play(288 * 20..288 * 40);
    assert_eq!(later.total_blocks, grown.total_blocks, "blocks were taken");
}
