//! Those who look back: readers of the archive, kept open from one question to the next.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use archive::{ArchiveFault, Reader};
use axum::{http::StatusCode, response::Response};
use tokio::{sync::Semaphore, task};

use super::{closing, refused};
use crate::happening::ArchiveFailed;

/// How many look back at a time; who asks meanwhile waits. Each may hold some megabytes.
const AT_ONCE: usize = 8;

/// Looks questions up in the archive, off the threads that serve sockets.
///
/// To open an archive and to understand what it is asked takes SQLite longer than most answers do.
#[derive(Clone)]
pub struct Readers(Arc<ReadingRoom>);

struct ReadingRoom {
    folder: Arc<Path>,
    idle: Mutex<Vec<Reader>>,
    seats: Arc<Semaphore>,
}

impl Readers {
    /// For the archive in this folder, which nobody has opened yet.
    pub fn new(folder: Arc<Path>) -> Self {
        Self(Arc::new(ReadingRoom { folder, idle: Mutex::default(), seats: Arc::new(Semaphore::new(AT_ONCE)) }))
    }

    /// Lets nobody look back any more. Who looks now comes to an end; then no reader holds the archive open.
    pub fn close(&self) {
        self.0.seats.close();
        self.0.idle().clear();
    }

    /// What `look` finds; otherwise what to answer instead.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Reader) -> Result<T, ArchiveFault> + Send + 'static,
    ) -> Result<T, Response> {
        let Ok(seat) = Arc::clone(&self.0.seats).acquire_owned().await else { return Err(closing()) };
        let room = Arc::clone(&self.0);
        let look = move || {
            let found = room.look(look);
            // Taken until the end, also where who asked has gone.
            drop(seat);
            found
        };
        match task::spawn_blocking(look).await {
            Ok(found) => found.map_err(|fault| failed(&fault)),
            Err(_) => Err(closing()),
        }
    }
}

impl ReadingRoom {
    /// A reader that met a fault is not asked again.
    fn look<T>(&self, look: impl FnOnce(&Reader) -> Result<T, ArchiveFault>) -> Result<T, ArchiveFault> {
        let kept = self.idle().pop();
        let reader = kept.map_or_else(|| Reader::open(&self.folder), Ok)?;
        let found = look(&reader)?;
        let mut idle = self.idle();
        if !self.seats.is_closed() {
            idle.push(reader);
        }
        Ok(found)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(fault: &ArchiveFault) -> Response {
    ArchiveFailed { what: "look back", error: fault }.emit();
    refused(StatusCode::INTERNAL_SERVER_ERROR, &format!("the archive cannot be read: {fault}"))
}

#[cfg(test)]
mod tests {
    use archive::Archive;

    use super::*;

    #[tokio::test]
    async fn a_reader_is_kept_until_it_meets_a_fault_and_everybody_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let readers = Readers::new(folder.path().into());
        let idle = || readers.0.idle().len();
        let nothing_there = readers.look(|_| Ok(())).await.unwrap_err();
        assert_eq!((nothing_there.status(), idle()), (StatusCode::INTERNAL_SERVER_ERROR, 0));

        drop(Archive::open(folder.path()).unwrap());
        let mut asked = task::JoinSet::new();
        for number in 0..3 * AT_ONCE {
            let readers = readers.clone();
            asked.spawn(async move { readers.look(move |_| Ok(number)).await.unwrap() });
        }
        assert_eq!(asked.join_all().await.into_iter().sum::<usize>(), (0..3 * AT_ONCE).sum::<usize>());
        assert!((1..=AT_ONCE).contains(&idle()), "{} readers for {AT_ONCE} at once", idle());
        let kept = idle();
        let fault = |_: &Reader| Err::<(), _>(ArchiveFault::NoArchive { folder: "elsewhere".into() });
        assert!(readers.look(fault).await.is_err());
        assert_eq!(idle(), kept - 1);

        let closing = readers.clone();
        let last = readers.look(move |_| {
            closing.close();
            Ok(())
        });
        assert!(last.await.is_ok() && idle() == 0, "who looks then comes to an end");
        assert_eq!(readers.look(|_| Ok(())).await.unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
