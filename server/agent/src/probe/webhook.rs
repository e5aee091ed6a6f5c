//! Events that other programs post to a port: deploys, pipelines, incidents and pages, counted and timed.
//!
//! `POST /events` takes one event or a list of them, as JSON:
//!
//! ```json
//! {"event": "deploy", "state": "succeeded", "seconds": 312}
//! ```
//!
//! | field | says |
//! |---|---|
//! | `event` | `deploy`, `pipeline`, `incident` or `page` |
//! | `state` | of a deploy and a pipeline `begun`, `succeeded` or `failed`; of an incident and a page `begun` or `ended` |
//! | `seconds` | how long it took, where the sender knows |
//! | `id` | whose beginning and end belong together, where the sender does not; it never leaves the agent |
//! | `name`, or `version` | which one, as people call it: `1.4.2`, `INC-17`; it leaves with the note |
//! | `link` | where more is written of it; it leaves with the note where it fits, without its query and fragment |
//! | `at` | when, in Unix milliseconds or RFC 3339; unless written, when it came in |
//!
//! A page has ended when it is answered.
//!
//! The first reading of each kind carries a note of what happened, as `deploy 1.4.2, deploy 1.4.3 failed`, which the room
//! shows beside the curves of its unit. A name or a link with a person's address in it is refused.
//!
//! The answer is 202, 400 with what is wrong, 401 without the token that was written, 408 where the body does not come, 413
//! where it is too large, or 503 where events come faster than they are taken.

pub mod event;
mod note;
mod tally;

use std::{io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::post,
};
use config::agent::Webhook as Written;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc},
    time::timeout,
};
use vsm::time::Moment;

use self::{event::Event, tally::Tally};
use super::Readout;
use crate::clock;

/// The largest body that is taken, in bytes.
const LARGEST: usize = 256 << 10;
/// How many bodies come at once, and how many wait to be taken in.
const WAITING: usize = 64;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens to one port.
pub struct Webhook {
    /// It goes on only while somebody listens, and ends with this probe.
    server: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
    address: SocketAddr,
    posted: mpsc::Receiver<Vec<Event>>,
    written: Written,
    tally: Tally,
    /// Whether there was a reading from which a period goes on.
    is_open: bool,
}

/// What every request is answered with.
struct Door {
    token: Option<String>,
    seats: Semaphore,
    hand_in: mpsc::Sender<Vec<Event>>,
}

impl Webhook {
    /// A probe that holds its port from now on. Needs a running tokio.
    pub fn bind(written: Written) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(written.listen)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let (hand_in, posted) = mpsc::channel(WAITING);
        let door = Arc::new(Door { token: written.token.clone(), seats: Semaphore::new(WAITING), hand_in });
        let router = Router::new().route("/events", post(take)).with_state(door);
        let server = Box::pin(async move { axum::serve(listener, router).await });
        Ok(Self { server, address, posted, written, tally: Tally::default(), is_open: false })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes in what is posted. Never ends.
    pub async fn listen(&mut self) {
        loop {
            tokio::select! {
                _ = &mut self.server => std::future::pending().await,
                events = self.posted.recv() => events.into_iter().flatten().for_each(|event| self.tally.take(event)),
            }
        }
    }

    /// Hands on what came since the reading before; the first reading opens the period. Where nothing was posted nothing
    /// happened: the counts are zero, and there are no durations.
    pub fn read(&mut self, now: Moment) -> Readout {
        let mut readout = Readout::default();
        if !std::mem::replace(&mut self.is_open, true) {
            return readout;
        }
        while let Ok(events) = self.posted.try_recv() {
            events.into_iter().for_each(|event| self.tally.take(event));
        }
        for (quantity, indicator) in &self.written.indicators {
            let value = self.tally.value(*quantity);
            if readout.take_any(indicator, now, Ok(value))
                && let Some(note) = self.tally.note(*quantity)
            {
                readout.note(note);
            }
        }
        self.tally.begin_again();
        readout
    }
}

type Answer = (StatusCode, &'static str);

const TAKEN: Answer = (StatusCode::ACCEPTED, "taken\n");
const NO_TOKEN: Answer = (StatusCode::UNAUTHORIZED, "show the token: Authorization: Bearer ...\n");
const TOO_FAST: Answer = (StatusCode::SERVICE_UNAVAILABLE, "events come faster than they are taken\n");
const TOO_SLOW: Answer = (StatusCode::REQUEST_TIMEOUT, "the body did not come\n");
const TOO_LARGE: Answer = (StatusCode::PAYLOAD_TOO_LARGE, "a body is at most 256 KiB\n");

async fn take(State(door): State<Arc<Door>>, request: Request) -> (StatusCode, String) {
    let answer = door.take(request).await;
    answer.map_or_else(|refusal| refusal, |(status, words)| (status, words.to_owned()))
}

impl Door {
    /// Takes a request whose sender may post. Nothing of its body is read before that is known.
    async fn take(&self, request: Request) -> Result<Answer, (StatusCode, String)> {
        if !self.may_post(request.headers()) {
            return Ok(NO_TOKEN);
        }
        let Ok(_seat) = self.seats.try_acquire() else { return Ok(TOO_FAST) };
        let body = match timeout(PATIENCE, to_bytes(request.into_body(), LARGEST)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Ok(TOO_LARGE),
            Err(_) => return Ok(TOO_SLOW),
        };
        let events = event::parse(&body, clock::now());
        let events = events.map_err(|why| (StatusCode::BAD_REQUEST, format!("{why}\n")))?;
        Ok(if self.hand_in.try_send(events).is_ok() { TAKEN } else { TOO_FAST })
    }

    fn may_post(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        self.token.as_deref().is_none_or(|token| is_same(shown, token))
    }
}

/// Compares in a time that tells nothing of where they differ.
fn is_same(shown: &str, token: &str) -> bool {
    let differ = shown.bytes().zip(token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    shown.len() == token.len() && differ == 0
}

#[cfg(test)]
mod tests;
