//! The parts of a room, put together: the shards, the desk, the journal, the keeper and the metronome.

use std::{num::NonZeroUsize, sync::Arc, thread, time::Duration};

use archive::{Archive, Policy, Position};
use config::room::Room;
use opsroom::{desk::Desk, share::Share, watches::Watches};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Failure,
    clock,
    desk::{self, DeskHandle, ToDesk},
    happening::JournalDamaged,
    inboxes::{self, Inboxes},
    journal::{self, Journal, JournalHandle, Knock},
    keeper::Keeper,
    lobby::progress::Progress,
    metronome::{Metronome, Wanted},
    parts::Parts,
    past::{self, Gathering, Past, Stretch},
    restore::{self, Restored},
    shard::{self, Reached, Shard, Shards, ToShard},
};

/// The addresses of the shards, in the order of their shares.
type ToShards = Arc<[mpsc::Sender<ToShard>]>;

/// What the archive gave, in halves.
pub(crate) struct Halves {
    watches: Vec<Watches>,
    desk: Desk,
    position: Position,
    policy: Policy,
    /// How many entries of the journal were taken in again.
    pub(crate) replayed: u64,
    /// How many indicators are under watch.
    pub(crate) watched: usize,
}

/// Opens the archive, and has the room as it was.
pub(crate) fn read_archive(room: Room, progress: &Progress) -> Result<(Archive, Halves), Failure> {
    let mut archive = Archive::open(&room.archive)
        .map_err(|error| Failure::Refused(vec![format!("archive {}: {error}", room.archive.display())]))?;
    let Restored { opsroom, position, replayed, past, left_out } =
        restore::restore(&mut archive, &room.organisation, shards(&room), clock::now(), progress)?;
    if let Some(left_out) = &left_out {
        JournalDamaged(left_out).emit();
    }
    let (watches, desk) = opsroom.split();
    past::write_gathered(&mut archive, past);
    let watched = watches.iter().map(Watches::len).sum();
    let policy = past::policy(&room.keep);
    Ok((archive, Halves { watches, desk, position, replayed, watched, policy }))
}

/// How many shards a room has: as its file says, else one for each processor.
fn shards(room: &Room) -> usize {
    room.shards.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

/// The addresses of the parts.
pub(crate) struct Handles {
    pub(crate) desk: DeskHandle,
    pub(crate) journal: JournalHandle,
    pub(crate) shards: Shards,
    pub(crate) inboxes: Inboxes,
}

/// Starts every part of the room.
pub(crate) fn assemble(
    archive: Archive,
    Halves { watches, desk, position, policy, .. }: Halves,
    snapshot_every: Duration,
    stop: &CancellationToken,
) -> Result<(Parts, Handles), Failure> {
    let (to_journal, journal_inbox) = mpsc::channel(journal::WAITING);
    let (to_keeper, keeper_inbox) = mpsc::channel(1);
    let (to_desk, desk_inbox) = mpsc::channel(desk::WAITING);
    let reached = Reached::new(watches.len(), position);
    let (ailment, ailing) = watch::channel(None);
    let (desk, desk_task, wanted) = desk::open(desk, desk_inbox, reached.clone(), ailing);
    let mut parts = Parts::default();
    let place = Place { position, reached, desk: to_desk.clone(), wanted: wanted.clone() };
    let (shards, stretches) = start_shards(watches, &place, &mut parts)?;
    let mut inboxes = Inboxes::default();
    inboxes.add(inboxes::JOURNAL, &to_journal);
    inboxes.add("desk", &to_desk);
    shards.iter().enumerate().for_each(|(shard, inbox)| inboxes.add(format!("shard {shard}"), inbox));
    let keeper = Keeper {
        archive: archive.keeper()?,
        inbox: keeper_inbox,
        every: snapshot_every,
        shards: Arc::clone(&shards),
        desk: to_desk,
        journal: to_journal.clone(),
    };
    parts.thread("the keeper", keeper.start()?);
    let past = Past::new(stretches, policy);
    let journal = Journal::new(archive, journal_inbox, Arc::clone(&shards), to_keeper, past, ailment);
    parts.thread("the journal", journal.start()?);
    parts.task("the desk", desk_task.run());
    let metronome = Metronome::new(Arc::clone(&shards), Knock::at(to_journal.clone()));
    parts.task("the metronome", metronome.run(wanted, stop.clone()));
    Ok((parts, Handles { desk, journal: JournalHandle(to_journal), shards: Shards(shards), inboxes }))
}

/// What every shard is given.
struct Place {
    position: Position,
    reached: Reached,
    desk: mpsc::Sender<ToDesk>,
    wanted: Wanted,
}

/// Starts a shard for each of the watches; gives their addresses, and where each hands on what is past.
fn start_shards(
    watches: Vec<Watches>,
    place: &Place,
    parts: &mut Parts,
) -> std::io::Result<(ToShards, Vec<mpsc::Receiver<Stretch>>)> {
    let (mut shards, mut stretches) = (Vec::new(), Vec::new());
    for (share, watches) in Share::all(watches.len()).zip(watches) {
        let (to_shard, inbox) = mpsc::channel(shard::WAITING);
        let (history, handed_on) = mpsc::channel(past::WAITING);
        let Place { position, reached, desk, wanted } = place;
        let (reached, desk, wanted) = (reached.clone(), desk.clone(), wanted.clone());
        let past = Gathering::new(*position, share.of);
        let shard = Shard { share, watches, position: *position, reached, inbox, desk, wanted, past, history };
        parts.thread("a shard", shard.start()?);
        shards.push(to_shard);
        stretches.push(handed_on);
    }
    Ok((shards.into(), stretches))
}
