//! What a source may open, and what becomes of what it sends.

use std::collections::BTreeMap;

use config::senders::Glob;
use serde_json::json;
use vsm::{id::AgentId, template::Template};

use super::*;
use crate::senders::point::{Histogram, Label};

const NOW: i64 = 1_763_600_000_000;

fn moment(second: i64) -> Moment {
    Moment::from_unix_millis(NOW + second * 1000)
}

fn map(metric: &str, indicator: &str) -> Map {
    let indicator = Template::parse(indicator).unwrap();
    Map { metric: Glob::parse(metric), labels: BTreeMap::new(), indicator, reading: None }
}

fn book(series: u64, unmapped: u64, maps: &[Map]) -> Book {
    let id = AgentId::parse("remote-write").unwrap();
    Book::new(Source { id, series, unmapped }, maps.into())
}

/// What one sample at a second becomes, as `indicator value`, and what is said of it.
fn send(book: &mut Book, metric: &str, instance: &str, second: i64, value: Value) -> (Vec<String>, Report) {
    let labels: [Label<'_>; 1] = [("instance".into(), instance.into())];
    let series = Series { metric, labels: &labels, kind: Kind::Unknown };
    let mut draft = book.draft(moment(second));
    draft.take(&series, Sample { at: moment(second), started_at: None, value });
    let readings = draft.readings.iter().map(|it| format!("{} {}", it.indicator, it.value())).collect();
    (readings, draft.keep())
}

fn number(book: &mut Book, metric: &str, instance: &str, second: i64, value: f64) -> Vec<String> {
    send(book, metric, instance, second, Value::Number(value)).0
}

#[test]
fn what_a_map_names_is_its_indicator_and_the_rest_lies_in_the_tray() {
    let mut book = book(10, 10, &[map("node_*", "plant.{metric}.{instance}")]);
    assert_eq!(number(&mut book, "node_load1", "A:1", 0, 0.5), ["plant.node_load1.a-1 0.5"]);
    let (readings, report) = send(&mut book, "up", "A:1", 0, Value::Number(1.0));
    assert_eq!((readings, report.unmapped), (vec!["up/instance.a-1 1".to_owned()], 1));
    let listing = serde_json::to_value(book.listing()).unwrap();
    assert_eq!(listing["tray"][0]["labels"]["instance"], "A:1");
    assert_eq!(listing["since_start"]["unmapped"], 1);
}

#[test]
fn the_same_sample_twice_counts_once() {
    let mut book = book(10, 10, &[]);
    assert_eq!(number(&mut book, "up", "a", 0, 1.0).len(), 1);
    let (readings, report) = send(&mut book, "up", "a", 0, Value::Number(1.0));
    assert_eq!((readings.len(), report.samples, report.repeated, report.refused()), (0, 1, 1, 0));
    assert_eq!(number(&mut book, "up", "a", -5, 1.0), [""; 0], "nor does an older one");
    send(&mut book, "up", "a", 10, Value::Ended);
    assert_eq!(number(&mut book, "up", "a", 0, 1.0), [""; 0], "nor the whole of a series that has ended");
    assert_eq!(number(&mut book, "up", "a", 20, 1.0).len(), 1);
}

#[test]
fn what_is_no_number_and_what_ends_a_series_is_no_reading() {
    let mut book = book(10, 10, &[]);
    for value in [Value::Number(f64::NAN), Value::Number(f64::INFINITY), Value::Ended] {
        let (readings, report) = send(&mut book, "up", "a", 0, value);
        assert_eq!((readings.len(), report.passed_over, report.refused()), (0, 1, 0));
    }
}

#[test]
fn a_counter_is_a_rate_from_its_second_sample_on() {
    let mut book = book(10, 10, &[]);
    assert_eq!(number(&mut book, "x_total", "a", 0, 100.0), [""; 0]);
    assert_eq!(number(&mut book, "x_total", "a", 10, 150.0), ["x_total/instance.a 5"]);
    assert_eq!(number(&mut book, "x_total", "a", 20, 30.0), ["x_total/instance.a 3"]);
}

#[test]
fn what_was_not_written_is_no_repetition_when_it_comes_again() {
    let mut book = book(10, 10, &[]);
    number(&mut book, "x_total", "a", 0, 100.0);
    let labels: [Label<'_>; 1] = [("instance".into(), "a".into())];
    let series = Series { metric: "x_total", labels: &labels, kind: Kind::Unknown };
    let mut draft = book.draft(moment(10));
    draft.take(&series, Sample { at: moment(10), started_at: None, value: Value::Number(150.0) });
    assert_eq!(draft.readings.len(), 1);
    draft.undo();
    assert_eq!(number(&mut book, "x_total", "a", 10, 150.0), ["x_total/instance.a 5"]);
}

/// A request of `node_load1` that is undone, in the order in which it came; gives the indicators of its readings.
fn undone(book: &mut Book, second: i64, samples: &[(&str, Value)]) -> Vec<String> {
    let mut draft = book.draft(moment(second));
    for (instance, value) in samples.iter().cloned() {
        let labels: [Label<'_>; 1] = [("instance".into(), instance.into())];
        let series = Series { metric: "node_load1", labels: &labels, kind: Kind::Unknown };
        draft.take(&series, Sample { at: moment(second), started_at: None, value });
    }
    let indicators = draft.readings.iter().map(|reading| reading.indicator.to_string()).collect();
    draft.undo();
    indicators
}

#[test]
fn what_was_not_written_opens_nothing_and_ends_nothing() {
    let mut book = book(10, 10, &[map("node_load1", "plant.load")]);
    number(&mut book, "node_load1", "a", 0, 1.0);
    let took = undone(&mut book, 10, &[("a", Value::Ended), ("b", Value::Number(2.0))]);
    assert_eq!(took, ["plant.load"]);
    let listing = serde_json::to_value(book.listing()).unwrap();
    let (series, samples) = (&listing["series"], &listing["since_start"]["samples"]);
    assert_eq!((series, &listing["tray"], samples), (&1.into(), &json!([]), &1.into()));
    assert_eq!(number(&mut book, "node_load1", "b", 20, 2.0), ["node_load1/instance.b 2"]);
    assert_eq!(number(&mut book, "node_load1", "a", 20, 1.0), ["plant.load 1"]);
}

#[test]
fn what_was_not_written_turns_no_series_into_another_indicator() {
    let mut book = book(10, 10, &[map("node_load1", "plant.load")]);
    number(&mut book, "node_load1", "a", 0, 1.0);
    number(&mut book, "node_load1", "b", 0, 2.0);
    let ended = || ("a", Value::Ended);
    let took = undone(&mut book, 10, &[ended(), ("b", Value::Number(3.0)), ("a", Value::Number(4.0)), ended()]);
    assert_eq!(took, ["plant.load", "node_load1/instance.a"], "one has ended, followed by the other, and begins again");
    assert_eq!(undone(&mut book, 400, &[("b", Value::Number(3.0))]), ["plant.load"], "the first was silent for long");
    assert_eq!(number(&mut book, "node_load1", "b", 20, 2.0), ["node_load1/instance.b 2"]);
    assert_eq!(number(&mut book, "node_load1", "a", 20, 1.0), ["plant.load 1"]);
}

#[test]
fn a_source_opens_no_more_series_than_it_may_and_the_open_ones_go_on() {
    let mut book = book(1, 1, &[map("node_load1", "plant.load.{instance}")]);
    for metric in ["node_load1", "up"] {
        assert_eq!(number(&mut book, metric, "a", 0, 1.0).len(), 1);
        let (readings, report) = send(&mut book, metric, "b", 0, Value::Number(1.0));
        assert_eq!((readings.len(), report.refused_samples), (0, 1));
        let why = report.why.unwrap();
        assert!(why.starts_with(&format!("a new series of \"{metric}\", ")) && why.contains("[[source]]"), "{why}");
        assert_eq!(number(&mut book, metric, "a", 1, 1.0).len(), 1);
    }
    // Whoever was not heard of for an hour makes room.
    assert_eq!(number(&mut book, "up", "b", 3700, 1.0).len(), 1);
}

#[test]
fn a_source_that_keeps_nothing_unmapped_passes_over_it() {
    let mut book = book(10, 0, &[]);
    let (readings, report) = send(&mut book, "up", "a", 0, Value::Number(1.0));
    assert_eq!((readings.len(), report.passed_over, report.unmapped, report.refused()), (0, 1, 1, 0));
}

#[test]
fn two_series_are_not_one_indicator_and_the_second_follows_when_the_first_has_ended() {
    let mut book = book(10, 10, &[map("node_load1", "plant.load")]);
    assert_eq!(number(&mut book, "node_load1", "a", 0, 1.0), ["plant.load 1"]);
    assert_eq!(number(&mut book, "node_load1", "b", 0, 2.0), ["node_load1/instance.b 2"]);
    assert_eq!(serde_json::to_value(book.listing()).unwrap()["tray"][0]["claim"], "plant.load");
    send(&mut book, "node_load1", "a", 10, Value::Ended);
    assert_eq!(number(&mut book, "node_load1", "b", 10, 2.0), ["plant.load 2"]);
    assert_eq!(number(&mut book, "node_load1", "a", 20, 1.0), ["node_load1/instance.a 1"]);
    // Without a word the first gives it away after five minutes.
    assert_eq!(number(&mut book, "node_load1", "a", 400, 1.0), ["plant.load 1"]);
}

#[test]
fn a_histogram_is_a_count_a_mean_and_percentiles() {
    let mut book = book(10, 10, &[]);
    let histogram = |count: f64, sum| {
        let (bounds, buckets) = (vec![1.0, 2.0], vec![0.0, count, 0.0]);
        Value::Histogram(Histogram { count, sum: Some(sum), bounds, buckets })
    };
    assert_eq!(send(&mut book, "t", "a", 0, histogram(10.0, 1.0)).0, [""; 0]);
    let (readings, report) = send(&mut book, "t", "a", 10, histogram(30.0, 31.0));
    let names = ["t-count", "t-mean", "t-p50", "t-p95", "t-p99"];
    let values = ["2", "1.5", "1.5", "1.95", "1.99"];
    let expected: Vec<_> = names.iter().zip(values).map(|(name, value)| format!("{name}/instance.a {value}")).collect();
    assert_eq!((readings, report.histograms, report.readings), (expected, 1, 5));
    assert_eq!(send(&mut book, "t", "a", 10, histogram(30.0, 31.0)).1.repeated, 1);
}

#[test]
fn a_series_about_a_person_is_refused_with_words() {
    let mut book = book(10, 10, &[]);
    let (readings, report) = send(&mut book, "commits", "ada@example.com", 0, Value::Number(1.0));
    let why = report.why.unwrap();
    assert!(readings.is_empty() && why.contains("nothing measures a person"), "{why}");
}

#[test]
fn a_series_whose_labels_are_too_long_to_be_kept_is_refused_with_words_that_do_not_repeat_them() {
    let mut book = book(10, 10, &[]);
    assert_eq!(number(&mut book, "up", &"x".repeat(4000), 0, 1.0).len(), 1);
    let (readings, report) = send(&mut book, "up", &"x".repeat(60_000), 0, Value::Number(1.0));
    let words = "a series of \"up\" whose name and labels take 60012 bytes; up to 4096 are right: shorten or drop a label \
                 where it comes from";
    assert_eq!((readings.len(), report.why.as_deref()), (0, Some(words)));
    let (_, report) = send(&mut book, "t", &"x".repeat(60_000), 0, Value::Histogram(Histogram::default()));
    assert!(report.why.is_some_and(|why| why.starts_with("a series of \"t\" whose name and labels take 60011 bytes")));
}

#[test]
fn a_histogram_of_too_many_buckets_is_refused_with_words() {
    let mut book = book(10, 10, &[]);
    let histogram = Histogram { count: 1.0, sum: None, bounds: vec![1.0; 2000], buckets: vec![0.0; 2001] };
    let (_, report) = send(&mut book, "t", "a", 0, Value::Histogram(histogram));
    assert_eq!(report.why.as_deref(), Some("a histogram of \"t\" with 2001 buckets; up to 2000 are right"));
}

#[test]
fn a_time_that_cannot_be_is_refused_with_words() {
    let mut book = book(10, 10, &[]);
    let labels: [Label<'_>; 0] = [];
    let series = Series { metric: "up", labels: &labels, kind: Kind::Gauge };
    for (at, words) in
        [(moment(9 * 3600), "measured 9h in the future"), (Moment::default(), "a sample measured at 0 ms")]
    {
        let mut draft = book.draft(moment(0));
        draft.take(&series, Sample { at, started_at: None, value: Value::Number(1.0) });
        let why = draft.keep().why.unwrap();
        assert!(why.starts_with(words), "{why}");
    }
}
