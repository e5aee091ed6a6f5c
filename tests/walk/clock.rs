//! A clock that jumps a day, an agent's or the room's: it is told, nothing stale looks alive, and nothing stays of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use archive::Batch;
use cybernet::{outage::Lack, picture::Aspect};
use tests::{
    clock::Clock,
    folder::Folder,
    process::Process,
    room::Room,
    series::{now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::time::Moment;

use crate::{
    fresh::past,
    outbox::{AGENT, INDICATORS, hold, newest, received, start_agent_with, until_received},
    why::{outage_of_all, until_all_speak},
};

const HOUR: Duration = Duration::from_secs(3600);
const TAKEN: &str = "synco_readings_taken_total";
const REFUSED: &str = "synco_readings_refused_total";
/// What an agent logs of readings that come from tomorrow.
const NOT_TAKEN: &str = "the room did not take readings: measured 23h 59m";

/// An agent and a room, each with a clock of its own.
struct Plant {
    agent: Process,
    room: Room,
    agents: Clock,
    rooms: Clock,
    folder: Folder,
}

impl Plant {
    /// Opens one in which both clocks are right and every lamp speaks.
    async fn open() -> Self {
        let folder = Folder::of_plant(&INDICATORS, "100ms", "");
        folder.write("agent.toml", AGENT);
        let (agents, rooms) = (Clock::new(&folder, "agents-clock"), Clock::new(&folder, "rooms-clock"));
        let room = Room::open_by(&rooms, &folder).await;
        let agent = start_agent_with(&agents.variables(), &folder, room.address());
        let plant = Self { agent, room, agents, rooms, folder };
        until_all_speak(&plant.room).await;
        plant
    }

    /// Waits until nothing seems to come from the agent.
    async fn is_out(&self) {
        let out = until("an outage", async || outage_of_all(&self.room.picture().await)).await;
        assert_eq!((out.source.as_str(), out.why), ("plant-host", Lack::Readings));
    }

    /// Waits until the room shows that the agent's clock is so many hours ahead of its own.
    async fn shows_skew(&self, hours: f64) {
        let skew = async || {
            let seconds = self.room.figure("synco_agent_clock_skew_seconds{agent=\"plant-host\"}").await;
            ((seconds / 3600.0 - hours).abs() < 1.0).then_some(())
        };
        until(&format!("a clock that is {hours} h ahead"), skew).await;
    }

    /// Waits until the room has acknowledged more than it has by now.
    async fn goes_on(&self) {
        let before = received(&self.folder);
        until("readings are taken", async || (before < received(&self.folder)).then_some(())).await;
    }

    /// Ends both in good order, once all that was taken is in history, and gives what the archive holds.
    async fn close(mut self) -> Vec<Batch> {
        self.agent.terminate();
        assert_eq!(self.agent.ended().await, Some(0));
        let whole = async || {
            let past = past(&self.room, &INDICATORS, Moment::default()).await;
            (past as f64 == self.room.figure(TAKEN).await).then_some(())
        };
        until("history has all that was taken", whole).await;
        assert_eq!(self.room.close().await, Some(0));
        for logged in [self.agent.logged(), self.room.process().logged()] {
            assert!(!logged.contains("panicked"), "{logged}");
        }
        self.room.archived()
    }
}

#[tokio::test]
async fn an_agent_a_day_ahead_is_refused_with_words_and_shown_until_its_clock_is_right() {
    let plant = Plant::open().await;
    plant.agents.set(1);
    plant.shows_skew(24.0).await;
    plant.agent.logs(NOT_TAKEN).await;
    plant.is_out().await;
    plant.agents.set(0);
    until_all_speak(&plant.room).await;
    plant.shows_skew(0.0).await;
    let refused = plant.room.figure(REFUSED).await;
    hold_all_but(&plant.close().await, refused as u64);
}

#[tokio::test]
async fn an_agent_a_day_behind_is_silent_and_shown_and_what_it_sends_is_in_history_under_the_day_it_says() {
    let plant = Plant::open().await;
    plant.agents.set(-1);
    plant.shows_skew(-24.0).await;
    plant.is_out().await;
    plant.goes_on().await;
    plant.agents.set(0);
    until_all_speak(&plant.room).await;
    plant.shows_skew(0.0).await;
    let last = newest(&plant.folder);
    until_received(&plant.folder, last).await;
    assert_eq!(plant.room.figure(REFUSED).await, 0.0);
    let archived = plant.close().await;
    hold(&archived, &BTreeMap::new(), last);
    let oldest = |batch: &Batch| batch.readings.iter().map(|it| batch.received_at.since(it.measured_at)).max();
    assert!(archived.iter().filter_map(oldest).any(|age| 23 * HOUR < age), "none is a day old");
}

#[tokio::test]
async fn a_room_a_day_ahead_takes_what_looks_old_to_it_and_is_silent_until_its_clock_is_right() {
    let plant = Plant::open().await;
    plant.rooms.set(1);
    plant.is_out().await;
    plant.shows_skew(-24.0).await;
    plant.goes_on().await;
    assert_eq!((plant.room.get("/healthz").await.status, plant.room.get("/readyz").await.status), (200, 200));
    let ahead = async || (23 * HOUR < plant.room.picture().await.at.since(now())).then_some(());
    until("the picture is of tomorrow", ahead).await;
    plant.rooms.set(0);
    until_all_speak(&plant.room).await;
    plant.shows_skew(0.0).await;
    let right = async || (plant.room.picture().await.at.since(now()) < HOUR).then_some(());
    until("the picture is of today", right).await;
    let last = newest(&plant.folder);
    until_received(&plant.folder, last).await;
    assert_eq!(plant.room.figure(REFUSED).await, 0.0);
    hold(&plant.close().await, &BTreeMap::new(), last);
}

#[tokio::test]
async fn a_room_a_day_behind_refuses_with_words_and_does_not_look_alive_until_its_clock_is_right() {
    let plant = Plant::open().await;
    plant.rooms.set(-1);
    plant.shows_skew(24.0).await;
    plant.agent.logs(NOT_TAKEN).await;
    let silent = async || {
        let picture = plant.room.picture().await;
        picture.lamps.values().all(|lamp| lamp.aspect == Aspect::Silent).then_some(())
    };
    until("every lamp is silent", silent).await;
    let taken = plant.room.figure(TAKEN).await;
    plant.rooms.set(0);
    until_all_speak(&plant.room).await;
    plant.shows_skew(0.0).await;
    let goes_on = async || (taken < plant.room.figure(TAKEN).await).then_some(());
    until("readings are taken again", goes_on).await;
    let refused = plant.room.figure(REFUSED).await;
    hold_all_but(&plant.close().await, refused as u64);
}

#[tokio::test]
async fn an_agent_that_came_while_the_room_was_ahead_has_an_outage_when_it_hangs() {
    let folder = Folder::of_plant(&["kiln.heat"], "1s", "");
    let clock = Clock::new(&folder, "rooms-clock");
    clock.set(1);
    let room = Room::open_by(&clock, &folder).await;
    let mut agent = TeamAgent::join(room.address(), "kiln-host").await;
    agent.deliver(1, &[reading("kiln.heat", now() - Duration::from_secs(1), 100.0)]).await;
    clock.set(0);
    agent.deliver(2, &[reading("kiln.heat", now(), 100.0)]).await;
    let speaks = async || room.lamp("kiln.heat").await.filter(|lamp| lamp.aspect != Aspect::Silent);
    until("it speaks", speaks).await;
    let silent = async || room.lamp("kiln.heat").await.filter(|lamp| lamp.aspect == Aspect::Silent);
    until("it is silent", silent).await;
    until("an outage", async || room.picture().await.outages.into_values().next()).await;
}

/// Of all that the agent has read, what was not refused is there, each reading once, and none from the future.
fn hold_all_but(archived: &[Batch], refused: u64) {
    assert!(0 < refused);
    let mut seen = BTreeSet::new();
    for batch in archived {
        for reading in &batch.readings {
            let is_new = seen.insert((reading.indicator.to_string(), reading.measured_at));
            assert!(is_new, "twice: {reading:?}");
            assert!(reading.measured_at < batch.received_at + HOUR, "from the future: {reading:?}");
        }
    }
    // The sequence of a batch is the ordinal of its last reading.
    let last = archived.last().map_or(0, |batch| batch.sequence);
    assert_eq!(seen.len() as u64 + refused, last);
}
