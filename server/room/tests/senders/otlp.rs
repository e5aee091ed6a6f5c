//! OTLP, by the messages of the project itself.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
        HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint,
        exponential_histogram_data_point::Buckets, metric::Data, number_data_point::Value as Number,
    },
    resource::v1::Resource,
};
use proptest::prelude::*;
use prost::Message;
use room::senders::otlp::{json, protobuf};

use super::lines;

const START: u64 = 1_763_600_000_000_000_000;
const AT: u64 = START + 10_000_000_000;

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn request(metrics: Vec<(&str, Data)>) -> ExportMetricsServiceRequest {
    let metric = |(name, data): (&str, Data)| Metric { name: name.to_owned(), data: Some(data), ..Metric::default() };
    let scope_metrics = vec![ScopeMetrics { metrics: metrics.into_iter().map(metric).collect(), ..Default::default() }];
    let attributes = vec![text("service.name", "shop"), text("telemetry.sdk.name", "opentelemetry")];
    let resource = Some(Resource { attributes, ..Resource::default() });
    let resource_metrics = vec![ResourceMetrics { resource, scope_metrics, ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }
}

/// What both encodings of a request are read as, which is the same.
fn read(request: &ExportMetricsServiceRequest) -> Vec<String> {
    let binary = lines(|mut take| protobuf::read(&request.encode_to_vec(), &mut take)).unwrap();
    let text = serde_json::to_string(request).unwrap();
    assert_eq!(lines(|mut take| json::read(text.as_bytes(), &mut take)).unwrap(), binary, "{text}");
    binary
}

fn number(value: Number, attributes: Vec<KeyValue>) -> Vec<NumberDataPoint> {
    let times = NumberDataPoint { start_time_unix_nano: START, time_unix_nano: AT, ..NumberDataPoint::default() };
    vec![NumberDataPoint { value: Some(value), attributes, ..times }]
}

#[test]
fn a_gauge_has_the_labels_of_its_point_and_of_its_resource() {
    let attributes =
        vec![text("zone", "a"), attribute("core", Value::IntValue(3)), attribute("idle", Value::BoolValue(true))];
    let gauge = Data::Gauge(Gauge { data_points: number(Number::AsDouble(0.5), attributes) });
    assert_eq!(
        read(&request(vec![("load", gauge)])),
        ["Gauge load{core=3,idle=true,service.name=shop,zone=a} at 1763600010000 since 1763600000000: Number(0.5)"]
    );
}

#[test]
fn a_sum_is_a_counter_a_growth_or_a_gauge_by_its_temporality() {
    let sum = |temporality: AggregationTemporality, is_monotonic| {
        let data_points = number(Number::AsInt(-7), vec![]);
        Data::Sum(Sum { data_points, aggregation_temporality: temporality.into(), is_monotonic })
    };
    let all = vec![
        ("a", sum(AggregationTemporality::Cumulative, true)),
        ("b", sum(AggregationTemporality::Cumulative, false)),
        ("c", sum(AggregationTemporality::Delta, true)),
    ];
    let rest = "{service.name=shop} at 1763600010000 since 1763600000000: Number(-7.0)";
    assert_eq!(read(&request(all)), [format!("Counter a{rest}"), format!("Gauge b{rest}"), format!("Growth c{rest}")]);
}

#[test]
fn histograms_of_every_kind_are_read() {
    let explicit = HistogramDataPoint {
        time_unix_nano: AT,
        count: 3,
        sum: Some(4.5),
        bucket_counts: vec![1, 2, 0],
        explicit_bounds: vec![1.0, 2.5],
        ..HistogramDataPoint::default()
    };
    let explicit = Histogram { data_points: vec![explicit], aggregation_temporality: 1 };
    let exponential = ExponentialHistogramDataPoint {
        time_unix_nano: AT,
        count: 3,
        sum: Some(4.5),
        scale: -1,
        zero_count: 1,
        positive: Some(Buckets { offset: -1, bucket_counts: vec![2] }),
        ..ExponentialHistogramDataPoint::default()
    };
    let exponential = ExponentialHistogram { data_points: vec![exponential], aggregation_temporality: 2 };
    let summary = SummaryDataPoint { time_unix_nano: AT, count: 3, sum: 4.5, ..SummaryDataPoint::default() };
    let all = vec![
        ("a", Data::Histogram(explicit)),
        ("b", Data::ExponentialHistogram(exponential)),
        ("c", Data::Summary(Summary { data_points: vec![summary] })),
    ];
    let head = "{service.name=shop} at 1763600010000: Histogram(Histogram { count: 3.0, sum: Some(4.5)";
    assert_eq!(
        read(&request(all)),
        [
            format!("Growth a{head}, bounds: [1.0, 2.5], buckets: [1.0, 2.0, 0.0] }})"),
            format!("Counter b{head}, bounds: [0.0, 0.25, 1.0], buckets: [1.0, 0.0, 2.0, 0.0] }})"),
            format!("Counter c{head}, bounds: [], buckets: [] }})"),
        ]
    );
}

#[test]
fn a_point_with_nothing_recorded_is_the_end_of_its_series() {
    let mut points = number(Number::AsDouble(0.5), vec![]);
    points[0].flags = 1;
    let lines = read(&request(vec![("load", Data::Gauge(Gauge { data_points: points }))]));
    assert!(lines[0].ends_with(": Ended"), "{lines:?}");
}

#[test]
fn json_by_other_hands_is_read_as_well() {
    let text = r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},
        {"key":"process.pid","value":{"intValue":7}},{"key":"process.args","value":{"arrayValue":{"values":[]}}}]},
        "scopeMetrics":[{"scope":{"name":"x"},"metrics":[{"name":"a","unit":"1","sum":{
        "aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","isMonotonic":true,
        "dataPoints":[{"asInt":"12","timeUnixNano":1763600010000000000},{"asDouble":"NaN","timeUnixNano":"1"}]}}]}]}]}"#;
    let lines = lines(|mut take| json::read(text.as_bytes(), &mut take)).unwrap();
    let labels = "{process.pid=7,service.name=shop}";
    assert_eq!(
        lines,
        [format!("Growth a{labels} at 1763600010000: Number(12.0)"), format!("Growth a{labels} at 0: Number(NaN)")]
    );
}

#[test]
fn what_is_no_request_is_refused_with_words() {
    let json = |text: &str| lines(|mut take| json::read(text.as_bytes(), &mut take)).unwrap_err().to_string();
    assert!(json("garbage").starts_with("expected value at line 1"), "{}", json("garbage"));
    let metric = |point: &str| {
        let gauge = format!(r#"{{"name":"a","gauge":{{"dataPoints":[{point}]}}}}"#);
        json(&format!(r#"{{"resourceMetrics":[{{"scopeMetrics":[{{"metrics":[{gauge}]}}]}}]}}"#))
    };
    assert_eq!(metric(r#"{"asDouble":"much"}"#), "\"much\" is not a number");
    assert_eq!(metric(r#"{"asInt":1,"timeUnixNano":-5}"#), "-5 is not a whole number from 0");
    let fault = lines(|mut take| protobuf::read(b"{\"resourceMetrics\":[]}", &mut take)).unwrap_err().to_string();
    assert!(fault.starts_with("a field of wire type 3"), "{fault}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), text in "\\PC{0,80}", cut in 0..200_usize, flip in 0..200_usize) {
        let read = |bytes: &[u8]| {
            lines(|mut take| protobuf::read(bytes, &mut take)).ok();
            lines(|mut take| json::read(bytes, &mut take)).ok();
        };
        read(&bytes);
        read(text.as_bytes());
        let gauge = Data::Gauge(Gauge { data_points: number(Number::AsDouble(0.5), vec![text_label()]) });
        let request = request(vec![("load", gauge)]);
        for mut body in [request.encode_to_vec(), serde_json::to_vec(&request).unwrap()] {
            body.truncate(cut);
            if let Some(byte) = body.get_mut(flip) {
                *byte ^= 0x15;
            }
            read(&body);
        }
    }
}

fn text_label() -> KeyValue {
    text("zone", "a")
}
