//! A sender at a room that is locked: it shows its token, and reports for its own units.

use prost::Message;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    prompb::v1::{self, series},
    room::Room,
    sender::{JSON, PROTOBUF, Reply, post, snappy},
    series::now,
    tokens,
    wait::until,
};

const MAPS: &str = "[[source]]\nid = \"press-prometheus\"\n\
                    [[map]]\nmetric = \"press_load\"\nunit = \"press\"\n\
                    [[map]]\nmetric = \"kiln_load\"\nunit = \"kiln\"\nindicator = \"{unit}.load.{job}\"\n";

fn plant() -> Folder {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "tls = \"proxy\"");
    folder.append("organisation.toml", MAPS);
    folder
}

/// A load of the press and one of the kiln.
async fn write(room: &Room, token: Option<&str>) -> Reply {
    let at = now().unix_millis();
    let timeseries = vec![series("press_load", &[], &[(at, 1.0)]), series("kiln_load", &[("job", "a")], &[(at, 2.0)])];
    let message = v1::WriteRequest { timeseries }.encode_to_vec();
    send(room, "/api/v1/write", PROTOBUF, token, snappy(&message)).await
}

/// The same by OTLP.
async fn export(room: &Room, token: Option<&str>) -> Reply {
    let nanos = format!("{}000000", now().unix_millis());
    let load = |name: &str, value: f64, attributes: Value| {
        let point = json!({ "asDouble": value, "timeUnixNano": nanos, "attributes": attributes });
        json!({ "name": name, "gauge": { "dataPoints": [point] } })
    };
    let job = json!([{ "key": "job", "value": { "stringValue": "a" } }]);
    let metrics = json!([load("press_load", 1.0, json!([])), load("kiln_load", 2.0, job)]);
    let request = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": metrics }] }] });
    send(room, "/v1/metrics", JSON, token, request.to_string().into()).await
}

/// Posts a body as the press' Prometheus.
async fn send(room: &Room, path: &str, kind: (&str, &str), token: Option<&str>, body: Vec<u8>) -> Reply {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![kind];
    headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
    post(room.address(), &format!("{path}?source=press-prometheus"), &headers, body).await
}

#[tokio::test]
async fn a_sender_without_its_token_is_refused_and_with_it_what_belongs_to_another_unit() {
    let folder = plant();
    let token = tokens::add(&folder, "press-prometheus", "press").await;
    let other = tokens::add(&folder, "kiln-prometheus", "kiln").await;
    let room = Room::open(&folder).await;
    for (token, status) in [(None, 401), (Some("synco_guess"), 401), (Some(other.as_str()), 403)] {
        let reply = write(&room, token).await;
        assert_eq!(reply.status, status, "{}", reply.words());
    }
    let reply = write(&room, Some(&token)).await;
    let words = "1 of 2 samples refused, the first: kiln.load.a belongs to unit kiln; the token of press-prometheus is for press";
    assert_eq!((reply.status, reply.words().trim()), (400, words));
    until("the press has a lamp", async || room.lamp("press.press_load").await).await;
    assert!(room.lamp("kiln.load.a").await.is_none());
}

#[tokio::test]
async fn otlp_without_its_token_is_refused_and_with_it_what_belongs_to_another_unit() {
    let folder = plant();
    let token = tokens::add(&folder, "press-prometheus", "press").await;
    let other = tokens::add(&folder, "kiln-prometheus", "kiln").await;
    let mut room = Room::open(&folder).await;
    for (token, status) in [(None, 401), (Some("synco_guess"), 401), (Some(other.as_str()), 403)] {
        let reply = export(&room, token).await;
        assert_eq!(reply.status, status, "{}", reply.words());
    }
    let reply = export(&room, Some(&token)).await;
    let told: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let words = "kiln.load.a belongs to unit kiln; the token of press-prometheus is for press";
    let partial = json!({ "rejectedDataPoints": "1", "errorMessage": words });
    assert_eq!((reply.status, &told["partialSuccess"]), (200, &partial));
    tokens::revoke(&folder, "press-prometheus").await;
    for reply in [export(&room, Some(&token)).await, write(&room, Some(&token)).await] {
        let words = "the token of press-prometheus was revoked";
        assert!(reply.status == 401 && reply.words().contains(words), "{}", reply.words());
    }
    assert_eq!(room.close().await, Some(0));
    let readings = room.archived().into_iter().flat_map(|batch| batch.readings);
    assert_eq!(readings.map(|reading| reading.indicator.to_string()).collect::<Vec<_>>(), ["press.press_load"]);
}
