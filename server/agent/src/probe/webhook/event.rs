//! One event, as it is posted.

use config::person;
use reqwest::Url;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use vsm::time::Moment;

use crate::probe::when;

/// The longest id, in bytes.
const LONGEST_ID: usize = 200;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 100;
/// The longest link, in bytes.
const LONGEST_LINK: usize = 300;

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
    /// Which one, as people call it: at most 100 bytes, and no person.
    pub name: Option<String>,
    /// Where more is written of it: at most 300 bytes, no person, and no query in which a key may stand.
    pub link: Option<String>,
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
    /// A deploy is called by its version.
    #[serde(alias = "version")]
    name: Option<Value>,
    link: Option<String>,
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
    let Posted { event: kind, state, seconds, id, name, link, at } =
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
    let id = id.map(|id| text("id", id, LONGEST_ID)).transpose()?.flatten();
    let name = name.map(called).transpose()?.flatten();
    Ok(Event { kind, state, seconds, id, name, link: link.map(linked).transpose()?, at })
}

/// Text or a number.
fn text(field: &str, value: Value, longest: usize) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.len() <= longest => Ok(Some(text)),
        Value::String(text) => Err(format!("{field}: {} bytes; there is room for {longest}", text.len())),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(format!("{field}: text or a number is right")),
    }
}

/// What people call it, which everybody may read.
fn called(name: Value) -> Result<Option<String>, String> {
    let Some(name) = text("name", name, LONGEST_NAME)?.map(|name| name.trim().to_owned()) else { return Ok(None) };
    if name.chars().any(char::is_control) {
        return Err("name: one line is right".to_owned());
    }
    no_person("name", &name)?;
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// A link that anybody who may follow it can: it carries nobody's name or key. Its query and its fragment stay here, because
/// a key may stand there.
fn linked(whole: String) -> Result<String, String> {
    let link = whole.split(['?', '#']).next().unwrap_or_default();
    let rest = ["http://", "https://"].iter().find_map(|scheme| whole.strip_prefix(scheme));
    let is_whole = link.parse::<Url>().is_ok() && !link.chars().any(|c| c.is_whitespace() || c.is_control());
    let Some(rest) = rest.filter(|_| is_whole && link.len() <= LONGEST_LINK) else {
        return Err(format!("link: an http:// or https:// address of at most {LONGEST_LINK} bytes is right"));
    };
    if rest.split(['/', '\\']).next().is_some_and(|host| host.contains('@')) {
        return Err("link: it carries a name or a key before the @; leave that out".to_owned());
    }
    no_person("link", &whole)?;
    Ok(link.to_owned())
}

fn no_person(field: &str, text: &str) -> Result<(), String> {
    person::named_in(text).map_or(Ok(()), |why| Err(format!("{field}: {why}")))
}
