//! The tables of the room: journal, sequences, snapshots, record.

use rusqlite::Row;
use vsm::id::AgentId;

use super::Check;
use crate::{
    batch::Position,
    codec::Damage,
    entry,
    snapshots::{self, Kept},
};

impl Check<'_> {
    pub(super) fn room(&mut self) {
        self.journal();
        self.taken();
        self.snapshots();
        self.none(
            "snapshots",
            "its position lies behind the end of the journal",
            "SELECT id FROM snapshots WHERE (SELECT ifnull(max(position), 0) FROM journal) < position",
        );
        self.walk("record", "SELECT id, key, at, kind, body, json_valid(body) FROM record", line);
    }

    /// Every head is what was written, and so are all its pieces; pieces without a head are of no account.
    fn snapshots(&mut self) {
        let mut kept = Vec::new();
        let walked = snapshots::heads(self.database, |id, head| kept.push((id, head)));
        if let Err(fault) = walked {
            self.tell("snapshots", None, fault.to_string());
        }
        self.report.rows.push(("snapshots", kept.len() as u64));
        for (id, head) in kept {
            let read = head.map_err(|damage| damage.to_string()).and_then(|snapshot| {
                let pieces = snapshots::pieces(self.database, &Kept { id, snapshot }, |_| {});
                pieces.map_err(|fault| cause(&fault))
            });
            if let Err(what) = read {
                self.tell("snapshots", Some(id.to_string()), what);
            }
        }
    }

    /// Every batch of the journal has been taken, and what has been taken is a mark and ranges apart from it and each other.
    fn taken(&mut self) {
        let agent = |row: &Row<'_>| {
            let agent: String = row.get(0).map_err(super::column)?;
            AgentId::try_from(agent).map(drop).map_err(Damage::Name)
        };
        self.walk("taken", "SELECT agent, sequence FROM taken", agent);
        self.walk("taken_ranges", "SELECT agent, first, last FROM taken_ranges", agent);
        self.none(
            "taken",
            "this agent's last sequence is below one of its batches in the journal, which lies in no range above it",
            "SELECT agent FROM taken JOIN journal USING (agent)
             WHERE ((taken.sequence < 0) = (journal.sequence < 0) AND taken.sequence < journal.sequence
             OR 0 <= taken.sequence AND journal.sequence < 0) AND NOT EXISTS (SELECT 1 FROM taken_ranges
             WHERE taken_ranges.agent = journal.agent AND journal.sequence BETWEEN first AND last) GROUP BY agent",
        );
        self.none(
            "taken",
            "this agent has batches in the journal, and its last sequence is not known",
            "SELECT agent FROM journal WHERE kind = 0 AND agent NOT IN (SELECT agent FROM taken) GROUP BY agent",
        );
        self.none(
            "taken_ranges",
            "a range of this agent ends before it begins, or touches its last sequence or another range",
            "SELECT agent FROM taken_ranges LEFT JOIN taken USING (agent)
             WHERE last < first OR first <= ifnull(taken.sequence, 0) + 1 OR EXISTS (SELECT 1 FROM taken_ranges AS other
             WHERE other.agent = taken_ranges.agent AND other.first < taken_ranges.first
             AND taken_ranges.first <= other.last + 1) GROUP BY agent",
        );
    }

    /// Every entry can be read, and none is missing between the first and the last.
    fn journal(&mut self) {
        let mut expected = None;
        let mut missing = Vec::new();
        let from_the_first = entry::SELECT.replace("?1", &i64::MIN.saturating_add(1).to_string());
        self.walk("journal", &from_the_first, |row| {
            let position: i64 = row.get(0).map_err(|fault| fault.to_string())?;
            if expected.is_some_and(|expected| expected != position) {
                missing.push(position);
            }
            expected = Some(position.saturating_add(1));
            // The reader's fault names the position, as the report does; what is wrong is its cause.
            entry::read(Position::of_row(position), row).map(drop).map_err(|fault| cause(&fault))
        });
        for position in missing {
            self.tell("journal", Some(position.to_string()), "the entry before it is missing");
        }
    }
}

fn cause(fault: &(dyn std::error::Error + 'static)) -> String {
    fault.source().unwrap_or(fault).to_string()
}

fn line(row: &Row<'_>) -> Result<(), String> {
    let text = |column| row.get::<_, String>(column).map_err(|fault| fault.to_string());
    for column in [1, 3, 4] {
        text(column)?;
    }
    let is_json = row.get::<_, bool>(5).unwrap_or(false);
    if is_json { Ok(()) } else { Err("its body is not JSON".to_owned()) }
}
