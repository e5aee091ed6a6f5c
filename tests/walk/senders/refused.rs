//! What the doors for senders refuse, with which status and which words.

use serde_json::{Value, json};
use tests::{
    http,
    prompb::v1::series,
    room::Room,
    sender::{JSON, PROTOBUF, post, write, write_1},
    series::now,
    wait::until,
};

use super::folder;

#[tokio::test]
async fn what_is_no_remote_write_is_refused_and_the_room_goes_on() {
    let folder = folder(&[], "");
    let room = Room::open(&folder).await;
    let bomb = [0xff, 0xff, 0xff, 0xff, 0x0f];
    let other = ("content-type", "application/x-protobuf;proto=io.prometheus.write.v3.Request");
    let zstd = ("content-encoding", "zstd");
    for (headers, body, status, words) in [
        (&[JSON][..], &b"{}"[..], 415, "Content-Type \"application/json\"; remote write is application/x-protobuf"),
        (&[other], b"", 415, "message \"io.prometheus.write.v3.Request\"; there are prometheus.WriteRequest and "),
        (&[PROTOBUF, zstd], b"", 415, "Content-Encoding \"zstd\"; remote write is snappy"),
        (&[PROTOBUF], b"garbage", 400, "not a block of Snappy: "),
        (&[PROTOBUF], b"\x02\x04\x00\x00", 400, "a field without a number"),
        (&[PROTOBUF], &bomb, 413, "4294967295 bytes once decompressed; at most 33554432 fit"),
    ] {
        let reply = post(room.address(), "/api/v1/write", headers, body.to_vec()).await;
        assert_eq!((reply.status, reply.written), (status, (Some(0), Some(0))), "{words}");
        assert!(reply.words().starts_with(words), "{}", reply.words());
    }
    let large = post(room.address(), "/api/v1/write", &[PROTOBUF], vec![0; (8 << 20) + 1]).await;
    assert_eq!((large.status, large.words().as_str()), (413, "a body of more than 8388608 bytes\n"));
    let at = now().unix_millis();
    assert_eq!(write_1(room.address(), vec![series("up", &[], &[(at, 1.0)])]).await.status, 204);
}

#[tokio::test]
async fn a_source_that_nobody_has_named_is_refused_and_a_named_one_is_its_own() {
    let folder = folder(&[], "[[source]]\nid = \"kiln-prometheus\"\n");
    let mut room = Room::open(&folder).await;
    let write = async |source: &str| write(room.address(), &format!("/api/v1/write?{source}"), PROTOBUF.1, b"").await;
    let reply = write("source=kiln").await;
    assert_eq!(reply.status, 404);
    assert!(
        reply.words().starts_with("no source \"kiln\"; there are kiln-prometheus, otlp, remote-write; "),
        "{}",
        reply.words()
    );
    assert_eq!(write("sauce=kiln").await.status, 400);
    let at = now().unix_millis();
    let body = prost::Message::encode_to_vec(&tests::prompb::v1::WriteRequest {
        timeseries: vec![series("up", &[], &[(at, 1.0)])],
    });
    let path = "/api/v1/write?source=kiln-prometheus";
    assert_eq!(tests::sender::write(room.address(), path, PROTOBUF.1, &body).await.status, 204);
    assert_eq!(room.close().await, Some(0));
    assert_eq!(room.archived()[0].agent.as_str(), "kiln-prometheus");
}

#[tokio::test]
async fn a_source_that_opens_too_many_series_hears_so_and_the_others_of_the_request_are_taken() {
    let folder = folder(&[], "[[source]]\nid = \"remote-write\"\nunmapped = 2\n");
    let room = Room::open(&folder).await;
    let at = now().unix_millis();
    let one = |instance: &str| series("up", &[("instance", instance)], &[(at, 1.0)]);
    let reply = write_1(room.address(), vec![one("a"), one("b"), one("c"), one("d")]).await;
    assert_eq!((reply.status, reply.written.0), (400, Some(2)));
    let words = "2 of 4 samples refused, the first: a new series of \"up\", which no map names, but source \
                 \"remote-write\" has 2 of these open and may open no more; ";
    assert!(reply.words().starts_with(words), "{}", reply.words());
    assert_eq!(room.figure("synco_samples_refused_total").await, 2.0);
    room.process().logs("samples refused").await;
}

#[tokio::test]
async fn a_script_that_opens_too_many_indicators_hears_so_and_its_others_are_taken() {
    let folder = folder(&["press.scrap"], "[[source]]\nid = \"nightly\"\nunmapped = 2\n");
    let room = Room::open(&folder).await;
    let told = async |names: &[&str]| {
        let at = now();
        let rows: Vec<_> = names.iter().map(|name| json!([name, at, 1.0])).collect();
        let body = json!({ "agent": "nightly", "readings": rows }).to_string();
        let answer = http::post(room.address(), "/api/v1/readings", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str::<Value>(&answer.body).expect("JSON")
    };
    let first = told(&["a", "b", "c", "press.scrap", "a"]).await;
    let why = "c is described by nobody, and nightly may open 2 of these; describe it, or write unmapped = 1002 under \
               [[source]] id = \"nightly\"";
    assert_eq!(first, json!({ "received": 4, "refused": [{ "index": 2, "why": why }] }));
    assert_eq!(told(&["b", "a"]).await, json!({ "received": 2, "refused": [] }));
}

#[tokio::test]
async fn a_series_for_each_person_is_not_opened_and_its_sender_hears_why() {
    let folder = folder(&[], "");
    let mut room = Room::open(&folder).await;
    let at = now().unix_millis();
    let one = |label: &str, value: &str| series("commits", &[(label, value)], &[(at, 1.0)]);
    let reply =
        write_1(room.address(), vec![one("instance", "a"), one("git_author", "ada"), one("by", "a@b.com")]).await;
    assert_eq!((reply.status, reply.written.0), (400, Some(1)));
    let words = "2 of 3 samples refused, the first: a series of \"commits\" for each \"git_author\"; nothing measures a person: ";
    assert!(reply.words().starts_with(words), "{}", reply.words());
    until("the series of no person has a lamp", async || room.lamp("commits/instance.a").await).await;
    let shown = room.picture().await.organisation.indicators;
    assert!(!shown.keys().any(|id| id.as_str().contains("ada")), "{shown:?}");
    assert_eq!(room.close().await, Some(0));
    assert_eq!(room.archived().iter().map(|batch| batch.readings.len()).sum::<usize>(), 1);
}

#[tokio::test]
async fn a_page_of_somebody_else_writes_nothing() {
    let folder = folder(&[], "");
    let room = Room::open(&folder).await;
    for path in ["/api/v1/write", "/v1/metrics"] {
        let reply = post(room.address(), path, &[PROTOBUF, ("origin", "http://evil.example")], Vec::new()).await;
        assert_eq!(reply.status, 403, "{path}");
        assert!(reply.words().starts_with("Origin \"http://evil.example\" is not this room"), "{}", reply.words());
    }
}
