//! When the room is told what cannot be read: all of it, whenever it changes, and not in every moment.

use std::time::Duration;

use cybernet::faults::{HEARS_FAULTS, encode};
use tokio::time::{Instant, sleep_until};

use crate::faults::{Told, list};

/// Between two tellings. A probe that fails and recovers in turns does not fill the link.
const EVERY: Duration = Duration::from_secs(1);

/// One session's part in it.
pub(super) struct Teller {
    hears: bool,
    may_at: Instant,
    /// Whether there is something it has not said.
    owes: bool,
}

impl Teller {
    /// Begins with the whole set, for a room that said with its welcome what it hears.
    pub(super) fn new(hears: &[String], now: Instant) -> Self {
        Self { hears: hears.iter().any(|word| word == HEARS_FAULTS), may_at: now, owes: true }
    }

    /// Waits until something is to be told; never ends for a room that does not hear it. Nothing is lost if it is dropped.
    pub(super) async fn due(&mut self, faults: &mut Told) {
        if !self.hears {
            return std::future::pending().await;
        }
        if !self.owes && faults.changed().await.is_err() {
            // Nobody reads any more, so nothing changes.
            return std::future::pending().await;
        }
        self.owes = true;
        sleep_until(self.may_at).await;
    }

    /// The frame that tells it.
    pub(super) fn frame(&mut self, faults: &mut Told, now: Instant) -> String {
        (self.owes, self.may_at) = (false, now + EVERY);
        encode(&list(&faults.borrow_and_update()))
    }
}
