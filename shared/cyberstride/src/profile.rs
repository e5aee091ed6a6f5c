//! What kind of series it is: worked out from its readings, shown to people, and overridden by what they tell.

use serde::{Deserialize, Serialize};

use crate::{scale::Scale, told::Pattern};

/// First readings from which kind and scale are worked out.
pub(crate) const FIRST: usize = 32;
/// The variance of a count that is made of independent events is its mean; within this factor it is taken for one.
const POISSON: f64 = 5.0;
/// Share of the newest reading in what is known of all, in the long run.
const SHARE: f32 = 1e-3;
/// A series of which a greater share of the readings is the same number as the one before is made of lumps.
const LUMPY: f32 = 0.85;

/// What kind of series it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Profile {
    /// What its numbers are.
    pub nature: Nature,
    /// The scale on which it is judged.
    pub scale: Scale,
    /// Milliseconds between two readings; none until that is known.
    pub cadence: Option<f64>,
    /// Share of the readings that are zero, the recent ones counting more.
    pub zeros: f64,
    /// The pattern it follows.
    pub pattern: Pattern,
    /// Standard deviation of what cannot be foreseen one reading ahead, on the scale.
    pub noise: f64,
    /// How many readings this is known from.
    pub readings: u64,
}

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Too few readings to say.
    #[default]
    Unknown,
    /// Always the same number so far.
    Constant,
    /// Whole numbers of 0 or more.
    Count,
    /// Numbers from 0 to 1, not all whole.
    Ratio,
    /// Numbers above 0.
    Positive,
    /// Any numbers.
    Continuous,
}

/// Keeps count of what the numbers are.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Numbers {
    seen: u32,
    zeros: f32,
    /// Share of the readings that are the same number as the one before, likewise.
    repeats: f32,
    last: f64,
    low: f64,
    high: f64,
    fractions: bool,
}

impl Numbers {
    pub(crate) fn observe(&mut self, value: f64) {
        (self.low, self.high) =
            if self.seen == 0 { (value, value) } else { (self.low.min(value), self.high.max(value)) };
        self.seen = self.seen.saturating_add(1);
        self.fractions |= value.fract() != 0.0;
        let share = SHARE.max((self.seen as f32).recip());
        self.zeros += share * (f32::from(u8::from(value == 0.0)) - self.zeros);
        self.repeats += share * (f32::from(u8::from(value == self.last)) - self.repeats);
        self.last = value;
    }

    /// The newest reading is taken back: it counts for nothing.
    pub(crate) fn take_back(&mut self) {
        self.seen = self.seen.saturating_sub(1);
    }

    pub(crate) fn seen(&self) -> u64 {
        u64::from(self.seen)
    }

    pub(crate) fn zeros(&self) -> f64 {
        f64::from(self.zeros)
    }

    /// Whether it mostly stays what it is, as a count of rare events does: such a series is made of lumps and has no noise.
    pub(crate) fn is_lumpy(&self) -> bool {
        FIRST as u32 <= self.seen && LUMPY < self.repeats
    }

    pub(crate) fn nature(&self) -> Nature {
        match self {
            Self { seen, .. } if *seen < FIRST as u32 => Nature::Unknown,
            Self { low, high, .. } if low == high => Nature::Constant,
            Self { low, fractions: false, .. } if 0.0 <= *low => Nature::Count,
            Self { low, high, .. } if 0.0 <= *low && *high <= 1.0 => Nature::Ratio,
            Self { low, .. } if 0.0 < *low => Nature::Positive,
            _ => Nature::Continuous,
        }
    }
}

/// The scale on which the first readings scatter evenly: the root for a count whose variance goes with its mean, the arc
/// sine for a ratio that touches its bounds, otherwise none. Whatever the scale, intervals and scores are calibrated, so a
/// scale is changed only where the gain is sure; durations and costs that want a logarithm are told.
pub(crate) fn scale_of(first: &[f64]) -> Scale {
    let mut numbers = Numbers::default();
    first.iter().for_each(|value| numbers.observe(*value));
    let count = first.len() as f64;
    let mean = first.iter().sum::<f64>() / count;
    let variance = first.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    match numbers.nature() {
        Nature::Count if variance < POISSON * mean && mean < POISSON * variance => Scale::Sqrt,
        Nature::Ratio if numbers.low < 0.02 || 0.98 < numbers.high => Scale::AsinSqrt,
        _ => Scale::Identity,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nature(values: &[f64]) -> (Nature, Scale) {
        let values: Vec<f64> = values.iter().copied().cycle().take(FIRST).collect();
        let mut numbers = Numbers::default();
        values.iter().for_each(|value| numbers.observe(*value));
        (numbers.nature(), scale_of(&values))
    }

    #[test]
    fn the_first_readings_tell_what_the_numbers_are() {
        assert_eq!(nature(&[0.0]), (Nature::Constant, Scale::Identity));
        assert_eq!(nature(&[3.0, 5.0, 2.0, 0.0, 4.0, 7.0]), (Nature::Count, Scale::Sqrt));
        assert_eq!(nature(&[1000.0, 9000.0, 20.0]), (Nature::Count, Scale::Identity));
        assert_eq!(nature(&[0.999, 0.98, 1.0]), (Nature::Ratio, Scale::AsinSqrt));
        assert_eq!(nature(&[0.41, 0.52]), (Nature::Ratio, Scale::Identity));
        assert_eq!(nature(&[231.5, 250.25]), (Nature::Positive, Scale::Identity));
        assert_eq!(nature(&[-1.5, 2.0]), (Nature::Continuous, Scale::Identity));
    }

    #[test]
    fn the_share_of_zeros_is_that_of_the_recent_readings() {
        let mut numbers = Numbers::default();
        (0..400).for_each(|i| numbers.observe(f64::from(i % 4)));
        assert!((numbers.zeros() - 0.25).abs() < 0.01);
    }
}
