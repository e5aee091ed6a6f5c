//! From an archive to the room as it was: the newest snapshot, then the journal after it.

use std::sync::Arc;

use archive::{Archive, ArchiveFault, Batch, Entry, Kept, LeftOut, Position, Snapshot};
use opsroom::{desk::Memory, opsroom::Opsroom, watches::Learned};
use serde::{Deserialize, Serialize};
use vsm::{itself::is_the_room, organisation::Organisation, time::Moment};

use crate::{happening::ArchiveFailed, lobby::progress::Progress, past::Gathering};

/// Raised whenever what a snapshot holds changes its form: an older one is passed over and the journal replayed.
pub const FORMAT: u32 = 8;

/// What the head of a snapshot holds.
#[derive(Deserialize, Serialize)]
struct Head {
    /// The number of the last entry of the journal that the desk had folded.
    shown: u64,
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
    archive: &mut Archive,
    organisation: &Organisation,
    shards: usize,
    now: Moment,
    progress: &Progress,
) -> Result<Restored, ArchiveFault> {
    let (mut opsroom, after) = match resume(archive, organisation, shards, now)? {
        Some(resumed) => resumed,
        None => (Opsroom::with_shards(organisation.clone(), shards, now), Position::default()),
    };
    progress.replays(archive.entries_after(after)?);
    let mut replayed = 0;
    let mut past = Gathering::new(archive.history_position()?.max(after), 1);
    let (position, left_out) = archive.replay_around(after, |position, entry| {
        opsroom.turn_to(position.number());
        match entry {
            Entry::Batch(batch) => {
                let batch = Arc::new(batch);
                let Batch { readings, received_at, rehearsal, agent, .. } = batch.as_ref();
                // The room hears of itself at no door.
                if !is_the_room(agent) {
                    opsroom.note_source(agent, readings);
                }
                let hear = |place, expected| past.gather(position, &batch, place, expected);
                opsroom.take_and_hear(readings, *received_at, *rehearsal, hear)
            }
            Entry::Act(act) => opsroom.answer(&act),
        };
        past.reaches(position);
        replayed += 1;
        progress.took_one();
    })?;
    opsroom.catch_up();
    opsroom.follow(now);
    Ok(Restored { opsroom, position, replayed, past, left_out })
}

/// What some watches have learned, or a desk remembers, as bytes.
pub fn encode(learned: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(learned).expect("what a room has learned is plain data")
}

/// The head of a snapshot whose pages lack nothing up to a position; the desk had folded the entry with the number `shown`.
pub fn head(position: Position, shown: u64, taken_at: Moment, desk: Vec<u8>) -> Snapshot {
    Snapshot { position, taken_at, format: FORMAT, pieces: 0, body: encode(&Head { shown, desk }) }
}

/// What a desk remembers, as bytes.
pub fn encode_memory(memory: &Memory) -> Vec<u8> {
    serde_json::to_vec(memory).expect("what a desk remembers is plain data")
}

/// The room as the newest snapshot has it that can be read, and the position behind which the journal goes on.
fn resume(
    archive: &mut Archive,
    organisation: &Organisation,
    shards: usize,
    now: Moment,
) -> Result<Option<(Opsroom, Position)>, ArchiveFault> {
    let (kept, damaged) = archive.snapshots(FORMAT)?;
    damaged.iter().for_each(|fault| ArchiveFailed { what: "read a snapshot", error: fault }.emit());
    for kept in kept {
        if !archive.has_all_behind(kept.snapshot.position)? {
            ArchiveFailed { what: "go on behind a snapshot", error: &Cut }.emit();
            continue;
        }
        match read(archive, &kept, organisation, shards, now) {
            Ok(Some(opsroom)) => return Ok(Some((opsroom, kept.snapshot.position))),
            Ok(None) => ArchiveFailed { what: "read a snapshot", error: &NotReadable }.emit(),
            Err(fault) if fault.is_damage() => ArchiveFailed { what: "read a snapshot", error: &fault }.emit(),
            Err(fault) => return Err(fault),
        }
        // The journal is not cut for the sake of a snapshot that is of no use.
        archive.distrust(&kept)?;
    }
    Ok(None)
}

/// What the journal had behind it is gone.
#[derive(Debug, thiserror::Error)]
#[error("the journal was cut behind it")]
struct Cut;

/// Another program wrote it under the same format.
#[derive(Debug, thiserror::Error)]
#[error("what it holds is not what this program writes")]
struct NotReadable;

/// `None` where it holds something else than this program writes; then the journal tells the whole story.
fn read(
    archive: &Archive,
    kept: &Kept,
    organisation: &Organisation,
    shards: usize,
    now: Moment,
) -> Result<Option<Opsroom>, ArchiveFault> {
    let Snapshot { body, taken_at, .. } = &kept.snapshot;
    let Ok(Head { shown, desk }) = postcard::from_bytes(body) else { return Ok(None) };
    let Ok(memory) = serde_json::from_slice(&desk) else { return Ok(None) };
    let mut opsroom = Opsroom::resume_behind(organisation.clone(), shards, memory, (shown, *taken_at), now);
    let mut all = true;
    archive.pieces(kept, |piece| match postcard::from_bytes::<Learned>(piece) {
        Ok(learned) => opsroom.learn(learned),
        Err(_) => all = false,
    })?;
    Ok(all.then_some(opsroom))
}
