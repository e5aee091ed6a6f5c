//! Before the room is open: whoever comes is told how far it is, by the listener that then serves the room.
//!
//! From the first moment the room says that it lives, how far it is, and its figures. A screen is given its page, which
//! shows that the room starts and goes on by itself; everybody else is told to come back.

pub mod progress;

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use config::room::Room;
use cybernet::starting::Unready;
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;
use tower_service::Service;

use self::progress::Progress;
use crate::{api, assets, origin};

/// When to come back, in seconds: a room that starts is soon another one.
const COME_BACK_AFTER: HeaderValue = HeaderValue::from_static("1");
/// The same words each time, so that who logs them need not log them again; how far it is stands at `/readyz`.
const NOT_YET: &str = "the room starts and reads what it has kept; come back soon, /readyz says how far it is";

/// Answers for the room until it is open, and hands everything on to it afterwards.
#[derive(Clone)]
pub struct Lobby(Arc<Inner>);

struct Inner {
    progress: Arc<Progress>,
    metrics: PrometheusHandle,
    names: Vec<String>,
    on_loopback: bool,
    room: OnceLock<Router>,
}

impl Lobby {
    /// Of a room that listens `at` an address and begins to open now.
    pub fn new(room: &Room, at: SocketAddr, metrics: PrometheusHandle) -> Self {
        let (names, on_loopback) = (room.names.clone(), at.ip().is_loopback());
        let progress = Arc::new(Progress::begin());
        Self(Arc::new(Inner { progress, metrics, names, on_loopback, room: OnceLock::new() }))
    }

    /// What is to be told by who opens the room.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.0.progress)
    }

    /// The room is open: from now on it answers, on the connections there are and on those to come.
    pub fn open(&self, room: Router) {
        gauge!("synco_open").set(1.0);
        // It opens once.
        self.0.room.set(room).ok();
    }

    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response {
        let Some(room) = self.0.room.get() else { return self.0.meanwhile(&request) };
        let Ok(answer) = room.clone().call(request).await;
        answer
    }
}

impl Inner {
    fn meanwhile(&self, request: &Request) -> Response {
        let is_asked = matches!(*request.method(), Method::GET | Method::HEAD);
        match request.uri().path() {
            "/healthz" if is_asked => format!("alive, but {}\n", self.progress.now().words).into_response(),
            "/readyz" if is_asked => self.unready(),
            "/metrics" if is_asked => self.figures(request.headers()),
            path if is_asked && assets::is_of_screens(path) => page(request.uri(), request.headers()),
            _ => later(api::refused(StatusCode::SERVICE_UNAVAILABLE, NOT_YET)),
        }
    }

    fn unready(&self) -> Response {
        let unready = Unready::Starting(self.progress.now());
        later((StatusCode::SERVICE_UNAVAILABLE, Json(unready)).into_response())
    }

    fn figures(&self, headers: &HeaderMap) -> Response {
        if let Err(why) = origin::check(headers, self.on_loopback, &self.names) {
            return origin::refuse(why);
        }
        gauge!("synco_open").set(0.0);
        gauge!("synco_starting_share").set(self.progress.now().share);
        api::figures(&self.metrics)
    }
}

/// The files of the screens are what they are; the page is not yet that of a room.
fn page(uri: &Uri, headers: &HeaderMap) -> Response {
    if assets::is_file(uri.path()) {
        return assets::serve(uri, headers);
    }
    let mut headers = headers.clone();
    // That nothing has changed would be an answer without words.
    headers.remove(header::IF_NONE_MATCH);
    let mut answer = later(assets::serve(uri, &headers));
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn later(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::RETRY_AFTER, COME_BACK_AFTER);
    answer
}
