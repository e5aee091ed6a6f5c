//! The paths of the room, and what their handlers may reach.

mod annotations;
mod health;
mod history;
mod indicators;
mod openapi;
mod readers;
pub mod readings;
mod signals;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::readers::Readers;

use crate::{
    assets,
    brief::brief,
    desk::DeskHandle,
    door,
    doorkeeper::Doorkeeper,
    frames,
    intake::{self, Intake},
    journal::JournalHandle,
    origin, screen,
    seats::Seats,
    senders::{self, Senders},
    shard::Shards,
};

/// How long a part of the room may take to answer before the room is not ready.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// What every handler may reach.
#[derive(Clone)]
pub struct App {
    /// The desk.
    pub desk: DeskHandle,
    /// The journal.
    pub journal: JournalHandle,
    /// The shards.
    pub shards: Shards,
    /// The room's own figures.
    pub metrics: PrometheusHandle,
    /// For agents.
    pub agents: Seats,
    /// For screens.
    pub screens: Seats,
    /// Senders that are no agents.
    pub senders: Senders,
    /// Knows who may report.
    pub doorkeeper: Doorkeeper,
    /// The names under which browsers ask for the room through a proxy.
    pub names: Arc<[String]>,
    /// Whether nobody but programs of this machine can reach the room.
    pub on_loopback: bool,
    /// Where agents and senders are served.
    pub intake: Intake,
    /// Those who look back.
    pub readers: Readers,
    /// Waits for sockets at shutdown; axum does not.
    pub sockets: TaskTracker,
    /// Told once, when the room closes.
    pub stop: CancellationToken,
}

/// Every path of the room.
pub fn router(app: App) -> Router {
    let add = |router: Router<App>, (path, handler): (&str, MethodRouter<App>)| router.route(path, handler);
    let intake = middleware::from_fn_with_state(app.clone(), intake::serve);
    let guard = middleware::from_fn_with_state(app.clone(), origin::guard);
    let brought = brought().into_iter().fold(Router::new(), add).route_layer(intake);
    let guarded = guarded().into_iter().fold(brought, add).route_layer(guard);
    open_to_all()
        .into_iter()
        .fold(guarded, add)
        .route("/api", any(nothing_here))
        .route("/api/{*rest}", any(nothing_here))
        .route("/v1", any(nothing_here))
        .route("/v1/{*rest}", any(nothing_here))
        .fallback(get(assets::get).fallback(not_that_way))
        .method_not_allowed_fallback(not_that_way)
        .with_state(app)
}

/// Where readings are brought to; no page of somebody else may.
fn brought() -> [(&'static str, MethodRouter<App>); 4] {
    [
        ("/api/v1/agent", get(door::upgrade)),
        ("/api/v1/readings", readings::post()),
        ("/api/v1/write", post(senders::write::write).fallback(only_post)),
        ("/v1/metrics", post(senders::metrics::metrics).fallback(only_post)),
    ]
}

/// What no page of somebody else may ask for.
fn guarded() -> [(&'static str, MethodRouter<App>); 11] {
    [
        ("/api/v1/screen", get(screen::upgrade)),
        ("/api/v1/picture", get(picture)),
        ("/api/v1/signals", get(signals::list)),
        ("/api/v1/signals/{*rest}", signals::one_or_act()),
        ("/api/v1/indicators", get(indicators::list)),
        ("/api/v1/indicators/{id}", get(indicators::one)),
        ("/api/v1/indicators/{id}/history", get(history::history)),
        ("/api/v1/annotations", get(annotations::list)),
        ("/api/v1/sources", get(senders::list)),
        ("/api/v1/openapi.json", get(openapi::description)),
        ("/metrics", get(async |State(app): State<App>| figures(&app.metrics))),
    ]
}

/// What anybody may ask for who reaches the room.
fn open_to_all() -> [(&'static str, MethodRouter<App>); 2] {
    [("/healthz", get(health::alive)), ("/readyz", get(ready))]
}

/// The picture as it stands: `{"picture":{...}}`, the same that a screen is given first.
async fn picture(State(app): State<App>) -> Response {
    match app.desk.look(frames::whole).await {
        Some(picture) => json_text(Bytes::from(picture)),
        None => closing(),
    }
}

/// JSON that is written already.
fn json_text(text: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// What a room answers that is going.
pub(crate) fn closing() -> Response {
    refused(StatusCode::SERVICE_UNAVAILABLE, "the room is closing")
}

/// `{"refused":{"why":"..."}}`: what was found, and what would be right.
pub(crate) fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "refused": { "why": brief(why) } }))).into_response()
}

/// Whether the parts that everything goes through answer.
async fn ready(State(app): State<App>) -> Response {
    let asked =
        tokio::join!(timeout(ANSWERS_WITHIN, app.desk.answers()), timeout(ANSWERS_WITHIN, app.journal.answers()),);
    for (part, answers) in [("desk", asked.0), ("journal", asked.1)] {
        if answers != Ok(true) {
            let words = format!("the {part} does not answer within {} s\n", ANSWERS_WITHIN.as_secs());
            return (StatusCode::SERVICE_UNAVAILABLE, words).into_response();
        }
    }
    health::ready(&app).await
}

/// The room's own figures, in the Prometheus text format.
pub(crate) fn figures(metrics: &PrometheusHandle) -> Response {
    const FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, FORMAT)], metrics.render()).into_response()
}

async fn nothing_here() -> Response {
    let words = "no such path; GET /api/v1/openapi.json describes those there are\n";
    (StatusCode::NOT_FOUND, words).into_response()
}

async fn not_that_way() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "this path is only for GET\n").into_response()
}

async fn only_post() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, "this path is only for POST\n").into_response()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use archive::Position;
    use axum::body::to_bytes;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use opsroom::opsroom::Opsroom;
    use tokio::sync::{mpsc, watch};

    use super::*;
    use crate::{clock, desk, shard::Reached};

    #[tokio::test]
    async fn a_room_whose_desk_does_not_answer_is_not_ready_and_says_so() {
        let (to_journal, _journal) = mpsc::channel(1);
        let (to_shard, _shard) = mpsc::channel(1);
        let (_to_desk, inbox) = mpsc::channel(1);
        let room = config::room::Room::default();
        let doorkeeper = Doorkeeper::new(&room, Default::default());
        let (_, desk) = Opsroom::new(room.organisation, clock::now()).split();
        // There, but never run.
        let (desk, _task, _) = desk::open(desk, inbox, Reached::new(1, Position::default()), watch::channel(None).1);
        let app = App {
            desk,
            journal: JournalHandle(to_journal),
            shards: Shards([to_shard].into()),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            agents: Seats::new("agents", 1),
            screens: Seats::new("screens", 1),
            senders: Senders::default(),
            doorkeeper,
            names: [].into(),
            on_loopback: true,
            intake: Intake::start().unwrap(),
            readers: Readers::new(Path::new("archive").into()),
            sockets: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let answer = ready(State(app)).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let words = to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(words, "the desk does not answer within 1 s\n");
    }
}
