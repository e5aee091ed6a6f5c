//! `kill -9` of an agent: what its outbox had taken in arrives, once, whatever happens to agent and room.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use archive::Batch;
use tests::{folder::Folder, process::Process, room::Room, series::below, wait::until};

pub(crate) const INDICATORS: [&str; 3] = ["press.scrap", "press.idle", "kiln.heat"];
const ROUNDS: u64 = 6;

pub(crate) const AGENT: &str = r#"version = 1
agent = "plant-host"
rehearsal = true

[[probe]]
kind = "rehearsal"
cadence = "100ms"
series = [
    { indicator = "press.scrap", level = 40.0, noise = 1.0 },
    { indicator = "press.idle", level = 10.0, noise = 0.5 },
    { indicator = "kiln.heat", level = 900.0, noise = 3.0 },
]
"#;

/// A reading as a line of the outbox and as the archive gives it: indicator, milliseconds, bits of the value.
pub(crate) type Line = (String, i64, u64);

#[tokio::test]
async fn nothing_an_agent_has_taken_in_is_lost_when_it_is_killed_again_and_again() {
    let folder = Folder::of_plant(&INDICATORS, "100ms", "");
    folder.write("agent.toml", AGENT);
    let mut room = Room::open(&folder).await;
    let mut taken_in = BTreeMap::new();
    for round in 0..ROUNDS {
        let room_is_there = round % 3 != 1;
        if !room_is_there {
            room.kill();
        }
        let mut agent = start_agent(&folder, &room);
        let enough = newest(&folder) + 20 + below(40, round);
        until("the outbox takes readings in", async || (enough <= newest(&folder)).then_some(())).await;
        agent.kill();
        taken_in.extend(waiting(&folder));
        if !room_is_there {
            room.open_again().await;
        }
    }
    let last = newest(&folder);
    let mut agent = start_agent(&folder, &room);
    until_received(&folder, last).await;
    agent.terminate();
    assert_eq!((agent.ended().await, room.close().await), (Some(0), Some(0)));
    hold(&room.archived(), &taken_in, last);
}

/// Every ordinal up to the last is there once, and what was seen waiting in the outbox is there as it was.
pub(crate) fn hold(archived: &[Batch], taken_in: &BTreeMap<u64, Line>, last: u64) {
    let mut ordinals = BTreeMap::new();
    let mut next = 1;
    for batch in archived {
        // The sequence of a batch is the ordinal of its last reading.
        assert_eq!(batch.sequence, next + batch.readings.len() as u64 - 1, "a hole or a repetition before {next}");
        for reading in &batch.readings {
            let line = (reading.indicator.to_string(), reading.measured_at.unix_millis(), reading.value().to_bits());
            ordinals.insert(next, line);
            next += 1;
        }
    }
    assert!(last < next, "the outbox had {last}, the archive ends before {next}");
    for (ordinal, line) in taken_in {
        assert_eq!(ordinals.get(ordinal), Some(line), "ordinal {ordinal}");
    }
    let mut first_seen = BTreeMap::new();
    for (ordinal, (indicator, at, _)) in &ordinals {
        let earlier = first_seen.insert((indicator, at), ordinal);
        assert_eq!(earlier, None, "ordinal {ordinal} is the same reading, of {indicator} at {at}");
    }
}

pub(crate) fn start_agent(folder: &Folder, room: &Room) -> Process {
    start_agent_with(&[], folder, room.address())
}

/// Starts it with variables in its environment, and an address at which it finds its room.
pub(crate) fn start_agent_with(variables: &[String], folder: &Folder, room: SocketAddr) -> Process {
    Process::start_with(variables, "synco-agent", folder.path(), arguments(folder, room))
}

/// What an agent of a folder is started with, to find its room at an address.
pub(crate) fn arguments(folder: &Folder, room: SocketAddr) -> [String; 7] {
    let (config, outbox) = (folder.file("agent.toml"), folder.file("outbox"));
    let door = format!("ws://{room}/api/v1/agent");
    ["run", "--config", &config, "--room", &door, "--outbox", &outbox].map(str::to_owned)
}

/// Up to which ordinal the room has everything, as the outbox knows.
pub(crate) fn received(folder: &Folder) -> u64 {
    let mark = fs::read_to_string(folder.at("outbox").join("received")).unwrap_or_default();
    mark.trim().parse().unwrap_or(0)
}

/// Waits until the room has everything up to an ordinal, as the outbox knows.
pub(crate) async fn until_received(folder: &Folder, last: u64) {
    until("the room has everything", async || (last <= received(folder)).then_some(())).await;
}

/// The ordinal of the newest reading the outbox has taken in.
pub(crate) fn newest(folder: &Folder) -> u64 {
    waiting(folder).last_key_value().map_or(0, |(ordinal, _)| *ordinal).max(received(folder))
}

/// The readings in the files of the outbox by their ordinals, of which the first stands in the name of its file. A last
/// line without its end was torn by the kill.
pub(crate) fn waiting(folder: &Folder) -> BTreeMap<u64, Line> {
    let entries = fs::read_dir(folder.at("outbox")).into_iter().flatten().flatten();
    let segments = entries.filter_map(|entry| Some((first_ordinal(&entry.path())?, entry.path())));
    segments.flat_map(|(first, path)| (first..).zip(lines(&path))).collect()
}

fn first_ordinal(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(".readings")?.parse().ok()
}

fn lines(path: &PathBuf) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(lines, _)| lines);
    whole.lines().filter_map(line).collect()
}

/// A line is a checksum, its place in the file, and the reading as JSON.
fn line(text: &str) -> Option<Line> {
    let json = text.splitn(3, ' ').nth(2)?;
    let (indicator, at, value, _): (String, i64, f64, Option<serde_json::Value>) = serde_json::from_str(json).ok()?;
    Some((indicator, at, value.to_bits()))
}
