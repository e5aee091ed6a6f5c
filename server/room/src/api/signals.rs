//! Signals for scripts: which are open, one of them, and acts on it.

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use cybernet::screen::{ActFault, takes_nothing};
use opsroom::desk::urgency;
use serde_json::{Value, json};
use vsm::{
    act::{Act, Answer},
    signal::SignalId,
};

use super::{App, closing, refused};
use crate::{
    acts::{self, Untaken},
    body::arrived,
};

/// What may come with an act, in bytes.
const LONGEST_ACT: usize = 16 << 10;

/// `GET` gives one signal, `POST` acts on it.
///
/// The rest of the path is taken as a whole: the name of an indicator may hold a `/`, and a script may forget to write it
/// as `%2F`.
pub(super) fn one_or_act() -> MethodRouter<App> {
    get(one).post(act).fallback(async || (StatusCode::METHOD_NOT_ALLOWED, "this path is only for GET and POST\n"))
}

/// `{"signals":[...],"cleared":[...]}`: the open ones, the most urgent first, and the last that are over, newest first.
pub(super) async fn list(State(app): State<App>) -> Response {
    let seen = app.desk.look(|picture| {
        let mut signals: Vec<_> = picture.signals.values().cloned().collect();
        signals.sort_by_key(urgency);
        (signals, picture.memory.clone())
    });
    match seen.await {
        Some((signals, cleared)) => Json(json!({ "signals": signals, "cleared": cleared })).into_response(),
        None => closing(),
    }
}

/// `{"signal":{...}}`, or `{"cleared":{...}}` of one that ended lately.
async fn one(State(app): State<App>, Path(rest): Path<String>) -> Response {
    let signal = match SignalId::parse(&rest) {
        Ok(signal) => signal,
        Err(fault) => return refused(StatusCode::BAD_REQUEST, &fault.to_string()),
    };
    let name = signal.clone();
    let seen = app.desk.look(move |picture| {
        let open = picture.signals.get(&name).map(|signal| json!({ "signal": signal }));
        let cleared = || picture.memory.iter().find(|cleared| cleared.id == name);
        open.or_else(|| cleared().map(|cleared| json!({ "cleared": cleared })))
    });
    match seen.await {
        Some(Some(seen)) => Json(seen).into_response(),
        Some(None) => Untaken::Unknown(signal).into_response(),
        None => closing(),
    }
}

/// `{"taken":{"signal":"...","new_normal":{},"at":...}}` once the act is on disk and the picture has taken it in.
async fn act(State(app): State<App>, Path(rest): Path<String>, body: Body) -> Response {
    match arrived(body, LONGEST_ACT).await {
        Ok(body) => take(&app, &rest, &body).await.unwrap_or_else(Untaken::into_response),
        Err((status, why)) => refused(status, &why),
    }
}

async fn take(app: &App, rest: &str, body: &[u8]) -> Result<Response, Untaken> {
    let (signal, answer) = read(rest, body)?;
    let Act { signal, answer, at } = acts::take(app, signal, answer).await?;
    Ok(Json(json!({ "taken": { "signal": signal, answer.name(): {}, "at": at } })).into_response())
}

/// The signal and the act in `plant/output@1763600000000/new_normal`, with nothing or `{}` as the body.
fn read(rest: &str, body: &[u8]) -> Result<(SignalId, Answer), ActFault> {
    let onset = rest.rfind('@').unwrap_or_default();
    let (signal, act) = rest[onset..].split_once('/').map_or((rest, ""), |(moment, act)| {
        let end = onset + moment.len();
        (&rest[..end], act)
    });
    let (signal, answer) = (SignalId::parse(signal)?, Answer::parse(act)?);
    if !body.is_empty() {
        let as_text = || Value::String(String::from_utf8_lossy(body).into_owned());
        takes_nothing(answer, &serde_json::from_slice(body).unwrap_or_else(|_| as_text()))?;
    }
    Ok((signal, answer))
}

impl IntoResponse for Untaken {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Said(_) => StatusCode::BAD_REQUEST,
            Self::Unknown(_) => StatusCode::NOT_FOUND,
            Self::Over { .. } | Self::Overtaken(_) => StatusCode::CONFLICT,
            Self::NotKept(_) | Self::Closing => StatusCode::SERVICE_UNAVAILABLE,
        };
        refused(status, &self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_a_signal_and_an_act_whatever_the_name_of_the_indicator() {
        for name in ["press.scrap@7", "plant/output@-7", "new_normal/useful@7"] {
            let (signal, answer) = read(&format!("{name}/false_alarm"), b"{}").unwrap();
            assert_eq!((signal.as_str(), answer), (name, Answer::FalseAlarm));
        }
    }

    #[test]
    fn what_is_none_is_refused_with_words() {
        for (rest, body, words) in [
            ("press.scrap", "", "not a signal: \"press.scrap\"; "),
            ("press.scrap/useful", "", "not a signal: \"press.scrap\"; "),
            ("press.scrap@7", "", "no act \"\"; the acts on a signal are "),
            ("press.scrap@7/", "", "no act \"\"; the acts on a signal are "),
            ("press.scrap@7/useful/x", "", "no act \"useful/x\"; the acts on a signal are "),
            ("press.scrap@7/useful", "{\"by\":1}", "useful with {\"by\":1}; it takes nothing: {}"),
            ("press.scrap@7/useful", "hello", "useful with \"hello\"; it takes nothing: {}"),
        ] {
            let refusal = read(rest, body.as_bytes()).unwrap_err().to_string();
            assert!(refusal.starts_with(words), "{rest}: {refusal}");
        }
    }
}
