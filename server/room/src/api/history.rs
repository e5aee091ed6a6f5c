//! The past of an indicator for scripts and screens: readings with their forecasts, or aggregates that keep the extremes.

use std::ops::Range;

use archive::{Aggregate, Annotation, ArchiveFault, Band, History, PastReading, Points, Reader};
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task;
use vsm::{id::IndicatorId, time::Moment};

use super::{App, closing, refused};
use crate::{clock, happening::ArchiveFailed};

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
    let (folder, indicator) = (app.archive, id.clone());
    let look = move || Reader::open(&folder)?.history(&indicator, range, points);
    match task::spawn_blocking(look).await {
        Ok(Ok(Some(history))) => Json(told(&id, &history)).into_response(),
        Ok(Ok(None)) => {
            let why = format!("history has nothing of {name:?}; a reading is there a second or two after it came");
            refused(StatusCode::NOT_FOUND, &why)
        }
        Ok(Err(fault)) => failed(&fault),
        Err(_) => closing(),
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

fn told(id: &IndicatorId, history: &History) -> Value {
    let mut told = points(&history.points);
    told["indicator"] = json!(id);
    if let Points::Raw(readings) = &history.points {
        let doubtful = readings.iter().filter(|reading| reading.doubtful);
        list(&mut told, "doubtful", doubtful.map(|reading| json!(reading.measured_at)).collect());
    }
    let former = |reading: &PastReading| json!([reading.measured_at, reading.value()]);
    let note = |it: &Annotation| json!([it.at, it.text]);
    list(&mut told, "notes", history.annotations.iter().map(note).collect());
    list(&mut told, "corrected", history.corrected.iter().map(former).collect());
    list(&mut told, "damaged", history.damaged.iter().map(|fault| json!(fault.to_string())).collect());
    told
}

/// Adds a list, unless nothing is in it.
pub(super) fn list(told: &mut Value, name: &str, of: Vec<Value>) {
    if !of.is_empty() {
        told[name] = Value::Array(of);
    }
}

fn points(points: &Points) -> Value {
    match points {
        Points::Raw(readings) => json!({
            "resolution": "raw",
            "columns": ["measured_at", "value", "forecast", "lower95", "upper95"],
            "points": readings.iter().map(reading).collect::<Vec<_>>(),
        }),
        Points::Aggregated { resolution, width, aggregates } => json!({
            "resolution": resolution.name(),
            "width_ms": u64::try_from(width.as_millis()).unwrap_or(u64::MAX),
            "columns": ["begins_at", "mean", "count", "min", "max"],
            "points": aggregates.iter().map(aggregate).collect::<Vec<_>>(),
        }),
    }
}

fn reading(reading: &PastReading) -> Value {
    let at = reading.measured_at.unix_millis();
    match reading.band {
        Some(Band { forecast, lower, upper }) => json!([at, reading.value(), forecast, lower, upper]),
        None => json!([at, reading.value(), null, null, null]),
    }
}

fn aggregate(aggregate: &Aggregate) -> Value {
    let Aggregate { begins_at, min, max, count, .. } = aggregate;
    json!([begins_at.unix_millis(), aggregate.mean(), count, min, max])
}

pub(super) fn failed(fault: &ArchiveFault) -> Response {
    ArchiveFailed { what: "look back", error: fault }.emit();
    refused(StatusCode::INTERNAL_SERVER_ERROR, &format!("the archive cannot be read: {fault}"))
}
