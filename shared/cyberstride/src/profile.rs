//! The usual reading at each time of the day.

use serde::{Deserialize, Serialize};

use crate::at::At;

/// Seconds in a slot of the day: twelve an hour.
const SLOT: u32 = 300;
/// Each slot goes on learning with at least this share of the newest day.
const NEWEST: f64 = 0.15;
/// Share of the newest departure in their variance.
const SHARE: f64 = 0.005;
/// However unusual, a reading counts at least this much, so that a new normal is learned.
const LEAST_WEIGHT: f64 = 0.3;

/// 288 slots of five minutes, each a robust mean over the days.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Profile {
    means: [[f32; 12]; 24],
    /// Days seen in each slot, up to 255.
    days: [[u8; 12]; 24],
    /// Variance of a departure.
    variance: f64,
}

impl Default for Profile {
    fn default() -> Self {
        Self { means: [[0.0; 12]; 24], days: [[0; 12]; 24], variance: 1.0 }
    }
}

impl Profile {
    /// What is usual at this time of the day; none where it was never seen.
    pub(crate) fn usual(&self, at: At) -> Option<f64> {
        let slot = slot(at);
        (0 < self.days.as_flattened()[slot]).then(|| f64::from(self.means.as_flattened()[slot]))
    }

    /// Takes a reading in: one far from the usual counts less, as under Student's distribution with four degrees.
    pub(crate) fn learn(&mut self, at: At, y: f64) {
        let slot = slot(at);
        let mean = &mut self.means.as_flattened_mut()[slot];
        let days = &mut self.days.as_flattened_mut()[slot];
        let departure = y - f64::from(*mean);
        let mut weight = 1.0;
        if 0 < *days {
            let square = departure * departure;
            weight = (5.0 / (4.0 + square / self.variance.max(1e-4))).clamp(LEAST_WEIGHT, 1.0);
            self.variance += SHARE * (weight * square - self.variance);
        }
        *days = days.saturating_add(1);
        *mean += (f64::from(*days).recip().max(NEWEST) * weight * departure) as f32;
    }
}

fn slot(at: At) -> usize {
    (at.second_of_day() / SLOT) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_of_the_day_has_its_own_mean_by_the_local_clock() {
        let mut profile = Profile::default();
        let at = |hours: i64, offset| At { offset, ..At::utc(3_600_000 * hours) };
        assert_eq!(profile.usual(at(9, 0)), None);
        (0..10).for_each(|day| profile.learn(at(24 * day + 9, 0), 5.0));
        assert_eq!(profile.usual(at(8, 3600)), Some(5.0));
        assert_eq!(profile.usual(at(9, 3600)), None);
    }
}
