//! Between the room and a screen: screen protocol 1.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use vsm::{
    act::{Answer, NoSuchAct},
    signal::{NotASignal, SignalId},
    time::Moment,
};

use crate::picture::{Changes, Picture};

/// A screen hears something at least this often, in milliseconds.
pub const PULSE_EVERY_MS: u64 = 2_000;

/// From room to screen: one picture, then changes for ever.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToScreen {
    /// Replaces whatever the screen had.
    Picture(Box<Picture>),
    /// Follows what the screen has.
    Changes(Changes),
    /// Nothing changed; the room is alive.
    Pulse {
        /// By the room's clock.
        at: Moment,
    },
    /// The room will not do what the screen asked for.
    Refused {
        /// What was found and what would be right.
        why: String,
    },
}

/// From screen to room, as the room reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum FromScreen {
    /// `{"act":{"signal":"...","new_normal":{}}}`: answered by a change to every screen, or refused with words.
    Act {
        /// The signal.
        signal: SignalId,
        /// What was said of it.
        answer: Answer,
    },
}

/// Why a frame of a screen could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ActFault {
    /// It is no message of this protocol.
    #[error("not a message of screen protocol 1: {0}; an act is {EXAMPLE}")]
    NotAMessage(String),
    /// It names no signal.
    #[error("an act on no signal; an act is {EXAMPLE}")]
    NoSignal,
    /// What it names is no signal.
    #[error(transparent)]
    Signal(#[from] NotASignal),
    /// It holds no act, or more than one.
    #[error("{0} acts in one frame, one is right; an act is {EXAMPLE}")]
    NotOne(usize),
    /// It holds an act that there is not.
    #[error(transparent)]
    NoSuchAct(#[from] NoSuchAct),
    /// The act holds what it does not take.
    #[error("{act} with {with}; it takes nothing: {{}}")]
    TakesNothing {
        /// The act.
        act: &'static str,
        /// What it came with, as far as it is shown.
        with: String,
    },
}

/// What an act looks like.
const EXAMPLE: &str = r#"{"act":{"signal":"plant/output@1763600000000","new_normal":{}}}"#;
/// How much of what was found is shown, in characters.
const SHOWN: usize = 80;

impl FromScreen {
    /// Reads a text frame.
    pub fn decode(text: &str) -> Result<Self, ActFault> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Frame {
            act: Map<String, Value>,
        }
        let words = |error: serde_json::Error| error.to_string().chars().take(SHOWN).collect();
        let frame = serde_json::from_str(text).map_err(|error| ActFault::NotAMessage(words(error)));
        let Frame { mut act } = frame?;
        let Some(Value::String(signal)) = act.remove("signal") else { return Err(ActFault::NoSignal) };
        let signal = SignalId::parse(&signal)?;
        let many = act.len();
        let Some((name, with)) = act.into_iter().next().filter(|_| many == 1) else {
            return Err(ActFault::NotOne(many));
        };
        let answer = Answer::parse(&name)?;
        takes_nothing(answer, &with)?;
        Ok(Self::Act { signal, answer })
    }
}

/// Refuses what an answer came with, unless that is nothing: `{}`.
pub fn takes_nothing(answer: Answer, with: &Value) -> Result<(), ActFault> {
    if with.as_object().is_some_and(Map::is_empty) {
        return Ok(());
    }
    Err(ActFault::TakesNothing { act: answer.name(), with: with.to_string().chars().take(SHOWN).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_read_as_the_contract_writes_it() {
        let signal = SignalId::parse("plant/output@1763600000000").unwrap();
        let (text, answer) = (EXAMPLE, Answer::NewNormal);
        assert_eq!(FromScreen::decode(text), Ok(FromScreen::Act { signal, answer }));
    }

    #[test]
    fn what_is_no_act_is_refused_with_what_was_found_and_what_would_be_right() {
        for (text, words) in [
            ("garbage", "not a message of screen protocol 1: expected value at line 1 column 1; an act is {"),
            ("{}", "not a message of screen protocol 1: missing field `act`"),
            (r#"{"act":{},"colour":1}"#, "not a message of screen protocol 1: unknown field `colour`"),
            (r#"{"act":{"useful":{}}}"#, "an act on no signal; "),
            (r#"{"act":{"signal":7,"useful":{}}}"#, "an act on no signal; "),
            (r#"{"act":{"signal":"a","useful":{}}}"#, "not a signal: \"a\"; "),
            (r#"{"act":{"signal":"a@7"}}"#, "0 acts in one frame, one is right; "),
            (r#"{"act":{"signal":"a@7","useful":{},"new_normal":{}}}"#, "2 acts in one frame, one is right; "),
            (
                r#"{"act":{"signal":"a@7","acknowledge":{}}}"#,
                "no act \"acknowledge\"; the acts on a signal are new_normal",
            ),
            (r#"{"act":{"signal":"a@7","useful":{"by":"x"}}}"#, r#"useful with {"by":"x"}; it takes nothing: {}"#),
        ] {
            let refusal = FromScreen::decode(text).unwrap_err().to_string();
            assert!(refusal.starts_with(words), "{text}: {refusal}");
        }
    }
}
