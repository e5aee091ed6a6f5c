//! What people tell the detector of a series; the rest it works out.

use serde::{Deserialize, Serialize};

use crate::scale::Scale;

/// What the people closest to a series know of it, and how much they want to hear.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Told {
    /// The scale on which it is judged; worked out from the first readings where nothing is said.
    pub scale: Option<Scale>,
    /// Milliseconds between two readings; learned where nothing is said.
    pub cadence: Option<f64>,
    /// The pattern it follows; worked out where nothing is said.
    pub pattern: Option<Pattern>,
    /// The smallest deviation worth a word, in the unit of measure.
    pub least: f64,
    /// The same as a share of what was expected.
    pub least_share: f64,
    /// How many false alarms a week are welcome for a real one. Where nothing is said one in ten thousand readings, but
    /// no more than [`WEEKLY`].
    pub false_alarms_a_week: Option<f64>,
}

/// The pattern of the people and machines behind a series.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// None.
    None,
    /// Days are alike.
    Daily,
    /// Weeks are alike.
    Weekly,
}

/// False alarms a week that are allowed where nothing is said, however often readings come.
pub const WEEKLY: f64 = 7.0;
/// False alarms a reading that the thresholds stand for as they are.
pub(crate) const USUAL: f64 = 1e-4;
/// Milliseconds in a week.
const WEEK: f64 = 604_800_000.0;

impl Told {
    /// How many false alarms a reading are allowed, at a cadence in milliseconds.
    pub(crate) fn allowed(&self, cadence: f64) -> f64 {
        let readings = (WEEK / cadence.max(1.0)).max(1.0);
        let weekly = self.false_alarms_a_week.unwrap_or((USUAL * readings).min(WEEKLY));
        (weekly / readings).clamp(1e-9, 0.01)
    }

    /// Whether a reading is far enough from what was expected to be worth a word, both in the unit of measure.
    pub(crate) fn is_worth_a_word(&self, value: f64, expected: f64) -> bool {
        let off = (value - expected).abs();
        self.least <= off && self.least_share * expected.abs() <= off
    }
}

/// By how many nats thresholds must stand higher for false alarms to be as rare as allowed.
pub(crate) fn strictness(allowed: f64) -> f64 {
    (USUAL / allowed).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_a_week_is_allowed_whatever_the_cadence() {
        let told = Told { false_alarms_a_week: Some(2.0), ..Told::default() };
        let a_week = |cadence: f64| told.allowed(cadence) * WEEK / cadence;
        assert!((a_week(300_000.0) - 2.0).abs() < 1e-9 && (a_week(1000.0) - 2.0).abs() < 1e-9);
        assert_eq!(strictness(Told::default().allowed(300_000.0)), 0.0);
        assert!((Told::default().allowed(1000.0) * WEEK / 1000.0 - WEEKLY).abs() < 1e-9);
    }

    #[test]
    fn small_deviations_are_not_worth_a_word() {
        let told = Told { least: 2.0, least_share: 0.1, ..Told::default() };
        assert!(told.is_worth_a_word(103.0, 10.0) && !told.is_worth_a_word(11.5, 10.0));
        assert!(!told.is_worth_a_word(105.0, 100.0) && told.is_worth_a_word(89.0, 100.0));
    }
}
