//! What teams said of their readings, for scripts and screens: deploys, incidents and whatever else was noted.

use std::{collections::BTreeSet, ops::Range};

use archive::{Annotations, MOST_ANNOTATIONS};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use vsm::{
    id::{IndicatorId, UnitId},
    organisation::Organisation,
    time::Moment,
};

use super::{App, closing, history, refused};

/// How many are given where nobody says how many.
const LIMIT: usize = 100;

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    unit: Option<String>,
    indicator: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
}

/// What is asked for, once it can be looked for.
struct Wish {
    unit: Option<UnitId>,
    indicator: Option<IndicatorId>,
    range: Range<Moment>,
    limit: usize,
}

/// `{"annotations":[{"at","indicator","unit","text"}, ...]}`, the newest in the order of time, and `"more":true` where there
/// are older ones. Those of a unit are those of the units in it, too.
pub(super) async fn list(State(app): State<App>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let wish = match asked.map_err(|fault| fault.body_text()).and_then(|Query(asked)| check(&asked)) {
        Ok(wish) => wish,
        Err(why) => return refused(StatusCode::BAD_REQUEST, &why),
    };
    let Wish { unit, indicator, range, limit } = wish;
    let of = app.desk.look(move |picture| whose(&picture.organisation, unit.as_ref(), indicator.as_ref()));
    let of = match of.await {
        Some(Ok(of)) => of,
        Some(Err(why)) => return refused(StatusCode::NOT_FOUND, &why),
        None => return closing(),
    };
    let found = match app.readers.look(move |reader| reader.annotations(of.as_ref(), range, limit)).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match app.desk.look(move |picture| told(&found, &picture.organisation)).await {
        Some(told) => Json(told).into_response(),
        None => closing(),
    }
}

fn check(asked: &Asked) -> Result<Wish, String> {
    let unit = asked.unit.as_deref().map(UnitId::parse).transpose().map_err(|fault| format!("unit: {fault}"))?;
    let indicator = asked.indicator.as_deref().map(IndicatorId::parse).transpose();
    let indicator = indicator.map_err(|fault| format!("indicator: {fault}"))?;
    let limit = asked.limit.unwrap_or(LIMIT);
    if !(1..=MOST_ANNOTATIONS).contains(&limit) {
        return Err(format!("limit={limit}; from 1 to {MOST_ANNOTATIONS} can be given"));
    }
    Ok(Wish { unit, indicator, range: history::range(asked.from.as_deref(), asked.to.as_deref())?, limit })
}

/// The indicators of a unit and of those in it, or one; none where any will do. Otherwise why there is nothing to look for.
fn whose(
    organisation: &Organisation,
    unit: Option<&UnitId>,
    indicator: Option<&IndicatorId>,
) -> Result<Option<BTreeSet<IndicatorId>>, String> {
    if let Some(unit) = unit.filter(|unit| organisation.unit(unit).is_none()) {
        let known: Vec<_> = organisation.units.iter().map(|unit| unit.id.as_str()).collect();
        return Err(format!("no unit {:?}; there are {}", unit.as_str(), known.join(", ")));
    }
    if let Some(indicator) = indicator.filter(|indicator| !organisation.indicators.contains_key(*indicator)) {
        let why = "was described or heard; GET /api/v1/indicators lists those that were";
        return Err(format!("no indicator {:?} {why}", indicator.as_str()));
    }
    if unit.is_none() && indicator.is_none() {
        return Ok(None);
    }
    let is_below = |of: &&UnitId| unit.is_none_or(|unit| organisation.lineage(of).any(|above| above.id == *unit));
    let units: BTreeSet<&UnitId> = organisation.units.iter().map(|unit| &unit.id).filter(is_below).collect();
    let asked = organisation.indicators.values().filter(|it| indicator.is_none_or(|indicator| *indicator == it.id));
    Ok(Some(asked.filter(|it| units.contains(&it.unit)).map(|it| it.id.clone()).collect()))
}

fn told(found: &Annotations, organisation: &Organisation) -> Value {
    let unit = |id: &IndicatorId| organisation.indicators.get(id).map(|indicator| &indicator.unit);
    let lines = found.lines.iter().map(
        |line| json!({ "at": line.at, "indicator": line.indicator, "unit": unit(&line.indicator), "text": line.text }),
    );
    let mut told = json!({ "annotations": lines.collect::<Vec<_>>() });
    if found.more {
        told["more"] = json!(true);
    }
    if !found.damaged.is_empty() {
        told["damaged"] = found.damaged.iter().map(ToString::to_string).collect();
    }
    told
}
