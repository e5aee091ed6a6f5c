//! What is on its way, when the next batch may leave, and when a link is dead; told the time, never asking it.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// The most batches that wait for their receipt.
const WINDOW: usize = 8;
/// How long readings gather, so that probes that wake together travel together.
const GATHER: Duration = Duration::from_millis(50);
/// The longest pause a room can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

pub(super) struct Flight {
    patience: Duration,
    /// The ordinal of the last reading that was sent.
    sent: u64,
    in_flight: VecDeque<u64>,
    /// When what waits in the outbox shall leave; none if nothing is known to wait.
    due: Option<Instant>,
    not_before: Instant,
    /// When a receipt came last, or the first batch left.
    moved_at: Instant,
    heard_at: Instant,
    pinged_at: Option<Instant>,
}

/// What a look at the clock says.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Pulse {
    Well,
    Ping,
    Dead(&'static str),
}

impl Flight {
    /// A link whose room has everything up to `received`; what is above it leaves at once.
    pub(super) fn new(received: u64, patience: Duration, now: Instant) -> Self {
        Self {
            patience,
            sent: received,
            in_flight: VecDeque::with_capacity(WINDOW),
            due: Some(now),
            not_before: now,
            moved_at: now,
            heard_at: now,
            pinged_at: None,
        }
    }

    /// The ordinal after which the next batch begins.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Readings have come into the outbox.
    pub(super) fn fill(&mut self, now: Instant) {
        self.due = self.due.or(Some(now + GATHER));
    }

    /// The outbox has nothing above [`Self::sent`].
    pub(super) fn drain(&mut self) {
        self.due = None;
    }

    /// When the next batch may leave; `None` if none waits or too many are on their way.
    pub(super) fn may_leave(&self) -> Option<Instant> {
        let has_room = self.in_flight.len() < WINDOW;
        self.due.filter(|_| has_room).map(|due| due.max(self.not_before))
    }

    /// A batch has left.
    pub(super) fn leave(&mut self, sequence: u64, now: Instant) {
        if self.in_flight.is_empty() {
            self.moved_at = now;
        }
        self.in_flight.push_back(sequence);
        self.sent = sequence;
    }

    /// The room has `sequence`. Whether that was on its way; a room cannot have what never left.
    pub(super) fn land(&mut self, sequence: u64, now: Instant) -> bool {
        let Some(at) = self.in_flight.iter().position(|sent| *sent == sequence) else { return false };
        self.in_flight.drain(..=at);
        self.moved_at = now;
        true
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
        let mut flight = Flight::new(0, 15 * SECOND, start);
        flight.drain();
        (flight, start)
    }

    #[test]
    fn readings_gather_a_moment_and_no_longer() {
        let (mut flight, start) = flight();
        assert_eq!(flight.may_leave(), None);
        flight.fill(start);
        flight.fill(start + GATHER / 2);
        assert_eq!(flight.may_leave(), Some(start + GATHER));
    }

    #[test]
    fn no_more_leave_than_the_window_holds_until_one_lands() {
        let (mut flight, start) = flight();
        flight.fill(start);
        for sequence in 1..=8 {
            assert!(flight.may_leave().is_some());
            flight.leave(sequence * 10, start);
        }
        assert_eq!(flight.may_leave(), None);
        assert!(!flight.land(85, start) && !flight.land(u64::MAX, start));
        assert!(flight.land(20, start));
        assert!(!flight.land(10, start));
        assert_eq!((flight.in_flight.len(), flight.sent()), (6, 80));
        assert!(flight.may_leave().is_some());
    }

    #[test]
    fn a_pause_is_kept_and_has_an_end() {
        let (mut flight, start) = flight();
        flight.fill(start);
        flight.pause(500, start);
        assert_eq!(flight.may_leave(), Some(start + SECOND / 2));
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
        flight.leave(1, start);
        flight.hear(start + 14 * SECOND);
        assert_eq!(flight.pulse(start + 14 * SECOND), Pulse::Well);
        assert_eq!(flight.pulse(start + 15 * SECOND), Pulse::Dead("no receipt"));
    }
}
