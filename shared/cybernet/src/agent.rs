//! Between a team's agent and the room: agent protocol 1.
//!
//! An agent says hello and is welcomed with what the room has of it; then it sends batches, and hears `received` of each once it
//! is on the room's disk. A batch has a sequence, which rises, and counts once. There are two ways to number:
//!
//! - Batches are counted, with gaps or without. A batch stands for everything up to its sequence.
//! - Readings are counted, from 1 on: each has an ordinal, and a batch says in `first` and `sequence` those of its first and its
//!   last. The room takes each ordinal once, in whatever batches and order they come, and of a batch only what is new; so what is
//!   new may go ahead of a backlog. A batch without readings says that its ordinals will never come. The welcome tells beside
//!   `received`, up to which everything is in, the `ranges` above it that are in.
//!
//! The second is for rooms whose welcome has [`HEARS_FIRST`] among what it `hears`.

use std::fmt;

use serde::{Deserialize, Serialize};
use vsm::{id::AgentId, reading::Reading, signal::Signal, time::Moment};

use crate::{
    batch::{self, Names, Refused},
    faults::{self, Fault, MOST_FAULTS},
};

/// The agent protocol this code speaks.
pub const PROTOCOL: u64 = 1;
/// The longest frame either side takes, in bytes.
pub const LONGEST_FRAME: usize = 1 << 20;
/// The most readings in one batch.
pub const LARGEST_BATCH: usize = 10_000;
/// The most lost readings that can be told at once: what every JSON reader counts exactly.
pub const MOST_LOST: u64 = (1 << 53) - 1;
/// The word in a welcome of a room that hears [`ToRoom::Lost`]. To another room it must not be sent.
pub const HEARS_LOST: &str = "lost";
/// The word in a welcome of a room that hears the `first` of a batch. To another room it must not be sent.
pub const HEARS_FIRST: &str = "first";

/// The first message on every connection. Its debug form hides the token.
#[derive(Clone, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// See [`PROTOCOL`].
    pub protocol: u64,
    /// Who speaks.
    pub agent: AgentId,
    /// What lets it speak for its units; a room on loopback asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Version of the agent's program.
    #[serde(default)]
    pub version: String,
    /// Whether its readings are made up to rehearse; everything they light is marked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rehearsal: bool,
}

/// From agent to room, as the room reads it.
#[derive(Clone, Debug, PartialEq)]
pub enum ToRoom {
    /// Who speaks.
    Hello(Hello),
    /// What was measured.
    Readings(batch::Batch),
    /// What was measured and will never come.
    Lost(Lost),
    /// What cannot be read now, all of it.
    Faults(Vec<Fault>),
}

/// Readings that an agent had to let go: its outbox was full, or its disk was.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    /// How many the room has not heard of yet, at least one.
    pub readings: u64,
    /// When the first of them went, by the agent's clock.
    pub since: Moment,
}

/// From room to agent.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToAgent {
    /// What the room has from this agent.
    Welcome {
        /// It has everything up to this sequence; 0 if nothing.
        received: u64,
        /// What this room hears beyond the first rooms that spoke this protocol, as [`HEARS_LOST`] and
        /// [`HEARS_FAULTS`](crate::faults::HEARS_FAULTS).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        hears: Vec<String>,
        /// What it has above `received`: first and last ordinal of each range, rising, at most
        /// [`crate::ordinals::MOST_RANGES`]. Only an agent that says `first` comes to have any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ranges: Vec<[u64; 2]>,
    },
    /// The room has noted so many lost readings; the agent need not tell of them again.
    HeardLost {
        /// How many.
        readings: u64,
    },
    /// A batch is on the room's disk.
    Received {
        /// Its sequence.
        sequence: u64,
        /// The readings of it that were not taken.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<Refused>,
    },
    /// No new batch before that.
    SlowDown {
        /// How long, in milliseconds.
        millis: u64,
    },
    /// A signal of this agent's unit: the team hears first.
    Signal(Box<Signal>),
    /// The room will not go on; the socket closes.
    Refused {
        /// What was found and what would be right.
        why: String,
    },
}

/// Why a frame could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FrameFault {
    /// It is no message of this protocol.
    #[error("not a message of agent protocol {PROTOCOL}: {0}")]
    NotAMessage(String),
    /// It is a hello in another protocol.
    #[error("unknown protocol {0}; this room speaks {PROTOCOL}")]
    UnknownProtocol(u64),
    /// So many cannot have been lost.
    #[error("{0} readings lost; a number from 1 to {MOST_LOST} is right")]
    NotANumberOfLost(u64),
    /// It holds more than [`LARGEST_BATCH`].
    #[error("a batch of {0} readings; at most {LARGEST_BATCH} fit")]
    TooManyReadings(usize),
    /// It says that it stands for more ordinals than it has readings, or for fewer.
    #[error("first {first} and sequence {sequence} with {found} readings; {}", right(*first, *sequence))]
    NotSoMany {
        /// The ordinal of the first reading, as it says.
        first: u64,
        /// The ordinal of the last one.
        sequence: u64,
        /// How many there are.
        found: usize,
    },
    /// It tells of more than [`MOST_FAULTS`] indicators.
    #[error("{0} faults; at most {MOST_FAULTS} are told at once")]
    TooManyFaults(usize),
}

impl ToRoom {
    /// Reads a text frame. A reading that cannot be read is refused by itself; the others are taken.
    pub fn decode(text: &str, names: &mut Names) -> Result<Self, FrameFault> {
        if let Some(batch) = batch::decode(text, names)? {
            return Ok(Self::Readings(batch));
        }
        if text.trim_start().starts_with(r#"{"lost""#) {
            return decode_lost(text).map(Self::Lost);
        }
        if let Some(faults) = faults::decode(text) {
            return faults.map(Self::Faults);
        }
        decode_hello(text).map(Self::Hello)
    }
}

impl fmt::Debug for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, agent, token, version, rehearsal } = self;
        let token = token.as_ref().map(|_| "hidden");
        let mut hello = f.debug_struct("Hello");
        hello.field("protocol", protocol).field("agent", agent).field("token", &token);
        hello.field("version", version).field("rehearsal", rehearsal).finish()
    }
}

impl Hello {
    /// The frame that opens a connection.
    pub fn encode(&self) -> String {
        #[derive(Serialize)]
        struct Frame<'a> {
            hello: &'a Hello,
        }
        serde_json::to_string(&Frame { hello: self }).expect("names, numbers and notes are always JSON")
    }
}

impl Lost {
    /// The frame that tells it.
    pub fn encode(&self) -> String {
        #[derive(Serialize)]
        struct Frame<'a> {
            lost: &'a Lost,
        }
        serde_json::to_string(&Frame { lost: self }).expect("two numbers are always JSON")
    }
}

/// The frame that carries a batch. `readings` oldest first, at most [`LARGEST_BATCH`].
pub fn encode_readings(sequence: u64, readings: &[Reading]) -> String {
    batch::encode(None, sequence, readings)
}

/// The frame of a batch that says where it begins, to a room that [hears](HEARS_FIRST) it: `readings` have the ordinals from
/// `first` to `sequence`. With none of them it says that these will never come.
pub fn encode_span(first: u64, sequence: u64, readings: &[Reading]) -> String {
    batch::encode(Some(first), sequence, readings)
}

/// What would be right instead.
fn right(first: u64, sequence: u64) -> String {
    match sequence.checked_sub(first) {
        Some(more) if 0 < first => format!("{} would be right, or none where they were lost", u128::from(more) + 1),
        _ => "a first from 1 to the sequence would be right".to_owned(),
    }
}

fn decode_lost(text: &str) -> Result<Lost, FrameFault> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Frame {
        lost: Lost,
    }
    let not_a_message = |error: serde_json::Error| FrameFault::NotAMessage(error.to_string());
    let Frame { lost } = serde_json::from_str(text).map_err(not_a_message)?;
    if !(1..=MOST_LOST).contains(&lost.readings) {
        return Err(FrameFault::NotANumberOfLost(lost.readings));
    }
    Ok(lost)
}

fn decode_hello(text: &str) -> Result<Hello, FrameFault> {
    #[derive(Deserialize)]
    struct AnyHello {
        hello: AnyProtocol,
    }
    #[derive(Deserialize)]
    struct AnyProtocol {
        protocol: u64,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Frame {
        hello: Hello,
    }
    let not_a_message = |error: serde_json::Error| FrameFault::NotAMessage(error.to_string());
    let any: AnyHello = serde_json::from_str(text).map_err(not_a_message)?;
    if any.hello.protocol != PROTOCOL {
        return Err(FrameFault::UnknownProtocol(any.hello.protocol));
    }
    serde_json::from_str::<Frame>(text).map(|frame| frame.hello).map_err(not_a_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<ToRoom, FrameFault> {
        ToRoom::decode(text, &mut Names::default())
    }

    #[test]
    fn a_hello_is_read_as_the_contract_writes_it() {
        let text = r#"{"hello":{"protocol":1,"agent":"payments-host","token":"t","version":"0.1.0"}}"#;
        let Ok(ToRoom::Hello(hello)) = decode(text) else { panic!("no hello") };
        assert_eq!(hello.agent.as_str(), "payments-host");
        assert!(!hello.rehearsal);
        assert!(!format!("{hello:?}").contains("\"t\""), "{hello:?}");
        assert_eq!(hello.encode(), text);
    }

    #[test]
    fn another_protocol_is_named_even_if_its_hello_looks_different() {
        let fault = decode(r#"{"hello":{"protocol":7,"name":"x"}}"#).unwrap_err();
        assert_eq!(fault.to_string(), "unknown protocol 7; this room speaks 1");
    }

    #[test]
    fn garbage_is_refused_with_words() {
        for text in ["", "garbage", "[]", "{}", r#"{"lost":{}}"#, r#"{"goodbye":{}}"#, r#"{"hello":{"protocol":1}}"#] {
            let fault = decode(text).unwrap_err().to_string();
            assert!(fault.starts_with("not a message of agent protocol 1: "), "{fault}");
        }
    }

    #[test]
    fn what_the_room_says_is_written_as_the_contract_says() {
        let received = ToAgent::Received { sequence: 1235, refused: vec![Refused { index: 3, why: "no".to_owned() }] };
        let text = serde_json::to_string(&received).unwrap();
        assert_eq!(text, r#"{"received":{"sequence":1235,"refused":[{"index":3,"why":"no"}]}}"#);
        let welcome = |hears, ranges| serde_json::to_string(&ToAgent::Welcome { received: 7, hears, ranges }).unwrap();
        assert_eq!(welcome(vec![], vec![]), r#"{"welcome":{"received":7}}"#);
        let hears = [HEARS_LOST, HEARS_FIRST].map(str::to_owned).to_vec();
        let text = r#"{"welcome":{"received":7,"hears":["lost","first"],"ranges":[[9,12],[20,20]]}}"#;
        assert_eq!(welcome(hears, vec![[9, 12], [20, 20]]), text);
    }

    #[test]
    fn what_was_lost_is_read_as_it_is_written_and_a_room_that_says_less_is_understood() {
        let text = r#"{"lost":{"readings":12,"since":1763600000000}}"#;
        let Ok(ToRoom::Lost(lost)) = decode(text) else { panic!("nothing lost") };
        assert_eq!((lost.readings, lost.encode()), (12, text.to_owned()));
        for count in [0, MOST_LOST + 1, u64::MAX] {
            let fault = decode(&format!(r#"{{"lost":{{"readings":{count},"since":0}}}}"#)).unwrap_err().to_string();
            assert_eq!(fault, format!("{count} readings lost; a number from 1 to 9007199254740991 is right"));
        }
        let welcome = serde_json::from_str::<ToAgent>(r#"{"welcome":{"received":3}}"#).unwrap();
        assert_eq!(welcome, ToAgent::Welcome { received: 3, hears: vec![], ranges: vec![] });
        let more = serde_json::from_str::<ToAgent>(r#"{"welcome":{"received":3,"hears":["lost","song"],"sun":1}}"#);
        assert!(more.is_ok(), "an older agent passes over what it does not know");
    }
}
