//! Remote write, by an encoder of its own.

use proptest::prelude::*;
use prost::Message;
use room::senders::remote::{version_1, version_2};

use super::{
    lines,
    prompb::{
        BucketSpan, Histogram, STALE,
        v1::{TimeSeries, WriteRequest, series},
        v2::Request,
    },
};

fn first(request: &[u8]) -> Result<Vec<String>, String> {
    lines(|mut take| version_1::read(request, &mut take)).map_err(|fault| fault.to_string())
}

fn second(request: &[u8]) -> Result<Vec<String>, String> {
    lines(|mut take| version_2::read(request, &mut take)).map_err(|fault| fault.to_string())
}

fn request(timeseries: Vec<TimeSeries>) -> Vec<u8> {
    WriteRequest { timeseries }.encode_to_vec()
}

#[test]
fn samples_of_the_first_version_are_read_in_order() {
    let labels = [("instance", "a:9100"), ("job", "node")];
    let body =
        request(vec![series("node_load1", &labels, &[(1000, 0.5), (2000, STALE)]), series("up", &[], &[(7, -1.0)])]);
    assert_eq!(
        first(&body).unwrap(),
        [
            "Unknown node_load1{instance=a:9100,job=node} at 1000: Number(0.5)",
            "Unknown node_load1{instance=a:9100,job=node} at 2000: Ended",
            "Unknown up{} at 7: Number(-1.0)",
        ]
    );
}

/// Byte for byte what a sender puts on the wire: a series `up{job="x"}` with 1 at 1763600000000.
#[test]
fn a_request_is_read_as_its_bytes_say() {
    let body = b"\x0a\x2c\x0a\x0e\x0a\x08__name__\x12\x02up\x0a\x08\x0a\x03job\x12\x01x\
                 \x12\x10\x09\x00\x00\x00\x00\x00\x00\xf0\x3f\x10\x80\xc8\x81\xf6\xa9\x33";
    assert_eq!(first(body).unwrap(), ["Unknown up{job=x} at 1763600000000: Number(1.0)"]);
    assert_eq!(request(vec![series("up", &[("job", "x")], &[(1_763_600_000_000, 1.0)])]), body, "so does the encoder");
}

#[test]
fn labels_come_in_any_order_and_those_that_say_nothing_are_left_out() {
    let mut mixed = series("up", &[("b", "2"), ("a", "1"), ("empty", "")], &[(1, 1.0)]);
    mixed.labels.rotate_left(1);
    assert_eq!(first(&request(vec![mixed])).unwrap(), ["Unknown up{a=1,b=2} at 1: Number(1.0)"]);
    let twice = series("up", &[("a", "1"), ("a", "2")], &[(1, 1.0)]);
    assert_eq!(first(&request(vec![twice])).unwrap_err(), "a series with two labels \"a\"; each is there once");
    let mut nameless = series("up", &[], &[(1, 1.0)]);
    nameless.labels.clear();
    assert_eq!(first(&request(vec![nameless])).unwrap_err(), "a series without a label __name__");
}

#[test]
fn samples_of_the_second_version_know_what_they_are() {
    let mut request = Request::default();
    request.put("http_requests_total", &[("code", "200")], 1, &[(1000, 5.0)]);
    request.put("node_load1", &[("code", "200")], 2, &[(1000, 0.5)]);
    request.timeseries[0].samples[0].start_timestamp = 10;
    assert_eq!(
        second(&request.encode_to_vec()).unwrap(),
        [
            "Counter http_requests_total{code=200} at 1000 since 10: Number(5.0)",
            "Gauge node_load1{code=200} at 1000: Number(0.5)",
        ]
    );
}

/// A series with one native histogram, by both versions, as they are read.
fn native(histogram: Histogram) -> String {
    let mut timed = series("latency", &[], &[]);
    timed.histograms.push(Histogram { sum: 2.0, timestamp: 1000, ..histogram });
    let lines = first(&request(vec![timed.clone()])).unwrap();
    let mut request = Request::default();
    request.put("latency", &[], 3, &[]);
    request.timeseries[0].histograms = timed.histograms;
    assert_eq!(second(&request.encode_to_vec()).unwrap(), lines);
    lines[0].strip_prefix("Unknown latency{} at 1000: Histogram(Histogram ").unwrap().to_owned()
}

fn spans(spans: &[(i32, u32)]) -> Vec<BucketSpan> {
    spans.iter().map(|(offset, length)| BucketSpan { offset: *offset, length: *length }).collect()
}

#[test]
fn a_native_histogram_has_buckets_from_its_spans() {
    // Bucket 1 lies between 1 and 2, bucket 4 between 8 and 16.
    let exponential = Histogram {
        count_int: 10,
        zero_threshold: 0.5,
        zero_count_int: 1,
        positive_spans: spans(&[(1, 1), (2, 2)]),
        positive_deltas: vec![2, 1, 1],
        ..Histogram::default()
    };
    let buckets = "bounds: [0.5, 1.0, 2.0, 8.0, 16.0, 32.0], buckets: [1.0, 0.0, 2.0, 0.0, 3.0, 4.0, 0.0]";
    assert_eq!(native(exponential), format!("{{ count: 10.0, sum: Some(2.0), {buckets} }})"));
    let custom = Histogram {
        count_int: 5,
        schema: -53,
        positive_spans: spans(&[(0, 1), (1, 1)]),
        positive_deltas: vec![2, 1],
        custom_values: vec![0.1, 0.5],
        ..Histogram::default()
    };
    let buckets = "bounds: [0.1, 0.5], buckets: [2.0, 0.0, 3.0]";
    assert_eq!(native(custom), format!("{{ count: 5.0, sum: Some(2.0), {buckets} }})"));
}

#[test]
fn a_native_histogram_that_cannot_be_has_a_count_and_a_sum() {
    let only = "{ count: 4.0, sum: Some(2.0), bounds: [], buckets: [] })";
    let (apart, long) = (spans(&[(1, 1), (i32::MAX, u32::MAX), (i32::MAX, 3)]), spans(&[(1, 3000)]));
    for (schema, positive_spans, deltas) in [(99, Vec::new(), 0), (0, apart, 5), (0, long, 3000)] {
        let positive_deltas = vec![1; deltas];
        let histogram = Histogram { count_int: 4, schema, positive_spans, positive_deltas, ..Histogram::default() };
        assert_eq!(native(histogram), only);
    }
}

#[test]
fn a_symbol_that_is_not_there_is_named() {
    let mut request = Request::default();
    request.put("up", &[], 2, &[(1, 1.0)]);
    let with = |change: &dyn Fn(&mut Request)| {
        let mut request = request.clone();
        change(&mut request);
        second(&request.encode_to_vec()).unwrap_err()
    };
    assert_eq!(with(&|it| it.timeseries[0].labels_refs = vec![1, 9]), "a reference to symbol 9; there are 3");
    let words = "1 references to labels; they come in pairs of name and value";
    assert_eq!(with(&|it| it.timeseries[0].labels_refs = vec![1]), words);
    assert_eq!(with(&|it| it.symbols[0] = "x".to_owned()), "the first symbol is not empty, as it has to be");
}

#[test]
fn one_version_read_as_the_other_is_empty_and_no_nonsense() {
    let body = request(vec![series("up", &[], &[(1, 1.0)])]);
    assert_eq!(second(&body).unwrap(), [""; 0]);
}

proptest! {
    #[test]
    fn every_number_arrives_to_the_last_bit(value in prop::num::f64::NORMAL, at in any::<i64>(), label in "\\PC{1,20}") {
        let line = format!("{{l={label}}} at {at}: Number({value:?})");
        let body = request(vec![series("m", &[("l", &label)], &[(at, value)])]);
        prop_assert_eq!(first(&body).unwrap(), [format!("Unknown m{line}")]);
        let mut request = Request::default();
        request.put("m", &[("l", &label)], 2, &[(at, value)]);
        prop_assert_eq!(second(&request.encode_to_vec()).unwrap(), [format!("Gauge m{line}")]);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), cut in 0..60_usize, flip in 0..60_usize) {
        first(&bytes).ok();
        second(&bytes).ok();
        let mut two = Request::default();
        two.put("up", &[("job", "x")], 1, &[(1, 1.0)]);
        for mut body in [request(vec![series("up", &[("job", "x")], &[(1, 1.0)])]), two.encode_to_vec()] {
            body.truncate(cut);
            if let Some(byte) = body.get_mut(flip) {
                *byte ^= 0x55;
            }
            first(&body).ok();
            second(&body).ok();
        }
    }
}
