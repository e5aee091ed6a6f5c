//! OpenTelemetry's own kit sends metrics to the room, in each of its encodings.

use std::net::SocketAddr;

use opentelemetry::{KeyValue, metrics::MeterProvider};
use opentelemetry_otlp::{Compression, MetricExporter, Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    metrics::{SdkMeterProvider, Temporality},
};
use serde_json::{Value, json};
use tests::{
    room::Room,
    sender::{gzip, post},
    series::now,
    wait::until,
};
use tokio::task;

use super::folder;

const MAPS: &str = r#"
[[map]]
metric = "press.scrap"
labels = { "service.name" = "press" }
unit = "press"

[[map]]
metric = "press.strokes"
unit = "press"
as = "delta"

[[map]]
metric = "press.stroke.duration.p95"
unit = "press"
"#;

/// Records and sends twice, by the kit.
fn send(room: SocketAddr, protocol: Protocol, temporality: Temporality, compression: Option<Compression>) {
    let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client can be made");
    let endpoint = format!("http://{room}/v1/metrics");
    let exporter = MetricExporter::builder().with_http().with_http_client(client).with_endpoint(endpoint);
    let exporter = exporter.with_protocol(protocol).with_temporality(temporality);
    let exporter = match compression {
        Some(compression) => exporter.with_compression(compression),
        None => exporter,
    };
    let exporter = exporter.build().expect("an exporter can be made");
    let resource = Resource::builder().with_service_name("press").build();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource).build();
    let meter = provider.meter("press");
    let (scrap, strokes) = (meter.f64_gauge("press.scrap").build(), meter.u64_counter("press.strokes").build());
    let duration = meter.f64_histogram("press.stroke.duration").with_boundaries(vec![1.0, 2.0]).build();
    for _ in 0..2 {
        scrap.record(40.0, &[]);
        strokes.add(5, &[KeyValue::new("line", 1)]);
        (0..100).for_each(|_| duration.record(1.5, &[]));
        provider.force_flush().expect("the room takes it");
    }
    provider.shutdown().expect("the room takes what is left");
}

async fn is_read(protocol: Protocol, temporality: Temporality, compression: Option<Compression>) {
    let folder = folder(&[], MAPS);
    let mut room = Room::open(&folder).await;
    let address = room.address();
    task::spawn_blocking(move || send(address, protocol, temporality, compression)).await.expect("it sends");
    let lamp = until("a lamp of the press", async || room.lamp("press.press-scrap").await).await;
    assert_eq!(lamp.unit.as_str(), "press");
    assert_eq!(room.figure("synco_samples_refused_total").await, 0.0);
    assert_eq!(room.close().await, Some(0));
    let batches = room.archived();
    assert!(batches.iter().all(|batch| batch.agent.as_str() == "otlp"));
    let readings: Vec<_> = batches.into_iter().flat_map(|batch| batch.readings).collect();
    let of = |name: &str| readings.iter().find(|it| it.indicator.as_str() == name).map(vsm::reading::Reading::value);
    assert_eq!(of("press.press-scrap"), Some(40.0));
    assert_eq!(of("press.press-strokes"), Some(5.0));
    assert_eq!(of("press.press-stroke-duration-p95"), Some(1.95));
}

#[tokio::test]
async fn cumulative_metrics_as_protocol_buffers_are_read() {
    is_read(Protocol::HttpBinary, Temporality::Cumulative, Some(Compression::Gzip)).await;
}

#[tokio::test]
async fn growing_metrics_as_json_are_read() {
    is_read(Protocol::HttpJson, Temporality::Delta, None).await;
}

#[tokio::test]
async fn what_is_refused_of_a_request_is_told_as_a_partial_success() {
    let folder = folder(&[], "[[source]]\nid = \"otlp\"\nunmapped = 1\n");
    let room = Room::open(&folder).await;
    let point = |line: &str| {
        let line = json!({ "key": "line", "value": { "stringValue": line } });
        json!({ "asDouble": 1.5, "timeUnixNano": format!("{}000000", now().unix_millis()), "attributes": [line] })
    };
    let metrics = json!([{ "name": "scrap", "gauge": { "dataPoints": [point("a"), point("b")] } }]);
    let request = json!({ "resourceMetrics": [{ "scopeMetrics": [{ "metrics": metrics }] }] });
    let json = [("content-type", "application/json")];
    let reply = post(room.address(), "/v1/metrics", &json, request.to_string().into()).await;
    let told: Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!((reply.status, &told["partialSuccess"]["rejectedDataPoints"]), (200, &json!("1")));
    let words = told["partialSuccess"]["errorMessage"].as_str().unwrap_or_default();
    assert!(words.starts_with("a new series of \"scrap\", which no map names, but source \"otlp\""), "{words}");
    let again = post(room.address(), "/v1/metrics", &json, b"{}".to_vec()).await;
    assert_eq!((again.status, again.words().as_str()), (200, "{}"));
}

#[tokio::test]
async fn what_is_no_otlp_is_refused_with_words_in_its_own_encoding() {
    let folder = folder(&[], "");
    let room = Room::open(&folder).await;
    let bomb = gzip(&vec![b' '; (8 << 20) + 1]);
    for (kind, encoding, body, status, words) in [
        ("application/json", "", &b"garbage"[..], 400, "expected value at line 1 column 1"),
        ("application/json", "gzip", b"garbage", 400, "not gzip: "),
        ("application/json", "gzip", &bomb, 413, "more than 8388608 bytes once decompressed"),
        ("application/json", "br", b"{}", 415, "Content-Encoding \"br\"; the room takes gzip or none"),
        ("application/x-protobuf", "", b"{}", 400, "a field of wire type 3"),
        ("application/grpc", "", b"", 415, "Content-Type \"application/grpc\"; OTLP over HTTP is "),
    ] {
        let headers = [("content-type", kind), ("content-encoding", encoding)];
        let reply = post(room.address(), "/v1/metrics", &headers, body.to_vec()).await;
        assert!(reply.status == status && reply.words().contains(words), "{words}: {reply:?}");
    }
}
