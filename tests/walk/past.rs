//! The past of an indicator, as a script asks for it.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{calm_minute, now, reading},
    team::TeamAgent,
    wait::until,
};

const PRESS: &str = "/api/v1/indicators/press.scrap/history";

#[tokio::test]
async fn a_minute_is_given_reading_by_reading_with_what_was_expected_and_again_after_a_restart() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let mut room = Room::open(&folder).await;
    let sent = calm_minute("press.scrap");
    TeamAgent::join(room.address(), "press-host").await.deliver(1, &sent).await;
    let past = until("the readings are in history", async || points(&room, "", sent.len()).await).await;
    let sent: Vec<_> = sent.iter().map(|it| json!([it.measured_at.unix_millis(), it.value()])).collect();
    let kept: Vec<_> = past["points"].as_array().into_iter().flatten().map(|it| json!([it[0], it[1]])).collect();
    assert_eq!(kept, sent);
    assert_eq!((&past["resolution"], &past["indicator"]), (&json!("raw"), &json!("press.scrap")));
    let last = &past["points"][59];
    let [value, forecast, lower, upper] = [1, 2, 3, 4].map(|k| last[k].as_f64().expect("a number"));
    assert!(lower < forecast && forecast < upper && (value - forecast).abs() < 6.0, "{last}");
    assert_eq!(past["points"][0][2], Value::Null, "nothing was expected of the first");

    room.kill();
    room.open_again().await;
    assert_eq!(points(&room, "", 60).await.as_ref(), Some(&past));
    assert_eq!(room.close().await, Some(0));
    let log = folder.at("archive").join("archive.sqlite3-wal");
    assert!(!log.exists(), "who looked back has gone, and the archive is one file");
}

#[tokio::test]
async fn what_does_not_fit_is_given_in_minutes_that_keep_the_extremes() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let hour = Duration::from_secs(3600);
    let start = now() - hour;
    let second = |i: u64| reading("press.scrap", start + Duration::from_secs(i), if i == 1800 { 500.0 } else { 100.0 });
    TeamAgent::join(room.address(), "press-host").await.deliver(1, &(0..3600).map(second).collect::<Vec<_>>()).await;
    until("the readings are in history", async || points(&room, "?points=10000", 3600).await).await;
    let answer: Value = serde_json::from_str(&room.get(&format!("{PRESS}?points=100")).await.body).expect("JSON");
    assert_eq!((&answer["resolution"], &answer["width_ms"]), (&json!("1m"), &json!(60_000)));
    assert_eq!(answer["columns"], json!(["begins_at", "mean", "count", "min", "max"]));
    let minutes = answer["points"].as_array().expect("points");
    let most = minutes.iter().filter_map(|minute| minute[4].as_f64()).fold(0.0, f64::max);
    let count: u64 = minutes.iter().filter_map(|minute| minute[2].as_u64()).sum();
    assert_eq!((most, count), (500.0, 3600));
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused_with_words() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    for (query, status, words) in [
        ("", 404, "history has nothing of"),
        ("?from=yesterday", 400, "from=\\\"yesterday\\\" is no moment; write Unix milliseconds, or RFC 3339"),
        ("?points=0", 400, "points=0; from 1 to 100000 can be given"),
        ("?from=2026-11-21T09:30:00Z&to=5", 400, "from lies behind to"),
        ("?colour=red", 400, "unknown field `colour`"),
    ] {
        let answer = room.get(&format!("{PRESS}{query}")).await;
        assert!(answer.status == status && answer.body.contains(words), "{query}: {} {}", answer.status, answer.body);
    }
}

/// The past of the press once it has so many points.
async fn points(room: &Room, query: &str, count: usize) -> Option<Value> {
    let past: Value = serde_json::from_str(&room.get(&format!("{PRESS}{query}")).await.body).ok()?;
    (past["points"].as_array()?.len() == count).then_some(past)
}
