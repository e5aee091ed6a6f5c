//! What an agent cannot read, in words: an addition to agent protocol 1.
//!
//! `{"faults":[{"indicator":"payments.latency_p95","why":"no answer within 5s"}]}` is the whole set each time, sent after
//! the welcome and whenever it changes, to a room whose welcome hears the word [`HEARS_FAULTS`]. Nothing answers it.

use std::fmt;

use serde::{Deserialize, Serialize};
use vsm::id::IndicatorId;

use crate::agent::FrameFault;

/// The word in a welcome of a room that hears what an agent cannot read. To another room it must not be sent.
pub const HEARS_FAULTS: &str = "faults";
/// The most indicators one agent tells of.
pub const MOST_FAULTS: usize = 1_000;
/// How long the words for one of them may be, in bytes.
pub const LONGEST_WHY: usize = 200;

/// An indicator that cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which.
    pub indicator: IndicatorId,
    /// What was found.
    pub why: Why,
}

/// Words on one line, at least one letter and at most [`LONGEST_WHY`] bytes.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Why(String);

impl Why {
    /// What can be shown of `words`: as much as fits, cut at a character, with spaces for what breaks a line.
    pub fn new(words: &str) -> Self {
        let mut line = String::new();
        // What is left out at the end need not be looked at.
        for word in words.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()) {
            if LONGEST_WHY <= line.len() {
                break;
            }
            let space = if line.is_empty() { "" } else { " " };
            line += space;
            line += &word[..word.floor_char_boundary(LONGEST_WHY)];
        }
        line.truncate(line.floor_char_boundary(LONGEST_WHY));
        line.truncate(line.trim_end().len());
        Self(if line.is_empty() { "no reason given".to_owned() } else { line })
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Why {
    fn from(words: String) -> Self {
        Self::new(&words)
    }
}

impl From<Why> for String {
    fn from(why: Why) -> Self {
        why.0
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The frame that tells the whole set, at most [`MOST_FAULTS`] of it.
pub fn encode(faults: &[Fault]) -> String {
    #[derive(Serialize)]
    struct Frame<'a> {
        faults: &'a [Fault],
    }
    let frame = Frame { faults: &faults[..faults.len().min(MOST_FAULTS)] };
    serde_json::to_string(&frame).expect("names and words are always JSON")
}

/// Reads a frame that begins as one of these does; `None` for any other.
pub(crate) fn decode(text: &str) -> Option<Result<Vec<Fault>, FrameFault>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Frame {
        faults: Vec<Fault>,
    }
    if !text.trim_start().starts_with(r#"{"faults""#) {
        return None;
    }
    let frame = serde_json::from_str::<Frame>(text).map_err(|error| FrameFault::NotAMessage(error.to_string()));
    Some(frame.and_then(|Frame { faults }| match faults.len() {
        ..=MOST_FAULTS => Ok(faults),
        more => Err(FrameFault::TooManyFaults(more)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{agent::ToRoom, batch::Names};

    fn read(text: &str) -> Result<ToRoom, FrameFault> {
        ToRoom::decode(text, &mut Names::default())
    }

    fn fault(indicator: &str, why: &str) -> Fault {
        Fault { indicator: IndicatorId::parse(indicator).unwrap(), why: Why::new(why) }
    }

    #[test]
    fn a_set_is_read_as_it_is_written() {
        let text = r#"{"faults":[{"indicator":"payments.latency_p95","why":"no answer within 5s"}]}"#;
        let faults = vec![fault("payments.latency_p95", "no answer within 5s")];
        assert_eq!((encode(&faults), read(text)), (text.to_owned(), Ok(ToRoom::Faults(faults))));
        assert_eq!(read(&encode(&[])), Ok(ToRoom::Faults(vec![])));
    }

    #[test]
    fn words_are_one_line_and_cut_at_a_character() {
        assert_eq!(Why::new(" cannot\r\n\tbe\u{1b}read ").as_str(), "cannot be read");
        assert_eq!(Why::new(" \n ").as_str(), "no reason given");
        assert_eq!(Why::new(&"é".repeat(150)).as_str(), "é".repeat(100));
        assert_eq!(Why::new(&format!("a{}", "é".repeat(150))).as_str().len(), LONGEST_WHY - 1);
        let long = Why::new(&"word ".repeat(90));
        assert_eq!(long.as_str(), "word ".repeat(40).trim_end());
        assert_eq!(Why::new(long.as_str()), long);
    }

    #[test]
    fn the_largest_set_fits_in_a_frame_and_a_larger_one_is_refused() {
        let id = |i: usize| format!("{i:05}{}", "x".repeat(vsm::id::LONGEST - 5));
        let many: Vec<_> = (0..MOST_FAULTS + 5).map(|i| fault(&id(i), &"\"".repeat(300))).collect();
        let frame = encode(&many);
        assert!(frame.len() < crate::agent::LONGEST_FRAME, "{}", frame.len());
        let Ok(ToRoom::Faults(told)) = read(&frame) else { panic!("no faults") };
        assert_eq!(told, many[..MOST_FAULTS]);
        let one = serde_json::to_string(&many[0]).unwrap();
        let refused = read(&format!(r#"{{"faults":[{}{one}]}}"#, format!("{one},").repeat(MOST_FAULTS))).unwrap_err();
        assert_eq!(refused.to_string(), "1001 faults; at most 1000 are told at once");
    }

    #[test]
    fn nonsense_is_refused_with_words() {
        for text in [
            r#"{"faults":{}}"#,
            r#"{"faults":[{"indicator":"A","why":"x"}]}"#,
            r#"{"faults":[{"indicator":"a"}]}"#,
            r#"{"faults":[{"indicator":"a","why":"x","more":1}]}"#,
            r#"{"faults":[],"more":1}"#,
        ] {
            let words = read(text).unwrap_err().to_string();
            assert!(words.starts_with("not a message of agent protocol 1: "), "{words}");
        }
    }
}
