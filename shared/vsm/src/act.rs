//! An act: what people say of a signal. It carries no name of a person.

use serde::{Deserialize, Serialize};

use crate::{signal::SignalId, time::Moment};

/// An act on a signal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Act {
    /// The signal.
    pub signal: SignalId,
    /// What was said of it.
    pub answer: Answer,
    /// When, by the room's clock.
    pub at: Moment,
}

/// What people say of a signal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was well to be told, and what the series does is normal from now on: the signal is over.
    NewNormal,
    /// There was nothing to be told: the signal is over, and the indicator says less from now on.
    FalseAlarm,
    /// It was well to be told: the signal stays, and the indicator may say a little more.
    Useful,
}

/// A word that is no act.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no act {found:?}; the acts on a signal are new_normal, false_alarm and useful")]
pub struct NoSuchAct {
    found: String,
}

/// How much of a word that is no act is shown, in characters.
const SHOWN: usize = 40;

impl Answer {
    /// Every answer there is.
    pub const ALL: [Self; 3] = [Self::NewNormal, Self::FalseAlarm, Self::Useful];

    /// Its name in paths, frames and the archive.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewNormal => "new_normal",
            Self::FalseAlarm => "false_alarm",
            Self::Useful => "useful",
        }
    }

    /// The answer of a name.
    pub fn parse(name: &str) -> Result<Self, NoSuchAct> {
        let found = Self::ALL.into_iter().find(|answer| answer.name() == name);
        found.ok_or_else(|| NoSuchAct { found: name.chars().take(SHOWN).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_the_name_it_is_written_with() {
        for answer in Answer::ALL {
            assert_eq!(Answer::parse(answer.name()), Ok(answer));
            assert_eq!(serde_json::to_string(&answer).unwrap(), format!("\"{}\"", answer.name()));
        }
    }

    #[test]
    fn another_word_is_refused_with_the_acts_there_are() {
        let refusal = Answer::parse("acknowledge").unwrap_err().to_string();
        assert_eq!(refusal, "no act \"acknowledge\"; the acts on a signal are new_normal, false_alarm and useful");
        assert!(Answer::ALL.iter().all(|answer| refusal.contains(answer.name())));
    }
}
