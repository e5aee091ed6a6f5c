//! How readings travel: one websocket to the room, opened again whenever it is lost.

mod backoff;
mod flight;
mod lanes;
mod session;
pub mod tls;
mod told;

use std::{net::IpAddr, sync::Arc, time::Duration};

use config::agent::Token;
use cybernet::agent::Hello;
use rustls::ClientConfig;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::{
    self,
    client::IntoClientRequest,
    http::{StatusCode, Uri},
};
use tokio_util::sync::CancellationToken;

use self::{backoff::Backoff, session::Session};
use crate::{
    chance,
    faults::Told,
    happening::LinkDown,
    outbox::keeper::{Pickup, PickupFault},
    token::TokenFault,
};

/// How long a session that shall end may take to say goodbye.
const GOODBYE: Duration = Duration::from_millis(800);

/// A link that lived so long was good, and the next wait is short again.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// How many letters of what a room answers are shown.
const LONGEST_WHY: usize = 300;

/// What is needed to bring readings to a room.
pub struct Link {
    /// The address of the room's door, `ws://host:port/api/v1/agent` or `wss://`.
    pub room: String,
    /// Whom to trust; none where the room is spoken to in the clear.
    pub tls: Option<Arc<ClientConfig>>,
    /// What the agent says first, but for its token.
    pub hello: Hello,
    /// What it shows with it, if anything.
    pub token: Option<Token>,
    /// Where the readings come from.
    pub pickup: Pickup,
    /// What cannot be read.
    pub faults: Told,
    /// How long to wait for what.
    pub patience: Patience,
}

/// How long to wait before a link counts as dead.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the connection to be made.
    pub connect: Duration,
    /// For the welcome after the hello.
    pub welcome: Duration,
    /// For the receipt of what was sent, and for the answer to a ping.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(5), welcome: seconds(10), answer: seconds(15) }
    }
}

/// What ends a session.
#[derive(Debug, thiserror::Error)]
pub enum LinkFault {
    /// The socket failed, or was never there.
    #[error("{0}{hint}", hint = tls::hint(.0))]
    Socket(#[source] Box<tungstenite::Error>),
    /// The room answered and opened no socket: it is not open yet, or full.
    #[error("the room answers {0}{1}")]
    NotNow(StatusCode, String),
    /// The room closed the socket.
    #[error("the room closed the link{0}")]
    Closed(String),
    /// The room said that it will not go on.
    #[error("refused: {0}")]
    Refused(String),
    /// Nothing came in time.
    #[error("{0} within {1:?}")]
    Late(&'static str, Duration),
    /// There is no token to be shown.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// There are no readings to be had.
    #[error(transparent)]
    Outbox(#[from] PickupFault),
}

impl From<tungstenite::Error> for LinkFault {
    fn from(fault: tungstenite::Error) -> Self {
        match fault {
            tungstenite::Error::Http(answer) => Self::NotNow(answer.status(), answered(answer.body().as_deref())),
            other => Self::Socket(Box::new(other)),
        }
    }
}

/// The words in an answer, as they stand behind its status; they may come from anybody who answers there.
fn answered(body: Option<&[u8]>) -> String {
    let text = String::from_utf8_lossy(body.unwrap_or_default());
    let refused = serde_json::from_str::<Value>(&text).ok();
    let why = refused.as_ref().and_then(|answer| answer["refused"]["why"].as_str()).unwrap_or(&text);
    let line: String =
        why.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(LONGEST_WHY).collect();
    if line.is_empty() { line } else { format!(": {line}") }
}

/// Whether `room` is an address this agent can speak to; if not, what would be right. Says whether it is over TLS.
pub fn check_address(room: &str, has_token: bool) -> Result<bool, String> {
    let request = room.into_client_request().map_err(|why| format!("{room:?}: {why}"))?;
    match request.uri().scheme_str() {
        Some("wss") => Ok(true),
        Some("ws") if has_token && !is_here(request.uri()) => {
            Err(format!("{room:?}: the token would travel in the clear; write wss://, or leave the token out"))
        }
        Some("ws") => Ok(false),
        _ => Err(format!("{room:?}: an agent speaks ws:// or wss://")),
    }
}

/// Whether nothing leaves the machine on the way there.
fn is_here(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Keeps a link to the room until `stop`.
pub async fn run(mut link: Link, stop: CancellationToken) {
    let mut backoff = Backoff::new(chance::seed(link.hello.agent.as_str()));
    let mut told = None;
    while !stop.is_cancelled() {
        let begun = Instant::now();
        let (was_welcome, fault) = tokio::select! {
            ended = once(&mut link, &stop) => ended,
            () = overdue(&stop) => return,
        };
        if was_welcome {
            told = None;
        }
        if was_welcome && GOOD_FOR <= begun.elapsed() {
            backoff.reset();
        }
        let Err(fault) = fault else { return };
        let down = LinkDown { room: &link.room, why: fault.to_string() };
        match &told {
            Some(why) if *why == down.why => down.emit_again(),
            _ => down.emit(),
        }
        told = Some(down.why);
        tokio::select! {
            () = sleep(backoff.next()) => (),
            () = stop.cancelled() => (),
        }
    }
}

/// One session from hello to end; `Ok` if it ended because it shall stop. Says also whether it was welcomed.
async fn once(link: &mut Link, stop: &CancellationToken) -> (bool, Result<(), LinkFault>) {
    let opened = tokio::select! {
        opened = Session::open(link) => opened,
        () = stop.cancelled() => return (false, Ok(())),
    };
    match opened {
        Ok(session) => (true, session.run(stop).await),
        Err(fault) => (false, Err(fault)),
    }
}

/// A peer that reads nothing must not keep the agent from stopping.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(GOODBYE).await;
}

/// `future`, or the fault that it was late.
async fn within<T>(
    limit: Duration,
    what: &'static str,
    future: impl Future<Output = Result<T, LinkFault>>,
) -> Result<T, LinkFault> {
    timeout(limit, future).await.unwrap_or(Err(LinkFault::Late(what, limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_room_answers_is_one_line_of_its_words() {
        assert_eq!(answered(None), "");
        assert_eq!(answered(Some(br#"{"refused":{"why":"the room starts"}}"#)), ": the room starts");
        assert_eq!(answered(Some(b"all seats are taken\nmore")), ": all seats are taken");
        assert_eq!(answered(Some("\u{1b}[2J".repeat(400).as_bytes())).len(), 2 + LONGEST_WHY);
    }

    #[test]
    fn a_token_travels_in_the_clear_only_within_the_machine() {
        for here in ["ws://127.0.0.1:1972/api/v1/agent", "ws://[::1]:1972/", "ws://localhost/"] {
            assert_eq!(check_address(here, true), Ok(false), "{here}");
        }
        let there = "ws://room.example.org/api/v1/agent";
        assert_eq!(check_address(there, false), Ok(false));
        assert!(check_address(there, true).unwrap_err().contains("write wss://"));
        assert_eq!(check_address("wss://room.example.org/api/v1/agent", true), Ok(true));
        assert!(check_address("http://room.example.org", false).is_err());
    }
}
