//! What an outbox promises.

use std::{fs, io::Write, path::Path, time::Duration};

use cybernet::ordinals::Ordinals;
use proptest::prelude::*;
use tempfile::TempDir;
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::{Bounds, Outbox, OutboxFault, Standing};

mod bounded;
mod damaged;
mod ranges;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// When nothing is said of time.
const NOW: Moment = Moment::from_unix_millis(0);

fn open(folder: &TempDir, most: u64) -> Outbox {
    Outbox::open(folder.path().join("outbox"), bounds(most), NOW).unwrap()
}

fn bounds(most_readings: u64) -> Bounds {
    Bounds { most_readings, most_bytes: 1_000_000_000, keep_for: Duration::from_secs(86_400) }
}

/// Readings whose values are the numbers `from..to`.
fn readings(from: u64, to: u64) -> Vec<Reading> {
    let indicator = IndicatorId::parse("plant.output").unwrap();
    (from..to).map(|value| Reading::new(indicator.clone(), Moment::default(), value as f64).unwrap()).collect()
}

fn values(of: &[Reading]) -> Vec<u64> {
    of.iter().map(|reading| reading.value() as u64).collect()
}

/// A room says that it has everything up to here; gives up to where everything is settled then.
fn welcome(outbox: &mut Outbox, received: u64) -> u64 {
    outbox.welcome(&Ordinals::up_to(received)).unwrap().settled
}

/// Everything above `after` as `(ordinal, value)`, picked up `limit` at a time.
fn all(outbox: &mut Outbox, mut after: u64, limit: usize) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    while let Some(run) = outbox.next(after, u64::MAX, limit).unwrap() {
        after = run.last();
        found.extend((run.first..).zip(values(&run.readings)));
    }
    found
}

/// The files of readings by name, oldest first.
fn segments(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let is_segment = |path: &std::path::PathBuf| path.extension().is_some_and(|name| name == "readings");
    let entries = fs::read_dir(folder.path().join("outbox")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.filter(is_segment).collect();
    paths.sort();
    paths
}

fn append(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn readings_come_back_in_order_with_consecutive_ordinals_across_files() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 36), NOW).unwrap();
    assert_eq!(segments(&folder).len(), 4);
    let expected: Vec<_> = (1..36).map(|n| (n, n)).collect();
    assert_eq!(all(&mut outbox, 0, 7), expected);
    assert_eq!(all(&mut outbox, 12, 1000), expected[12..]);
}

#[test]
fn it_goes_on_where_the_last_agent_ended() {
    let folder = folder();
    open(&folder, 100).push(&readings(1, 4), NOW).unwrap();
    let mut outbox = open(&folder, 100);
    outbox.push(&readings(4, 6), NOW).unwrap();
    assert_eq!(all(&mut outbox, 0, 100), (1..6).map(|n| (n, n)).collect::<Vec<_>>());
    outbox.forget([1, 5]).unwrap();
    drop(outbox);
    let mut outbox = open(&folder, 100);
    assert_eq!(outbox.pending(), 0);
    outbox.push(&readings(6, 7), NOW).unwrap();
    assert_eq!(all(&mut outbox, 0, 100), [(6, 6)]);
}

#[test]
fn a_torn_tail_costs_the_torn_reading_only() {
    let folder = folder();
    open(&folder, 100).push(&readings(1, 4), NOW).unwrap();
    append(&segments(&folder)[0], b"0badc0de [\"plant.out");
    let mut outbox = open(&folder, 100);
    outbox.push(&readings(4, 5), NOW).unwrap();
    assert_eq!(values(&outbox.next(0, u64::MAX, 100).unwrap().unwrap().readings), [1, 2, 3]);
    assert_eq!(all(&mut outbox, 0, 100), [(1, 1), (2, 2), (3, 3), (4, 4)]);
}

#[test]
fn what_is_forgotten_is_gone_from_the_disk_file_by_file() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 26), NOW).unwrap();
    outbox.forget([1, 15]).unwrap();
    assert_eq!((segments(&folder).len(), outbox.pending()), (2, 10));
    assert_eq!(all(&mut outbox, 0, 100)[0], (16, 16));
    outbox.forget([1, u64::MAX]).unwrap();
    assert_eq!((segments(&folder).len(), outbox.pending()), (1, 0));
}

#[test]
fn when_it_is_full_the_oldest_go_first() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 1001), NOW).unwrap();
    assert!((70..=80).contains(&outbox.pending()), "{}", outbox.pending());
    let kept = all(&mut outbox, 0, 100);
    assert_eq!((kept.len() as u64, kept.last()), (outbox.pending(), Some(&(1000, 1000))));
    assert!(segments(&folder).len() <= 8);
    drop(outbox);
    assert_eq!(all(&mut open(&folder, 80), 0, 100), kept);
    assert!(open(&folder, 16).pending() <= 16);
}

#[test]
fn a_folder_belongs_to_one_agent_at_a_time() {
    let folder = folder();
    let first = open(&folder, 10);
    let second = Outbox::open(folder.path().join("outbox"), bounds(10), NOW);
    assert!(matches!(second, Err(OutboxFault::InUse(_))));
    drop((first, second));
    open(&folder, 10);
}

#[test]
fn what_a_lost_folder_had_sent_does_not_swallow_what_a_new_one_holds() {
    for received in [2, 3, 50] {
        let folder = folder();
        let mut outbox = open(&folder, 80);
        outbox.push(&readings(1, 13), NOW).unwrap();
        assert_eq!(welcome(&mut outbox, received), received);
        outbox.push(&readings(13, 14), NOW).unwrap();
        let expected: Vec<_> = (1..14).map(|n| (received + n, n)).collect();
        assert_eq!(all(&mut outbox, received, 100), expected);
        drop(outbox);
        let mut outbox = open(&folder, 80);
        assert_eq!(welcome(&mut outbox, received + 12), received + 12);
        assert_eq!(all(&mut outbox, 0, 100), [(received + 13, 13)]);
    }
}

#[test]
fn a_tail_the_machine_lost_after_it_was_sent_does_not_swallow_what_came_after() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    welcome(&mut outbox, 0);
    outbox.push(&readings(1, 6), NOW).unwrap();
    drop(outbox);
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(9, 12), NOW).unwrap();
    // The room has 7, the disk had only 5 of them, and 6 to 8 are new.
    assert_eq!(welcome(&mut outbox, 7), 7);
    assert_eq!(all(&mut outbox, 0, 100), [(8, 9), (9, 10), (10, 11)]);
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Connect,
    Send(usize),
    Receipt,
    Die,
    LoseTheFolder,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_u64..12).prop_map(Step::Push),
        2 => Just(Step::Connect),
        4 => (1_usize..9).prop_map(Step::Send),
        3 => Just(Step::Receipt),
        1 => Just(Step::Die),
        1 => Just(Step::LoseTheFolder),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A room that takes only sequences above its last one, and an agent that may die between any two steps.
    #[test]
    fn whatever_happens_in_whatever_order_a_reading_counts_once(steps in prop::collection::vec(step(), 1..60)) {
        let mut folder = folder();
        let mut outbox = Some(open(&folder, 400));
        let (mut pushed, mut lost) = (1, Vec::new());
        let (mut room, mut received, mut sent, mut linked) = (Vec::new(), 0, 0, false);
        for step in steps.into_iter().chain([Step::Connect]) {
            let here = outbox.as_mut().unwrap();
            match step {
                Step::Push(count) => {
                    here.push(&readings(pushed, pushed + count), NOW).unwrap();
                    pushed += count;
                }
                Step::Connect => (sent, linked) = (welcome(here, received), true),
                Step::Send(limit) if linked => if let Some(run) = here.next(sent, u64::MAX, limit).unwrap() {
                    sent = run.last();
                    prop_assert!(received < sent);
                    received = sent;
                    room.extend(values(&run.readings));
                },
                Step::Receipt if linked => here.forget([1, received]).unwrap(),
                Step::Send(_) | Step::Receipt => (),
                Step::Die => {
                    drop(outbox.take());
                    (outbox, linked) = (Some(open(&folder, 400)), false);
                }
                Step::LoseTheFolder => {
                    let waits = all(here, 0, 100).into_iter().map(|(_, value)| value);
                    lost.extend(waits.filter(|value| !room.contains(value)));
                    drop(outbox.take());
                    folder = self::folder();
                    (outbox, linked) = (Some(open(&folder, 400)), false);
                }
            }
        }
        room.extend(all(outbox.as_mut().unwrap(), sent, 5).into_iter().map(|(_, value)| value));
        let expected: Vec<u64> = (1..pushed).filter(|value| !lost.contains(value)).collect();
        prop_assert_eq!(room, expected);
    }
}
