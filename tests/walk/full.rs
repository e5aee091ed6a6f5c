//! A disk that is full: what is not on it is not acknowledged, it is told, and it is over by itself.

use std::time::Duration;

use cybernet::agent::ToAgent;
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{noise, now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::reading::Reading;

use crate::{
    crash::plain,
    outbox::{self, newest, start_agent, until_received, waiting},
};

#[tokio::test]
async fn a_room_whose_disk_is_full_acknowledges_nothing_says_so_and_goes_on_by_itself() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let [first, second] = [0, 1].map(|part| some_readings(part, 9_000));
    agent.deliver(1, &first).await;
    // Less than the batch takes: the room folds its write-ahead log into the archive, and begins it anew.
    room.process().limit_files(Some(20_000));
    agent.send(2, &second).await;
    let Some(ToAgent::Refused { why }) = agent.hear().await else { panic!("it was not refused") };
    assert!(why.starts_with("the room's archive cannot take it: the archive's database failed: "), "{why}");

    let health = [room.get("/healthz").await, room.get("/readyz").await];
    assert_eq!(health.each_ref().map(|answer| answer.status), [200, 503]);
    assert!(health[0].body.starts_with("alive, but the room's archive cannot take it: "), "{}", health[0].body);
    assert_eq!(room.figure("synco_archive_ailing").await, 1.0);
    let ailment = until("the picture says so", async || room.picture().await.ailment).await;
    assert!(why.ends_with(ailment.why.as_str()), "{ailment:?} is not why: {why}");
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    assert_eq!(agent.received, 1);

    room.process().limit_files(None);
    agent.deliver(2, &second).await;
    let health = [room.get("/healthz").await, room.get("/readyz").await];
    assert_eq!(health.map(|answer| answer.body), ["ok\n", "ready\n"]);
    assert_eq!(room.figure("synco_archive_ailing").await, 0.0);
    let is_well = async || room.picture().await.ailment.is_none().then_some(());
    until("the picture is well again", is_well).await;
    assert_eq!(room.close().await, Some(0));
    let archived: Vec<_> = room.archived().into_iter().map(|batch| (batch.sequence, batch.readings)).collect();
    assert!(archived == [(1, first), (2, second)], "both batches are in the journal, each once");
}

#[tokio::test]
async fn an_agent_whose_disk_is_full_counts_what_it_cannot_keep_and_goes_on_by_itself() {
    let folder = Folder::of_plant(&["press.scrap"], "100ms", "");
    folder.write("agent.toml", outbox::AGENT);
    let mut room = Room::open(&folder).await;
    room.kill();
    let mut agent = start_agent(&folder, &room);
    until("the outbox takes readings in", async || (100 <= newest(&folder)).then_some(())).await;
    agent.limit_files(Some(6_000));
    agent.logs("the outbox fails").await;
    let kept = newest(&folder);
    agent.limit_files(None);
    until("the outbox takes readings in again", async || (kept + 20 <= newest(&folder)).then_some(())).await;
    let taken_in = waiting(&folder);
    room.open_again().await;
    let last = newest(&folder);
    until_received(&folder, last).await;
    agent.terminate();
    assert_eq!(agent.ended().await, Some(0));
    let lost = room.figure("synco_readings_lost_total").await;
    assert_eq!(lost, lost_by_its_own_words(&agent.logged()));
    assert!(0.0 < lost);
    assert_eq!(room.close().await, Some(0));
    outbox::hold(&room.archived(), &taken_in, last);
}

/// How many readings the agent's log says are lost.
fn lost_by_its_own_words(log: &str) -> f64 {
    let log = plain(log);
    let counts = log.lines().filter(|line| line.contains("readings are lost")).map(|line| {
        let digits = line.split("count=").nth(1).unwrap_or_default();
        digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<f64>().expect("a count")
    });
    counts.sum()
}

fn some_readings(part: u64, count: u64) -> Vec<Reading> {
    let start = now() - Duration::from_secs(86_400);
    let at = |n| start + Duration::from_secs(part * count + n);
    (0..count).map(|n| reading("press.scrap", at(n), 100.0 + noise(part, n))).collect()
}
