//! The second voice: what the one-step forecast learns quietly, a forecast from longer ago still sees.
//!
//! A filter that adapts follows a ramp within a few readings, each of which is hardly a surprise (Harrison & Stevens'
//! model "never names a slope"). So each reading is also held against the forecast made [`LAG`] readings before.

use std::collections::VecDeque;

use cyberstride::{Forecast, Monitor};
use serde::{Deserialize, Serialize};

/// How many readings ago the forecast was made.
pub const LAG: usize = 8;
/// So many standard deviations off that forecast ...
///
/// At 4 the noise of AR(.9) raises 1.2 signals per 1000 readings, at 5 it raises 0.3, at 6 it raises 0.1; of ramps of
/// 2 sd a reading 5 finds 97 of 100 and 6 finds 80.
pub const OFF: f64 = 5.0;
/// ... on so many readings in a row, to the same side.
pub const IN_A_ROW: i32 = 3;

/// The forecasts that wait for their reading, and how long readings have been off them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Drift {
    waiting: VecDeque<Told>,
    /// Readings in a row above (positive) or below (negative).
    run: i32,
}

/// A forecast and the slope it was made with.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Told {
    /// For the reading [`LAG`] after it.
    pub forecast: Forecast,
    /// On the indicator's scale, a reading.
    pub slope: f64,
}

impl Drift {
    /// Holds `y` against the forecast that waited for it; gives that forecast if the series has drifted away.
    pub fn observe(&mut self, y: f64) -> Option<Told> {
        if self.waiting.len() < LAG {
            return None;
        }
        let told = self.waiting.pop_front()?;
        let off = told.forecast.standardise(y);
        let side = off.signum() as i32;
        self.run = match off.abs() < OFF {
            true => 0,
            false if self.run.signum() == side => self.run + side,
            false => side,
        };
        (IN_A_ROW <= self.run.abs()).then_some(told)
    }

    /// Makes the forecast for the reading [`LAG`] from now.
    pub fn look_ahead(&mut self, monitor: &Monitor, slope: f64) {
        if let Some(forecast) = monitor.forecast(LAG as u32) {
            self.waiting.push_back(Told { forecast, slope });
        }
    }

    /// Begins anew: what was forecast before means nothing now.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
