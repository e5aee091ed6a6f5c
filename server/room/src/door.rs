//! The door: one websocket to one agent.

pub(crate) mod check;
mod faults;
pub(crate) mod gate;
mod hear;
mod lost;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use archive::{Batch, Delivery, Frame, Taken};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use cybernet::{
    agent::{HEARS_FIRST, HEARS_LOST, Hello, LONGEST_FRAME, ToAgent, ToRoom},
    batch::{self, Refused},
    faults::HEARS_FAULTS,
};
use opsroom::sources::Word;
use tokio::{
    sync::{broadcast::error::RecvError, oneshot},
    task::yield_now,
    time::{Instant, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;
use vsm::signal::Signal;

use self::{
    gate::Held,
    hear::{Ear, READ_BUFFER, SOCKET_LIMIT},
};
use crate::{
    api::App,
    brief::brief,
    clock,
    doorkeeper::{Pass, refusal::NotAdmitted, skew::Skew},
    happening::{AgentLink, ReadingsRefused, Refusal},
    journal::{NotTaken, Receipt},
    reports::Reports,
    seats::Full,
    sparingly::Sparingly,
};

/// How many agents may be connected at once.
pub const SEATS: usize = 1024;
/// How long an agent may take to say who it is, and to take what it is told; it comes back by itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to take the last word.
const GOODBYE: Duration = Duration::from_secs(1);
/// How often an agent is asked whether it is still there ...
const ASK_EVERY: Duration = Duration::from_secs(15);
/// ... and how long it may say nothing at all.
const SILENCE: Duration = Duration::from_secs(60);
/// How many batches of one agent wait for the disk before the door stops listening to it.
const IN_FLIGHT: usize = 16;
/// How long a frame may be before the room knows who speaks, in bytes.
const LONGEST_HELLO: usize = 16 << 10;
/// Of how many indicators the door knows that this agent reports them; the signals of more are seen on the screens.
const MOST_REPORTED: usize = 10_000;
/// How often the log is told of readings that one agent should not have sent.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);

/// `GET /api/v1/agent`.
pub async fn upgrade(State(app): State<App>, socket: WebSocketUpgrade) -> Result<Response, Full> {
    let (seat, tracked) = (app.agents.take()?, app.sockets.token());
    let socket = socket.max_message_size(SOCKET_LIMIT).max_frame_size(SOCKET_LIMIT).read_buffer_size(READ_BUFFER);
    Ok(socket.on_upgrade(move |socket| async move {
        Door::new(socket, app).serve().await;
        drop((seat, tracked));
    }))
}

struct Door {
    socket: WebSocket,
    stop: CancellationToken,
    app: App,
    ear: Ear,
    agent: Option<Hello>,
    pass: Option<Pass>,
    skew: Skew,
    waiting: VecDeque<Waiting>,
    /// A batch of an agent that is too fast; the door listens again when it is on its way.
    held: Option<Held>,
    /// What this agent has reported: its team hears of signals on it.
    reports: Option<Reports>,
    complaints: Sparingly,
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

impl From<NotTaken> for End {
    fn from(refusal: NotTaken) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl From<NotAdmitted> for End {
    fn from(refusal: NotAdmitted) -> Self {
        Self::Refused(refusal.to_string())
    }
}

impl Door {
    fn new(socket: WebSocket, app: App) -> Self {
        Self {
            socket,
            stop: app.stop.clone(),
            app,
            ear: Ear::new(LONGEST_HELLO),
            agent: None,
            pass: None,
            skew: Skew::default(),
            waiting: VecDeque::new(),
            held: None,
            reports: None,
            complaints: Sparingly::each(COMPLAIN_EVERY),
        }
    }

    async fn serve(mut self) {
        let end = match self.welcome().await {
            Ok(hello) => {
                let link = AgentLink { agent: &hello.agent, rehearsal: hello.rehearsal };
                link.emit_came();
                self.agent = Some(hello.clone());
                self.reports = Some(Reports::new(hello.agent.clone(), self.app.desk.clone(), MOST_REPORTED));
                self.app.desk.hear(&hello.agent, Word::Came).await;
                let end = self.listen().await;
                self.app.desk.hear(&hello.agent, Word::Went).await;
                link.emit_went();
                self.pass.iter().for_each(Pass::lose_clock);
                end
            }
            Err(end) => end,
        };
        let goodbye = match end {
            End::Refused(why) => self.refuse(why).await,
            End::Gone => None,
        };
        timeout(GOODBYE, self.socket.send(Message::Close(goodbye))).await.ok();
    }

    async fn welcome(&mut self) -> Result<Hello, End> {
        let first = tokio::select! {
            () = self.stop.cancelled() => return Err(End::Gone),
            first = timeout(PATIENCE, self.ear.hear(&mut self.socket)) => first,
        };
        let Ok(first) = first else {
            return Err(End::Refused(format!("no hello within {} s", PATIENCE.as_secs())));
        };
        let ToRoom::Hello(hello) = first? else {
            return Err(End::Refused("readings before a hello; say hello first".to_owned()));
        };
        self.pass = Some(self.app.doorkeeper.admit(hello.token.as_deref(), &hello.agent)?);
        let taken = self.app.journal.taken(&hello.agent).await.ok_or(End::Gone)?;
        let hears = [HEARS_LOST, HEARS_FIRST, HEARS_FAULTS].map(str::to_owned).to_vec();
        self.say(&ToAgent::Welcome { received: taken.mark(), hears, ranges: taken.ranges().to_vec() }).await?;
        self.ear.longest = LONGEST_FRAME;
        Ok(hello)
    }

    async fn listen(&mut self) -> End {
        let stop = self.stop.clone();
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
                batch = gate::due(&mut self.held) => self.deliver(batch).await,
                heard = self.ear.hear(&mut self.socket), if self.waiting.len() < IN_FLIGHT && self.held.is_none() => match heard {
                    Ok(ToRoom::Readings(batch)) => self.deliver(batch).await,
                    Ok(ToRoom::Lost(lost)) => self.note_lost(lost).await,
                    Ok(ToRoom::Faults(faults)) => self.note_faults(faults).await,
                    Ok(ToRoom::Hello(_)) => Err(End::Refused("a second hello; one is enough".to_owned())),
                    Err(end) => Err(end),
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// A connection whose other end has vanished without a word is let go of, and one whose token was revoked.
    async fn ask(&mut self) -> Result<(), End> {
        self.pass()?.holds()?;
        if SILENCE < self.ear.heard.elapsed() && self.waiting.len() < IN_FLIGHT && self.held.is_none() {
            return Err(End::Gone);
        }
        self.send(Message::Ping(Default::default())).await
    }

    /// Sends a batch on its way to the disk, without what cannot be taken.
    async fn deliver(&mut self, batch: batch::Batch) -> Result<(), End> {
        let Some(Hello { agent, rehearsal, .. }) = self.agent.clone() else { return Err(End::Gone) };
        check::check_sequence(batch.sequence).map_err(End::Refused)?;
        let pass = self.pass()?;
        pass.holds()?;
        if let Err(too_fast) = pass.spend(batch.readings.len() + batch.refused.len()) {
            let (held, millis) = Held::back(batch, too_fast);
            self.held = Some(held);
            return self.say(&ToAgent::SlowDown { millis }).await;
        }
        let (sequence, now) = (batch.sequence, clock::now());
        let (first, places) = (batch.first, batch.readings.len() + batch.refused.len());
        if let Some(newest) = batch.readings.iter().map(|reading| reading.measured_at).max() {
            pass.note_clock(&mut self.skew, newest, now);
        }
        let (readings, refused) = gate::sift(batch, &pass, now);
        if let Some(first) = refused.first() {
            let left_out = self.complaints.pass(Instant::now());
            ReadingsRefused { agent: &agent, count: refused.len(), first: &first.why }.emit(left_out);
        }
        if let Some(reports) = &mut self.reports {
            reports.note(&readings).await;
        }
        let batch = Batch { agent, sequence, received_at: now, rehearsal, readings };
        let left_out = refused.iter().map(|refused| refused.index).collect();
        let delivery = Delivery { batch, frame: Some(Frame { first, places, left_out }) };
        let receipt = self.app.journal.deliver(delivery).await.ok_or(End::Gone)?;
        self.waiting.push_back(Waiting { sequence, refused: check::shorten(refused), receipt });
        // Now it is the turn of the others on this thread, however many more frames have come.
        yield_now().await;
        Ok(())
    }

    /// What the agent was admitted with; a clone costs next to nothing.
    fn pass(&self) -> Result<Pass, End> {
        self.pass.clone().ok_or(End::Gone)
    }

    /// Only now, with the batch on disk, does the agent hear that it was received.
    async fn answer(&mut self, (waiting, receipt): (Waiting, Option<Receipt>)) -> Result<(), End> {
        let taken = receipt.ok_or(End::Gone)??;
        let refused = match taken {
            Taken::Now(_) => waiting.refused,
            Taken::Before => Vec::new(),
            Taken::OneRangeTooMany => return Err(End::Refused(check::too_scattered(waiting.sequence))),
        };
        self.say(&ToAgent::Received { sequence: waiting.sequence, refused }).await
    }

    /// A signal on what this agent reports: its team hears.
    async fn tell(&mut self, signal: &Arc<Signal>) -> Result<(), End> {
        if !self.reports.as_ref().is_some_and(|reports| reports.has_any(&signal.indicators)) {
            return Ok(());
        }
        self.pass()?.holds()?;
        self.say(&ToAgent::Signal(Box::new((**signal).clone()))).await
    }

    /// Says why, and gives what the socket is closed with.
    async fn refuse(&mut self, why: String) -> Option<CloseFrame> {
        let who = self.agent.as_ref().map_or("somebody at the door", |hello| hello.agent.as_str());
        Refusal { who, why: &why }.emit();
        let why = brief(&why).into_owned();
        self.say(&ToAgent::Refused { why }).await.ok();
        Some(CloseFrame { code: close_code::POLICY, reason: "refused; the frame before says why".into() })
    }

    async fn say(&mut self, message: &ToAgent) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("every message is plain data");
        self.send(Message::Text(text.into())).await
    }

    /// Who takes nothing is let go of, with its seat.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        tokio::select! {
            () = self.stop.cancelled() => Err(End::Gone),
            sent = timeout(PATIENCE, self.socket.send(message)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(End::Gone),
            },
        }
    }
}

/// The oldest batch that waits, with its receipt; never, while none waits.
async fn next_receipt(waiting: &mut VecDeque<Waiting>) -> (Waiting, Option<Receipt>) {
    let Some(oldest) = waiting.front_mut() else { return std::future::pending().await };
    let receipt = (&mut oldest.receipt).await.ok();
    let oldest = waiting.pop_front().expect("the oldest was just looked at");
    (oldest, receipt)
}
