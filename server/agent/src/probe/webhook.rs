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
//! | `state` | of a deploy and a pipeline `begun`, `succeeded` or `failed`; of an incident and a page `begun` or `ended` (a page has ended when it is answered) |
//! | `seconds` | how long it took, where the sender knows |
//! | `id` | whose beginning and end belong together, where the sender does not; it never leaves the agent |
//! | `at` | when, in Unix milliseconds or RFC 3339; unless written, when it came in |
//!
//! The answer is 202, 400 with what is wrong, 401 without the token that was written, or 503 where events come faster than
//! they are taken.

mod event;
mod tally;

use std::{io, net::SocketAddr, pin::Pin, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::post,
};
use config::agent::Webhook as Written;
use tokio::{net::TcpListener, sync::mpsc};
use vsm::time::Moment;

use self::{event::Event, tally::Tally};
use super::Readout;
use crate::clock;

/// The largest body that is taken, in bytes.
const LARGEST: usize = 256 << 10;
/// How many bodies wait to be taken in.
const WAITING: usize = 64;

/// Listens to one port.
pub struct Webhook {
    /// It goes on only while somebody listens, and ends with this probe.
    server: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
    address: SocketAddr,
    posted: mpsc::Receiver<Vec<Event>>,
    written: Written,
    tally: Tally,
}

/// What every request is answered with.
struct Door {
    token: Option<String>,
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
        let door = Arc::new(Door { token: written.token.clone(), hand_in });
        let router = Router::new().route("/events", post(take)).layer(DefaultBodyLimit::max(LARGEST)).with_state(door);
        let server = Box::pin(async move { axum::serve(listener, router).await });
        Ok(Self { server, address, posted, written, tally: Tally::default() })
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

    /// Hands on what came since the reading before. Where nothing was posted nothing happened: the counts are zero, and
    /// there are no durations.
    pub fn read(&mut self, now: Moment) -> Readout {
        let mut readout = Readout::default();
        while let Ok(events) = self.posted.try_recv() {
            events.into_iter().for_each(|event| self.tally.take(event));
        }
        for (quantity, indicator) in &self.written.indicators {
            readout.take_any(indicator, now, Ok(self.tally.value(*quantity)));
        }
        self.tally.begin_again();
        readout
    }
}

async fn take(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let shown =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|it| it.strip_prefix("Bearer "));
    if door.token.as_deref().is_some_and(|token| !is_same(shown.unwrap_or_default(), token)) {
        return (StatusCode::UNAUTHORIZED, "show the token: Authorization: Bearer ...\n".to_owned());
    }
    let events = match event::parse(&body, clock::now()) {
        Ok(events) => events,
        Err(why) => return (StatusCode::BAD_REQUEST, format!("{why}\n")),
    };
    match door.hand_in.try_send(events) {
        Ok(()) => (StatusCode::ACCEPTED, "taken\n".to_owned()),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "events come faster than they are taken\n".to_owned()),
    }
}

/// Compares in a time that tells nothing of where they differ.
fn is_same(shown: &str, token: &str) -> bool {
    let differ = shown.bytes().zip(token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    shown.len() == token.len() && differ == 0
}

#[cfg(test)]
mod tests;
