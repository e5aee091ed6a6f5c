//! In which order readings leave: as they were taken in, or what is new ahead of a backlog.
//!
//! The room's detector judges best what comes in order, so a backlog that travels in a moment goes first. A larger one
//! would keep the room from seeing what is now: then everything handed in from now on goes first, and the backlog has a
//! share. What comes second is late for the detector, and whole in the room's history.

use cybernet::ordinals::{MOST_RANGES, Ordinals};

use crate::outbox::Standing;

/// A backlog of at most so many readings goes in order: a hundred milliseconds or a few of the room's time.
pub(super) const SMALL: u64 = 10_000;
/// While fresh readings wait, one batch of so many is of the backlog.
const SHARE: u32 = 4;

/// What is on its way or there, and what comes next.
#[derive(Debug)]
pub(super) struct Lanes {
    /// What the room has, or will have once what is on its way is there.
    sent: Ordinals,
    /// Whether the room hears where a batch begins; without that, everything goes in order.
    says_first: bool,
    /// What lies above this ordinal is fresh; none if everything goes in order.
    fresh_above: Option<u64>,
    /// How many batches have left since the last one of the backlog.
    ahead: u32,
}

/// Ordinals of which the next batch takes the lowest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stretch {
    /// It begins behind this ordinal.
    pub(super) after: u64,
    /// It ends with this one; where there is no end yet, with the highest there can be.
    pub(super) upto: u64,
    /// Whether fresh readings may overtake it.
    pub(super) is_backlog: bool,
}

impl Lanes {
    /// The lanes to a room that `has` this, from an outbox that stands there. A backlog of up to `small` goes in order.
    pub(super) fn new(has: &Ordinals, here: Standing, says_first: bool, small: u64) -> Self {
        if !says_first {
            return Self { sent: Ordinals::up_to(here.settled), says_first, fresh_above: None, ahead: 0 };
        }
        // What the room had before it was cut off goes on where it was, unless that is far behind by now; nor is another
        // range begun than the room can keep.
        let goes_on = here.newest.saturating_sub(has.highest()) <= small || MOST_RANGES <= has.ranges().len();
        let begin = if goes_on { has.highest() } else { here.newest };
        let fresh_above = (small < here.pending).then_some(begin);
        Self { sent: has.clone(), says_first, fresh_above, ahead: 0 }
    }

    /// Whether fresh readings go ahead of a backlog.
    pub(super) fn are_two(&self) -> bool {
        self.fresh_above.is_some()
    }

    /// Whether batches say where they begin.
    pub(super) fn say_first(&self) -> bool {
        self.says_first
    }

    /// What goes first: what is fresh, or the oldest if everything goes in order.
    pub(super) fn lead(&self) -> Stretch {
        let (after, upto) = match (self.fresh_above, self.sent.gap()) {
            (Some(above), _) => (self.sent.highest().max(above), u64::MAX),
            (None, Some([first, last])) => (first - 1, last),
            (None, None) => (self.sent.mark(), u64::MAX),
        };
        Stretch { after, upto, is_backlog: false }
    }

    /// What is left of the backlog, oldest first.
    pub(super) fn backlog(&self) -> Option<Stretch> {
        let (above, after) = (self.fresh_above?, self.sent.mark());
        let upto = self.sent.gap().map_or(above, |[_, last]| last);
        (after < upto).then_some(Stretch { after, upto, is_backlog: true })
    }

    /// Whether the backlog has waited for its share.
    pub(super) fn is_turn_of_backlog(&self) -> bool {
        SHARE <= self.ahead + 1
    }

    /// The ordinals from the first to the last of `range` have left.
    pub(super) fn leave(&mut self, range: [u64; 2], of: Stretch) {
        self.sent.insert(range);
        self.ahead = if of.is_backlog { 0 } else { self.ahead.saturating_add(1) };
    }
}

#[cfg(test)]
mod tests;
