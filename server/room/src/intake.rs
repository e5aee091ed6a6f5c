//! The intake: threads for what agents and senders bring, so that a screen or a question hardly waits behind a flood.
//!
//! To understand a batch takes a thread some hundred microseconds. Where hundreds of them wait, whatever shares their
//! threads waits for all; threads of its own the kernel runs in between.

use std::{io, panic::resume_unwind, sync::Arc, thread};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

use crate::api::{App, closing};

const NAME: &str = "intake";

/// A handle on these threads, which end with the last one.
#[derive(Clone)]
pub struct Intake {
    handle: Handle,
    _threads: Arc<Threads>,
}

struct Threads(Option<Runtime>);

impl Drop for Threads {
    /// Waits for nothing: who drops it may be a task, which must not.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Intake {
    /// Starts one thread for two processors, and at least one.
    pub fn start() -> io::Result<Self> {
        let threads = (thread::available_parallelism().map_or(1, usize::from) / 2).max(1);
        let runtime = Builder::new_multi_thread().worker_threads(threads).thread_name(NAME).enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), _threads: Arc::new(Threads(Some(runtime))) })
    }

    /// The threads, to start a task on them.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// Has a request served there, and the socket that comes of it. The request of who has gone is let go of.
pub async fn serve(State(app): State<App>, request: Request, next: Next) -> Response {
    let served = AbortOnDropHandle::new(app.intake.handle.spawn(next.run(request))).await;
    served.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => closing(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_brought_is_taken_in_on_threads_of_its_own_and_so_is_what_comes_of_it() {
        let intake = Intake::start().unwrap();
        let name = || thread::current().name().map(ToOwned::to_owned);
        let served = intake.handle().spawn(async move { (name(), tokio::spawn(async move { name() }).await.unwrap()) });
        let (served, socket) = served.await.unwrap();
        assert_eq!((served.as_deref(), socket.as_deref()), (Some(NAME), Some(NAME)));
        // The last handle may be that of a task of theirs.
        let last = intake.clone();
        drop(intake);
        let handle = last.handle.clone();
        let ended = handle.spawn(async move { drop(last) }).await;
        assert!(!ended.is_err_and(|error| error.is_panic()));
    }
}
