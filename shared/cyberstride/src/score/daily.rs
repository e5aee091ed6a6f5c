//! What is usual at this time of the day.

use serde::{Deserialize, Serialize};

use super::smooth::Smooth;

/// Seconds in a slot of the day: the profile has twelve an hour.
const SLOT: u32 = 300;

/// Each slot goes on learning with at least this share of the newest day.
const NEWEST: f64 = 0.15;

/// Departures from the profile are smoothed over so many readings: four hours of five-minute readings.
const SPAN: f64 = 48.0;

/// Mean reading at each five minutes of the day, learned robustly.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Daily {
    means: [[f32; 12]; 24],
    /// Days seen in each slot, up to where the share of the newest no longer falls.
    days: [[u8; 12]; 24],
    /// Variance of a single departure.
    variance: f64,
    smooth: Smooth,
}

impl Default for Daily {
    fn default() -> Self {
        Self { means: [[0.0; 12]; 24], days: [[0; 12]; 24], variance: 1.0, smooth: Smooth::default() }
    }
}

impl Daily {
    /// What is usual at this second of the day; none where it was never seen.
    pub(crate) fn usual(&self, second_of_day: u32) -> Option<f64> {
        let slot = (second_of_day / SLOT) as usize % 288;
        (0 < self.days.as_flattened()[slot]).then(|| f64::from(self.means.as_flattened()[slot]))
    }

    /// The smoothed departure from what is usual at this second of the day, in its own standard deviations; zero
    /// where this time of the day was never seen.
    pub(crate) fn observe(&mut self, second_of_day: u32, y: f64) -> f64 {
        let slot = (second_of_day / SLOT) as usize % 288;
        let mean = &mut self.means.as_flattened_mut()[slot];
        let days = &mut self.days.as_flattened_mut()[slot];
        let departure = y - f64::from(*mean);
        let seen = 0 < *days;
        let relative = departure * departure / self.variance.max(1e-4);
        let weight = (5.0 / (4.0 + relative)).clamp(0.3, 1.0);
        if seen {
            self.variance += 0.005 * (weight * departure * departure - self.variance);
        }
        *days = days.saturating_add(1);
        let share = f64::from(*days).recip().max(NEWEST);
        *mean += (share * if seen { weight } else { 1.0 } * departure) as f32;
        if seen { self.smooth.observe(departure, SPAN) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_value_for_the_hour_is_seen_although_it_is_inside_of_the_range() {
        let mut daily = Daily::default();
        let swing = |i: u32| 2.0 * (f64::from(i % 288) * std::f64::consts::TAU / 288.0).sin();
        let noise = |i: u32| 0.1 * f64::from(i * 7919 % 13) / 13.0;
        let mut calm = 0.0_f64;
        for i in 0..20 * 288 {
            let z = daily.observe(300 * (i % 288), swing(i) + noise(i));
            calm = if 10 * 288 < i { calm.max(z.abs()) } else { 0.0 };
        }
        let flat = (20 * 288..20 * 288 + 60).map(|i| daily.observe(300 * (i % 288), noise(i))).fold(0.0, f64::min);
        assert!(flat < -3.0 * calm, "{flat} against {calm}");
    }
}
