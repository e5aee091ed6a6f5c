//! An indicator: a series of readings with a unit of measure, a cadence and a good direction.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    id::{IndicatorId, UnitId},
    subsystem::{Layer, Subsystem},
};

/// What the room knows of an indicator before its first reading.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Indicator {
    /// Its name in files and on the wire.
    pub id: IndicatorId,
    /// Its name on the wall.
    pub name: String,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// The function of that unit it speaks for.
    pub system: Subsystem,
    /// The layer of work it looks at.
    #[serde(default)]
    pub layer: Layer,
    /// Its unit of measure, as `ms` or `%`; empty for a bare number.
    #[serde(default)]
    pub measure: String,
    /// The time between two readings; none where the room has to learn it.
    #[serde(default, rename = "cadence_ms", with = "optional_millis", skip_serializing_if = "Option::is_none")]
    pub cadence: Option<Duration>,
    /// Where it is better.
    #[serde(default)]
    pub good: Good,
    /// The scale on which it is judged.
    #[serde(default)]
    pub scale: Scale,
    /// The smallest deviation worth a word, in its unit of measure.
    #[serde(default)]
    pub least: f64,
    /// Whether its forecast stands under Future on the wall.
    #[serde(default)]
    pub essential: bool,
    /// Whether it is shown and judged but never raises a signal.
    #[serde(default)]
    pub muted: bool,
    /// Where the first response is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// In which direction an indicator gets better.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    /// More is better, as of output.
    Up,
    /// Less is better, as of latency.
    Down,
    /// As it was is better: any change is pain.
    #[default]
    Steady,
}

impl Good {
    /// What a movement of `size` (in any unit, signed) means.
    pub fn direction(self, size: f64) -> Direction {
        match self {
            Self::Up if 0.0 < size => Direction::Pleasure,
            Self::Down if size < 0.0 => Direction::Pleasure,
            _ => Direction::Pain,
        }
    }
}

/// What a change means to the unit.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It got worse.
    Pain,
    /// It got better.
    Pleasure,
}

/// The scale on which the noise of a kind of indicator is even.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    #[default]
    Identity,
    /// Logarithm, for durations and costs.
    Log,
    /// Square root, for counts.
    Sqrt,
    /// Arc sine of the square root, for ratios between 0 and 1.
    AsinSqrt,
}

mod optional_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => crate::time::as_millis::serialize(duration, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Option::<u64>::deserialize(from).map(|millis| millis.map(Duration::from_millis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_good_direction_tells_pain_from_pleasure() {
        assert_eq!(Good::Up.direction(2.0), Direction::Pleasure);
        assert_eq!(Good::Up.direction(-2.0), Direction::Pain);
        assert_eq!(Good::Down.direction(-2.0), Direction::Pleasure);
        assert_eq!(Good::Steady.direction(2.0), Direction::Pain);
        assert_eq!(Good::Steady.direction(-2.0), Direction::Pain);
    }
}
