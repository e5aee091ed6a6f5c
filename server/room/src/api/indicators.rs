//! Indicators for scripts: what the room worked out of each, and what it was told.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use cybernet::{
    picture::Picture,
    profile::{Known, Profile},
};
use serde_json::json;
use vsm::{id::IndicatorId, indicator::Indicator, organisation::UNOWNED};

use super::{App, closing, refused};

/// `{"indicators":[...]}`: every one that was described or heard, by name.
pub(super) async fn list(State(app): State<App>) -> Response {
    let Some(profiles) = app.shards.profiles().await else { return closing() };
    let profiles: HashMap<_, _> = profiles.into_iter().collect();
    let known = app.desk.look(move |picture| {
        let described = picture.organisation.indicators.values();
        described.map(|indicator| known(picture, indicator, profiles.get(&indicator.id).copied())).collect::<Vec<_>>()
    });
    match known.await {
        Some(known) => Json(json!({ "indicators": known })).into_response(),
        None => closing(),
    }
}

/// `{"indicator":{...}}`: one of them, with what the configuration says of it.
pub(super) async fn one(State(app): State<App>, Path(name): Path<String>) -> Response {
    let id = match IndicatorId::parse(&name) {
        Ok(id) => id,
        Err(fault) => return refused(StatusCode::BAD_REQUEST, &fault.to_string()),
    };
    let Some(profile) = app.shards.profile(id.clone()).await else { return closing() };
    let known = app.desk.look(move |picture| {
        let indicator = picture.organisation.indicators.get(&id)?;
        let told = Some(indicator.clone()).filter(|indicator| indicator.unit.as_str() != UNOWNED);
        Some(Known { told, ..known(picture, indicator, profile) })
    });
    match known.await {
        Some(Some(known)) => Json(json!({ "indicator": known })).into_response(),
        Some(None) => {
            let why =
                format!("no indicator {name:?} was described or heard; GET /api/v1/indicators lists those that were");
            refused(StatusCode::NOT_FOUND, &why)
        }
        None => closing(),
    }
}

fn known(picture: &Picture, indicator: &Indicator, profile: Option<Profile>) -> Known {
    let Indicator { id, unit, system, .. } = indicator;
    let aspect = picture.lamps.get(id).map(|lamp| lamp.aspect);
    Known { id: id.clone(), unit: unit.clone(), system: *system, aspect, profile, told: None }
}
