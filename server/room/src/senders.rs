//! Senders that are no agents: Prometheus by remote write, and whatever speaks OTLP.
//!
//! Each source has a task ([`source`]) with a [`book`] of the series it has open. The parsers are pure functions from
//! bytes to samples: [`remote`] and [`otlp`], upon [`protobuf`]; [`compressed`] makes bodies whole. [`write`] and
//! [`metrics`] are the two doors, over [`request`].

pub mod book;
pub mod compressed;
mod exponential;
pub mod metrics;
pub mod otlp;
pub mod point;
pub mod protobuf;
pub mod remote;
pub mod request;
pub mod source;
pub mod write;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{book::Book, source::SourceHandle};
use crate::{api::App, desk::DeskHandle, intake::Intake, journal::JournalHandle, reports::Reports};

/// How many requests of one source are read at once; the others wait, and after a while are told to come back.
const AT_ONCE: usize = 16;
const WAITS_FOR: Duration = Duration::from_secs(5);
/// Of how many indicators of one source the desk is told whose they are.
const MOST_REPORTED: usize = 50_000;

/// Every source by its name.
#[derive(Clone, Default)]
pub struct Senders(Arc<BTreeMap<String, Seated>>);

/// A source and the seats for its requests.
pub struct Seated {
    handle: SourceHandle,
    seats: Arc<Semaphore>,
}

impl Senders {
    /// Starts a task for each source on the threads of the intake, which ends with `stop` and which `tasks` waits for.
    pub fn open(
        senders: &config::senders::Senders,
        journal: &JournalHandle,
        desk: &DeskHandle,
        (tasks, intake): (&TaskTracker, &Intake),
        stop: &CancellationToken,
    ) -> Self {
        let maps: Arc<[_]> = senders.maps.clone().into();
        let open = |source: config::senders::Source| {
            let id = source.id.clone();
            let reports = Reports::new(id.clone(), desk.clone(), MOST_REPORTED);
            let book = Book::new(source, maps.clone());
            let (handle, task) = source::open(id.clone(), book, reports, journal.clone(), stop.clone());
            tasks.spawn_on(task.run(), intake.handle());
            (id.to_string(), Seated { handle, seats: Arc::new(Semaphore::new(AT_ONCE)) })
        };
        Self(Arc::new(senders.all().into_iter().map(open).collect()))
    }

    /// A source by its name.
    pub fn source(&self, name: &str) -> Option<&Seated> {
        self.0.get(name)
    }

    /// The names there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Seated {
    /// A seat for one request, if one gets free in time.
    pub async fn seat(&self) -> Option<OwnedSemaphorePermit> {
        timeout(WAITS_FOR, Arc::clone(&self.seats).acquire_owned()).await.ok()?.ok()
    }
}

/// `GET /api/v1/sources`: what each source has open, and which of its series lie in the tray.
pub async fn list(State(app): State<App>) -> Response {
    let mut listings = Vec::new();
    for seated in app.senders.0.values() {
        let Some(listing) = seated.handle.listing().await else {
            return (StatusCode::SERVICE_UNAVAILABLE, "the room is closing\n").into_response();
        };
        listings.push(listing);
    }
    Json(listings).into_response()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_sends_more_at_once_than_is_read_waits_for_a_while_and_is_told_to_come_back() {
        let (journal, _inbox) = mpsc::channel(1);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let senders = Senders::open(
            &config::senders::Senders::default(),
            &JournalHandle(journal),
            &DeskHandle::closed(),
            (&tasks, &Intake::start().unwrap()),
            &stop,
        );
        let source = senders.source("remote-write").expect("it is there without a configuration");
        let mut seats = Vec::new();
        for _ in 0..AT_ONCE {
            seats.extend(source.seat().await);
        }
        assert_eq!((seats.len(), source.seat().await.is_some()), (AT_ONCE, false));
        assert!(senders.source("otlp").expect("so is this").seat().await.is_some(), "it costs the others nothing");
        seats.pop();
        assert!(source.seat().await.is_some());
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }
}
