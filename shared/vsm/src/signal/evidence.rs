//! Why there is a signal: how much it asks of people, who spoke, and one sentence with its numbers.

use serde::{Deserialize, Serialize};

use super::{Kind, Signal};
use crate::{indicator::Direction, numbers};

/// A detector is never quite sure, in per cent.
const SUREST: f64 = 99.0;
/// From here on nobody cares how many standard deviations it is.
const FARTHEST: f64 = 99.0;

/// How much a signal asks of people.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Something jumped: shown and kept, but it has no clock and wakes nobody.
    Sudden,
    /// It lasts, or was never seen before: pain of this tier has a clock. What a signal was before there were tiers.
    #[default]
    Sustained,
}

/// Which evidence spoke first.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// Readings wrong for the time of day, over hours.
    TimeOfDay,
    /// Readings improbable in the same direction, one after the other.
    Drift,
    /// Beyond every reading so far.
    Record,
    /// Beyond every course so far.
    RecordCourse,
    /// A value rarely seen.
    Rare,
    /// The odds of a change of level or slope. The only voice there was before voices were told.
    #[default]
    Change,
    /// One reading that nobody expected.
    Jump,
    /// The noise grew or shrank.
    Variance,
}

impl Tier {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sudden => "sudden, no clock",
            Self::Sustained => "sustained",
        }
    }
}

impl Voice {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TimeOfDay => "time of day",
            Self::Drift => "drift",
            Self::Record => "record",
            Self::RecordCourse => "record course",
            Self::Rare => "rare",
            Self::Change => "change",
            Self::Jump => "jump",
            Self::Variance => "variance",
        }
    }
}

impl Signal {
    /// Whether it asks for somebody: pain that lasts. Everything else is shown and kept, without a clock.
    pub fn asks(&self) -> bool {
        self.direction == Direction::Pain && self.tier == Tier::Sustained
    }

    /// Which signals come first, from 0: pain that lasts, pain that was sudden, pleasure that lasts, sudden pleasure.
    pub fn rank(&self) -> u8 {
        2 * u8::from(self.direction == Direction::Pleasure) + u8::from(self.tier == Tier::Sudden)
    }

    /// What the series did, as a person says it: `step down`.
    pub fn what(&self) -> &'static str {
        match (self.kind, self.size < 0.0) {
            (Kind::Transient, false) => "spike up",
            (Kind::Transient, true) => "spike down",
            (Kind::Level, false) => "step up",
            (Kind::Level, true) => "step down",
            (Kind::Slope, false) => "rising",
            (Kind::Slope, true) => "falling",
            (Kind::Variance, false) => "swings grow",
            (Kind::Variance, true) => "swings shrink",
        }
    }

    /// How sure the detector is of the kind, in whole per cent, never quite a hundred.
    pub fn sure(&self) -> u8 {
        (100.0 * self.probability).round().clamp(0.0, SUREST) as u8
    }

    /// How far it is from what was expected, without its sign: `4.1 sd`; of swings by how many times they are as wide.
    pub fn unusual(&self) -> String {
        let (many, measure) = match self.kind {
            Kind::Variance => (self.sd + 1.0, "times"),
            _ => (self.sd.abs(), "sd"),
        };
        match many {
            ..10.0 => format!("{many:.1} {measure}"),
            10.0..FARTHEST => format!("{many:.0} {measure}"),
            _ => format!("{FARTHEST}+ {measure}"),
        }
    }

    /// Why it is there, in one sentence; `measure` is the unit of measure of its indicator.
    ///
    /// What, how sure, seen and expected (95 % of readings lie between), how unusual, which voice spoke, which tier.
    pub fn reason(&self, measure: &str) -> String {
        let mut what = self.what().to_owned();
        what[..1].make_ascii_uppercase();
        let score = if 0.0 < self.score { format!("score {:.2}, ", self.score) } else { String::new() };
        let (sure, seen) = (self.sure(), self.comparison(measure));
        format!("{what}, {sure} % sure: {seen}; {score}voice: {}; {}.", self.voice.words(), self.tier.words())
    }

    /// What was seen, beside what was expected.
    fn comparison(&self, measure: &str) -> String {
        let expected = numbers::interval(self.expected.lower, self.expected.upper, measure);
        if self.kind == Kind::Variance {
            return format!("{expected} expected for 95 % of readings, swings now {} as wide", self.unusual());
        }
        let side = if self.sd < 0.0 { "below" } else { "above" };
        let seen = numbers::value(self.seen, measure);
        format!("{seen} seen, {expected} expected for 95 % of readings, {} {side}", self.unusual())
    }
}

#[cfg(test)]
mod tests;
