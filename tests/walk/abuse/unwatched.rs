//! More indicators that nobody has described than a room watches: what is beyond is kept, counted and not judged.

use std::time::Duration;

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

use super::READINGS;
use crate::{crash::plain, itself::most};

/// Of indicators that nobody has described a room watches so many.
const WATCHED: usize = 100_000;
/// So many are brought at once.
const BATCH: usize = 10_000;
const UNWATCHED: &str = "synco_readings_unwatched_total";

#[tokio::test]
async fn readings_that_nobody_judges_are_kept_and_counted_and_who_sent_them_hears_nothing_of_it() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "shards = 1\nwatch_itself = \"1s\"");
    let mut room = Room::open(&folder).await;
    fill(&room).await;
    assert_eq!(room.figure(UNWATCHED).await, 0.0);
    let at = now();
    let later = at + Duration::from_millis(1);
    let rows = json!([["late.a", at, 1.0], ["late.a", later, 2.0], ["n7", at, 1.0], ["press.scrap", at, 1.0]]);
    let body = json!({ "agent": "script", "readings": rows }).to_string();
    let answer = http::post(room.address(), READINGS, &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":4,"refused":[]}"#));
    let reply = write_1(room.address(), vec![series("late_b", &[], &[(at.unix_millis(), 1.0)])]).await;
    assert_eq!((reply.status, reply.written.0, reply.words().as_str()), (204, Some(1), ""));

    until("they are counted", async || (room.figure(UNWATCHED).await == 3.0).then_some(())).await;
    let told = plain(&room.process().logs("readings kept but not judged").await);
    assert!(told.contains("put them into the organisation") && told.contains("most=100000"), "{told}");
    until("the room sees it in itself", async || (0.0 < most(&room, "synco.lost").await?).then_some(())).await;
    for (indicator, readings) in [("n7", 2), ("press.scrap", 1)] {
        until("what is watched is judged", async || (judged(&room, indicator).await? == readings).then_some(())).await;
    }
    let points = until("history has what is not", async || {
        let answer = room.get("/api/v1/indicators/late.a/history").await;
        let history: Value = serde_json::from_str(&answer.body).ok()?;
        history["points"].as_array().filter(|points| points.len() == 2).cloned()
    })
    .await;
    assert_eq!(json!(points), json!([[at, 1.0, null, null, null], [later, 2.0, null, null, null]]));
    // To close takes it seconds, with so much to write down.
    room.kill();
}

/// Has the room watch as many as it does, by a reading of each.
async fn fill(room: &Room) {
    let mut agent = TeamAgent::join(room.address(), "plant-host").await;
    let at = now();
    for (sequence, first) in (1..).zip((0..WATCHED).step_by(BATCH)) {
        let readings: Vec<_> = (first..first + BATCH).map(|n| reading(&format!("n{n}"), at, 1.0)).collect();
        assert_eq!(agent.deliver(sequence, &readings).await, []);
    }
}

/// From how many readings an indicator is known.
async fn judged(room: &Room, indicator: &str) -> Option<u64> {
    let answer = room.get(&format!("/api/v1/indicators/{indicator}")).await;
    let known: Value = serde_json::from_str(&answer.body).ok()?;
    known["indicator"]["profile"]["readings"].as_u64()
}
