//! One number, from one team, about one moment.

use serde::{Deserialize, Serialize};

use crate::{id::IndicatorId, time::Moment};

/// A reading whose value is known to be finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What was measured.
    pub indicator: IndicatorId,
    /// When it was measured, by the team's clock.
    pub measured_at: Moment,
    value: f64,
    /// What the team says of it, if anything: nearly always that is nothing, and takes no room.
    pub mark: Option<Box<Mark>>,
}

const _: () = assert!(size_of::<Reading>() <= 40);

/// A value that is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("not a finite number: {0}")]
pub struct NotFinite(pub f64);

/// What a team says of a reading.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// How far it can be trusted.
    #[serde(default)]
    pub quality: Quality,
    /// Why, in the team's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How far a reading can be trusted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// As measured.
    #[default]
    Good,
    /// Sent, but with a doubt.
    Doubtful,
}

impl Reading {
    /// The only way to make a reading. The value is in the indicator's unit of measure.
    pub fn new(indicator: IndicatorId, measured_at: Moment, value: f64) -> Result<Self, NotFinite> {
        if !value.is_finite() {
            return Err(NotFinite(value));
        }
        Ok(Self { indicator, measured_at, value, mark: None })
    }

    /// The same reading with the team's mark.
    pub fn marked(self, mark: Mark) -> Self {
        Self { mark: Some(Box::new(mark)), ..self }
    }

    /// The value, finite, in the indicator's unit of measure.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// What its team says beside it, as that something was deployed; none where nothing is said, or where the words say why
    /// it is doubted.
    pub fn annotation(&self) -> Option<&str> {
        let mark = self.mark.as_deref().filter(|mark| mark.quality == Quality::Good)?;
        mark.note.as_deref().filter(|note| !note.is_empty())
    }

    /// Whether its own team doubts it.
    pub fn is_doubtful(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.quality == Quality::Doubtful)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_finite() {
        let indicator = IndicatorId::parse("plant/output").unwrap();
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refusal = Reading::new(indicator.clone(), Moment::default(), value).unwrap_err();
            assert_eq!(refusal.to_string(), format!("not a finite number: {value}"));
        }
        assert_eq!(Reading::new(indicator, Moment::default(), -0.5).unwrap().value(), -0.5);
    }
}
