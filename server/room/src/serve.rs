//! `synco serve`: puts the room together, runs it, and takes it apart within its grace period.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use archive::{Archive, Policy};
use config::room::{Room, Tls};
use metrics_exporter_prometheus::PrometheusHandle;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::{self, JoinHandle},
    time::{Instant, MissedTickBehavior, interval, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vsm::id::IndicatorId;

use crate::{
    api::{self, App},
    beyond,
    cli::{Failure, ServeArgs},
    clock, connections,
    desk::{self, DeskHandle},
    door,
    doorkeeper::Doorkeeper,
    figures,
    happening::{ArchiveFailed, ClosedInHaste, JournalDamaged, Opened, PartEnded},
    inboxes::{self, Inboxes, Pressure},
    itself::{self, Itself},
    journal::{self, JournalHandle},
    lobby::{Lobby, progress::Progress},
    parts::Parts,
    past::{self, Gathering},
    restore::{self, Restored},
    screen,
    seats::Seats,
    senders::Senders,
    shard::{self, Shard, ShardHandle, ToShard},
    signals,
    tls::{Identity, SecureListener},
};

/// How long the room may take to close, whoever is connected. A supervisor commonly grants 10 s.
pub const CLOSES_WITHIN: Duration = Duration::from_secs(8);
/// The part of it that requests and sockets may take; the rest is for the archive.
const SOCKETS_END_WITHIN: Duration = Duration::from_secs(3);
/// How often silence is looked for.
const TICK_EVERY: Duration = Duration::from_secs(1);

/// Opens the room and keeps it open until it is told to stop.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    let room = configure(args)?;
    raise_open_files();
    let stop = CancellationToken::new();
    let (stopping, asked_to_end) = (stop.clone(), signals::asked_to_end()?);
    task::spawn(async move {
        asked_to_end.await;
        stopping.cancel();
    });
    let (metrics, overheard) = figures::install()?;
    let identity = identity(&room)?;
    let listener = listen(room.listen).await?;
    let at = listener.local_addr()?;
    let (lobby, sockets) = (Lobby::new(&room, at, metrics.clone()), TaskTracker::new());
    let serving = attend(listener, identity, &lobby, &sockets, &stop)?;
    sockets.spawn(figures::gather(metrics.clone(), stop.clone()));
    let watches_itself = room.watch_itself;
    let running = tokio::select! {
        // What was being read then is only read.
        () = stop.cancelled() => return Ok(()),
        running = open(room, at, metrics, lobby.progress(), sockets.clone(), stop.clone()) => running?,
    };
    if let Some(every) = watches_itself {
        let itself = Itself::new(overheard, every, running.app.journal.clone());
        sockets.spawn(itself.run(stop.clone()));
    }
    lobby.open(api::router(running.app.clone()));
    println!("open");
    running.until_closed(serving, stop).await
}

/// From now on whoever comes is answered: by the lobby, and by the room once it is open.
fn attend(
    listener: TcpListener,
    identity: Option<Identity>,
    lobby: &Lobby,
    sockets: &TaskTracker,
    stop: &CancellationToken,
) -> Result<JoinHandle<()>, Failure> {
    let at = listener.local_addr()?;
    let (lobby, stop) = (lobby.clone(), stop.clone());
    let Some(identity) = identity else {
        println!("listening http://{at}");
        return Ok(task::spawn(connections::serve(listener, lobby, stop)));
    };
    let secure = SecureListener::start(listener, identity, sockets, stop.clone())?;
    println!("listening https://{at}");
    Ok(task::spawn(connections::serve(secure, lobby, stop)))
}

/// What the room shows of itself, where it speaks TLS.
fn identity(room: &Room) -> Result<Option<Identity>, Failure> {
    let Some(Tls::Own(certificate)) = &room.tls else { return Ok(None) };
    Identity::read(certificate).map(Some).map_err(|why| Failure::Refused(vec![why]))
}

fn configure(args: ServeArgs) -> Result<Room, Failure> {
    let lines = |faults: Vec<config::Fault>| Failure::Refused(faults.iter().map(ToString::to_string).collect());
    let mut room = match &args.config {
        Some(path) => config::room::read(path).map_err(lines)?,
        None => Room::default(),
    };
    room.listen = args.listen.unwrap_or(room.listen);
    room.archive = args.archive.unwrap_or(room.archive);
    beyond::check(&room)?;
    if let Some(every) = room.watch_itself {
        itself::describe(&mut room.organisation, every);
    }
    Ok(room)
}

/// As many open files as the system grants: each connection is one, and the soft limit is often just 1,024.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    // Where it cannot be raised, fewer than the seats can be connected, and the listener waits for one to go.
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).ok();
}

async fn listen(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|error| {
        Failure::Refused(vec![format!(
            "cannot listen at {at}: {error}; --listen takes another address, port 0 a free one"
        )])
    })
}

/// A room with every part in place.
struct Running {
    app: App,
    parts: Parts,
}

async fn open(
    room: Room,
    at: SocketAddr,
    metrics: PrometheusHandle,
    progress: Arc<Progress>,
    sockets: TaskTracker,
    stop: CancellationToken,
) -> Result<Running, Failure> {
    let (snapshot_every, senders) = (room.snapshot_every, room.senders.clone());
    let folder = room.archive.as_path().into();
    let names = room.names.clone().into();
    let pressure = Pressure::default();
    let doorkeeper = Doorkeeper::new(&room, pressure.clone());
    let (archive, restored) = task::spawn_blocking(move || read_archive(room, &progress)).await??;
    Opened { at, watched: restored.watched, replayed: restored.replayed }.emit();
    let (parts, Handles { desk, journal, shard, inboxes }) = assemble(archive, restored, snapshot_every, &stop)?;
    sockets.spawn(inboxes.watch(pressure, stop.clone()));
    let senders = Senders::open(&senders, &journal, &sockets, &stop);
    let app = App {
        desk,
        journal,
        shard,
        archive: folder,
        metrics,
        agents: Seats::new("agents", door::SEATS),
        screens: Seats::new("screens", screen::SEATS),
        senders,
        doorkeeper,
        names,
        on_loopback: at.ip().is_loopback(),
        sockets,
        stop,
    };
    Ok(Running { app, parts })
}

/// What the archive gave, in halves.
struct Halves {
    watches: opsroom::watches::Watches,
    desk: opsroom::desk::Desk,
    position: archive::Position,
    replayed: u64,
    watched: usize,
    past: Gathering,
    policy: Policy,
}

fn read_archive(room: Room, progress: &Progress) -> Result<(Archive, Halves), Failure> {
    let archive = Archive::open(&room.archive)
        .map_err(|error| Failure::Refused(vec![format!("archive {}: {error}", room.archive.display())]))?;
    for fault in archive.damaged_snapshots()? {
        ArchiveFailed { what: "read a snapshot", error: &fault }.emit();
    }
    let Restored { opsroom, position, replayed, past, left_out } =
        restore::restore(&archive, &room.organisation, clock::now(), progress)?;
    if let Some(left_out) = &left_out {
        JournalDamaged(left_out).emit();
    }
    let (watches, desk) = opsroom.split();
    let watched = watches.len();
    let policy = past::policy(&room.keep);
    Ok((archive, Halves { watches, desk, position, replayed, watched, past, policy }))
}

/// The addresses of the parts.
struct Handles {
    desk: DeskHandle,
    journal: JournalHandle,
    shard: ShardHandle,
    inboxes: Inboxes,
}

/// Starts every part of the room.
fn assemble(
    archive: Archive,
    Halves { watches, desk, position, past, policy, .. }: Halves,
    snapshot_every: Duration,
    stop: &CancellationToken,
) -> std::io::Result<(Parts, Handles)> {
    let (to_journal, journal_inbox) = mpsc::channel(journal::WAITING);
    let (to_shard, shard_inbox) = mpsc::channel(shard::WAITING);
    let (to_desk, desk_inbox) = mpsc::channel(desk::WAITING);
    let mut inboxes = Inboxes::default();
    inboxes.add(inboxes::JOURNAL, &to_journal);
    inboxes.add("shard", &to_shard);
    inboxes.add("desk", &to_desk);
    let (desk, desk_task, wanted) = desk::open(desk, desk_inbox, to_journal.clone());
    let (history, stretches) = mpsc::channel(past::WAITING);
    let shard = Shard {
        watches,
        position,
        inbox: shard_inbox,
        desk: to_desk,
        wanted: wanted.clone(),
        past,
        history,
        journal: to_journal.clone(),
    };
    let mut parts = Parts::default();
    parts.thread("the shard", shard.start()?);
    parts.thread("the journal", journal::start(archive, journal_inbox, to_shard.clone(), stretches, policy)?);
    parts.task("the desk", desk_task.run());
    let (journal, shard) = (JournalHandle(to_journal), ShardHandle(to_shard.clone()));
    let handles = Handles { desk, journal, shard, inboxes };
    parts.task("the metronome", metronome(to_shard, wanted, snapshot_every, stop.clone()));
    Ok((parts, handles))
}

impl Running {
    async fn until_closed(self, mut serving: JoinHandle<()>, stop: CancellationToken) -> Result<(), Failure> {
        let Self { app: App { sockets, journal, .. }, mut parts } = self;
        let ended = tokio::select! {
            biased;
            () = stop.cancelled() => Vec::new(),
            ended = parts.some_end() => ended,
            _ = &mut serving => vec!["the listener"],
        };
        stop.cancel();
        ended.iter().for_each(|part| PartEnded { part }.emit());
        let closes_by = Instant::now() + CLOSES_WITHIN;
        let sockets_end = async {
            if !serving.is_finished() {
                serving.await.ok();
            }
            sockets.close();
            sockets.wait().await;
        };
        // A client that never finishes what it says does not keep the room open: it is dropped with the runtime.
        timeout(SOCKETS_END_WITHIN, sockets_end).await.ok();
        let archive_ends = async {
            journal.close().await;
            parts.all_end().await;
        };
        if timeout_at(closes_by, archive_ends).await.is_err() {
            ClosedInHaste { seconds: CLOSES_WITHIN.as_secs() }.emit();
        }
        match ended[..] {
            [] => Ok(()),
            _ => Err(Failure::Own(format!("ended by itself: {}", ended.join(", ")).into())),
        }
    }
}

/// The traces that the desk wants from the shard.
type Wanted = watch::Receiver<BTreeSet<IndicatorId>>;

/// Tells the shard the time, when other traces are wanted, and when to write down what it has learned.
async fn metronome(
    shard: mpsc::Sender<ToShard>,
    mut wanted: Wanted,
    snapshot_every: Duration,
    stop: CancellationToken,
) {
    let mut tick = interval(TICK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut snapshot = interval(snapshot_every);
    snapshot.set_missed_tick_behavior(MissedTickBehavior::Delay);
    snapshot.tick().await;
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => ToShard::Tick(clock::now()),
            _ = snapshot.tick() => ToShard::Snapshot,
            Ok(()) = wanted.changed() => ToShard::Follow,
        };
        if shard.send(event).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[tokio::test]
    async fn a_room_that_loses_its_parts_closes_and_says_which() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room { archive: folder.path().join("archive"), ..Room::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let stop = CancellationToken::new();
        let at = listener.local_addr().unwrap();
        let (lobby, sockets) = (Lobby::new(&room, at, metrics.clone()), TaskTracker::new());
        let serving = attend(listener, None, &lobby, &sockets, &stop).unwrap();
        let running = open(room, at, metrics, lobby.progress(), sockets, stop.clone()).await.unwrap();
        // Nobody has told the room to close, but the journal has heard so.
        running.app.journal.clone().close().await;
        let Err(Failure::Own(why)) = running.until_closed(serving, stop).await else {
            panic!("it should not end well")
        };
        for part in ["ended by itself: ", "the journal", "the shard", "the desk"] {
            assert!(why.to_string().contains(part), "{why}");
        }
    }
}
