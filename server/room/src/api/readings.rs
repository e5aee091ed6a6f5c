//! `POST /api/v1/readings`: the readings of a script that keeps no connection.

use std::time::Duration;

use archive::{Batch, Taken};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{MethodRouter, post as posted},
};
use cybernet::{
    agent::{FrameFault, LONGEST_FRAME, ToRoom},
    batch::{self, Names, Refused},
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use vsm::id::AgentId;

use super::{App, closing, refused};
use crate::{
    body::arrived,
    clock,
    door::{check, gate},
    doorkeeper::{Pass, Shown},
    happening::{ReadingsRefused, Refusal},
    reports,
    sparingly::Anywhere,
};

/// The longest body, in bytes: that of a frame.
const LONGEST: usize = LONGEST_FRAME;
/// How often a batch without a sequence is given another one, because somebody else of that name was quicker.
const ATTEMPTS: u32 = 100;
/// How often the log is told of single readings that were refused.
static COMPLAINTS: Anywhere = Anywhere::some(1, Duration::from_secs(10));

/// What a script sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted<'a> {
    agent: AgentId,
    /// None: they are taken as they come, and would be taken twice if they came twice.
    sequence: Option<u64>,
    #[serde(borrow)]
    readings: &'a RawValue,
}

pub(super) fn post() -> MethodRouter<App> {
    posted(take).fallback(async || (StatusCode::METHOD_NOT_ALLOWED, "this path is only for POST\n"))
}

/// `{"received":n,"refused":[...]}` once they are on disk; `n` readings were taken now.
async fn take(State(app): State<App>, shown: Shown, body: Body) -> Response {
    let (agent, sequence, batch) = match arrive(body).await {
        Ok(read) => read,
        Err((status, why)) => {
            Refusal { who: "a script", why: &why }.emit();
            return refused(status, &why);
        }
    };
    let pass = match app.doorkeeper.admit(shown.as_deref(), &agent) {
        Ok(pass) => pass,
        Err(refusal) => return refusal.into_response(),
    };
    if let Err(too_fast) = pass.spend(batch.readings.len() + batch.refused.len()) {
        return too_fast.into_response();
    }
    keep(&app, &pass, agent, sequence, batch).await
}

async fn arrive(body: Body) -> Result<(AgentId, Option<u64>, batch::Batch), (StatusCode, String)> {
    let body = arrived(body, LONGEST).await.map_err(|(status, why)| match status {
        StatusCode::PAYLOAD_TOO_LARGE => (status, format!("{why}; send it in parts")),
        _ => (status, why),
    })?;
    read(&body).map_err(|why| (StatusCode::BAD_REQUEST, why))
}

/// What a script has posted: under which name, the number of the batch if it gave one, and the batch.
///
/// # Errors
/// Words for who wrote it, if it is no such body; a reading that cannot be taken is among the refused of the batch.
pub fn read(body: &[u8]) -> Result<(AgentId, Option<u64>, batch::Batch), String> {
    let wish = r#"write {"agent":"payments-host","readings":[["payments.latency",1763600000000,231.5]]}"#;
    let Posted { agent, sequence, readings } = serde_json::from_slice(body).map_err(|why| format!("{why}; {wish}"))?;
    check::check_sequence(sequence.unwrap_or_default())?;
    // Read as a frame of an agent's is, with the same words for the same faults.
    let frame = format!(r#"{{"readings":{{"sequence":{},"readings":{readings}}}}}"#, sequence.unwrap_or(1));
    match ToRoom::decode(&frame, &mut Names::default()) {
        Ok(ToRoom::Readings(batch)) => Ok((agent, sequence, batch)),
        Ok(ToRoom::Hello(_) | ToRoom::Lost(_) | ToRoom::Faults(_)) => Err(format!("no readings; {wish}")),
        Err(FrameFault::NotAMessage(why)) => Err(format!("{why}; {wish}")),
        Err(why) => Err(why.to_string()),
    }
}

async fn keep(app: &App, pass: &Pass, agent: AgentId, sequence: Option<u64>, batch: batch::Batch) -> Response {
    let received_at = clock::now();
    let (readings, left) = gate::sift_posted(batch, pass, received_at);
    if let Some(first) = left.first() {
        ReadingsRefused { agent: &agent, count: left.len(), first: &first.why }.emit(COMPLAINTS.pass());
    }
    app.desk.hear(&agent, reports::of(&readings)).await;
    let mut batch = Batch { agent, sequence: 0, received_at, rehearsal: false, readings };
    for _ in 0..ATTEMPTS {
        let Some(next) = next(app, &batch.agent, sequence).await else { return closing() };
        batch.sequence = next;
        let Some(receipt) = app.journal.deliver(batch.clone()).await else { return closing() };
        match receipt.await {
            Ok(Ok(Taken::Now(_))) => return received(batch.readings.len(), left),
            Ok(Ok(Taken::Before)) if sequence.is_some() => return received(0, Vec::new()),
            Ok(Ok(Taken::OneRangeTooMany)) => {
                return refused(StatusCode::CONFLICT, &check::too_scattered(batch.sequence));
            }
            Ok(Ok(Taken::Before)) => (),
            Ok(Err(why)) => return refused(StatusCode::SERVICE_UNAVAILABLE, &why.to_string()),
            Err(_) => return closing(),
        }
    }
    let why = format!("{} sends from many places at once; number the batches, or name each place", batch.agent);
    refused(StatusCode::CONFLICT, &why)
}

/// The sequence that was sent, or the next of that name.
async fn next(app: &App, agent: &AgentId, sequence: Option<u64>) -> Option<u64> {
    match sequence {
        Some(sequence) => Some(sequence),
        None => Some(app.journal.last_taken(agent).await?.saturating_add(1)),
    }
}

fn received(count: usize, left: Vec<Refused>) -> Response {
    Json(json!({ "received": count, "refused": check::shorten(left) })).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_a_frame_is() {
        let (agent, sequence, batch) =
            read(br#"{"agent":"host","readings":[["a.b",1763600000000,1.5],["A",1,1]]}"#).unwrap();
        assert_eq!((agent.as_str(), sequence), ("host", None));
        assert_eq!((batch.readings.len(), batch.refused.len(), batch.refused[0].index), (1, 1, 1));
        let (_, sequence, _) = read(br#"{"agent":"host","sequence":7,"readings":[]}"#).unwrap();
        assert_eq!(sequence, Some(7));
    }

    #[test]
    fn what_is_no_body_is_refused_with_what_would_be_right() {
        for (body, words) in [
            ("", "EOF while parsing"),
            ("[]", "write {\"agent\":"),
            (r#"{"agent":"Host","readings":[]}"#, "not a name: \"Host\""),
            (r#"{"agent":"host"}"#, "missing field `readings`"),
            (r#"{"agent":"host","readings":7}"#, "write {\"agent\":"),
            (r#"{"agent":"host","readings":[],"token":"x"}"#, "unknown field `token`"),
            (r#"{"agent":"host","sequence":0,"readings":[]}"#, "sequences begin with 1"),
            (r#"{"agent":"host","sequence":9223372036854775808,"readings":[]}"#, "sequences end with"),
        ] {
            let why = read(body.as_bytes()).unwrap_err();
            assert!(why.contains(words), "{body}: {why}");
        }
    }
}
