//! What is on its way, when the next batch may leave, and when a link is dead; told the time, never asking it.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// The most batches that wait for their receipt.
const WINDOW: usize = 8;
/// So many of these are of a backlog that fresh readings overtake, so that no fresh one waits behind more.
const BACKLOG_WINDOW: usize = 2;
/// How long readings gather, so that probes that wake together travel together.
const GATHER: Duration = Duration::from_millis(50);
/// The longest pause a room can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct Flight {
    patience: Duration,
    in_flight: VecDeque<Batch>,
    /// When what waits in the outbox shall leave; none if nothing is known to wait.
    due: Option<Instant>,
    not_before: Instant,
    /// When a receipt came last, or the first batch left.
    moved_at: Instant,
    heard_at: Instant,
    pinged_at: Option<Instant>,
}

/// A batch that waits for its receipt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Batch {
    /// The first and the last ordinal that it stands for; the last is its sequence.
    pub(super) range: [u64; 2],
    /// Whether fresh readings may overtake it.
    pub(super) is_backlog: bool,
}

/// What a look at the clock says.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Pulse {
    Well,
    Ping,
    Dead(&'static str),
}

impl Flight {
    /// A link on which nothing is; what waits leaves at once.
    pub(super) fn new(patience: Duration, now: Instant) -> Self {
        Self {
            patience,
            in_flight: VecDeque::with_capacity(WINDOW),
            due: Some(now),
            not_before: now,
            moved_at: now,
            heard_at: now,
            pinged_at: None,
        }
    }

    /// Readings have come into the outbox.
    pub(super) fn fill(&mut self, now: Instant) {
        self.due = self.due.or(Some(now + GATHER));
    }

    /// The outbox has nothing more, but what may be left of a backlog.
    pub(super) fn drain(&mut self) {
        self.due = None;
    }

    /// Whether the time has come for what waits, a backlog aside.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// Whether another batch of a backlog may leave.
    pub(super) fn takes_backlog(&self) -> bool {
        self.in_flight.iter().filter(|batch| batch.is_backlog).count() < BACKLOG_WINDOW
    }

    /// When the next batch may leave, if there is a backlog or not; `None` if none waits or too many are on their way.
    pub(super) fn may_leave(&self, has_backlog: bool) -> Option<Instant> {
        let backlog = (has_backlog && self.takes_backlog()).then_some(self.not_before);
        let next = self.due.into_iter().chain(backlog).min();
        next.filter(|_| self.in_flight.len() < WINDOW).map(|next| next.max(self.not_before))
    }

    /// A batch has left.
    pub(super) fn leave(&mut self, batch: Batch, now: Instant) {
        if self.in_flight.is_empty() {
            self.moved_at = now;
        }
        self.in_flight.push_back(batch);
    }

    /// The room has the batch with this `sequence`, and those that left before it: gives what has landed. Nothing, if it was
    /// not on its way; a room cannot have what never left.
    pub(super) fn land(&mut self, sequence: u64, now: Instant) -> Vec<[u64; 2]> {
        let Some(at) = self.in_flight.iter().position(|sent| sent.range[1] == sequence) else { return Vec::new() };
        self.moved_at = now;
        self.in_flight.drain(..=at).map(|sent| sent.range).collect()
    }

    /// The room asks for a pause; answers how long it is taken.
    pub(super) fn pause(&mut self, millis: u64, now: Instant) -> Duration {
        let pause = Duration::from_millis(millis).min(LONGEST_PAUSE);
        self.not_before = now + pause;
        pause
    }

    /// Something came from the room.
    pub(super) fn hear(&mut self, now: Instant) {
        self.heard_at = now;
    }

    /// How often to feel the pulse.
    pub(super) fn interval(&self) -> Duration {
        self.patience / 3
    }

    /// Whether the link lives. A quiet one is asked with a ping.
    pub(super) fn pulse(&mut self, now: Instant) -> Pulse {
        if !self.in_flight.is_empty() && self.patience <= now - self.moved_at {
            return Pulse::Dead("no receipt");
        }
        match self.pinged_at.filter(|pinged_at| self.heard_at < *pinged_at) {
            Some(pinged_at) if self.patience <= now - pinged_at => Pulse::Dead("no answer to a ping"),
            Some(_) => Pulse::Well,
            None if now - self.heard_at < self.interval() => Pulse::Well,
            None => {
                self.pinged_at = Some(now);
                Pulse::Ping
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn flight() -> (Flight, Instant) {
        let start = Instant::now();
        let mut flight = Flight::new(15 * SECOND, start);
        flight.drain();
        (flight, start)
    }

    /// The batch of the ten ordinals up to this one.
    fn batch(last: u64, is_backlog: bool) -> Batch {
        Batch { range: [last - 9, last], is_backlog }
    }

    #[test]
    fn readings_gather_a_moment_and_no_longer() {
        let (mut flight, start) = flight();
        assert_eq!(flight.may_leave(false), None);
        flight.fill(start);
        flight.fill(start + GATHER / 2);
        assert_eq!(flight.may_leave(false), Some(start + GATHER));
    }

    #[test]
    fn no_more_leave_than_the_window_holds_until_one_lands() {
        let (mut flight, start) = flight();
        flight.fill(start);
        for sequence in 1..=8 {
            assert!(flight.may_leave(false).is_some());
            flight.leave(batch(sequence * 10, false), start);
        }
        assert_eq!(flight.may_leave(false), None);
        assert_eq!((flight.land(85, start), flight.land(u64::MAX, start)), (vec![], vec![]));
        assert_eq!(flight.land(20, start), [[1, 10], [11, 20]]);
        assert_eq!(flight.land(10, start), [[0; 2]; 0]);
        assert_eq!(flight.in_flight.len(), 6);
        assert!(flight.may_leave(false).is_some());
    }

    #[test]
    fn no_fresh_batch_waits_behind_more_than_two_of_a_backlog() {
        let (mut flight, start) = flight();
        for last in [10, 20] {
            assert_eq!(flight.may_leave(true), Some(start));
            flight.leave(batch(last, true), start);
        }
        assert_eq!((flight.may_leave(true), flight.is_due(start + SECOND)), (None, false));
        flight.fill(start);
        assert_eq!(flight.may_leave(true), Some(start + GATHER));
        assert!(flight.is_due(start + GATHER) && !flight.is_due(start));
        flight.leave(batch(900, false), start + GATHER);
        assert_eq!(flight.land(10, start + GATHER), [[1, 10]]);
        assert!(flight.takes_backlog());
        flight.pause(1000, start);
        assert_eq!(flight.may_leave(true), Some(start + SECOND), "a pause holds for both");
    }

    #[test]
    fn a_pause_is_kept_and_has_an_end() {
        let (mut flight, start) = flight();
        flight.fill(start);
        flight.pause(500, start);
        assert_eq!(flight.may_leave(false), Some(start + SECOND / 2));
        assert_eq!(flight.pause(u64::MAX, start), LONGEST_PAUSE);
    }

    #[test]
    fn a_quiet_link_is_pinged_and_dead_without_an_answer() {
        let (mut flight, start) = flight();
        let pulses = [1, 5, 10, 19, 20].map(|second| flight.pulse(start + second * SECOND));
        assert_eq!(pulses, [Pulse::Well, Pulse::Ping, Pulse::Well, Pulse::Well, Pulse::Dead("no answer to a ping")]);
        flight.hear(start + 20 * SECOND);
        assert_eq!(flight.pulse(start + 21 * SECOND), Pulse::Well);
    }

    #[test]
    fn a_link_that_answers_pings_and_takes_nothing_is_dead_too() {
        let (mut flight, start) = flight();
        flight.leave(batch(10, false), start);
        flight.hear(start + 14 * SECOND);
        assert_eq!(flight.pulse(start + 14 * SECOND), Pulse::Well);
        assert_eq!(flight.pulse(start + 15 * SECOND), Pulse::Dead("no receipt"));
    }
}
