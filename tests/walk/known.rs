//! What the room knows of an indicator, as a script asks for it, and readings that come late.

use std::time::Duration;

use cybernet::trace::Point;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{calm_minute, reading},
    team::TeamAgent,
    wait::until,
};

#[tokio::test]
async fn what_was_worked_out_of_an_indicator_is_shown_beside_what_was_told() {
    let folder = Folder::of_plant(&["press.scrap", "press.idle"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let heard: Vec<_> = ["press.scrap", "shift/count"].into_iter().flat_map(calm_minute).collect();
    agent.deliver(1, &heard).await;
    let listed = until("both have been judged", async || {
        let listed = get(&room, "/api/v1/indicators").await["indicators"].clone();
        let judged = listed.as_array()?.iter().filter(|known| known["profile"]["readings"] == json!(60)).count();
        (judged == 2).then_some(listed)
    })
    .await;
    let ids: Vec<_> = listed.as_array().into_iter().flatten().map(|known| known["id"].clone()).collect();
    assert_eq!(ids, ["press.idle", "press.scrap", "shift/count"]);
    assert_eq!(listed[0], json!({ "id": "press.idle", "unit": "press", "system": "1" }), "not heard yet");
    let count = &listed[2];
    assert_eq!((&count["unit"], &count["aspect"]), (&json!("unowned"), &json!("calm")));
    let profile = &count["profile"];
    assert_eq!((&profile["nature"], &profile["scale"]), (&json!("positive"), &json!("identity")));
    assert_eq!((&profile["cadence_ms"], &profile["pattern"]), (&json!(1000.0), &json!("none")));
    assert_eq!((&profile["young"], &profile["late"]), (&json!(false), &json!(0)));

    let one = async |id: &str| get(&room, &format!("/api/v1/indicators/{id}")).await["indicator"].clone();
    let scrap = one("press.scrap").await;
    assert_eq!(scrap["profile"], listed[1]["profile"]);
    assert_eq!((&scrap["told"]["cadence_ms"], &scrap["told"]["good"]), (&json!(86_400_000), &json!("down")));
    assert_eq!(scrap["profile"]["cadence_ms"], json!(86_400_000.0), "what was told is in force");
    assert_eq!(&one("shift%2Fcount").await, count, "nobody has described it");
}

#[tokio::test]
async fn an_indicator_that_is_none_is_refused_with_words() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let unknown = room.get("/api/v1/indicators/press.steam").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("no indicator \\\"press.steam\\\" was described or heard; GET /api/v1/indicators"));
    let no_name = room.get("/api/v1/indicators/Press").await;
    assert_eq!(no_name.status, 400);
    assert!(no_name.body.contains("not a name: \\\"Press\\\"; "), "{}", no_name.body);
}

#[tokio::test]
async fn a_late_reading_is_marked_in_the_trace_and_told_to_nobody_before_and_after_a_kill() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let mut minute = calm_minute("press.scrap");
    let newest = minute[59].clone();
    let missing = minute.remove(56);
    agent.deliver(1, &minute).await;
    // Something has to be open for its trace to be in the picture.
    let off = reading("press.scrap", newest.measured_at + Duration::from_secs(1), 130.0);
    agent.deliver(2, &[off, missing.clone(), newest]).await;
    for _ in 0..2 {
        let trace = until("the late reading is in the trace", async || {
            let trace = room.picture().await.traces.remove("press.scrap")?;
            trace.points.iter().any(|point| point.0 == missing.measured_at).then_some(trace)
        })
        .await;
        let late: Vec<&Point> = trace.points.iter().filter(|point| point.3.late).collect();
        assert_eq!(late.len(), 1, "a reading that was taken before is not late but repeated: {late:?}");
        assert_eq!((late[0].0, late[0].1), (missing.measured_at, missing.value()));
        assert!(late[0].2.is_some(), "it has the forecast it was held against");
        assert!(trace.points.iter().is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(room.picture().await.signals.len(), 1);
        room.kill();
        room.open_again().await;
    }
    let known = get(&room, "/api/v1/indicators/press.scrap").await;
    assert_eq!(known["indicator"]["profile"]["late"], json!(1), "what is repeated is not late");
}

async fn get(room: &Room, path: &str) -> Value {
    let answer = room.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or_else(|why| panic!("{why} in {}", answer.body))
}
