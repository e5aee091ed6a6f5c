//! The paths of the room, and what their handlers may reach.

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    assets,
    desk::DeskHandle,
    door::{self, LastTaken},
    journal::ToJournal,
    screen,
};

/// What every handler may reach.
#[derive(Clone)]
pub struct App {
    /// The desk.
    pub desk: DeskHandle,
    /// The journal.
    pub journal: mpsc::Sender<ToJournal>,
    /// What the journal has taken.
    pub taken: LastTaken,
    /// The room's own figures.
    pub metrics: PrometheusHandle,
    /// Waits for sockets at shutdown; axum does not.
    pub sockets: TaskTracker,
    /// Told once, when the room closes.
    pub stop: CancellationToken,
}

/// Every path of the room.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/v1/agent", get(door::upgrade))
        .route("/api/v1/screen", get(screen::upgrade))
        .route("/api/v1/picture", get(picture))
        .route("/healthz", get("ok\n"))
        .route("/readyz", get("ready\n"))
        .route("/metrics", get(figures))
        .route("/api/{*rest}", get(nothing_here))
        .fallback(get(assets::serve))
        .with_state(app)
}

/// The picture as it stands: `{"picture":{...}}`, the same that a screen is given first.
async fn picture(State(app): State<App>) -> Response {
    match app.desk.join().await {
        Some(joined) => {
            ([(header::CONTENT_TYPE, "application/json")], joined.picture.as_str().to_owned()).into_response()
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, "the room is closing\n").into_response(),
    }
}

/// The room's own figures, in the Prometheus text format.
async fn figures(State(app): State<App>) -> Response {
    const FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, FORMAT)], app.metrics.render()).into_response()
}

async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, "no such path; the room has /api/v1/agent, /api/v1/screen and /api/v1/picture\n")
        .into_response()
}
