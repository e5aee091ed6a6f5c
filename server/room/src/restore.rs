//! From an archive to the room as it was: the newest snapshot, then the journal after it.

use archive::{Archive, ArchiveFault, Batch, Entry, LeftOut, Position, Snapshot};
use opsroom::{desk::Memory, opsroom::Opsroom, watches::Learned};
use serde::{Deserialize, Serialize};
use vsm::{organisation::Organisation, reading::Reading, time::Moment};

use crate::{lobby::progress::Progress, past::Gathering};

/// Raised whenever what a snapshot holds changes its form: an older one is passed over and the journal replayed.
pub const FORMAT: u32 = 4;

/// What a snapshot holds: the shard's part is compact, the desk's part is small.
#[derive(Deserialize, Serialize)]
struct Body {
    learned: Vec<u8>,
    desk: Vec<u8>,
}

/// The room as it was.
pub struct Restored {
    /// The core.
    pub opsroom: Opsroom,
    /// The last entry of the journal that it has taken in.
    pub position: Position,
    /// How many entries were taken in again.
    pub replayed: u64,
    /// What of them is not in history yet.
    pub past: Gathering,
    /// What is damaged in the journal and had to be left out.
    pub left_out: Option<LeftOut>,
}

/// Reads the newest snapshot that can be read and judges what the journal has after it.
///
/// Readings are judged with the moment at which they were received, acts taken with that of their own, in the order of the
/// journal, so the outcome is the same as without the restart. `progress` is told how far it is.
pub fn restore(
    archive: &Archive,
    organisation: &Organisation,
    now: Moment,
    progress: &Progress,
) -> Result<Restored, ArchiveFault> {
    let resumed = archive.newest_snapshot(FORMAT)?.and_then(|snapshot| {
        let (learned, memory) = decode(&snapshot)?;
        Some((Opsroom::resume(organisation.clone(), learned, memory, now), snapshot.position))
    });
    let (mut opsroom, after) =
        resumed.unwrap_or_else(|| (Opsroom::new(organisation.clone(), now), Position::default()));
    progress.replays(archive.entries_after(after)?);
    let mut replayed = 0;
    let mut past = Gathering::new(archive.history_position()?.max(after));
    let (position, left_out) = archive.replay_around(after, |position, entry| {
        match entry {
            Entry::Batch(Batch { readings, received_at, rehearsal, .. }) => {
                let hear = |reading: &Reading, expected| past.gather(position, reading, expected);
                opsroom.take_and_hear(&readings, received_at, rehearsal, hear)
            }
            Entry::Act(act) => opsroom.answer(&act),
        };
        past.reaches(position);
        replayed += 1;
        progress.took_one();
    })?;
    opsroom.follow(now);
    Ok(Restored { opsroom, position, replayed, past, left_out })
}

/// What a shard has learned, as bytes.
pub fn encode_learned(learned: &Learned) -> Vec<u8> {
    postcard::to_stdvec(learned).expect("what a shard has learned is plain data")
}

/// A snapshot of both halves.
pub fn snapshot(position: Position, taken_at: Moment, learned: Vec<u8>, memory: &Memory) -> Snapshot {
    let desk = serde_json::to_vec(memory).expect("what a desk remembers is plain data");
    let body = postcard::to_stdvec(&Body { learned, desk }).expect("two lists of bytes are plain data");
    Snapshot { position, taken_at, format: FORMAT, body }
}

/// `None` where it cannot be read; then the journal tells the whole story.
fn decode(snapshot: &Snapshot) -> Option<(Learned, Memory)> {
    let Body { learned, desk } = postcard::from_bytes(&snapshot.body).ok()?;
    Some((postcard::from_bytes(&learned).ok()?, serde_json::from_slice(&desk).ok()?))
}
