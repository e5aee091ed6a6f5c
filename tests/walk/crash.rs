//! `kill -9` of the room, in the middle of a stream.
//!
//! Pictures are compared in all but what the wall clock decides: when a signal was raised or cleared, how long its
//! holder has, since when a lamp looks so, when a frame was made, and how many changes led to it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{below, noise, now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::{reading::Reading, time::Moment};

const INDICATORS: [&str; 5] = ["press.scrap", "press.idle", "kiln.heat", "kiln.queue", "kiln.gas"];
const SECONDS: u64 = 200;
const SECONDS_A_BATCH: u64 = 4;
const BY_THE_WALL_CLOCK: [&str; 7] =
    ["allowance", "at", "cleared_at", "raised_at", "revision", "since", "steady_since"];

type Batches = Vec<(u64, Vec<Reading>)>;

#[tokio::test]
async fn after_kills_in_the_middle_of_a_stream_the_picture_is_that_of_an_undisturbed_run() {
    let batches = stream(now() - Duration::from_secs(3600));
    let undisturbed = run(&batches, &[], "1h").await;
    for part in ["lamps", "signals", "traces", "memory"] {
        assert_ne!(undisturbed[part], json!([]), "nothing to compare in {part}");
    }
    for seed in 0..3 {
        let kills = kill_points(seed, batches.len() as u64);
        let disturbed = run(&batches, &kills, "1h").await;
        assert_eq!(disturbed, undisturbed, "killed after the batches {kills:?}");
    }
}

#[tokio::test]
async fn a_snapshot_between_the_kills_makes_no_difference() {
    let batches = stream(now() - Duration::from_secs(3600));
    let undisturbed = run(&batches, &[], "1h").await;
    let kills = kill_points(3, batches.len() as u64);
    let disturbed = run(&batches, &kills, "1s").await;
    assert_eq!(disturbed, undisturbed, "killed after the batches {kills:?}, with snapshots");
}

/// Plays the stream to a room that is killed right after each of `kills` was acknowledged, with other batches in
/// flight. Gives its picture at rest.
async fn run(batches: &Batches, kills: &[u64], snapshot_every: &str) -> Value {
    let more = format!("snapshot_every = \"{snapshot_every}\"");
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, &more);
    let mut room = Room::open(&folder).await;
    let mut acknowledged = 0;
    for &kill in kills {
        if snapshot_every == "1s" {
            play(&room, batches, acknowledged, kill - 3).await;
            seconds_pass(&room, 3).await;
            acknowledged = kill - 3;
        }
        acknowledged = play(&room, batches, acknowledged, kill).await;
        room.kill();
        room.open_again().await;
        let replayed = replayed(&room).await;
        match snapshot_every {
            // Batches that were in flight may be there although nobody heard so.
            "1s" => assert!(replayed < kill / 2, "with a snapshot {replayed} batches were replayed after {kill}"),
            _ => assert!(kill <= replayed, "{replayed} batches were replayed after {kill}"),
        }
    }
    play(&room, batches, acknowledged, batches.len() as u64).await;
    let mut picture = at_rest(&room).await;
    picture["history"] = history(&room, batches).await;
    assert_eq!(room.close().await, Some(0));
    hold_each_batch_once(&room, batches);
    picture
}

/// Every reading of every indicator with what was expected of it, each once.
async fn history(room: &Room, batches: &Batches) -> Value {
    let mut histories = Vec::new();
    for indicator in INDICATORS {
        let from = batches[0].1[0].measured_at.unix_millis();
        let path = format!("/api/v1/indicators/{indicator}/history?from={from}&points=10000");
        let answer = room.get(&path).await;
        let history: Value = serde_json::from_str(&answer.body).expect("an answer in JSON");
        let sent = batches.iter().flat_map(|(_, readings)| readings).filter(|it| it.indicator.as_str() == indicator);
        let sent: Vec<_> = sent.map(|it| json!([it.measured_at.unix_millis(), it.value()])).collect();
        let points = history["points"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
        let kept: Vec<_> = points.iter().map(|point| json!([point[0], point[1]])).collect();
        assert_eq!(kept, sent, "{indicator}");
        histories.push(history);
    }
    histories.into()
}

/// Streams until `upto` is acknowledged; what was acknowledged before, the room must still have.
async fn play(room: &Room, batches: &Batches, acknowledged: u64, upto: u64) -> u64 {
    let mut agent = TeamAgent::join(room.address(), "plant-host").await;
    assert!(acknowledged <= agent.received, "acknowledged {acknowledged}, after the kill only {}", agent.received);
    agent.stream(batches, upto).await;
    agent.received
}

/// Every acknowledged batch is in the archive once, bit for bit.
fn hold_each_batch_once(room: &Room, batches: &Batches) {
    let archived: Batches = room.archived().into_iter().map(|batch| (batch.sequence, batch.readings)).collect();
    let sequences = |batches: &Batches| batches.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>();
    assert_eq!(sequences(&archived), sequences(batches));
    for ((sequence, archived), (_, sent)) in archived.iter().zip(batches) {
        let bits = |readings: &[Reading]| readings.iter().map(|it| it.value().to_bits()).collect::<Vec<_>>();
        assert_eq!(archived, sent, "batch {sequence}");
        assert_eq!(bits(archived), bits(sent), "batch {sequence}");
    }
}

/// How many batches the room judged again when it opened, by its own words.
pub(crate) async fn replayed(room: &Room) -> u64 {
    let line = room.process().logs("room is open").await;
    // The log is coloured for people, so what stands between name and number is passed over.
    let after = line.split("replayed").nth(1).unwrap_or_default();
    let digits: String = plain(after).chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|why| panic!("{why}: {line:?}"))
}

/// Without the sequences that colour a terminal.
pub(crate) fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

pub(crate) async fn seconds_pass(room: &Room, seconds: u64) {
    let start = room.picture().await.at;
    let passed = async || (Duration::from_secs(seconds) <= room.picture().await.at.since(start)).then_some(());
    until("the clock of the room goes on", passed).await;
}

/// The picture once nothing has changed in it for two beats of the room's clock.
pub(crate) async fn at_rest(room: &Room) -> Value {
    let mut seen = room.picture().await;
    until("the picture comes to rest", async || {
        let picture = room.picture().await;
        if picture.revision != seen.revision {
            seen = picture;
            return None;
        }
        (Duration::from_millis(2_500) <= picture.at.since(seen.at)).then_some(())
    })
    .await;
    let mut essence = serde_json::to_value(&seen).expect("a picture is plain data");
    forget_the_wall_clock(&mut essence);
    essence
}

fn forget_the_wall_clock(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !BY_THE_WALL_CLOCK.contains(&name.as_str()));
            members.values_mut().for_each(forget_the_wall_clock);
        }
        Value::Array(members) => members.iter_mut().for_each(forget_the_wall_clock),
        _ => (),
    }
}

fn kill_points(seed: u64, batches: u64) -> [u64; 2] {
    [8 + below(batches / 3, seed), batches / 2 + below(batches / 2 - 8, seed + 100)]
}

/// Readings of every second from `start`: a step, spikes, a ramp, a step that recovers, and one that stays calm.
fn stream(start: Moment) -> Batches {
    let round = |second: u64| {
        let at = start + Duration::from_secs(second);
        (0_u64..).zip(INDICATORS).map(move |(seed, id)| reading(id, at, value(seed, second)))
    };
    let batch = |index: u64| {
        let from = index * SECONDS_A_BATCH;
        (index + 1, (from..from + SECONDS_A_BATCH).flat_map(round).collect())
    };
    (0..SECONDS / SECONDS_A_BATCH).map(batch).collect()
}

fn value(indicator: u64, second: u64) -> f64 {
    let happens = match indicator {
        0 if 90 <= second => 12.0,
        1 if second == 50 || second == 130 => 15.0,
        2 => 2.0 * (second.clamp(100, 120) - 100) as f64,
        3 if (60..100).contains(&second) => -14.0,
        _ => 0.0,
    };
    100.0 + noise(indicator, second) + happens
}
