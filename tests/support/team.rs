//! A team's agent that does what a test tells it: agent protocol 1, and nothing kept on disk.

use std::{collections::VecDeque, net::SocketAddr};

use cybernet::{
    agent::{Hello, Lost, PROTOCOL, ToAgent, encode_readings},
    batch::Refused,
    faults::{Fault, encode},
};
use vsm::{id::AgentId, reading::Reading, signal::Signal};

use crate::socket::Socket;

/// How many batches wait for their acknowledgement at most.
const IN_FLIGHT: usize = 8;

/// An agent that the room has welcomed.
pub struct TeamAgent {
    socket: Socket,
    /// The last sequence the room has had from this agent, as it said in its welcome and in the answers to a stream.
    pub received: u64,
    /// The signals it has been told of, in order.
    pub signals: Vec<Signal>,
}

impl TeamAgent {
    /// Connects and says hello.
    ///
    /// # Panics
    /// If the room does not welcome it.
    pub async fn join(room: SocketAddr, name: &str) -> Self {
        Self::ask_in(room, &hello(name)).await.unwrap_or_else(|why| panic!("no welcome but {why:?}"))
    }

    /// The same with a hello of one's own; gives the words of a room that refuses it and closes the socket.
    ///
    /// # Panics
    /// If the room does anything else.
    pub async fn ask_in(room: SocketAddr, hello: &Hello) -> Result<Self, String> {
        let mut socket = Socket::connect(room, "/api/v1/agent").await;
        socket.say(hello.encode()).await;
        match hear(&mut socket).await {
            Some(ToAgent::Welcome { received, .. }) => Ok(Self { socket, received, signals: Vec::new() }),
            Some(ToAgent::Refused { why }) => {
                assert_eq!(hear(&mut socket).await, None, "the room closes the socket");
                Err(why)
            }
            other => panic!("neither welcomed nor refused but {other:?}"),
        }
    }

    /// Says that it has lost readings, and waits until the room has noted so many.
    ///
    /// # Panics
    /// If the room answers anything else.
    pub async fn tell_lost(&mut self, lost: Lost) {
        self.socket.say(lost.encode()).await;
        assert_eq!(self.hear().await, Some(ToAgent::HeardLost { readings: lost.readings }));
    }

    /// Says what it cannot read, which nothing answers.
    pub async fn tell_faults(&mut self, faults: &[Fault]) {
        self.socket.say(encode(faults)).await;
    }

    /// Sends a batch and does not wait.
    pub async fn send(&mut self, sequence: u64, readings: &[Reading]) {
        self.socket.say(encode_readings(sequence, readings)).await;
    }

    /// The next thing the room says apart from signals, which are kept; `None` once it has gone.
    pub async fn hear(&mut self) -> Option<ToAgent> {
        loop {
            match hear(&mut self.socket).await? {
                ToAgent::Signal(signal) => self.signals.push(*signal),
                other => return Some(other),
            }
        }
    }

    /// The next thing the room says, if it is a signal; it is kept with the others.
    ///
    /// # Panics
    /// If it is none.
    pub async fn hear_signal(&mut self) -> Signal {
        match hear(&mut self.socket).await {
            Some(ToAgent::Signal(signal)) => {
                self.signals.push((*signal).clone());
                *signal
            }
            other => panic!("no signal but {other:?}"),
        }
    }

    /// Sends a batch and waits until the room has it on disk; gives what it did not take of it.
    ///
    /// # Panics
    /// If the room answers anything else.
    pub async fn deliver(&mut self, sequence: u64, readings: &[Reading]) -> Vec<Refused> {
        self.send(sequence, readings).await;
        match self.hear().await {
            Some(ToAgent::Received { sequence: received, refused }) if received == sequence => refused,
            other => panic!("batch {sequence} was not received but {other:?}"),
        }
    }

    /// Sends those of `batches` that the room does not have yet, several in flight, until `upto` is acknowledged.
    /// What is in flight then stays in flight. A batch is its sequence and its readings, in order.
    ///
    /// # Panics
    /// If the room acknowledges anything out of order.
    pub async fn stream(&mut self, batches: &[(u64, Vec<Reading>)], upto: u64) {
        let mut waiting = VecDeque::new();
        let has = self.received;
        let mut left = batches.iter().filter(|(sequence, _)| has < *sequence);
        while self.received < upto {
            while waiting.len() < IN_FLIGHT
                && let Some((sequence, readings)) = left.next()
            {
                self.socket.say(encode_readings(*sequence, readings)).await;
                waiting.push_back(*sequence);
            }
            match self.hear().await {
                Some(ToAgent::Received { sequence, .. }) if Some(sequence) == waiting.pop_front() => {
                    self.received = sequence;
                }
                other => panic!("after {} no acknowledgement but {other:?}", self.received),
            }
        }
    }
}

/// The hello of an agent that measures and does not rehearse.
///
/// # Panics
/// If the name is none.
pub fn hello(name: &str) -> Hello {
    let agent = AgentId::parse(name).expect("the name of an agent");
    Hello { protocol: PROTOCOL, agent, token: None, version: "0.1.0".to_owned(), rehearsal: false }
}

async fn hear(socket: &mut Socket) -> Option<ToAgent> {
    let text = socket.hear().await?;
    Some(serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why} in {text}")))
}
