//! One event, as it is posted.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use vsm::time::Moment;

use crate::probe::when;

/// The longest id, in bytes.
const LONGEST_ID: usize = 200;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// To what.
    pub kind: Kind,
    /// What.
    pub state: State,
    /// How long it took, if its sender says so: 0 or more.
    pub seconds: Option<f64>,
    /// Which one it was, so that its end finds its beginning; at most 200 bytes.
    pub id: Option<String>,
    /// When.
    pub at: Moment,
}

/// To what it happened.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something new runs.
    Deploy,
    /// Something was built and tested.
    Pipeline,
    /// Something is broken.
    Incident,
    /// Somebody was called.
    Page,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It goes on.
    Begun,
    /// It is over, and well: a deploy or a pipeline.
    Succeeded,
    /// It is over, and not well: a deploy or a pipeline.
    Failed,
    /// It is over: an incident or a page.
    Ended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    event: Kind,
    state: State,
    seconds: Option<f64>,
    id: Option<Value>,
    at: Option<Value>,
}

/// Reads one event or a list of them; nothing is taken of a list in which one is wrong.
pub fn parse(body: &[u8], now: Moment) -> Result<Vec<Event>, String> {
    let json: Value = read(body)?;
    let events = match json {
        Value::Array(events) => events,
        event => vec![event],
    };
    let numbered = events.into_iter().enumerate();
    numbered.map(|(index, event)| checked(event, now).map_err(|why| format!("event {index}: {why}"))).collect()
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|why| format!("not JSON: {why}"))
}

fn checked(event: Value, now: Moment) -> Result<Event, String> {
    let Posted { event: kind, state, seconds, id, at } =
        serde_json::from_value(event).map_err(|why| why.to_string())?;
    let is_run = matches!(kind, Kind::Deploy | Kind::Pipeline);
    if is_run && state == State::Ended {
        return Err("a deploy or a pipeline has begun, succeeded or failed".to_owned());
    }
    if !is_run && matches!(state, State::Succeeded | State::Failed) {
        return Err("an incident or a page has begun or ended".to_owned());
    }
    if let Some(seconds) = seconds.filter(|seconds| !(0.0..f64::INFINITY).contains(seconds)) {
        return Err(format!("seconds: found {seconds}; 0 or more is right"));
    }
    let at = at.filter(|at| !at.is_null()).map_or(Ok(now), |at| when::in_json(&at))?;
    Ok(Event { kind, state, seconds, id: id.map(identity).transpose()?.flatten(), at })
}

/// Text or a whole number.
fn identity(id: Value) -> Result<Option<String>, String> {
    match id {
        Value::Null => Ok(None),
        Value::String(text) if text.len() <= LONGEST_ID => Ok(Some(text)),
        Value::String(text) => Err(format!("id: {} bytes; there is room for {LONGEST_ID}", text.len())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err("id: text or a number is right".to_owned()),
    }
}
