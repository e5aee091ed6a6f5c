//! The mean reading at each time of the day.

use serde::{Deserialize, Serialize};

use crate::at::At;

/// Seconds in a slot of the day: twelve an hour.
const SLOT: u32 = 300;
/// Each slot goes on learning with at least this share of the newest day.
const NEWEST: f64 = 0.15;

/// 288 slots of five minutes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Profile {
    means: [[f32; 12]; 24],
    /// Days seen in each slot, up to 255.
    days: [[u8; 12]; 24],
}

impl Profile {
    /// What is usual at this time of the day; none where it was never seen.
    pub(crate) fn usual(&self, at: At) -> Option<f64> {
        let slot = slot(at);
        (0 < self.days.as_flattened()[slot]).then(|| f64::from(self.means.as_flattened()[slot]))
    }

    /// Takes a reading in.
    pub(crate) fn learn(&mut self, at: At, y: f64) {
        let slot = slot(at);
        let days = &mut self.days.as_flattened_mut()[slot];
        *days = days.saturating_add(1);
        let share = f64::from(*days).recip().max(NEWEST);
        let mean = &mut self.means.as_flattened_mut()[slot];
        *mean += (share * (y - f64::from(*mean))) as f32;
    }
}

fn slot(at: At) -> usize {
    (at.second_of_day() / SLOT) as usize
}
