//! Which readings of an agent are in, by their ordinals: everything up to a mark, and ranges above it.

/// The most ranges above its mark that a room keeps of one agent. An agent begins a new one only upon a backlog of
/// thousands of readings, so an outbox of a million has no use for more.
pub const MOST_RANGES: usize = 128;

/// A set of ordinals, which are whole numbers from 1 on. What it holds grows with its ranges, not with its ordinals.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ordinals {
    mark: u64,
    /// First and last, rising; at least one ordinal is missing before each.
    ranges: Vec<[u64; 2]>,
}

impl Ordinals {
    /// Everything up to `mark`; 0 for nothing.
    pub fn up_to(mark: u64) -> Self {
        Self { mark, ranges: Vec::new() }
    }

    /// Everything up to `mark` and in `ranges`, first and last ordinal of each, in any order; one whose end lies before its
    /// beginning holds nothing.
    pub fn of(mark: u64, ranges: &[[u64; 2]]) -> Self {
        let mut all = Self::up_to(mark);
        // In order, each goes to the end, however many a peer may say.
        let mut ranges = ranges.to_vec();
        ranges.sort_unstable();
        ranges.into_iter().for_each(|range| all.insert(range));
        all
    }

    /// Everything up to here is in; what follows it is not.
    pub fn mark(&self) -> u64 {
        self.mark
    }

    /// First and last of each range above the mark, rising; between two of them something is missing.
    pub fn ranges(&self) -> &[[u64; 2]] {
        &self.ranges
    }

    /// The highest ordinal; 0 if there is none.
    pub fn highest(&self) -> u64 {
        self.ranges.last().map_or(self.mark, |[_, last]| *last)
    }

    /// Whether it is in.
    pub fn has(&self, ordinal: u64) -> bool {
        self.count([ordinal, ordinal]) == 1
    }

    /// How many from the first to the last of `range` are in.
    pub fn count(&self, [first, last]: [u64; 2]) -> u64 {
        let within = |[from, to]: [u64; 2]| {
            let (from, to) = (from.max(first), to.min(last));
            if to < from { 0 } else { to - from + 1 }
        };
        let begin = self.ranges.partition_point(|[_, to]| *to < first);
        let overlapping = self.ranges[begin..].iter().take_while(|[from, _]| *from <= last);
        let above: u64 = overlapping.map(|range| within(*range)).sum();
        if self.mark == 0 { above } else { above + within([1, self.mark]) }
    }

    /// The lowest ordinals that are missing below one that is in, first and last; `None` if everything is in up to the
    /// highest.
    pub fn gap(&self) -> Option<[u64; 2]> {
        self.ranges.first().map(|[first, _]| [self.mark + 1, first - 1])
    }

    /// Takes in everything from the first to the last of `range`.
    pub fn insert(&mut self, [first, last]: [u64; 2]) {
        if last < first {
            return;
        }
        let begin = self.ranges.partition_point(|[_, to]| to.saturating_add(1) < first);
        let end = self.ranges.partition_point(|[from, _]| *from <= last.saturating_add(1)).max(begin);
        let touched = &self.ranges[begin..end];
        let first = touched.first().map_or(first, |[from, _]| first.min(*from));
        let last = touched.last().map_or(last, |[_, to]| last.max(*to));
        if first <= self.mark.saturating_add(1) {
            self.mark = self.mark.max(last);
            self.ranges.drain(..end);
            // What lay below the old mark may have reached further than what was touched.
            self.absorb();
        } else {
            self.ranges.splice(begin..end, [[first, last]]);
        }
    }

    /// Takes in everything that `other` has.
    pub fn add(&mut self, other: &Self) {
        self.insert([1, other.mark]);
        other.ranges.iter().for_each(|range| self.insert(*range));
    }

    /// The mark swallows the ranges it reaches.
    fn absorb(&mut self) {
        while let Some([first, last]) = self.ranges.first().copied()
            && first <= self.mark.saturating_add(1)
        {
            self.mark = self.mark.max(last);
            self.ranges.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// So many ordinals are looked at.
    const END: u64 = 60;

    fn range() -> impl Strategy<Value = [u64; 2]> {
        (0..END, 0..12_u64).prop_map(|(first, length)| [first, (first + length).saturating_sub(1)])
    }

    /// What is in, one by one.
    fn listed(ordinals: &Ordinals) -> BTreeSet<u64> {
        (1..=2 * END).filter(|ordinal| ordinals.has(*ordinal)).collect()
    }

    fn is_in_order(ordinals: &Ordinals) -> bool {
        let mut before = ordinals.mark;
        ordinals.ranges.iter().all(|[first, last]| {
            let is_apart = before + 1 < *first && first <= last;
            before = *last;
            is_apart
        })
    }

    #[test]
    fn what_fills_a_gap_raises_the_mark_over_the_range_behind_it() {
        let mut ordinals = Ordinals::of(10, &[[21, 30], [41, 50]]);
        assert_eq!((ordinals.gap(), ordinals.highest()), (Some([11, 20]), 50));
        ordinals.insert([11, 20]);
        assert_eq!(ordinals, Ordinals::of(30, &[[41, 50]]));
        ordinals.insert([31, 60]);
        assert_eq!((ordinals.gap(), ordinals), (None, Ordinals::up_to(60)));
    }

    #[test]
    fn the_ends_of_the_numbers_are_numbers_like_others() {
        let mut ordinals = Ordinals::of(0, &[[u64::MAX, u64::MAX], [9, 3], [0, 0]]);
        assert_eq!((ordinals.ranges(), ordinals.has(0), ordinals.has(u64::MAX)), (&[[u64::MAX; 2]][..], false, true));
        ordinals.insert([1, u64::MAX - 1]);
        assert_eq!(ordinals, Ordinals::up_to(u64::MAX));
        assert_eq!(ordinals.count([1, u64::MAX]), u64::MAX);
    }

    proptest! {
        #[test]
        fn it_holds_what_was_put_into_it_in_whatever_order(mark in 0..20_u64, ranges in vec(range(), 0..12)) {
            let ordinals = Ordinals::of(mark, &ranges);
            let mut expected: BTreeSet<u64> = (1..=mark).collect();
            expected.extend(ranges.iter().flat_map(|[first, last]| *first..=*last).filter(|ordinal| 0 < *ordinal));
            prop_assert_eq!(listed(&ordinals), expected.clone());
            prop_assert!(is_in_order(&ordinals), "{:?}", ordinals);
            prop_assert_eq!(ordinals.highest(), expected.last().copied().unwrap_or(0));
            let mut one_by_one = Ordinals::up_to(mark);
            ranges.iter().rev().for_each(|range| one_by_one.insert(*range));
            prop_assert_eq!(one_by_one, ordinals);
        }

        #[test]
        fn a_count_is_that_of_its_members_and_a_gap_the_first_that_are_not(
            ranges in vec(range(), 0..12),
            [first, last] in range(),
        ) {
            let ordinals = Ordinals::of(0, &ranges);
            let counted = listed(&ordinals).range(first..=last.max(first)).count() as u64;
            prop_assert_eq!(ordinals.count([first, last.max(first)]), counted);
            match ordinals.gap() {
                None => prop_assert_eq!(ordinals.mark(), ordinals.highest()),
                Some([from, to]) => {
                    prop_assert!((from..=to).all(|ordinal| !ordinals.has(ordinal)) && from <= to);
                    prop_assert!((1..from).all(|ordinal| ordinals.has(ordinal)) && ordinals.has(to + 1));
                }
            }
        }

        #[test]
        fn two_together_hold_what_either_holds(one in vec(range(), 0..8), other in vec(range(), 0..8), mark in 0..9_u64) {
            let (one, other) = (Ordinals::of(mark, &one), Ordinals::of(0, &other));
            let mut both = one.clone();
            both.add(&other);
            prop_assert_eq!(listed(&both), &listed(&one) | &listed(&other));
            prop_assert!(is_in_order(&both));
        }
    }
}
