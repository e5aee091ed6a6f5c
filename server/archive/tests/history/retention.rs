//! What is too old goes, and nothing else.

use archive::Snapshot;

use super::*;

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

/// Readings for two days, minutes for four, hours for sixty-five.
fn short() -> Policy {
    Policy { raw: days(2), minutes: days(4), hours: days(65), ..forever() }
}

/// Width in seconds and number of points of what there is of `name`.
fn shape(archive: &Archive, from: i64, to: i64) -> (u64, usize) {
    match ask(archive, "plant/load", from, to, ALL).points {
        Points::Raw(readings) => (0, readings.len()),
        Points::Aggregated { width, aggregates, .. } => (width.as_secs(), aggregates.len()),
    }
}

#[test]
fn readings_give_way_to_minutes_minutes_to_hours_and_hours_to_nothing() {
    let (mut archive, _folder) = fresh();
    for day in 0..6 {
        keep(&mut archive, &series("plant/load", MIDNIGHT + day * DAY, 20 * SECOND, DAY / (20 * SECOND)));
    }
    let (start, end) = (MIDNIGHT, MIDNIGHT + 6 * DAY);
    tidied(&mut archive, &short(), MIDNIGHT + DAY);
    assert_eq!(shape(&archive, start, start + DAY), (0, 4320));
    tidied(&mut archive, &short(), end);
    // A part of the readings is not what was asked for.
    assert_eq!(shape(&archive, start + 3 * DAY, end), (60, 3 * 1440));
    assert_eq!(shape(&archive, start + 4 * DAY, end), (0, 2 * 4320));
    assert_eq!(shape(&archive, start, end), (3600, 6 * 24));
    assert_eq!(shape(&archive, start, start + DAY), (3600, 24));
    tidied(&mut archive, &short(), end + 62 * DAY);
    assert_eq!(shape(&archive, start, end), (3600, 3 * 24));
    tidied(&mut archive, &short(), end + 100 * DAY);
    assert_eq!(shape(&archive, start, end), (0, 0));
}

#[test]
fn a_reading_that_comes_after_its_day_was_dropped_is_added_to_the_aggregates_once() {
    let (mut archive, folder) = fresh();
    keep(&mut archive, &series("plant/load", MIDNIGHT, 20 * SECOND, DAY / (20 * SECOND)));
    tidied(&mut archive, &short(), MIDNIGHT + 4 * DAY);
    keep(&mut archive, &[past("plant/load", MIDNIGHT + 90 * SECOND, 99.0), past("plant/load", MIDNIGHT + 1, -1.0)]);
    for hour in 0..3 {
        let history = ask(&archive, "plant/load", MIDNIGHT, MIDNIGHT + DAY, ALL);
        let (width, found) = buckets(&history);
        assert_eq!((width.as_secs(), found.len()), (60, 1440));
        assert_eq!((found[0].1, found[0].3), (-1.0, 4), "hour {hour}");
        assert_eq!((found[1].2, found[1].3), (99.0, 4), "hour {hour}");
        assert_eq!(found[2].3, 3);
        tidied(&mut archive, &short(), MIDNIGHT + 4 * DAY + hour * HOUR);
        archive = reopened(archive, &folder);
    }
}

#[test]
fn little_by_little_comes_to_the_same_as_all_at_once() {
    let shapes = [1, usize::MAX].map(|budget| {
        let (mut archive, _folder) = fresh();
        for k in 0..6 {
            keep(&mut archive, &series(&format!("plant/machine-{k}"), MIDNIGHT, 10 * MINUTE, 300));
        }
        let mut calls = 0;
        let mut done = (0, 0, 0);
        loop {
            let tidied = archive.tidy(&short(), at(MIDNIGHT + 4 * DAY), budget).unwrap();
            calls += 1;
            done = (done.0 + tidied.chunks, done.1 + tidied.days, done.2 + tidied.dropped);
            if !tidied.more {
                let history = ask(&archive, "plant/machine-5", MIDNIGHT, MIDNIGHT + 9 * DAY, ALL);
                return (calls, done, buckets(&history));
            }
            assert!(calls < 10_000, "it never ends");
        }
    });
    assert_eq!(shapes[0].1, (6 * 3, 6 * 3, 6 * 2));
    assert_eq!((shapes[0].1, &shapes[0].2), (shapes[1].1, &shapes[1].2));
    assert_eq!(shapes[1].0, 1);
    assert!(6 * 3 < shapes[0].0, "a budget of 1 did more than one thing: {}", shapes[0].0);
}

#[test]
fn a_crash_between_any_two_steps_of_the_background_changes_no_answer() {
    let (mut archive, folder) = fresh();
    for name in ["plant/load", "plant/output"] {
        keep(&mut archive, &series(name, MIDNIGHT, 2 * MINUTE, 3 * 720));
    }
    let asked = |archive: &Archive| {
        let hours = ask(archive, "plant/load", MIDNIGHT, MIDNIGHT + 3 * DAY, 3 * 24);
        (buckets(&hours), shape(archive, MIDNIGHT + 2 * DAY, MIDNIGHT + 3 * DAY))
    };
    let expected = asked(&archive);
    let mut steps = 0;
    while archive.tidy(&short(), at(MIDNIGHT + 4 * DAY), 1).unwrap().more {
        steps += 1;
        let (mut survivor, _rescued) = killed(&folder);
        assert_eq!(asked(&survivor), expected, "after step {steps}");
        tidied(&mut survivor, &short(), MIDNIGHT + 4 * DAY);
        assert_eq!(asked(&survivor), expected, "after step {steps} and the rest");
    }
    assert!(6 < steps, "{steps} steps are not little by little");
}

#[test]
fn a_clock_that_was_wrong_for_a_while_does_not_keep_later_readings_from_being_kept() {
    let (mut archive, _folder) = fresh();
    tidied(&mut archive, &short(), MIDNIGHT + 900 * DAY);
    tidied(&mut archive, &short(), MIDNIGHT - MINUTE);
    keep(&mut archive, &series("plant/load", MIDNIGHT, MINUTE, 1440));
    tidied(&mut archive, &short(), MIDNIGHT + DAY);
    assert_eq!(shape(&archive, MIDNIGHT, MIDNIGHT + DAY), (0, 1440));
}

fn first_position(archive: &Archive) -> u64 {
    let mut positions = Vec::new();
    archive.replay(Position::default(), |position, _| positions.push(position.to_string())).expect("a journal");
    positions[0].parse().expect("a number")
}

/// An archive with ten batches, one an hour.
fn ten() -> (Archive, TempDir, Vec<Position>) {
    let (mut archive, folder) = fresh();
    let batch = |k| vec![reading("plant/load", MIDNIGHT + k * HOUR, 0.5)];
    let positions = (0..10).map(|k| journal(&mut archive, batch(k))).collect();
    (archive, folder, positions)
}

/// Keeps a snapshot of this position, and proves it.
fn remember(archive: &Archive, position: Position) {
    let snapshot = Snapshot { position, taken_at: at(0), format: 1, pieces: 0, body: b"learned".to_vec() };
    let mut keeper = archive.keeper().expect("a keeper");
    let kept = keeper.finish(snapshot).expect("a snapshot");
    keeper.prove(&kept).expect("it can be read back");
}

#[test]
fn the_journal_is_cut_no_further_than_the_older_snapshot_and_history_need() {
    let (mut archive, _folder, positions) = ten();
    let nothing = Policy { journal_age: Duration::ZERO, ..forever() };
    let later = MIDNIGHT + DAY;
    tidied(&mut archive, &nothing, later);
    assert_eq!(first_position(&archive), 1, "there is no snapshot");
    remember(&archive, positions[6]);
    tidied(&mut archive, &nothing, later);
    assert_eq!(first_position(&archive), 1, "history has taken nothing");
    archive.keep_history(Position::default(), positions[2], &[]).unwrap();
    tidied(&mut archive, &nothing, later);
    assert_eq!(first_position(&archive), 4);
    archive.keep_history(positions[2], positions[9], &[]).unwrap();
    remember(&archive, positions[8]);
    tidied(&mut archive, &nothing, later);
    assert_eq!(first_position(&archive), 8, "the older snapshot is the one to fall back to");
}

#[test]
fn the_last_batch_stays_and_positions_go_on_rising() {
    let (mut archive, folder, positions) = ten();
    remember(&archive, positions[9]);
    archive.keep_history(Position::default(), positions[9], &[]).unwrap();
    tidied(&mut archive, &Policy { journal_bytes: 0, ..forever() }, MIDNIGHT);
    assert_eq!(first_position(&archive), 10);
    let mut archive = reopened(archive, &folder);
    assert_eq!(journal(&mut archive, Vec::new()).to_string(), "11");
}

#[test]
fn the_journal_is_cut_by_age_and_by_size() {
    let keep_all = |archive: &mut Archive, positions: &[Position]| {
        remember(archive, positions[9]);
        archive.keep_history(Position::default(), positions[9], &[]).unwrap();
    };
    let (mut archive, _folder, positions) = ten();
    keep_all(&mut archive, &positions);
    let policy = Policy { journal_age: Duration::from_secs(5 * 60 * 60), ..forever() };
    tidied(&mut archive, &policy, MIDNIGHT + 9 * HOUR);
    assert_eq!(first_position(&archive), 5);

    let (mut archive, folder, positions) = ten();
    keep_all(&mut archive, &positions);
    let database = rusqlite::Connection::open(folder.path().join("archive.sqlite3")).unwrap();
    let bytes: i64 = database.query_row("SELECT sum(length(body)) FROM journal", [], |row| row.get(0)).unwrap();
    let policy = Policy { journal_bytes: bytes as u64 * 3 / 10, ..forever() };
    tidied(&mut archive, &policy, MIDNIGHT);
    assert_eq!(first_position(&archive), 8);
}

#[test]
fn what_is_to_be_replayed_is_counted_without_what_was_cut() {
    let (empty, _folder) = fresh();
    assert_eq!(empty.entries_after(Position::default()).unwrap(), 0);
    let (mut archive, folder, positions) = ten();
    let after = |archive: &Archive, position| archive.entries_after(position).unwrap();
    assert_eq!([Position::default(), positions[3], positions[9]].map(|it| after(&archive, it)), [10, 6, 0]);
    remember(&archive, positions[9]);
    archive.keep_history(Position::default(), positions[9], &[]).unwrap();
    tidied(&mut archive, &Policy { journal_age: Duration::from_secs(5 * 60 * 60), ..forever() }, MIDNIGHT + 9 * HOUR);
    let archive = reopened(archive, &folder);
    assert_eq!([Position::default(), positions[3], positions[7]].map(|it| after(&archive, it)), [6, 6, 2]);
}
