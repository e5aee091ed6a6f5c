//! More indicators that nobody has described than a room watches: what is beyond is kept, counted and not judged.

use std::time::Duration;

use opsroom::share::shard_of;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    prompb::v1::series,
    room::Room,
    sender::write_1,
    series::{now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::{id::IndicatorId, time::Moment};

use super::READINGS;
use crate::{crash::plain, itself::most};

/// As many shards as a room may have, so that each watches few ...
const SHARDS: usize = 64;
/// ... of the indicators that nobody has described: its share of 100,000, and a sixteenth of that.
const WATCHED: usize = 1_563 + 98;
const UNWATCHED: &str = "synco_readings_unwatched_total";

#[tokio::test]
async fn readings_that_nobody_judges_are_kept_and_counted_and_who_sent_them_hears_nothing_of_it() {
    let more = format!("shards = {SHARDS}\nwatch_itself = \"1s\"");
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, &more);
    let room = Room::open(&folder).await;
    let mut names = of_one_shard();
    let watched: Vec<_> = names.by_ref().take(WATCHED).collect();
    let [late, other] = [names.next(), names.next()].map(|name| name.expect("there are always more"));
    let at = now();
    let later = at + Duration::from_millis(1);
    fill(&room, &watched, at - Duration::from_secs(1)).await;
    let known = &watched[7];
    let rows = json!([[late, at, 1.0], [late, later, 2.0], [known, at, 1.0], ["press.scrap", at, 1.0]]);
    let body = json!({ "agent": "script", "readings": rows }).to_string();
    let answer = http::post(room.address(), READINGS, &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":4,"refused":[]}"#));
    let reply = write_1(room.address(), vec![series(&other, &[], &[(at.unix_millis(), 1.0)])]).await;
    assert_eq!((reply.status, reply.written.0, reply.words().as_str()), (204, Some(1), ""));

    until("they are counted", async || (room.figure(UNWATCHED).await == 3.0).then_some(())).await;
    let told = plain(&room.process().logs("readings kept but not judged").await);
    assert!(told.contains("put them into the organisation") && told.contains("most=100000"), "{told}");
    until("the room sees it in itself", async || (0.0 < most(&room, "synco.lost").await?).then_some(())).await;
    for (indicator, readings) in [(known.as_str(), 2), ("press.scrap", 1)] {
        let are_known = async || (readings_known(&room, indicator).await? == readings).then_some(());
        until("what is watched is judged", are_known).await;
    }
    let points = until("history has what is not", async || {
        let answer = room.get(&format!("/api/v1/indicators/{late}/history")).await;
        let history: Value = serde_json::from_str(&answer.body).ok()?;
        history["points"].as_array().filter(|points| points.len() == 2).cloned()
    })
    .await;
    assert_eq!(json!(points), json!([[at, 1.0, null, null, null], [later, 2.0, null, null, null]]));
}

/// Names of indicators that one shard watches.
fn of_one_shard() -> impl Iterator<Item = String> {
    let is_of_it = |name: &String| IndicatorId::parse(name).is_ok_and(|id| shard_of(&id, SHARDS) == 0);
    (0..).map(|n| format!("n{n}")).filter(is_of_it)
}

/// Has the room watch these, by a reading of each.
async fn fill(room: &Room, indicators: &[String], at: Moment) {
    let mut agent = TeamAgent::join(room.address(), "plant-host").await;
    let readings: Vec<_> = indicators.iter().map(|indicator| reading(indicator, at, 1.0)).collect();
    assert_eq!(agent.deliver(1, &readings).await, []);
}

/// From how many readings an indicator is known.
async fn readings_known(room: &Room, indicator: &str) -> Option<u64> {
    let answer = room.get(&format!("/api/v1/indicators/{indicator}")).await;
    let known: Value = serde_json::from_str(&answer.body).ok()?;
    known["indicator"]["profile"]["readings"].as_u64()
}
