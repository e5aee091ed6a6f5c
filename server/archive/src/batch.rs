//! What the journal holds most of: batches, and where in it an entry lies.

use std::fmt;

use serde::{Deserialize, Serialize};
use vsm::{id::AgentId, reading::Reading, time::Moment};

/// Readings that arrived together from one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Who sent it.
    pub agent: AgentId,
    /// The agent's own count of its batches, rising from 1; gaps are allowed. Where every reading has an ordinal, that of
    /// the last in the batch as it came.
    pub sequence: u64,
    /// When it arrived, by the room's clock.
    pub received_at: Moment,
    /// Whether the agent plays a script instead of measuring.
    pub rehearsal: bool,
    /// The readings, in the order of arrival.
    pub readings: Vec<Reading>,
}

/// Where an entry lies in the journal; rises from entry to entry. The default lies before the first.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Position(u64);

/// What became of a batch that was to be appended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Taken {
    /// It is on disk, at this position.
    Now(Position),
    /// All that it stands for had been taken; nothing was written.
    Before,
    /// It would have begun one range more above what is in of its agent than are kept,
    /// [`cybernet::ordinals::MOST_RANGES`]; nothing was written.
    OneRangeTooMany,
}

impl Position {
    /// As a number, which rises as the position does.
    pub fn number(self) -> u64 {
        self.0
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// As a row number. Positions the archive gave fit; one from elsewhere that does not lies after every row.
    pub(crate) fn row(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }

    pub(crate) fn of_row(row: i64) -> Self {
        Self(u64::try_from(row).unwrap_or(0))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
