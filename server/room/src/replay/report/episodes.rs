//! The disturbances of one series from onset to end, as they are known last.

use opsroom::hindcast::Tier;

use super::glance::Said;

/// So many are shown at least; of more, those that are largest.
pub(super) const SHOWN: usize = 1000;

/// One disturbance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Episode {
    /// As it was known last.
    pub(super) told: Said,
    /// The last row at which it was open, in milliseconds since 1970 UTC.
    pub(super) end: i64,
    /// The series came to its end before the disturbance did.
    pub(super) is_open: bool,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Episodes {
    kept: Vec<Episode>,
    left_out: u64,
    left_out_sustained: u64,
}

impl Episodes {
    /// Follows what is open at the next row.
    pub(super) fn follow(&mut self, at: i64, told: Option<Said>) {
        let Some(told) = told else {
            self.close();
            return;
        };
        let now = Episode { told, end: at, is_open: true };
        match self.kept.last_mut() {
            Some(last) if last.is_open && last.told.raised == told.raised => *last = now,
            _ => {
                self.close();
                if 2 * SHOWN <= self.kept.len() {
                    self.leave_out();
                }
                self.kept.push(now);
            }
        }
    }

    /// What is shown, in the order of time.
    pub(super) fn shown(&self) -> &[Episode] {
        &self.kept
    }

    /// The number of a tier, shown or not.
    pub(super) fn count(&self, tier: Tier) -> u64 {
        let left_out = match tier {
            Tier::Sustained => self.left_out_sustained,
            Tier::Sudden => self.left_out - self.left_out_sustained,
        };
        left_out + self.kept.iter().filter(|episode| episode.told.tier == tier).count() as u64
    }

    /// The number that is not shown.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    fn close(&mut self) {
        if let Some(last) = self.kept.last_mut() {
            last.is_open = false;
        }
    }

    /// Only the largest stay, in the order of time.
    fn leave_out(&mut self) {
        let sustained = self.count(Tier::Sustained);
        self.kept.sort_by(|a, b| b.told.by_size(&a.told));
        self.left_out += (self.kept.len() - SHOWN) as u64;
        self.kept.truncate(SHOWN);
        self.kept.sort_by_key(|episode| episode.told.raised);
        self.left_out_sustained = 0;
        self.left_out_sustained = sustained - self.count(Tier::Sustained);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(raised: i64, sd: f64, tier: Tier) -> Option<Said> {
        Some(Said::step(raised, sd, tier))
    }

    #[test]
    fn a_disturbance_lasts_until_it_is_gone_or_another_takes_its_place() {
        let mut episodes = Episodes::default();
        let rows = [None, Some(10), Some(10), None, Some(40), Some(50), Some(50)];
        for (row, raised) in rows.into_iter().enumerate() {
            episodes.follow(row as i64, raised.and_then(|raised| told(raised, row as f64, Tier::Sudden)));
        }
        let seen: Vec<_> = episodes.shown().iter().map(|it| (it.told.raised, it.end, it.is_open)).collect();
        assert_eq!(seen, [(10, 2, false), (40, 4, false), (50, 6, true)]);
        assert_eq!(episodes.shown()[0].told.sd, 2.0);
    }

    #[test]
    fn of_too_many_the_largest_stay_and_all_are_counted() {
        let mut episodes = Episodes::default();
        for at in 0..5000_i64 {
            let tier = if at % 100 == 0 { Tier::Sustained } else { Tier::Sudden };
            episodes.follow(at, told(at, (at % 37) as f64, tier));
        }
        assert!(episodes.shown().len() <= 2 * SHOWN);
        assert_eq!(episodes.shown().len() as u64 + episodes.left_out(), 5000);
        assert_eq!((episodes.count(Tier::Sustained), episodes.count(Tier::Sudden)), (50, 4950));
        assert!(episodes.shown().is_sorted_by_key(|it| it.told.raised));
        assert_eq!(episodes.shown().iter().filter(|it| it.told.tier == Tier::Sustained).count(), 50);
    }
}
