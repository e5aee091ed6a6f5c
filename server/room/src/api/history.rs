//! The past of an indicator for scripts and screens: readings with their forecasts, or aggregates that keep the extremes.

use std::ops::Range;

use archive::{Aggregate, Band, History, PastReading, Points, Reader};
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use vsm::{id::IndicatorId, time::Moment};

use super::{App, json_text, refused};
use crate::clock;

/// How many points are given where nobody says how many.
const POINTS: usize = 1000;
const MOST_POINTS: usize = 100_000;
/// How far back is looked where nobody says how far.
const DAY_MS: i64 = 86_400_000;

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    from: Option<String>,
    to: Option<String>,
    points: Option<usize>,
}

/// What history says of an indicator, with a line for each point, in the order of time.
#[derive(Serialize)]
struct Told<'a> {
    indicator: &'a IndicatorId,
    /// `raw`, `1m` or `1h`.
    resolution: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    width_ms: Option<u64>,
    columns: [&'static str; 5],
    #[serde(serialize_with = "lines")]
    points: &'a Points,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<(Moment, &'a str)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubtful: Vec<Moment>,
    /// What was read before, and corrected.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrected: Vec<(Moment, f64)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    damaged: Vec<String>,
}

/// `{"indicator","resolution":"raw|1m|1h","columns":[...],"points":[[...], ...]}`, in the order of time.
///
/// Beside them, where there is something to list: `"notes":[[measured_at, text], ...]`, and of raw points
/// `"doubtful":[measured_at, ...]` and `"corrected":[[measured_at, former value], ...]`.
pub(super) async fn history(
    State(app): State<App>,
    Path(name): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let checked = asked.map_err(|fault| fault.body_text()).and_then(|Query(asked)| check(&name, &asked));
    let (id, range, points) = match checked {
        Ok(checked) => checked,
        Err(why) => return refused(StatusCode::BAD_REQUEST, &why),
    };
    let indicator = id.clone();
    let look = move |reader: &Reader| Ok(reader.history(&indicator, range, points)?.map(|it| told(&indicator, &it)));
    match app.readers.look(look).await {
        Ok(Some(told)) => json_text(told),
        Ok(None) => {
            let why = format!("history has nothing of {name:?}; a reading is there a second or two after it came");
            refused(StatusCode::NOT_FOUND, &why)
        }
        Err(answer) => answer,
    }
}

fn check(name: &str, asked: &Asked) -> Result<(IndicatorId, Range<Moment>, usize), String> {
    let id = IndicatorId::parse(name).map_err(|fault| fault.to_string())?;
    let range = range(asked.from.as_deref(), asked.to.as_deref())?;
    let points = asked.points.unwrap_or(POINTS);
    if !(1..=MOST_POINTS).contains(&points) {
        return Err(format!("points={points}; from 1 to {MOST_POINTS} can be given"));
    }
    Ok((id, range, points))
}

/// From one moment to another; until now, and a day before, where nobody says otherwise.
pub(super) fn range(from: Option<&str>, to: Option<&str>) -> Result<Range<Moment>, String> {
    let to = to.map_or(Ok(clock::now()), |text| moment("to", text))?;
    let day_before = Moment::from_unix_millis(to.unix_millis().saturating_sub(DAY_MS));
    let from = from.map_or(Ok(day_before), |text| moment("from", text))?;
    if to < from {
        return Err("from lies behind to; the earlier moment is from".to_owned());
    }
    Ok(from..to)
}

fn moment(key: &str, text: &str) -> Result<Moment, String> {
    let millis = text.parse::<i64>().ok();
    let read = millis.or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond));
    read.map(Moment::from_unix_millis).ok_or_else(|| {
        format!("{key}={text:?} is no moment; write Unix milliseconds, or RFC 3339 as in 2026-11-21T09:30:00Z")
    })
}

fn told(indicator: &IndicatorId, history: &History) -> Vec<u8> {
    let points = &history.points;
    let (resolution, width, columns) = match points {
        Points::Raw(_) => ("raw", None, ["measured_at", "value", "forecast", "lower95", "upper95"]),
        Points::Aggregated { resolution, width, .. } => {
            (resolution.name(), Some(width), ["begins_at", "mean", "count", "min", "max"])
        }
    };
    let told = Told {
        indicator,
        resolution,
        width_ms: width.map(|width| u64::try_from(width.as_millis()).unwrap_or(u64::MAX)),
        columns,
        points,
        notes: history.annotations.iter().map(|it| (it.at, it.text.as_str())).collect(),
        doubtful: doubtful(points),
        corrected: history.corrected.iter().map(|former| (former.measured_at, former.value())).collect(),
        damaged: history.damaged.iter().map(ToString::to_string).collect(),
    };
    serde_json::to_vec(&told).expect("what history answers is plain data")
}

fn doubtful(points: &Points) -> Vec<Moment> {
    let Points::Raw(readings) = points else { return Vec::new() };
    readings.iter().filter(|reading| reading.doubtful).map(|reading| reading.measured_at).collect()
}

fn lines<S: Serializer>(points: &Points, to: S) -> Result<S::Ok, S::Error> {
    match points {
        Points::Raw(readings) => to.collect_seq(readings.iter().map(reading)),
        Points::Aggregated { aggregates, .. } => to.collect_seq(aggregates.iter().map(aggregate)),
    }
}

fn reading(reading: &PastReading) -> (Moment, f64, Option<f32>, Option<f32>, Option<f32>) {
    let band = |of: fn(Band) -> f32| reading.band.map(of);
    (reading.measured_at, reading.value(), band(|it| it.forecast), band(|it| it.lower), band(|it| it.upper))
}

fn aggregate(aggregate: &Aggregate) -> (Moment, f64, u64, f64, f64) {
    let Aggregate { begins_at, min, max, count, .. } = *aggregate;
    (begins_at, aggregate.mean(), count, min, max)
}
