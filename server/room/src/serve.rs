//! `synco serve`: puts the room together, runs it, and takes it apart within its grace period.

use std::{future::IntoFuture, net::SocketAddr, time::Duration};

use axum::serve::Listener;
use config::room::{Room, Tls};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    task,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    api::{self, App},
    assembly::{Handles, assemble, read_archive},
    beyond,
    cli::{Failure, ServeArgs},
    door,
    doorkeeper::Doorkeeper,
    happening::{ClosedInHaste, Opened, PartEnded},
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
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let identity = identity(&room)?;
    let listener = listen(room.listen).await?;
    let running = tokio::select! {
        // What was being read then is only read.
        () = stop.cancelled() => return Ok(()),
        running = open(room, listener.local_addr()?, metrics, stop.clone()) => running?,
    };
    let at = listener.local_addr()?;
    let Some(identity) = identity else {
        println!("listening http://{at}");
        return running.serve(listener, stop).await;
    };
    let secure = SecureListener::start(listener, identity, &running.app.sockets, stop.clone())?;
    println!("listening https://{at}");
    running.serve(secure, stop).await
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
    stop: CancellationToken,
) -> Result<Running, Failure> {
    let (snapshot_every, senders) = (room.snapshot_every, room.senders.clone());
    let folder = room.archive.as_path().into();
    let names = room.names.clone().into();
    let doorkeeper = Doorkeeper::new(&room);
    let (archive, restored) = task::spawn_blocking(move || read_archive(room)).await??;
    Opened { at, watched: restored.watched, replayed: restored.replayed }.emit();
    let (parts, Handles { desk, journal, shards }) = assemble(archive, restored, snapshot_every, &stop)?;
    let sockets = TaskTracker::new();
    let senders = Senders::open(&senders, &journal, &desk, &sockets, &stop);
    let app = App {
        desk,
        journal,
        shards,
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

impl Running {
    async fn serve(self, listener: impl Listener<Addr = SocketAddr>, stop: CancellationToken) -> Result<(), Failure> {
        let Self { app, mut parts } = self;
        let (sockets, journal) = (app.sockets.clone(), app.journal.clone());
        let stopped = stop.clone().cancelled_owned();
        let serving = axum::serve(listener, api::router(app)).with_graceful_shutdown(stopped);
        let mut serving = task::spawn(serving.into_future());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_room_that_loses_its_parts_closes_and_says_which() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room { archive: folder.path().join("archive"), ..Room::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let stop = CancellationToken::new();
        let running = open(room, listener.local_addr().unwrap(), metrics, stop.clone()).await.unwrap();
        // Nobody has told the room to close, but the journal has heard so.
        running.app.journal.clone().close().await;
        let Err(Failure::Own(why)) = running.serve(listener, stop).await else { panic!("it should not end well") };
        for part in ["ended by itself: ", "the journal", "a shard", "the desk", "the keeper"] {
            assert!(why.to_string().contains(part), "{why}");
        }
    }
}
