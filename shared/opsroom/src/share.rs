//! Which indicators a shard watches: as many of them as any other, and always the same ones.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use vsm::id::IndicatorId;

/// How many indicators that nobody has described one by one a room watches; readings of more are kept but not judged.
pub const MOST_UNOWNED: usize = 100_000;
/// The names a shard is given are spread by chance, so one may be given some more than its share: a sixteenth.
const LEEWAY: usize = 16;

/// One shard of several.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share {
    /// Which one, from 0.
    pub shard: usize,
    /// How many there are, at least one.
    pub of: usize,
}

impl Share {
    /// The only shard.
    pub const WHOLE: Self = Self { shard: 0, of: 1 };

    /// All shares, when there are so many shards.
    pub fn all(of: usize) -> impl ExactSizeIterator<Item = Self> {
        let of = of.max(1);
        (0..of).map(move |shard| Self { shard, of })
    }

    /// Whether this shard watches an indicator.
    pub fn holds(self, indicator: &IndicatorId) -> bool {
        self.of == 1 || shard_of(indicator, self.of) == self.shard
    }

    /// How many indicators that nobody has described one by one it watches.
    pub(crate) fn most_unowned(self) -> usize {
        match self.of {
            1 => MOST_UNOWNED,
            of => MOST_UNOWNED.div_ceil(of) + MOST_UNOWNED.div_ceil(of * LEEWAY),
        }
    }
}

/// Which of so many shards watches an indicator.
pub fn shard_of(indicator: &IndicatorId, of: usize) -> usize {
    // The upper half of the hash, taken as a fraction of the whole.
    let hash = FixedState::default().hash_one(indicator.as_str()) >> 32;
    ((hash * of as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_belongs_to_one_shard_and_the_shards_are_as_large_as_each_other() {
        for of in [1, 2, 3, 8] {
            let mut counts = vec![0; of];
            for number in 0..10_000 {
                let id = IndicatorId::parse(&format!("load.a{}.i{number}", number % 7)).unwrap();
                let holders: Vec<_> = Share::all(of).filter(|share| share.holds(&id)).collect();
                assert_eq!(holders, [Share { shard: shard_of(&id, of), of }]);
                counts[holders[0].shard] += 1;
            }
            let fair = 10_000 / of;
            assert!(counts.iter().all(|count| (fair * 9 / 10..=fair * 11 / 10).contains(count)), "{counts:?}");
        }
    }
}
