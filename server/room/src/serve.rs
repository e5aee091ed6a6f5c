//! `synco serve`: puts the room together, runs it, and takes it apart within its grace period.

use std::{collections::BTreeSet, future::IntoFuture, net::SocketAddr, thread::JoinHandle, time::Duration};

use archive::Archive;
use config::room::Room;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
    task,
    time::{MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vsm::id::IndicatorId;

use crate::{
    api::{self, App},
    cli::{Failure, ServeArgs},
    clock,
    desk::{self, DeskTask},
    door::LastTaken,
    happening::{ArchiveFailed, Opened},
    journal::{self, ToJournal},
    restore::{self, Restored},
    shard::{self, Shard, ToShard},
};

/// How long sockets, and then the archive, may take to come to an end.
const GRACE: Duration = Duration::from_secs(3);
/// How often silence is looked for.
const TICK_EVERY: Duration = Duration::from_secs(1);

/// Opens the room and keeps it open until it is told to stop.
pub async fn run(args: ServeArgs) -> Result<(), Failure> {
    let room = configure(args)?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    task::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        stopping.cancel();
    });
    let listener = listen(room.listen).await?;
    let running = open(room, &listener, stop.clone()).await?;
    println!("listening http://{}", listener.local_addr()?);
    running.serve(listener, stop).await
}

fn configure(args: ServeArgs) -> Result<Room, Failure> {
    let lines = |faults: Vec<config::Fault>| Failure::Refused(faults.iter().map(ToString::to_string).collect());
    let mut room = match &args.config {
        Some(path) => config::room::read(path).map_err(lines)?,
        None => Room::default(),
    };
    room.listen = args.listen.unwrap_or(room.listen);
    room.archive = args.archive.unwrap_or(room.archive);
    if !room.listen.ip().is_loopback() && !room.trusted_network {
        let words = format!(
            "--listen {}: this room asks agents for no token, so it listens beyond loopback only where its configuration \
             says `trusted_network = true`",
            room.listen
        );
        return Err(Failure::Refused(vec![words]));
    }
    Ok(room)
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
    desk: DeskTask,
    to_shard: mpsc::Sender<ToShard>,
    wanted: Wanted,
    threads: Vec<JoinHandle<()>>,
    snapshot_every: Duration,
}

async fn open(room: Room, listener: &TcpListener, stop: CancellationToken) -> Result<Running, Failure> {
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let snapshot_every = room.snapshot_every;
    let (archive, restored) = task::spawn_blocking(move || read_archive(room)).await??;
    Opened { at: listener.local_addr()?, watched: restored.watched, replayed: restored.replayed }.emit();
    assemble(archive, restored, metrics, snapshot_every, stop)
}

/// What the archive gave, in halves.
struct Halves {
    watches: opsroom::watches::Watches,
    desk: opsroom::desk::Desk,
    position: archive::Position,
    replayed: u64,
    watched: usize,
}

fn read_archive(room: Room) -> Result<(Archive, Halves), Failure> {
    let archive = Archive::open(&room.archive)
        .map_err(|error| Failure::Refused(vec![format!("archive {}: {error}", room.archive.display())]))?;
    for fault in archive.damaged_snapshots()? {
        ArchiveFailed { what: "read a snapshot", error: &fault }.emit();
    }
    let Restored { opsroom, position, replayed } = restore::restore(&archive, &room.organisation, clock::now())?;
    let (watches, desk) = opsroom.split();
    let watched = watches.len();
    Ok((archive, Halves { watches, desk, position, replayed, watched }))
}

fn assemble(
    archive: Archive,
    halves: Halves,
    metrics: PrometheusHandle,
    snapshot_every: Duration,
    stop: CancellationToken,
) -> Result<Running, Failure> {
    let (to_journal, journal_inbox) = mpsc::channel(journal::WAITING);
    let (to_shard, shard_inbox) = mpsc::channel(shard::WAITING);
    let (to_desk, desk_inbox) = mpsc::channel(desk::WAITING);
    let (desk, desk_task, wanted) = desk::open(halves.desk, desk_inbox, to_journal.clone());
    let Halves { watches, position, .. } = halves;
    let shard = Shard { watches, position, inbox: shard_inbox, desk: to_desk, wanted: wanted.clone() };
    let threads = vec![shard.start()?, journal::start(archive, journal_inbox, to_shard.clone())?];
    let taken = LastTaken::through(to_journal.clone());
    let app = App { desk, journal: to_journal, taken, metrics, sockets: TaskTracker::new(), stop };
    Ok(Running { app, desk: desk_task, to_shard, wanted, threads, snapshot_every })
}

impl Running {
    async fn serve(self, listener: TcpListener, stop: CancellationToken) -> Result<(), Failure> {
        let Self { app, desk, to_shard, wanted, threads, snapshot_every } = self;
        let tasks = TaskTracker::new();
        tasks.spawn(desk.run());
        tasks.spawn(metronome(to_shard, wanted, snapshot_every, stop.clone()));
        let (sockets, journal) = (app.sockets.clone(), app.journal.clone());
        let stopped = stop.clone().cancelled_owned();
        let serving = axum::serve(listener, api::router(app)).with_graceful_shutdown(stopped).into_future();
        tokio::select! {
            ended = serving => ended?,
            // A client that never finishes its request does not keep the room open.
            () = async { stop.cancelled().await; sleep(GRACE).await } => (),
        }
        sockets.close();
        // A socket that does not end in time is dropped with the runtime; the archive does not depend on it.
        timeout(GRACE, sockets.wait()).await.ok();
        journal.send(ToJournal::Close).await.ok();
        drop(journal);
        tasks.close();
        timeout(GRACE, tasks.wait()).await.ok();
        timeout(GRACE, task::spawn_blocking(|| threads.into_iter().for_each(|thread| drop(thread.join())))).await.ok();
        Ok(())
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
