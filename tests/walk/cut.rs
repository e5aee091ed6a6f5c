//! A network that is cut between an agent and its room, in every way: it is told, noticed, and each reading comes once.

use std::collections::BTreeMap;

use cybernet::outage::{Lack, Outage};
use tests::{
    folder::{Folder, UNHURRIED},
    network::{Cut, Network},
    process::Process,
    room::Room,
    series::{below, now},
    wait::until,
};

use crate::{
    fresh::{self, BACKLOG, MORE_THAN_AN_HOUR, ONCE, describe, has_all},
    outbox::{AGENT, INDICATORS, Line, hold, newest, received, start_agent_with, until_received, waiting},
    silence::VISIBLE_WITHIN,
    why::{outage_of_all, refers, until_all_speak},
};

const CUTS: [Cut; 4] = [Cut::Unanswered, Cut::Stalled, Cut::Unanswered, Cut::Reset];
/// A room that takes ten seconds' worth at once and then this, so that at most the last 5,200 readings of the backlog
/// have to wait.
const UNEAGER: &str = "readings_a_second = 2000";

/// A room, an agent, and the network between them.
struct Plant {
    agent: Process,
    network: Network,
    room: Room,
    folder: Folder,
}

impl Plant {
    /// Opens one in which every lamp speaks.
    async fn open() -> Self {
        let folder = Folder::of_plant(&INDICATORS, "100ms", "");
        folder.write("agent.toml", AGENT);
        let room = Room::open(&folder).await;
        let network = Network::to(room.address()).await;
        let agent = start_agent_with(&[], &folder, network.address());
        let plant = Self { agent, network, room, folder };
        until_all_speak(&plant.room).await;
        plant
    }

    /// Waits for the one outage that all lamps refer to.
    async fn outage(&self, why: Lack) -> Outage {
        let told = async || outage_of_all(&self.room.picture().await).filter(|outage| outage.why == why);
        let outage = until(&format!("an outage: {why}"), told).await;
        let picture = self.room.picture().await;
        assert_eq!(picture.outages.values().collect::<Vec<_>>(), [&outage]);
        assert!(picture.lamps.values().all(|lamp| refers(lamp, "plant-host")), "{:?}", picture.lamps);
        outage
    }

    /// Waits until the outbox has taken in so many more readings.
    async fn takes_in(&self, more: u64) {
        let enough = newest(&self.folder) + more;
        until("the outbox takes readings in", async || (enough <= newest(&self.folder)).then_some(())).await;
    }

    /// Waits until the room has all that was taken in by now, as the agent knows; gives the last ordinal.
    async fn brings_all(&self) -> u64 {
        let last = newest(&self.folder);
        until_received(&self.folder, last).await;
        last
    }

    /// Ends both in good order. Each reading up to the last one is there once, and those that were seen waiting.
    async fn close(mut self, taken_in: &BTreeMap<u64, Line>, last: u64) {
        self.agent.terminate();
        assert_eq!((self.agent.ended().await, self.room.close().await), (Some(0), Some(0)));
        hold(&self.room.archived(), taken_in, last);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_stalls_or_resets_is_told_until_the_agent_has_brought_what_it_has_read_once() {
    tokio::join!(stalls(), resets());
}

/// What stalls the room tells, and the agent lets go of.
async fn stalls() {
    let plant = Plant::open().await;
    let cut_at = now();
    plant.network.cut(Cut::Stalled);
    let outage = plant.outage(Lack::Readings).await;
    let (seen_after, logged) = (now().since(cut_at), plant.agent.logged());
    assert!(!logged.contains("no receipt"), "seen after {seen_after:?}, when the agent had let go: {logged}");
    assert!(outage.since.since(cut_at) <= VISIBLE_WITHIN, "it says {:?}", outage.since.since(cut_at));
    plant.agent.logs("no link; readings wait in the outbox: no receipt within 15s").await;
    plant.takes_in(1).await;
    let taken_in = waiting(&plant.folder);
    assert!(received(&plant.folder) < newest(&plant.folder), "nothing waits");
    plant.network.heal();
    let last = plant.brings_all().await;
    until_all_speak(&plant.room).await;
    plant.close(&taken_in, last).await;
}

/// What resets takes the link away.
async fn resets() {
    let plant = Plant::open().await;
    let cut_at = now();
    plant.network.cut(Cut::Reset);
    let outage = plant.outage(Lack::Link).await;
    assert!(outage.since.since(cut_at) <= VISIBLE_WITHIN, "it says {:?}", outage.since.since(cut_at));
    plant.agent.logs("no link; readings wait in the outbox: ").await;
    let taken_in = waiting(&plant.folder);
    plant.network.heal();
    let last = plant.brings_all().await;
    until_all_speak(&plant.room).await;
    plant.close(&taken_in, last).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_the_network_is_cut_each_reading_taken_in_is_in_the_journal_once() {
    let plant = Plant::open().await;
    let mut taken_in = BTreeMap::new();
    for (round, cut) in (0_u64..).zip(CUTS) {
        plant.network.cut(cut);
        if cut == Cut::Unanswered {
            let unknown = async || {
                let taken = plant.room.figure("synco_readings_taken_total").await;
                ((received(&plant.folder) + 10) as f64 <= taken).then_some(())
            };
            until("the room has what the agent does not know of", unknown).await;
        }
        plant.takes_in(10 + below(40, round)).await;
        taken_in.extend(waiting(&plant.folder));
        plant.network.heal();
        plant.brings_all().await;
    }
    let last = plant.brings_all().await;
    plant.close(&taken_in, last).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_stall_of_an_hour_what_is_new_comes_before_the_backlog_and_each_reading_once() {
    let folder = Folder::of_plant(&fresh::INDICATORS, UNHURRIED, UNEAGER);
    let mut room = Room::open(&folder).await;
    let network = Network::to(room.address()).await;
    let start = |indicators: &[&str], rhythm: &str| {
        describe(&folder, indicators, rhythm);
        start_agent_with(&[], &folder, network.address())
    };
    let mut agent = start(&fresh::INDICATORS[3..], ONCE);
    until("the room knows the agent", async || has_all(&folder, 0)).await;
    agent.kill();
    network.cut(Cut::Stalled);
    let mut agent = start(&fresh::INDICATORS[..3], MORE_THAN_AN_HOUR);
    until("an hour and more waits", async || (BACKLOG < newest(&folder)).then_some(())).await;
    let (taken_in, back_at) = (waiting(&folder), now());
    network.heal();
    until("the backlog is in", async || (BACKLOG < received(&folder)).then_some(())).await;
    agent.terminate();
    assert_eq!(agent.ended().await, Some(0));
    // This one reads once and then brings what is left.
    let before = newest(&folder);
    let mut agent = start(&fresh::INDICATORS[3..], ONCE);
    let total = until("the room has everything", async || has_all(&folder, before)).await;
    agent.terminate();
    assert_eq!((agent.ended().await, room.close().await), (Some(0), Some(0)));
    fresh::hold(&room.archived(), &taken_in, total, back_at);
}
