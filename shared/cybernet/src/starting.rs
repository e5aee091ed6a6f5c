//! How far a room is that listens and is not open yet: what it answers at `/readyz`.

use serde::{Deserialize, Serialize};

/// Why a room is not ready: `{"starting":{...}}`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unready {
    /// It starts.
    Starting(Starting),
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Starting {
    /// What it is at.
    pub step: Step,
    /// Entries of the journal that it has taken in again.
    pub entries: u64,
    /// How many there are after the newest snapshot; 0 as long as that is not known.
    pub of: u64,
    /// The share of them that it has taken in, from 0 to 1.
    pub share: f64,
    /// Seconds since it began.
    pub seconds: f64,
    /// The same for people.
    pub words: String,
}

/// What a room does before it is open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It opens its archive and reads the newest snapshot.
    Opens,
    /// It judges again what the journal has after it.
    Replays,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let text =
            r#"{"starting":{"step":"replays","entries":3,"of":12,"share":0.25,"seconds":1.5,"words":"it starts"}}"#;
        let read: Unready = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}
