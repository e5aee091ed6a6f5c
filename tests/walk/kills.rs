//! Rounds of `kill -9` of room and agent, at moments a seed chooses, under load.
//!
//! A few rounds in every run of the tests; `SYNCO_KILL_ROUNDS=200 cargo test -p tests --test walk kills` for as many.

use std::{collections::BTreeMap, fmt::Write};

use archive::Batch;
use cybernet::agent::Hello;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::below,
    team::{TeamAgent, hello},
    wait::until,
};
use vsm::time::Moment;

use crate::{
    crash::at_rest,
    outbox::{Line, hold, newest, start_agent, until_received, waiting},
};

const ROUNDS: u64 = 6;
const INDICATORS: [&str; 8] =
    ["press.scrap", "press.idle", "press.speed", "press.oil", "kiln.heat", "kiln.queue", "kiln.gas", "kiln.dust"];

#[tokio::test]
async fn whatever_is_killed_each_reading_taken_in_is_in_journal_and_history_once_and_the_picture_is_an_undisturbed_one()
{
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, "snapshot_every = \"1s\"");
    folder.write("agent.toml", &agent());
    let mut room = Room::open(&folder).await;
    let taken_in = are_killed(&folder, &mut room).await;
    let last = newest(&folder);
    let mut agent = start_agent(&folder, &room);
    until_received(&folder, last).await;
    agent.terminate();
    assert_eq!(agent.ended().await, Some(0));
    let disturbed = at_rest(&room).await;
    whole_past(&room, last).await;
    assert_eq!(room.close().await, Some(0));
    let archived = room.archived();
    hold(&archived, &taken_in, last);
    // The agent may have brought more than it had to.
    let brought = archived.iter().map(|batch| batch.readings.len() as u64).sum::<u64>();
    room.open_again().await;
    let past = whole_past(&room, brought).await;
    assert_eq!(past, of_journal(&archived), "history has each reading once, and no other");
    assert_ne!(disturbed["lamps"], json!([]));
    assert_eq!(disturbed, undisturbed(&archived).await);
}

/// Rounds in which room, agent or both are killed and started again; the agent is killed in the end. Gives what was
/// seen waiting in its outbox.
async fn are_killed(folder: &Folder, room: &mut Room) -> BTreeMap<u64, Line> {
    let mut agent = start_agent(folder, room);
    let mut taken_in = BTreeMap::new();
    for round in 0..rounds() {
        let enough = newest(folder) + 1 + below(200, round);
        until("the outbox takes readings in", async || (enough <= newest(folder)).then_some(())).await;
        let (kill_room, kill_agent) = [(true, false), (false, true), (true, true)][below(3, round + 1_000) as usize];
        if kill_room {
            room.kill();
        }
        if kill_agent {
            agent.kill();
        }
        taken_in.extend(waiting(folder));
        if kill_room {
            room.open_again().await;
        }
        if kill_agent {
            agent = start_agent(folder, room);
        }
    }
    agent.kill();
    taken_in.extend(waiting(folder));
    taken_in
}

/// What history has of every indicator, once it has as many readings as were brought.
async fn whole_past(room: &Room, brought: u64) -> BTreeMap<String, Vec<(i64, f64)>> {
    until("history has every reading", async || {
        let mut past = BTreeMap::new();
        for indicator in INDICATORS {
            past.insert(indicator.to_owned(), room.past(indicator, Moment::default()).await);
        }
        let count = past.values().map(Vec::len).sum::<usize>();
        (brought <= count as u64).then_some(past)
    })
    .await
}

/// The same as the journal has it.
fn of_journal(archived: &[Batch]) -> BTreeMap<String, Vec<(i64, f64)>> {
    let mut past: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    for reading in archived.iter().flat_map(|batch| &batch.readings) {
        let line = (reading.measured_at.unix_millis(), reading.value());
        past.entry(reading.indicator.to_string()).or_default().push(line);
    }
    past.values_mut().for_each(|lines| lines.sort_by_key(|(at, _)| *at));
    past
}

/// The picture of a room that the same batches reach without any trouble.
async fn undisturbed(batches: &[Batch]) -> Value {
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, "");
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::ask_in(room.address(), &Hello { rehearsal: true, ..hello("plant-host") })
        .await
        .expect("a room that is not locked welcomes everybody");
    let batches: Vec<_> = batches.iter().map(|batch| (batch.sequence, batch.readings.clone())).collect();
    let last = batches.last().map_or(0, |(sequence, _)| *sequence);
    agent.stream(&batches, last).await;
    at_rest(&room).await
}

fn rounds() -> u64 {
    let written = std::env::var("SYNCO_KILL_ROUNDS").ok();
    written.map_or(ROUNDS, |rounds| rounds.parse().expect("SYNCO_KILL_ROUNDS is a number"))
}

/// An agent that takes in eighty readings a second, with steps and spikes among them.
fn agent() -> String {
    let mut text = "version = 1\nagent = \"plant-host\"\nrehearsal = true\n".to_owned();
    text += "[[probe]]\nkind = \"rehearsal\"\ncadence = \"100ms\"\n";
    for (place, id) in INDICATORS.iter().enumerate() {
        let level = 40 + 10 * place;
        writeln!(text, "[[probe.series]]\nindicator = \"{id}\"\nlevel = {level}\nnoise = 1.0").expect("a string grows");
        writeln!(text, "script = [{{ at = \"1s\", spike = 30.0 }}, {{ at = \"{}s\", step = 20.0 }}]", 2 + place)
            .expect("a string grows");
    }
    text
}
