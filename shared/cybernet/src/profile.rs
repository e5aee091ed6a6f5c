//! What the room worked out of an indicator, beside what it was told.

use serde::{Deserialize, Serialize};
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::{Indicator, Pattern, Scale},
    subsystem::Subsystem,
};

use crate::picture::Aspect;

/// One indicator, as the room knows it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Known {
    /// Its name in files and on the wire.
    pub id: IndicatorId,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The function of that unit it speaks for.
    pub system: Subsystem,
    /// The look of its lamp; none before its first reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Aspect>,
    /// What was worked out; none before its first reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// What the configuration says, where it was asked for and there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Indicator>,
}

/// What kind of series it is. What the configuration says is in force here, the rest was worked out.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Profile {
    /// What its numbers are.
    pub nature: Nature,
    /// The scale on which it is judged.
    pub scale: Scale,
    /// Milliseconds between two readings; none until that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cadence_ms: Option<f64>,
    /// Share of the readings that are zero, from 0 to 1, the recent ones counting more.
    pub zeros: f64,
    /// The pattern it follows.
    pub pattern: Pattern,
    /// Standard deviation of what cannot be foreseen one reading ahead, on the scale.
    pub noise: f64,
    /// How many readings this is known from.
    pub readings: u64,
    /// How many readings came after a newer one.
    pub late: u64,
    /// How many readings their own team doubted.
    #[serde(default)]
    pub doubtful: u64,
    /// How many readings took the place of another of the same moment.
    #[serde(default)]
    pub corrected: u64,
    /// Whether the detector is still learning what is normal.
    pub young: bool,
}

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Too few readings to say.
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
