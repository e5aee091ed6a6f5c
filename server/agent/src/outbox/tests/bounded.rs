//! An outbox is bounded by bytes and age too, and counts what goes.

use std::fs;

use super::*;

const DAY: Duration = Duration::from_secs(86_400);
const START: Moment = Moment::from_unix_millis(1_763_600_000_000);

fn open_at(folder: &TempDir, bounds: Bounds, now: Moment) -> Outbox {
    Outbox::open(folder.path().join("outbox"), bounds, now).unwrap()
}

fn lost(outbox: &Outbox) -> u64 {
    outbox.lost().map_or(0, |lost| lost.readings)
}

/// How long the files of readings are together.
fn bytes(folder: &TempDir) -> u64 {
    segments(folder).iter().map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[test]
fn its_files_take_no_more_of_the_disk_than_they_may_and_the_oldest_readings_go_first() {
    let folder = folder();
    let few = Bounds { most_bytes: 4_000, ..bounds(1_000_000) };
    let mut outbox = open_at(&folder, few, START);
    for first in (1..1001).step_by(10) {
        outbox.push(&readings(first, first + 10), START).unwrap();
        assert!(bytes(&folder) <= few.most_bytes, "{} bytes", bytes(&folder));
    }
    assert!(few.most_bytes * 3 / 4 <= bytes(&folder), "only {} bytes", bytes(&folder));
    let kept = all(&mut outbox, 0, 100);
    assert_eq!((kept.len() as u64 + lost(&outbox), kept.last()), (1000, Some(&(1000, 1000))));
    drop(outbox);
    let fewer = Bounds { most_bytes: 1_000, ..few };
    let outbox = open_at(&folder, fewer, START);
    assert!(bytes(&folder) <= fewer.most_bytes, "a smaller bound holds when it is opened");
    assert_eq!(outbox.pending() + lost(&outbox), 1000);
}

#[test]
fn no_reading_waits_longer_than_it_may_and_none_goes_before_seven_eighths_of_that() {
    let folder = folder();
    let bounds = Bounds { keep_for: 8 * DAY, ..bounds(1_000_000) };
    let mut outbox = open_at(&folder, bounds, START);
    let hours = 24 * 30;
    for hour in 0..hours {
        let now = START + Duration::from_secs(3600 * hour);
        outbox.push(&readings(hour, hour + 1), now).unwrap();
        let oldest = all(&mut outbox, 0, 1000)[0].1;
        let waited = hour - oldest;
        assert!(waited <= 8 * 24, "one has waited {waited} hours");
        assert!(hour < 8 * 24 || 7 * 24 <= waited, "the oldest has waited only {waited} hours");
        assert_eq!(lost(&outbox), oldest);
    }
    // With nothing new coming, they go as well.
    outbox.pass(START + Duration::from_secs(3600 * hours) + 8 * DAY);
    assert_eq!((outbox.pending(), lost(&outbox), segments(&folder).len()), (0, hours, 0));
    outbox.push(&readings(7, 8), START + 50 * DAY).unwrap();
    assert_eq!(all(&mut outbox, 0, 10), [(hours + 1, 7)]);
}

#[test]
fn what_the_room_has_is_not_lost_when_it_grows_old() {
    let folder = folder();
    let mut outbox = open_at(&folder, bounds(100), START);
    outbox.push(&readings(1, 6), START).unwrap();
    outbox.forget([1, 5]).unwrap();
    outbox.pass(START + 50 * DAY);
    assert_eq!((outbox.pending(), lost(&outbox)), (0, 0));
}

#[test]
fn a_clock_that_jumps_a_day_either_way_costs_nothing() {
    for [first, second] in [[START + DAY, START], [START - DAY, START]] {
        let folder = folder();
        let bounds = Bounds { keep_for: 30 * DAY, ..bounds(100) };
        let mut outbox = open_at(&folder, bounds, START);
        for (value, now) in (1..).zip([START, first, second]) {
            outbox.push(&readings(value, value + 1), now).unwrap();
            outbox.pass(now);
        }
        assert_eq!(all(&mut outbox, 0, 10), [(1, 1), (2, 2), (3, 3)]);
        assert_eq!(lost(&outbox), 0);
    }
}

#[test]
fn what_was_dropped_is_counted_until_a_room_has_heard_of_it_whatever_becomes_of_the_agent() {
    let folder = folder();
    let mut outbox = open_at(&folder, bounds(8), START);
    outbox.push(&readings(1, 21), START + DAY).unwrap();
    let before = lost(&outbox);
    assert_eq!((before, outbox.lost().map(|lost| lost.since)), (20 - outbox.pending(), Some(START + DAY)));
    drop(outbox);
    let mut outbox = open_at(&folder, bounds(8), START);
    assert_eq!(lost(&outbox), before);
    outbox.push(&readings(21, 23), START).unwrap();
    outbox.told_lost(before);
    assert_eq!(lost(&outbox) + before + outbox.pending(), 22);
}
