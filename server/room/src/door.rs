//! The door: one websocket to one agent.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use archive::{Batch, Taken};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use cybernet::{
    agent::{Hello, LONGEST_FRAME, ToAgent, ToRoom},
    batch::{self, Names, Refused},
};
use tokio::{
    sync::{broadcast::error::RecvError, mpsc, oneshot},
    time::{Instant, interval_at, timeout},
};
use tokio_tungstenite::tungstenite::{self, error::ProtocolError};
use vsm::{id::AgentId, signal::Signal, time::Moment};

use crate::{
    api::App,
    clock,
    happening::{AgentLink, ReadingsRefused, Refusal},
    journal::{NotTaken, Receipt, ToJournal},
};

/// How far ahead of the room a team's clock may be.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How long an agent may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often an agent is asked whether it is still there ...
const ASK_EVERY: Duration = Duration::from_secs(15);
/// ... and how long it may say nothing at all.
const SILENCE: Duration = Duration::from_secs(60);
/// How many batches of one agent wait for the disk before the door stops listening to it.
const IN_FLIGHT: usize = 16;
/// What the socket itself takes, in bytes: more than a frame may have, so that a frame too long is refused with words.
const SOCKET_LIMIT: usize = 4 * LONGEST_FRAME;

/// `GET /api/v1/agent`.
pub async fn upgrade(State(app): State<App>, socket: WebSocketUpgrade) -> Response {
    let tracked = app.sockets.token();
    socket.max_message_size(SOCKET_LIMIT).max_frame_size(SOCKET_LIMIT).on_upgrade(move |socket| async move {
        Door { socket, app, names: Names::default(), agent: None, waiting: VecDeque::new(), heard: Instant::now() }
            .serve()
            .await;
        drop(tracked);
    })
}

struct Door {
    socket: WebSocket,
    app: App,
    names: Names,
    agent: Option<Hello>,
    waiting: VecDeque<Waiting>,
    heard: Instant,
}

/// A batch on its way to the disk.
struct Waiting {
    sequence: u64,
    refused: Vec<Refused>,
    receipt: oneshot::Receiver<Receipt>,
}

/// Why a conversation ends.
enum End {
    /// The agent went, or the room closes.
    Gone,
    /// The agent is told why.
    Refused(String),
}

impl From<axum::Error> for End {
    fn from(_: axum::Error) -> Self {
        Self::Gone
    }
}

impl From<NotTaken> for End {
    fn from(refusal: NotTaken) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl Door {
    async fn serve(mut self) {
        let end = match self.welcome().await {
            Ok(hello) => {
                let link = AgentLink { agent: &hello.agent, rehearsal: hello.rehearsal };
                link.emit_came();
                self.agent = Some(hello.clone());
                let end = self.listen().await;
                link.emit_went();
                end
            }
            Err(end) => end,
        };
        if let End::Refused(why) = end {
            self.refuse(why).await;
        }
        self.socket.send(Message::Close(None)).await.ok();
    }

    async fn welcome(&mut self) -> Result<Hello, End> {
        let stop = self.app.stop.clone();
        let first = tokio::select! {
            () = stop.cancelled() => return Err(End::Gone),
            first = timeout(PATIENCE, self.hear()) => first,
        };
        let Ok(first) = first else {
            return Err(End::Refused(format!("no hello within {} s", PATIENCE.as_secs())));
        };
        let ToRoom::Hello(hello) = first? else {
            return Err(End::Refused("readings before a hello; say hello first".to_owned()));
        };
        let received = self.app.taken.last(&hello.agent).await.ok_or(End::Gone)?;
        self.say(&ToAgent::Welcome { received }).await?;
        Ok(hello)
    }

    async fn listen(&mut self) -> End {
        let stop = self.app.stop.clone();
        let mut signals = self.app.desk.signals();
        let mut ask = interval_at(Instant::now() + ASK_EVERY, ASK_EVERY);
        loop {
            let step = tokio::select! {
                () = stop.cancelled() => return End::Gone,
                _ = ask.tick() => self.ask().await,
                signal = signals.recv() => match signal {
                    Ok(signal) => self.tell(&signal).await,
                    // What it missed stands in the picture.
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => Err(End::Gone),
                },
                receipt = next_receipt(&mut self.waiting) => self.answer(receipt).await,
                heard = hear(&mut self.socket, &mut self.names, &mut self.heard), if self.waiting.len() < IN_FLIGHT => match heard {
                    Ok(ToRoom::Readings(batch)) => self.deliver(batch).await,
                    Ok(ToRoom::Hello(_)) => Err(End::Refused("a second hello; one is enough".to_owned())),
                    Err(end) => Err(end),
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self) -> Result<ToRoom, End> {
        hear(&mut self.socket, &mut self.names, &mut self.heard).await
    }

    /// A connection whose other end has vanished without a word is let go of.
    async fn ask(&mut self) -> Result<(), End> {
        if SILENCE < self.heard.elapsed() && self.waiting.len() < IN_FLIGHT {
            return Err(End::Gone);
        }
        Ok(self.socket.send(Message::Ping(Default::default())).await?)
    }

    /// Sends a batch on its way to the disk, without what cannot be taken.
    async fn deliver(&mut self, batch: batch::Batch) -> Result<(), End> {
        let Some(hello) = &self.agent else { return Err(End::Gone) };
        let now = clock::now();
        let (readings, refused) = check(batch.readings, batch.places, batch.refused, now);
        if let Some(first) = refused.first() {
            ReadingsRefused { agent: &hello.agent, count: refused.len(), first: &first.why }.emit();
        }
        let (agent, rehearsal, sequence) = (hello.agent.clone(), hello.rehearsal, batch.sequence);
        let batch = Batch { agent, sequence, received_at: now, rehearsal, readings };
        let (tell, receipt) = oneshot::channel();
        self.app.journal.send(ToJournal::Deliver(batch, tell)).await.map_err(|_| End::Gone)?;
        self.waiting.push_back(Waiting { sequence, refused, receipt });
        Ok(())
    }

    /// Only now, with the batch on disk, does the agent hear that it was received.
    async fn answer(&mut self, (waiting, receipt): (Waiting, Option<Receipt>)) -> Result<(), End> {
        let taken = receipt.ok_or(End::Gone)??;
        let refused = match taken {
            Taken::Now(_) => waiting.refused,
            Taken::Before => Vec::new(),
        };
        self.say(&ToAgent::Received { sequence: waiting.sequence, refused }).await
    }

    /// A signal on what this agent reports: its team hears.
    async fn tell(&mut self, signal: &Arc<Signal>) -> Result<(), End> {
        if !signal.indicators.iter().any(|indicator| self.names.knows(indicator)) {
            return Ok(());
        }
        self.say(&ToAgent::Signal(Box::new((**signal).clone()))).await
    }

    async fn say(&mut self, message: &ToAgent) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("every message is plain data");
        Ok(self.socket.send(Message::Text(text.into())).await?)
    }

    async fn refuse(&mut self, why: String) {
        let who = self.agent.as_ref().map_or("somebody at the door", |hello| hello.agent.as_str());
        Refusal { who, why: &why }.emit();
        self.say(&ToAgent::Refused { why }).await.ok();
        let frame = CloseFrame { code: close_code::POLICY, reason: "refused; the frame before says why".into() };
        self.socket.send(Message::Close(Some(frame))).await.ok();
    }
}

async fn hear(socket: &mut WebSocket, names: &mut Names, heard: &mut Instant) -> Result<ToRoom, End> {
    loop {
        let message = match socket.recv().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(unreadable(error)),
            None => return Err(End::Gone),
        };
        *heard = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(bytes) => {
                return Err(End::Refused(format!("a binary frame of {} bytes; frames are JSON text", bytes.len())));
            }
            Message::Close(_) => return Err(End::Gone),
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        if LONGEST_FRAME < text.len() {
            return Err(End::Refused(format!("a frame of {} bytes; at most {LONGEST_FRAME} fit", text.len())));
        }
        return ToRoom::decode(&text, names).map_err(|fault| End::Refused(fault.to_string()));
    }
}

/// A frame that breaks the rules is refused with words; who vanishes is gone.
fn unreadable(error: axum::Error) -> End {
    let words = format!("a frame that cannot be read: {error}");
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => End::Gone,
        Some(tungstenite::Error::Capacity(_) | tungstenite::Error::Utf8(_) | tungstenite::Error::Protocol(_)) => {
            End::Refused(words)
        }
        _ => End::Gone,
    }
}

/// The oldest batch that waits, with its receipt; never, while none waits.
async fn next_receipt(waiting: &mut VecDeque<Waiting>) -> (Waiting, Option<Receipt>) {
    let Some(oldest) = waiting.front_mut() else { return std::future::pending().await };
    let receipt = (&mut oldest.receipt).await.ok();
    let oldest = waiting.pop_front().expect("the oldest was just looked at");
    (oldest, receipt)
}

/// Parts what was measured in the future from what can be taken.
fn check(
    readings: Vec<vsm::reading::Reading>,
    places: Vec<usize>,
    mut refused: Vec<Refused>,
    now: Moment,
) -> (Vec<vsm::reading::Reading>, Vec<Refused>) {
    let latest = now + AHEAD;
    let mut taken = Vec::with_capacity(readings.len());
    for (reading, index) in readings.into_iter().zip(places) {
        if reading.measured_at <= latest {
            taken.push(reading);
            continue;
        }
        let ahead = Duration::from_secs(reading.measured_at.since(now).as_secs());
        let why = format!("measured {} in the future; is the clock right?", humantime::format_duration(ahead));
        refused.push(Refused { index, why });
    }
    refused.sort_by_key(|refused| refused.index);
    (taken, refused)
}

/// Asks the journal what it has taken last.
#[derive(Clone)]
pub struct LastTaken {
    journal: mpsc::Sender<ToJournal>,
}

impl LastTaken {
    /// Through the journal's own queue, so that what is on its way counts.
    pub fn through(journal: mpsc::Sender<ToJournal>) -> Self {
        Self { journal }
    }

    async fn last(&self, agent: &AgentId) -> Option<u64> {
        let (tell, answer) = oneshot::channel();
        self.journal.send(ToJournal::LastTaken(agent.clone(), tell)).await.ok()?;
        answer.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use vsm::{id::IndicatorId, reading::Reading};

    use super::*;

    #[test]
    fn a_reading_from_the_future_is_refused_with_its_place() {
        let now = Moment::from_unix_millis(1_763_600_000_000);
        let reading = |at| Reading::new(IndicatorId::parse("a").unwrap(), at, 1.0).unwrap();
        let readings = vec![reading(now), reading(now + Duration::from_secs(9 * 3600)), reading(now + AHEAD)];
        let (taken, refused) = check(readings, vec![0, 2, 3], vec![], now);
        assert_eq!(taken.len(), 2);
        assert_eq!(refused, [Refused { index: 2, why: "measured 9h in the future; is the clock right?".to_owned() }]);
    }
}
