//! Screens that do not keep up, and those beside them.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use cybernet::picture::Picture;
use tests::{
    folder::Folder,
    room::Room,
    screen::Screen,
    series::{noise, now, reading},
    team::TeamAgent,
};
use vsm::{reading::Reading, time::Moment};

const UNITS: u64 = 9;
const ESSENTIAL: u64 = 3;
/// A trace holds forty readings, so this changes all of it.
const SECONDS_A_BATCH: u64 = 40;
/// How often the screen is told something and misses it once its socket is full: more often than the room keeps for it.
const MISSED: usize = 70;
/// A frame leaves every tenth of a second; a busy machine may be late.
const LATEST: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_screen_that_stops_reading_costs_the_others_nothing_and_is_given_the_right_picture_when_it_goes_on() {
    let folder = folder_of_many_traces();
    let room = Room::open(&folder).await;
    let mut paused = Screen::join_narrowly(room.address()).await;
    let mut awake = Screen::join(room.address()).await;
    let mut agent = TeamAgent::join(room.address(), "plant-host").await;
    let start = now() - Duration::from_secs(12 * 3600);

    let (mut sequence, mut slowest, mut missed) = (0, Duration::ZERO, 0);
    let full = most_held_by_a_socket();
    while missed < MISSED {
        let sent_at = Instant::now();
        agent.deliver(sequence + 1, &batch(start, sequence)).await;
        sequence += 1;
        awake.until("the newest reading", |picture| shows_all_until(picture, last_of(start, sequence))).await;
        slowest = slowest.max(sent_at.elapsed());
        if full < awake.bytes {
            missed += 1;
        }
    }
    assert!(slowest < LATEST, "a reading took {slowest:?} to the screen that reads");

    paused.until("the newest reading", |picture| shows_all_until(picture, last_of(start, sequence))).await;
    assert_eq!((paused.pictures, awake.pictures), (2, 1), "only the one that fell behind is given a fresh picture");
    let shown = room.picture().await;
    for screen in [paused.picture(), awake.picture()] {
        assert_eq!((&screen.lamps, &screen.signals, &screen.traces), (&shown.lamps, &shown.signals, &shown.traces));
    }
}

/// An organisation with as many essential indicators, whose traces every frame carries, as the wall has places for.
fn folder_of_many_traces() -> Folder {
    let mut organisation =
        "version = 1\nname = \"Plant\"\n[[unit]]\nid = \"plant\"\nname = \"Plant\"\nowner = \"All\"\n".to_owned();
    for unit in 0..UNITS {
        let id = format!("line-{unit}");
        writeln!(organisation, "[[unit]]\nid = \"{id}\"\nparent = \"plant\"\nname = \"{id}\"\nowner = \"{id}\"")
            .expect("a string takes everything");
    }
    for name in names() {
        let unit = name.split('.').next().unwrap_or_default();
        writeln!(
            organisation,
            "[[indicator]]\nid = \"{name}\"\nname = \"Essential\"\nunit = \"{unit}\"\nsystem = \"1\"\ncadence = \"1d\"\n\
             essential = true"
        )
        .expect("a string takes everything");
    }
    let folder = Folder::empty();
    folder.write("organisation.toml", &organisation);
    folder.write("room.toml", "version = 1\norganisation = \"organisation.toml\"\n");
    folder
}

/// What the system holds at most for a peer that does not read, and a little more, in bytes.
fn most_held_by_a_socket() -> usize {
    const MEBIBYTE: usize = 1 << 20;
    let limits = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_wmem").unwrap_or_default();
    let most = limits.split_whitespace().next_back().and_then(|most| most.parse().ok());
    most.unwrap_or(4 * MEBIBYTE) + MEBIBYTE
}

fn names() -> impl Iterator<Item = String> {
    (0..UNITS * ESSENTIAL).map(|i| format!("line-{}.essential-{}", i / ESSENTIAL, i % ESSENTIAL))
}

/// The next seconds of every indicator.
fn batch(start: Moment, before: u64) -> Vec<Reading> {
    let seconds = before * SECONDS_A_BATCH..(before + 1) * SECONDS_A_BATCH;
    let round = |second: u64| {
        let at = start + Duration::from_secs(second);
        (0_u64..).zip(names()).map(move |(seed, name)| reading(&name, at, 100.0 + noise(seed, second)))
    };
    seconds.flat_map(round).collect()
}

/// The last moment of so many batches.
fn last_of(start: Moment, batches: u64) -> Moment {
    start + Duration::from_secs(batches * SECONDS_A_BATCH - 1)
}

fn shows_all_until(picture: &Picture, newest: Moment) -> Option<()> {
    let is_there = |trace: &cybernet::trace::Trace| trace.points.back().is_some_and(|point| point.0 == newest);
    let all = picture.traces.len() as u64 == UNITS * ESSENTIAL && picture.traces.values().all(is_there);
    all.then_some(())
}
