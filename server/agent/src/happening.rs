//! What the agent tells about itself: one struct a happening, each one line in the log.

use std::time::Duration;

use tokio::time::Instant;
use tracing::{debug, error, info, warn};
use vsm::signal::Signal;

use crate::probe::ProbeFault;

/// A probe cannot read something it could read before.
pub struct ProbeFailing<'a> {
    /// Which.
    pub probe: &'a str,
    /// What and why.
    pub fault: &'a ProbeFault,
}

/// A probe can read again what it could not.
pub struct ProbeWell<'a> {
    /// Which.
    pub probe: &'a str,
    /// What it can read again.
    pub about: &'a str,
}

/// The outbox was full and the oldest readings went.
pub struct ReadingsDropped {
    /// How many.
    pub count: u64,
    /// What it holds at most.
    pub why: String,
}

/// Readings that could not be kept.
pub struct ReadingsLost {
    /// How many.
    pub count: u64,
    /// What the disk said.
    pub why: String,
}

/// The room has heard how many readings were lost.
pub struct LossHeard {
    /// How many.
    pub count: u64,
}

/// The outbox gave its readings new ordinals, above what the room has.
pub struct Rebased {
    /// The last sequence the room has.
    pub received: u64,
    /// The newest ordinal before.
    pub newest: u64,
    /// How many readings go on.
    pub pending: u64,
}

/// The outbox cannot be written or read.
pub struct OutboxFailing {
    /// What the disk said.
    pub why: String,
}

/// The room has welcomed the agent.
pub struct LinkUp<'a> {
    /// Its address.
    pub room: &'a str,
    /// The last sequence it has.
    pub received: u64,
}

/// So much waits that what is new goes ahead of it.
pub struct BacklogWaits {
    /// How many readings.
    pub pending: u64,
}

/// There is no link.
pub struct LinkDown<'a> {
    /// The address that is tried again.
    pub room: &'a str,
    /// What ended it, or why it did not begin.
    pub why: String,
}

/// The room did not take some readings.
pub struct ReadingsRefused {
    /// How many since the last line.
    pub count: u64,
    /// The room's words about the first of these.
    pub why: String,
}

/// The room asked for a pause.
pub struct SlowedDown {
    /// How long.
    pub pause: Duration,
}

/// A signal of a unit this agent speaks for.
pub struct SignalHeard<'a>(pub &'a Signal);

/// A frame of the room's that says nothing this agent knows.
pub struct FrameIgnored {
    /// Why it was not understood.
    pub why: String,
}

impl ProbeFailing<'_> {
    /// Tells it.
    pub fn emit(&self) {
        warn!(probe = self.probe, "no reading: {}", self.fault);
    }
}

impl ProbeWell<'_> {
    /// Tells it.
    pub fn emit(&self) {
        info!(probe = self.probe, "reads again: {}", self.about);
    }
}

impl ReadingsDropped {
    /// Tells it.
    pub fn emit(&self) {
        warn!(count = self.count, "the oldest readings of the outbox are gone: {}", self.why);
    }
}

impl ReadingsLost {
    /// Tells it.
    pub fn emit(&self) {
        error!(count = self.count, "readings are lost: {}", self.why);
    }
}

impl LossHeard {
    /// Tells it.
    pub fn emit(&self) {
        info!(count = self.count, "the room has noted that readings were lost here");
    }
}

impl Rebased {
    /// Tells it.
    pub fn emit(&self) {
        let Self { received, newest, pending } = self;
        warn!(received, newest, pending, "the room has more than this outbox ever sent; what waits is numbered anew");
    }
}

impl OutboxFailing {
    /// Tells it.
    pub fn emit(&self) {
        error!("the outbox fails: {}", self.why);
    }
}

impl LinkUp<'_> {
    /// Tells it.
    pub fn emit(&self) {
        info!(room = self.room, received = self.received, "welcome");
    }
}

impl BacklogWaits {
    /// Tells it.
    pub fn emit(&self) {
        info!(pending = self.pending, "fresh readings go ahead of a backlog");
    }
}

impl LinkDown<'_> {
    /// Tells it.
    pub fn emit(&self) {
        warn!(room = self.room, "no link; readings wait in the outbox: {}", self.why);
    }

    /// Tells it once more, quietly: nothing has changed.
    pub fn emit_again(&self) {
        debug!(room = self.room, "still no link: {}", self.why);
    }
}

impl ReadingsRefused {
    /// Tells it.
    pub fn emit(&self) {
        warn!(count = self.count, "the room did not take readings: {}", self.why);
    }
}

impl SlowedDown {
    /// Tells it.
    pub fn emit(&self) {
        debug!(millis = self.pause.as_millis() as u64, "the room asks for a pause");
    }
}

impl SignalHeard<'_> {
    /// Tells it.
    pub fn emit(&self) {
        let Signal { id, unit, kind, direction, tier, state, size, sd, .. } = self.0;
        info!(%id, %unit, ?kind, ?direction, ?tier, ?state, size, sd, "signal");
    }
}

impl FrameIgnored {
    /// Tells it.
    pub fn emit(&self) {
        warn!("a frame of the room's is ignored: {}", self.why);
    }
}

/// Lets one line through in ten seconds and counts the others.
#[derive(Default)]
pub struct Seldom {
    last: Option<Instant>,
    held_back: u64,
}

impl Seldom {
    const PAUSE: Duration = Duration::from_secs(10);

    /// `count` more at `now`: how many to tell of, or `None` if it is too early.
    pub fn tell(&mut self, count: u64, now: Instant) -> Option<u64> {
        self.held_back += count;
        if self.last.is_some_and(|last| now < last + Self::PAUSE) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.held_back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_often_is_told_seldom_and_counted() {
        let (mut seldom, start) = (Seldom::default(), Instant::now());
        let told = [0, 1, 9, 10, 11, 25].map(|second| seldom.tell(2, start + Duration::from_secs(second)));
        assert_eq!(told, [Some(2), None, None, Some(6), None, Some(4)]);
    }
}
