//! One websocket to a room, from hello to goodbye.

use cybernet::{
    agent::{HEARS_FIRST, HEARS_LOST, Hello, LONGEST_FRAME, ToAgent, encode_readings, encode_span},
    ordinals::Ordinals,
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{self, Bytes, Message, protocol::WebSocketConfig},
};
use tokio_util::sync::CancellationToken;

use super::{
    Link, LinkFault,
    flight::{Batch, Flight, Pulse},
    lanes::{Lanes, SMALL, Stretch},
    told::Teller,
    within,
};
use crate::{
    happening::{BacklogWaits, FrameIgnored, LinkUp, LossHeard, ReadingsRefused, Seldom, SignalHeard, SlowedDown},
    outbox::Run,
    token,
};

/// The most readings in one batch.
const LARGEST_BATCH: usize = 1000;
/// How long a batch may become, in bytes: half of what the room takes.
const LONGEST_BATCH: usize = LONGEST_FRAME / 2;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(super) struct Session<'a> {
    link: &'a mut Link,
    socket: Socket,
    flight: Flight,
    lanes: Lanes,
    /// Whether the room hears what was lost, and has not yet answered what it was last told.
    may_tell_lost: bool,
    teller: Teller,
    refusals: Seldom,
    oddities: Seldom,
}

impl<'a> Session<'a> {
    /// Connects, says hello and waits for the welcome.
    pub(super) async fn open(link: &'a mut Link) -> Result<Self, LinkFault> {
        let patience = link.patience;
        let mut socket = within(patience.connect, "no connection", connect(link)).await?;
        let token = link.token.as_ref().map(token::shown).transpose()?;
        send(&mut socket, Message::text(Hello { token, ..link.hello.clone() }.encode())).await?;
        let Welcome { has, hears } = within(patience.welcome, "no welcome", welcome(&mut socket)).await?;
        let teller = Teller::new(&hears, Instant::now());
        let hears = |word: &str| hears.iter().any(|heard| heard == word);
        let here = link.pickup.welcome(has.clone()).await?;
        LinkUp { room: &link.room, received: has.mark() }.emit();
        // A rehearsal begins with its past, so that nothing is young when it plays.
        let is_past = link.hello.rehearsal && has.highest() == 0;
        let small = if is_past { u64::MAX } else { SMALL };
        let lanes = Lanes::new(&has, here, hears(HEARS_FIRST), small);
        if lanes.are_two() {
            BacklogWaits { pending: here.pending }.emit();
        }
        let flight = Flight::new(patience.answer, Instant::now());
        let may_tell_lost = hears(HEARS_LOST);
        let (refusals, oddities) = (Seldom::default(), Seldom::default());
        let mut session = Self { link, socket, flight, lanes, may_tell_lost, teller, refusals, oddities };
        session.tell_lost().await?;
        Ok(session)
    }

    /// Sends what the outbox has until `stop`, which is `Ok`, or until the link ends.
    pub(super) async fn run(mut self, stop: &CancellationToken) -> Result<(), LinkFault> {
        let every = self.flight.interval();
        let mut pulse = interval_at(Instant::now() + every, every);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let departure = self.flight.may_leave(self.lanes.backlog().is_some());
            tokio::select! {
                () = stop.cancelled() => {
                    // Whether the room hears the goodbye changes nothing.
                    self.socket.close(None).await.ok();
                    return Ok(());
                }
                frame = self.socket.next() => self.hear(frame).await?,
                () = self.link.pickup.filled() => self.flight.fill(Instant::now()),
                () = reached(departure) => self.send_batch().await?,
                () = self.teller.due(&mut self.link.faults) => self.tell_faults().await?,
                _ = pulse.tick() => self.feel_pulse().await?,
            }
        }
    }

    /// Which readings are next: the backlog's have their share, and the link when nothing else is due.
    fn next_stretch(&self, now: Instant) -> Stretch {
        let backlog = self.lanes.backlog().filter(|_| self.flight.takes_backlog());
        let is_its_turn = self.lanes.is_turn_of_backlog() || !self.flight.is_due(now);
        backlog.filter(|_| is_its_turn).unwrap_or_else(|| self.lanes.lead())
    }

    async fn send_batch(&mut self) -> Result<(), LinkFault> {
        let of = self.next_stretch(Instant::now());
        let run = self.link.pickup.next(of.after, of.upto, LARGEST_BATCH).await?;
        match run {
            // What cannot be sent any more is told, so that the room does not wait for it.
            Some(Run { first, .. }) if self.lanes.say_first() && of.after + 1 < first => {
                self.send_gone([of.after + 1, first - 1], of).await
            }
            Some(run) => {
                let (sequence, frame) = pack(&run, self.lanes.say_first());
                self.send_frame(frame, [of.after + 1, sequence], of).await
            }
            None if of.upto < u64::MAX => self.send_gone([of.after + 1, of.upto], of).await,
            None => {
                self.flight.drain();
                Ok(())
            }
        }
    }

    /// Says that these ordinals will never come.
    async fn send_gone(&mut self, [first, last]: [u64; 2], of: Stretch) -> Result<(), LinkFault> {
        self.send_frame(encode_span(first, last, &[]), [first, last], of).await
    }

    async fn send_frame(&mut self, frame: String, range: [u64; 2], of: Stretch) -> Result<(), LinkFault> {
        self.send(Message::text(frame)).await?;
        self.lanes.leave(range, of);
        self.flight.leave(Batch { range, is_backlog: of.is_backlog }, Instant::now());
        Ok(())
    }

    async fn hear(&mut self, frame: Option<Result<Message, tungstenite::Error>>) -> Result<(), LinkFault> {
        let Some(text) = text(frame)? else {
            self.flight.hear(Instant::now());
            return Ok(());
        };
        let now = Instant::now();
        self.flight.hear(now);
        match serde_json::from_str(&text) {
            Ok(ToAgent::Received { sequence, refused }) => {
                if let Some(first) = refused.first() {
                    self.tell_refused(refused.len() as u64, &first.why, now);
                }
                for range in self.flight.land(sequence, now) {
                    self.link.pickup.forget(range).await?;
                }
            }
            Ok(ToAgent::HeardLost { readings }) => {
                LossHeard { count: readings }.emit();
                self.link.pickup.told_lost(readings).await?;
                self.may_tell_lost = true;
            }
            Ok(ToAgent::SlowDown { millis }) => SlowedDown { pause: self.flight.pause(millis, now) }.emit(),
            Ok(ToAgent::Signal(signal)) => SignalHeard(&signal).emit(),
            Ok(ToAgent::Refused { why }) => return Err(LinkFault::Refused(why)),
            Ok(ToAgent::Welcome { .. }) => self.tell_odd("a second welcome", now),
            // A newer room may say more than this agent knows.
            Err(why) => self.tell_odd(&why.to_string(), now),
        }
        Ok(())
    }

    /// Tells the room what the outbox had to let go, unless it has not yet answered the last time.
    async fn tell_lost(&mut self) -> Result<(), LinkFault> {
        if !self.may_tell_lost {
            return Ok(());
        }
        let Some(lost) = self.link.pickup.lost().await? else { return Ok(()) };
        self.may_tell_lost = false;
        self.send(Message::text(lost.encode())).await
    }

    /// Tells the room what cannot be read now.
    async fn tell_faults(&mut self) -> Result<(), LinkFault> {
        let frame = self.teller.frame(&mut self.link.faults, Instant::now());
        self.send(Message::text(frame)).await
    }

    async fn feel_pulse(&mut self) -> Result<(), LinkFault> {
        self.tell_lost().await?;
        match self.flight.pulse(Instant::now()) {
            Pulse::Well => Ok(()),
            Pulse::Ping => self.send(Message::Ping(Bytes::new())).await,
            Pulse::Dead(why) => Err(LinkFault::Late(why, self.link.patience.answer)),
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), LinkFault> {
        within(self.link.patience.answer, "nothing could be sent", send(&mut self.socket, message)).await
    }

    fn tell_refused(&mut self, count: u64, why: &str, now: Instant) {
        if let Some(count) = self.refusals.tell(count, now) {
            ReadingsRefused { count, why: why.to_owned() }.emit();
        }
    }

    fn tell_odd(&mut self, why: &str, now: Instant) {
        if self.oddities.tell(1, now).is_some() {
            FrameIgnored { why: why.to_owned() }.emit();
        }
    }
}

async fn connect(link: &Link) -> Result<Socket, LinkFault> {
    let limits = WebSocketConfig::default().max_message_size(Some(LONGEST_FRAME)).max_frame_size(Some(LONGEST_FRAME));
    let at_once = true;
    let tls = link.tls.clone().map(Connector::Rustls);
    let (socket, _) = connect_async_tls_with_config(link.room.as_str(), Some(limits), at_once, tls).await?;
    Ok(socket)
}

/// What a room says first.
struct Welcome {
    /// What it has of this agent.
    has: Ordinals,
    /// What it hears.
    hears: Vec<String>,
}

async fn welcome(socket: &mut Socket) -> Result<Welcome, LinkFault> {
    loop {
        let Some(text) = text(socket.next().await)? else { continue };
        match serde_json::from_str(&text) {
            Ok(ToAgent::Welcome { received, hears, ranges }) => {
                return Ok(Welcome { has: Ordinals::of(received, &ranges), hears });
            }
            Ok(ToAgent::Refused { why }) => return Err(LinkFault::Refused(why)),
            _ => (),
        }
    }
}

async fn send(socket: &mut Socket, message: Message) -> Result<(), LinkFault> {
    Ok(socket.send(message).await?)
}

/// The text of a frame; `None` if it is of another kind, which the socket answers by itself.
fn text(frame: Option<Result<Message, tungstenite::Error>>) -> Result<Option<tungstenite::Utf8Bytes>, LinkFault> {
    match frame {
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
        Some(Ok(Message::Close(Some(close)))) => Err(LinkFault::Closed(format!(": {close}"))),
        Some(Ok(Message::Close(None))) | None => Err(LinkFault::Closed(String::new())),
        Some(Ok(_)) => Ok(None),
        Some(Err(fault)) => Err(fault.into()),
    }
}

/// The frame of a batch, with as many readings of the run as fit, and its sequence.
fn pack(run: &Run, says_first: bool) -> (u64, String) {
    let mut readings = run.readings.as_slice();
    loop {
        let sequence = run.first + readings.len().saturating_sub(1) as u64;
        let frame = match says_first {
            true => encode_span(run.first, sequence, readings),
            false => encode_readings(sequence, readings),
        };
        if frame.len() <= LONGEST_BATCH || readings.len() <= 1 {
            return (sequence, frame);
        }
        readings = &readings[..readings.len() / 2];
    }
}

/// Waits for a moment; for ever if there is none.
async fn reached(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use vsm::{
        id::IndicatorId,
        reading::{Mark, Reading},
        time::Moment,
    };

    use super::*;

    #[test]
    fn a_batch_is_cut_to_what_a_frame_holds_and_its_sequence_is_that_of_its_last_reading() {
        let reading = Reading::new(IndicatorId::parse("a.b").unwrap(), Moment::default(), 1.5).unwrap();
        let small = Run { first: 5, readings: vec![reading.clone(); 1000] };
        assert_eq!(pack(&small, true).0, 1004);
        let note = Mark { note: Some("\u{1}".repeat(500)), ..Mark::default() };
        let large = Run { first: 5, readings: vec![reading.marked(note); 1000] };
        let (sequence, frame) = pack(&large, true);
        assert!(frame.len() <= LONGEST_BATCH);
        assert_eq!(sequence, 4 + frame.matches("a.b").count() as u64);
    }
}
