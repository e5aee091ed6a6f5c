//! An indicator: a series of readings with a unit of measure, a cadence and a good direction.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    hours::Hours,
    id::{IndicatorId, UnitId},
    subsystem::{Layer, Subsystem},
};

/// How many false alarms a week a team can ask for at most: about one in ten minutes.
pub const MOST_FALSE_ALARMS: f64 = 1000.0;

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
    /// The scale on which it is judged; none where the room works it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// What rhythm to expect of it; none where the room works it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// The smallest deviation worth a word, in its unit of measure, 0 or more; one under `least_share` is worth none either.
    #[serde(default)]
    pub least: f64,
    /// The smallest deviation worth a word as a share of what was expected, 0 or more: 0.05 is 5 %.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least_share: f64,
    /// How many false alarms a week the team is willing to bear on it, above 0 and at most [`MOST_FALSE_ALARMS`]; none
    /// where the room's own default holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub false_alarms_a_week: Option<f64>,
    /// Whether its forecast stands under Future on the wall.
    #[serde(default)]
    pub essential: bool,
    /// Whether it is shown and judged but never raises a signal.
    #[serde(default)]
    pub muted: bool,
    /// When it is shown and judged but raises no signal, by the clock of its unit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub muted_hours: Vec<Hours>,
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

/// The rhythm of a series, by the clock and calendar of its place.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// The hour tells nothing.
    None,
    /// Every day is like the day before.
    Daily,
    /// Every week is like the week before.
    Weekly,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
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

    #[test]
    fn an_indicator_that_was_written_before_there_were_knobs_is_read() {
        let text = r#"{"id":"plant/output","name":"Output","unit":"plant","system":"1"}"#;
        let indicator: Indicator = serde_json::from_str(text).unwrap();
        assert_eq!((indicator.scale, indicator.pattern, indicator.false_alarms_a_week), (None, None, None));
        assert_eq!((indicator.least_share, indicator.muted_hours.len()), (0.0, 0));
    }

    #[test]
    fn an_indicator_is_read_as_it_is_sent() {
        let text = r#"{"id":"plant/output","name":"Output","unit":"plant","system":"1","scale":"log","pattern":"weekly",
            "least_share":0.05,"false_alarms_a_week":2.0,"muted_hours":["Sat 00:00-24:00"]}"#;
        let indicator: Indicator = serde_json::from_str(text).unwrap();
        assert_eq!((indicator.scale, indicator.pattern), (Some(Scale::Log), Some(Pattern::Weekly)));
        let sent = serde_json::to_string(&indicator).unwrap();
        assert_eq!(serde_json::from_str::<Indicator>(&sent).unwrap(), indicator);
    }
}
