//! A reading that its sender corrects: the last one counts on every screen and in history, and the former can be asked for.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    folder::Folder,
    http,
    room::Room,
    series::{calm_minute, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::{reading::Reading, signal::Ending};

const PRESS: &str = "/api/v1/indicators/press.scrap";

#[tokio::test]
async fn a_signal_that_stood_on_a_wrong_value_ends_with_it_before_and_after_a_kill() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    folder.append("organisation.toml", "essential = true\n");
    let mut room = Room::open(&folder).await;
    let minute = calm_minute("press.scrap");
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    agent.deliver(1, &minute).await;
    let wrong = reading("press.scrap", minute[59].measured_at + Duration::from_secs(1), 500.0);
    agent.deliver(2, std::slice::from_ref(&wrong)).await;
    until("there is a signal", async || (room.picture().await.signals.len() == 1).then_some(())).await;

    // What was known before the wrong value is in the snapshot or in the journal.
    room.kill();
    room.open_again().await;
    assert_eq!(room.picture().await.signals.len(), 1);
    // A resend is no correction.
    send(&room, &wrong).await;
    let right = reading("press.scrap", wrong.measured_at, 100.5);
    send(&room, &right).await;
    for _ in 0..2 {
        shows_the_correction(&room, &right).await;
        let past = until("history has the correction", async || history(&room, "").await).await;
        let at = right.measured_at;
        assert_eq!((&past["points"][60][0], &past["points"][60][1]), (&json!(at), &json!(100.5)));
        assert!(past["points"][60][2].is_number(), "what was forecast of the moment is kept: {}", past["points"][60]);
        assert_eq!(past["corrected"], json!([[at, 500.0]]));
        let minutes = history(&room, "?points=10").await.expect("the same in minutes");
        let most =
            minutes["points"].as_array().into_iter().flatten().filter_map(|it| it[4].as_f64()).fold(0.0, f64::max);
        assert!(minutes["resolution"] == "1m" && most < 110.0, "{minutes}");
        room.kill();
        room.open_again().await;
    }
    let known: Value = serde_json::from_str(&room.get(PRESS).await.body).expect("JSON");
    let profile = &known["indicator"]["profile"];
    assert_eq!((&profile["corrected"], &profile["late"]), (&json!(1), &json!(0)));
}

async fn shows_the_correction(room: &Room, right: &Reading) {
    until("the signal is over", async || room.picture().await.signals.is_empty().then_some(())).await;
    let picture = room.picture().await;
    assert_eq!(picture.memory[0].ending, Ending::Corrected);
    let newest = picture.traces["press.scrap"].points.back().copied().expect("a trace");
    assert_eq!((newest.0, newest.1, newest.3.corrected), (right.measured_at, right.value(), true));
}

/// Sends a reading as a script does.
async fn send(room: &Room, reading: &Reading) {
    let row = json!([reading.indicator, reading.measured_at, reading.value()]);
    let body = json!({ "agent": "press-desk", "readings": [row] }).to_string();
    let answer = http::post(room.address(), "/api/v1/readings", &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":1,"refused":[]}"#));
}

/// The past once it has the 61 moments; in minutes at once.
async fn history(room: &Room, query: &str) -> Option<Value> {
    let past: Value = serde_json::from_str(&room.get(&format!("{PRESS}/history{query}")).await.body).ok()?;
    (past["resolution"] != "raw" || past["corrected"].is_array()).then_some(past)
}
