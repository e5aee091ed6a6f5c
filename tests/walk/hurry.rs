//! A backlog in which signals come and go faster than frames leave.

use std::time::Duration;

use cybernet::{
    picture::Picture,
    trace::{LONGEST_TRACE, Trace},
};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    screen::Screen,
    series::{noise, now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::{reading::Reading, time::Moment};

const INDICATORS: [&str; 4] = ["press.scrap", "press.idle", "kiln.heat", "kiln.queue"];
const PARTS: u64 = 10;
const SECONDS_A_PART: u64 = 300;
/// A signal is raised in one batch and over in the following.
const SECONDS_A_BATCH: u64 = 10;
/// Rare enough not to be what is usual.
const BETWEEN_SPIKES: u64 = 60;

#[tokio::test]
async fn the_traces_of_signals_that_come_and_go_in_a_hurry_are_whole_and_a_screen_shows_what_the_room_has() {
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, "");
    let room = Room::open(&folder).await;
    let mut screen = Screen::join(room.address()).await;
    let mut agent = TeamAgent::join(room.address(), "plant-host").await;
    let start = now() - Duration::from_secs(7200);
    let batches: Vec<_> = (1..=PARTS * SECONDS_A_PART / SECONDS_A_BATCH).map(|it| (it, batch(it, start))).collect();
    for part in 1..=PARTS {
        agent
            .stream(
                &batches[..(part * SECONDS_A_PART / SECONDS_A_BATCH) as usize],
                part * SECONDS_A_PART / SECONDS_A_BATCH,
            )
            .await;
        let newest = start + Duration::from_secs(part * SECONDS_A_PART - 1);
        let shown = until("every reading is judged", async || judged_until(newest, room.picture().await)).await;
        let lengths: Vec<_> = shown.traces.values().map(|trace| trace.points.len()).collect();
        assert_eq!(lengths, [LONGEST_TRACE; INDICATORS.len()], "traces after part {part}");
        screen.until("the same revision", |picture| (shown.revision <= picture.revision).then_some(())).await;
        let (ours, theirs) = (screen.picture(), &shown);
        assert_eq!((&ours.lamps, &ours.signals, &ours.traces), (&theirs.lamps, &theirs.signals, &theirs.traces));
        assert_eq!((&ours.memory, &ours.organisation), (&theirs.memory, &theirs.organisation));
    }
}

fn judged_until(newest: Moment, picture: Picture) -> Option<Picture> {
    let is_there = |trace: &Trace| trace.points.back().is_some_and(|point| point.0 == newest);
    let is_whole = picture.signals.len() == INDICATORS.len() && picture.traces.len() == INDICATORS.len();
    (is_whole && picture.traces.values().all(is_there)).then_some(picture)
}

/// Some seconds of every indicator, with a spike every minute; every part ends with one.
fn batch(sequence: u64, start: Moment) -> Vec<Reading> {
    let round = |second: u64| {
        let at = start + Duration::from_secs(second);
        let spike = if 30 <= second && (second + 1).is_multiple_of(BETWEEN_SPIKES) { 40.0 } else { 0.0 };
        (0..).zip(INDICATORS).map(move |(seed, id)| reading(id, at, 100.0 + noise(seed, second) + spike))
    };
    ((sequence - 1) * SECONDS_A_BATCH..sequence * SECONDS_A_BATCH).flat_map(round).collect()
}
