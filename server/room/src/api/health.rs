//! Whether the room lives, and whether it can do its work, in words.

use std::fmt::Display;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;

use super::{ANSWERS_WITHIN, App};

/// It lives: 200, for a room that cannot write is not cured by starting it again. The words say what ails it.
pub(super) async fn alive(State(app): State<App>) -> String {
    match ailment(&app).await {
        None => "ok\n".to_owned(),
        Some(words) => format!("alive, but {words}"),
    }
}

/// It can do its work: 200; or 503 with what ails it.
pub(super) async fn ready(app: &App) -> Response {
    match ailment(app).await {
        None => "ready\n".into_response(),
        Some(words) => (StatusCode::SERVICE_UNAVAILABLE, words).into_response(),
    }
}

async fn ailment(app: &App) -> Option<String> {
    if app.stop.is_cancelled() {
        return Some("the room is closing\n".to_owned());
    }
    match timeout(ANSWERS_WITHIN, app.journal.ailment()).await {
        Ok(Some(None)) => None,
        Ok(Some(Some(ailment))) => Some(unwritten(&ailment)),
        Ok(None) => Some("the room is closing\n".to_owned()),
        Err(_) => Some(format!("the journal does not answer within {} s\n", ANSWERS_WITHIN.as_secs())),
    }
}

fn unwritten(ailment: &impl Display) -> String {
    format!(
        "{ailment}; agents keep what is not acknowledged and come again, so make room on its disk and it goes on by itself\n"
    )
}
