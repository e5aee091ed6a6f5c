//! What is written by remote write is on disk before it is answered, and counts once.

use serde_json::Value;
use tests::{
    prompb::{STALE, v1::series, v2::Request},
    room::Room,
    sender::{write_1, write_2},
    series::now,
    wait::until,
};

use super::folder;

const MAP: &str = "[[map]]\nmetric = \"press_load\"\nunit = \"press\"\n";

#[tokio::test]
async fn three_lines_of_configuration_put_a_metric_into_its_own_unit() {
    let folder = folder(&[], MAP);
    let room = Room::open(&folder).await;
    let at = now().unix_millis();
    let reply =
        write_1(room.address(), vec![series("press_load", &[("job", "x")], &[(at - 1000, 1.0), (at, 2.0)])]).await;
    assert_eq!((reply.status, reply.written, reply.body.len()), (204, (Some(2), Some(0)), 0));
    let lamp = until("a lamp of the press", async || room.lamp("press.press_load").await).await;
    assert_eq!(lamp.unit.as_str(), "press");
}

#[tokio::test]
async fn an_answered_request_survives_a_kill_and_the_same_request_twice_counts_once() {
    let folder = folder(&[], MAP);
    let mut room = Room::open(&folder).await;
    let at = now().unix_millis();
    let send = vec![series("press_load", &[], &[(at - 2000, 1.0), (at - 1000, 2.0), (at, STALE)])];
    for _ in 0..2 {
        assert_eq!(
            write_1(room.address(), send.clone()).await.written.0,
            Some(3),
            "told again, it is known to be written"
        );
    }
    room.kill();
    room.open_again().await;
    assert_eq!(room.lamp("press.press_load").await.map(|lamp| lamp.unit.to_string()).as_deref(), Some("press"));
    room.kill();
    let archived: Vec<_> = room.archived().into_iter().map(|batch| (batch.agent.to_string(), batch.sequence)).collect();
    assert_eq!(archived, [("remote-write".to_owned(), 1)]);
}

#[tokio::test]
async fn a_counter_of_the_second_version_arrives_as_a_rate() {
    let folder = folder(&[], "[[map]]\nmetric = \"press_strokes\"\nunit = \"press\"\n");
    let mut room = Room::open(&folder).await;
    let at = now().unix_millis();
    let mut request = Request::default();
    request.put("press_strokes", &[], 1, &[(at - 10_000, 100.0), (at, 150.0)]);
    assert_eq!(write_2(room.address(), &request).await.status, 204);
    // The same samples again, and one more: a sender that has not heard the answer.
    request.put("press_strokes", &[], 1, &[(at + 10_000, 170.0)]);
    let reply = write_2(room.address(), &request).await;
    assert_eq!((reply.status, reply.written.0), (204, Some(3)));
    assert_eq!(room.close().await, Some(0));
    let readings: Vec<_> = room.archived().into_iter().flat_map(|batch| batch.readings).collect();
    let values: Vec<_> = readings.iter().map(|reading| (reading.indicator.as_str(), reading.value())).collect();
    assert_eq!(values, [("press.press_strokes", 5.0), ("press.press_strokes", 2.0)]);
}

#[tokio::test]
async fn what_no_map_names_lies_in_the_tray_counted_and_listed() {
    let folder = folder(&[], MAP);
    let room = Room::open(&folder).await;
    let at = now().unix_millis();
    let labels = [("instance", "localhost:9090"), ("job", "node")];
    assert_eq!(write_1(room.address(), vec![series("up", &labels, &[(at, 1.0)])]).await.status, 204);
    let name = "up/instance.localhost-9090/job.node";
    let lamp = until("a lamp in the tray", async || room.lamp(name).await).await;
    assert_eq!(lamp.unit.as_str(), "unowned");
    assert_eq!(room.figure("synco_samples_unmapped_total").await, 1.0);
    let sources: Value = serde_json::from_str(&room.get("/api/v1/sources").await.body).expect("JSON");
    let source =
        sources.as_array().expect("a list").iter().find(|it| it["source"] == "remote-write").expect("it is there");
    assert_eq!(
        (&source["tray"][0]["indicator"], &source["tray"][0]["metric"]),
        (&Value::from(name), &Value::from("up"))
    );
    assert_eq!(source["tray"][0]["labels"]["instance"], "localhost:9090");
}
