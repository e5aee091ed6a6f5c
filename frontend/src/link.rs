//! The link to the room as a pure state machine: waiting, live, or lost and for how long.
//!
//! Time is the screen's own steady clock, a duration since the page began, so that no correction of the calendar
//! clock can make an old picture look fresh.

use std::time::Duration;

/// The room says something every two seconds; after this long it is gone.
pub const SILENCE: Duration = Duration::from_millis(4_500);
/// After this long the loss takes the foot of the screen.
pub const BANNER: Duration = Duration::from_secs(5);
/// After this long it takes the whole screen.
pub const FULL: Duration = Duration::from_secs(60);
/// The first pause before a new attempt, and the longest.
pub const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));

/// Whether what the screen shows is alive.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Link {
    /// No picture has come yet.
    #[default]
    Loading,
    /// The room was heard at this moment.
    Live {
        /// The last message.
        heard: Duration,
    },
    /// The room is gone.
    Lost {
        /// The last message.
        heard: Duration,
        /// When the link was lost.
        since: Duration,
    },
}

/// How loudly the loss is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Loss {
    /// Everything is grey, the head tells the age.
    Grey,
    /// A banner over the whole width takes the place of the foot.
    Banner,
    /// The age alone.
    Full,
}

impl Link {
    /// A message came that shows the room as it is.
    pub fn heard(&mut self, now: Duration) {
        *self = Self::Live { heard: now };
    }

    /// The socket closed: lost at once. A hole in the picture closes no socket; it is mended by a fresh picture.
    pub fn closed(&mut self, now: Duration) {
        if let Self::Live { heard } = *self {
            *self = Self::Lost { heard, since: now };
        }
    }

    /// Time passed. Whether the silence has just become too long.
    pub fn tick(&mut self, now: Duration) -> bool {
        match *self {
            Self::Live { heard } if SILENCE <= now.saturating_sub(heard) => {
                *self = Self::Lost { heard, since: heard };
                true
            }
            _ => false,
        }
    }

    /// How long ago the room was last heard; none before the first picture.
    pub fn age(self, now: Duration) -> Option<Duration> {
        match self {
            Self::Loading => None,
            Self::Live { heard } | Self::Lost { heard, .. } => Some(now.saturating_sub(heard)),
        }
    }

    /// How loudly to tell the loss, and when it happened.
    pub fn loss(self, now: Duration) -> Option<(Loss, Duration)> {
        let Self::Lost { since, .. } = self else { return None };
        let loss = match now.saturating_sub(since) {
            gone if gone < BANNER => Loss::Grey,
            gone if gone < FULL => Loss::Banner,
            _ => Loss::Full,
        };
        Some((loss, since))
    }

    /// The name the stylesheet knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Live { .. } => "live",
            Self::Lost { .. } => "lost",
        }
    }
}

/// The pause before attempt number `attempt`, from 0: doubled each time, for ever tried again.
pub fn backoff(attempt: u32) -> Duration {
    (BACKOFF.0 * 2_u32.saturating_pow(attempt.min(8))).min(BACKOFF.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn live() -> Link {
        let mut link = Link::default();
        link.heard(s(10.0));
        link
    }

    #[test]
    fn a_closed_socket_is_lost_at_once_and_grows_louder() {
        let mut link = live();
        link.closed(s(11.0));
        let loss = |now| link.loss(s(now)).map(|(loss, _)| loss);
        assert_eq!([11.0, 15.9, 16.0, 70.9, 71.0].map(loss), {
            use Loss::{Banner, Full, Grey};
            [Grey, Grey, Banner, Banner, Full].map(Some)
        });
        assert_eq!(link.age(s(22.0)), Some(s(12.0)));
    }

    #[test]
    fn a_silent_room_is_lost_within_five_seconds() {
        let mut link = live();
        assert!(!link.tick(s(14.4)));
        assert!(link.tick(s(14.5)), "told once");
        assert!(!link.tick(s(14.6)), "and not again");
        assert_eq!(link.loss(s(15.0)), Some((Loss::Banner, s(10.0))));
    }

    #[test]
    fn a_message_brings_it_back() {
        let mut link = live();
        link.closed(s(11.0));
        link.heard(s(200.0));
        assert_eq!(link.loss(s(200.0)), None);
        assert_eq!(link.name(), "live");
    }

    #[test]
    fn without_a_first_picture_there_is_nothing_to_lose() {
        let mut link = Link::default();
        link.closed(s(1.0));
        assert!(!link.tick(s(100.0)));
        assert_eq!((link, link.age(s(100.0))), (Link::Loading, None));
    }

    #[test]
    fn attempts_go_on_for_ever_between_half_a_second_and_five() {
        let pauses = [0, 1, 2, 3, 4, 1_000_000].map(backoff);
        assert_eq!(pauses, [0.5, 1.0, 2.0, 4.0, 5.0, 5.0].map(s));
    }
}
