//! In which order readings leave: as they were taken in, or what is new ahead of a backlog.
//!
//! The room's detector judges best what comes in order, so a backlog that travels in a moment goes first. A larger one would
//! keep the room from seeing what is now: then everything handed in from now on goes first, and the backlog has a share.

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
    /// The lanes to a room that `has` this, from an outbox that stands there.
    pub(super) fn new(has: &Ordinals, here: Standing, says_first: bool) -> Self {
        if !says_first {
            return Self { sent: Ordinals::up_to(here.settled), says_first, fresh_above: None, ahead: 0 };
        }
        // What the room had before it was cut off goes on where it was, unless that is far behind by now; nor is another
        // range begun than the room can keep.
        let goes_on = here.newest.saturating_sub(has.highest()) <= SMALL || MOST_RANGES <= has.ranges().len();
        let begin = if goes_on { has.highest() } else { here.newest };
        let fresh_above = (SMALL < here.pending).then_some(begin);
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
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn here(newest: u64, pending: u64) -> Standing {
        Standing { settled: 0, newest, pending }
    }

    /// Lets the next batch of a stretch leave, of `limit` readings at most, if there are any up to `newest`.
    fn send(of: Stretch, lanes: &mut Lanes, limit: u64, newest: u64) -> Option<[u64; 2]> {
        let range = [of.after + 1, of.upto.min(newest).min(of.after + limit)];
        (range[0] <= range[1]).then(|| {
            lanes.leave(range, of);
            range
        })
    }

    #[test]
    fn a_small_backlog_goes_in_order_gaps_first() {
        let mut lanes = Lanes::new(&Ordinals::of(100, &[[201, 300]]), here(350, 150), true);
        assert!(!lanes.are_two() && lanes.backlog().is_none());
        let sent: Vec<_> = (0..4).filter_map(|_| send(lanes.lead(), &mut lanes, 60, 350)).collect();
        assert_eq!(sent, [[101, 160], [161, 200], [301, 350]]);
    }

    #[test]
    fn a_large_backlog_is_overtaken_by_what_is_new_and_has_one_batch_in_four() {
        let newest = 50_000;
        let mut lanes = Lanes::new(&Ordinals::up_to(7), here(newest, newest - 7), true);
        assert_eq!(lanes.lead(), Stretch { after: newest, upto: u64::MAX, is_backlog: false });
        let mut order = String::new();
        for round in 0..12 {
            let backlog = lanes.backlog().unwrap();
            let of = if lanes.is_turn_of_backlog() { backlog } else { lanes.lead() };
            send(of, &mut lanes, 10, newest + 10 * (round + 1)).unwrap();
            order.push(if of.is_backlog { 'b' } else { 'f' });
        }
        assert_eq!(order, "fffbfffbfffb");
        while let Some(backlog) = lanes.backlog() {
            send(backlog, &mut lanes, 1000, newest).unwrap();
        }
        assert_eq!(lanes.sent, Ordinals::up_to(newest + 90));
        assert_eq!(lanes.lead().after, newest + 90);
    }

    #[test]
    fn after_a_short_cut_the_fresh_lane_goes_on_where_it_was_and_after_a_long_one_it_begins_anew() {
        let has = Ordinals::of(100, &[[60_001, 61_000]]);
        let soon = Lanes::new(&has, here(62_000, 60_900), true);
        assert_eq!((soon.lead().after, soon.backlog().unwrap().upto), (61_000, 60_000));
        let mut late = Lanes::new(&has, here(90_000, 88_900), true);
        assert_eq!((late.lead().after, late.backlog().unwrap().upto), (90_000, 60_000));
        while send(late.backlog().unwrap(), &mut late, 1000, 90_000) != Some([59_101, 60_000]) {}
        assert_eq!(late.backlog(), Some(Stretch { after: 61_000, upto: 90_000, is_backlog: true }));
    }

    #[test]
    fn no_more_ranges_are_begun_than_a_room_keeps() {
        let ranges: Vec<_> = (1..=MOST_RANGES as u64).map(|k| [20_000 * k, 20_000 * k + 5]).collect();
        let highest = 20_000 * MOST_RANGES as u64 + 5;
        let lanes = Lanes::new(&Ordinals::of(3, &ranges), here(highest + 30_000, 1_000_000), true);
        assert_eq!(lanes.lead().after, highest);
    }

    #[test]
    fn to_a_room_that_does_not_hear_it_everything_goes_in_order() {
        let lanes = Lanes::new(&Ordinals::up_to(5), Standing { settled: 8, newest: 90_000, pending: 89_992 }, false);
        assert_eq!((lanes.lead().after, lanes.backlog(), lanes.say_first()), (8, None, false));
    }

    proptest! {
        #[test]
        fn whatever_is_cut_off_when_everything_leaves_once_and_what_is_new_is_behind_no_more_than_one_batch(
            cuts in vec((1..40_000_u64, 0..60_u32), 1..8),
        ) {
            let (mut room, mut newest) = (Ordinals::default(), 0);
            for (more, batches) in cuts {
                newest += more;
                let pending = newest - room.count([1, newest]);
                let mut lanes = Lanes::new(&room, here(newest, pending), true);
                let goes_in_order = !lanes.are_two();
                prop_assert_eq!(goes_in_order, pending <= SMALL);
                for _ in 0..batches {
                    newest += 7;
                    let turn = lanes.backlog().filter(|_| lanes.is_turn_of_backlog());
                    let Some(range) = send(turn.unwrap_or(lanes.lead()), &mut lanes, 1000, newest) else { continue };
                    prop_assert_eq!(room.count(range), 0, "sent twice");
                    room.insert(range);
                    prop_assert!(room.ranges().len() <= MOST_RANGES);
                }
                prop_assert_eq!(&lanes.sent, &room);
            }
            let mut lanes = Lanes::new(&room, here(newest, newest - room.count([1, newest])), true);
            while let Some(range) = lanes.backlog().and_then(|of| send(of, &mut lanes, 1000, newest)) {
                prop_assert_eq!(room.count(range), 0, "sent twice");
                room.insert(range);
            }
            while let Some(range) = send(lanes.lead(), &mut lanes, 1000, newest) {
                room.insert(range);
            }
            prop_assert_eq!(room, Ordinals::up_to(newest));
        }
    }
}
