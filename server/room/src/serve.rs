//! `synco serve`: puts the room together, runs it, and takes it apart within its grace period.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use config::room::{Room, Tls};
use metrics_exporter_prometheus::PrometheusHandle;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    task::{self, JoinHandle},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    api::{self, App, Readers},
    assembly::{Handles, assemble, read_archive},
    beyond,
    cli::{Failure, ServeArgs},
    connections, door,
    doorkeeper::Doorkeeper,
    figures,
    happening::{ClosedInHaste, Opened, PartEnded},
    inboxes::Pressure,
    intake::Intake,
    itself::{self, Itself},
    lobby::{Lobby, progress::Progress},
    parts::Parts,
    screen,
    seats::Seats,
    senders::Senders,
    signals,
    tls::{Identity, SecureListener},
};

/// How long the room may take to close, whoever is connected. A supervisor commonly grants 10 s.
pub const CLOSES_WITHIN: Duration = Duration::from_secs(8);
/// The part of it that requests and sockets may take; the rest is for the archive.
const SOCKETS_END_WITHIN: Duration = Duration::from_secs(3);

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
    let readers = Readers::new(room.archive.as_path().into());
    let names = room.names.clone().into();
    let pressure = Pressure::default();
    let doorkeeper = Doorkeeper::new(&room, pressure.clone());
    let (archive, restored) = task::spawn_blocking(move || read_archive(room, &progress)).await??;
    Opened { at, watched: restored.watched, replayed: restored.replayed }.emit();
    let (parts, Handles { desk, journal, shards, inboxes }) = assemble(archive, restored, snapshot_every, &stop)?;
    sockets.spawn(inboxes.watch(pressure, stop.clone()));
    let intake = Intake::start()?;
    let senders = Senders::open(&senders, &journal, &desk, (&sockets, &intake), &stop);
    let app = App {
        desk,
        journal,
        shards,
        intake,
        readers,
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

impl Running {
    async fn until_closed(self, mut serving: JoinHandle<()>, stop: CancellationToken) -> Result<(), Failure> {
        let Self { app, mut parts } = self;
        let App { sockets, journal, readers, .. } = app;
        let ended = tokio::select! {
            biased;
            () = stop.cancelled() => Vec::new(),
            ended = parts.some_end() => ended,
            _ = &mut serving => vec!["the listener"],
        };
        stop.cancel();
        readers.close();
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
        for part in ["ended by itself: ", "the journal", "a shard", "the desk", "the keeper"] {
            assert!(why.to_string().contains(part), "{why}");
        }
    }
}
