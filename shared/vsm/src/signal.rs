//! A signal: a disturbance with a life, an owner and a clock.

mod evidence;

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    id::{IndicatorId, LONGEST, UnitId},
    indicator::Direction,
    subsystem::{Layer, Subsystem},
    time::Moment,
};
pub use evidence::{Tier, Voice};

/// The name of a signal: its indicator and the moment of its onset.
///
/// Made from what is in the journal, so a replay gives the same names.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct SignalId(String);

impl SignalId {
    /// The name of the signal that began on `indicator` at `onset`.
    pub fn new(indicator: &IndicatorId, onset: Moment) -> Self {
        Self(format!("{indicator}@{}", onset.unix_millis()))
    }

    /// Reads a name as it is written.
    ///
    /// # Errors
    /// If it is not that of an indicator, an `@` and a moment in Unix milliseconds.
    pub fn parse(name: &str) -> Result<Self, NotASignal> {
        let read = Self(name.to_owned());
        // One signal has one name: neither `+7` nor `007` is the moment `7`.
        let is_written_so = |(indicator, onset): (IndicatorId, Moment)| Self::new(&indicator, onset) == read;
        match read.parts().is_some_and(is_written_so) {
            true => Ok(read),
            false => Err(NotASignal { found: name.chars().take(LONGEST).collect() }),
        }
    }

    /// The indicator and the moment of the onset; none of a name that was never one.
    pub fn parts(&self) -> Option<(IndicatorId, Moment)> {
        let (indicator, onset) = self.0.rsplit_once('@')?;
        Some((IndicatorId::parse(indicator).ok()?, Moment::from_unix_millis(onset.parse().ok()?)))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was given instead of the name of a signal.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not a signal: {found:?}; a signal is an indicator, an @ and its onset in Unix milliseconds, as plant/output@1763600000000"
)]
pub struct NotASignal {
    found: String,
}

impl fmt::Display for SignalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a series did.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One reading was off, the next were not.
    Transient,
    /// The level stepped and stayed.
    Level,
    /// The level began to climb or fall.
    Slope,
    /// The noise grew or shrank.
    Variance,
}

/// What was expected of the readings after the onset, frozen at the onset, in the indicator's unit of measure.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Expected {
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// The forecast.
    pub mean: f64,
    /// Upper end of the 95 % interval.
    pub upper: f64,
}

/// The time a level has for a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Allowance {
    /// When the level heard.
    pub started_at: Moment,
    /// When the next level hears.
    pub ends_at: Moment,
}

impl Allowance {
    /// An allowance of `length` that starts now.
    pub fn start(now: Moment, length: Duration) -> Self {
        Self { started_at: now, ends_at: now + length }
    }

    /// The share of it that is used at `now`, from 0 to 1.
    pub fn used(&self, now: Moment) -> f64 {
        let whole = self.ends_at.since(self.started_at);
        if whole.is_zero() {
            return 1.0;
        }
        (now.since(self.started_at).as_secs_f64() / whole.as_secs_f64()).min(1.0)
    }

    /// What is left of it at `now`.
    pub fn left(&self, now: Moment) -> Duration {
        self.ends_at.since(now)
    }
}

/// Where a signal is in its life.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody has taken it yet.
    Raised,
    /// Its holder has said: ours.
    Acknowledged,
    /// It climbed to the next level.
    Escalated,
    /// It is over.
    Cleared,
}

/// A disturbance with a life. Made by the desk; a screen only shows it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Signal {
    /// Its name.
    pub id: SignalId,
    /// The unit in which it arose.
    pub unit: UnitId,
    /// The function of that unit it speaks for.
    pub system: Subsystem,
    /// The layer of work.
    pub layer: Layer,
    /// What the series did, as far as the evidence goes.
    pub kind: Kind,
    /// How sure the detector is of the kind, from 0 to 1.
    pub probability: f64,
    /// Whether it hurts.
    pub direction: Direction,
    /// How much it asks of people.
    #[serde(default)]
    pub tier: Tier,
    /// Which voice spoke first.
    #[serde(default)]
    pub voice: Voice,
    /// How unusual it was at most, on the one scale of all series, from 0 to 1; 0 where the score had nothing to say.
    #[serde(default)]
    pub score: f64,
    /// What was seen, in the indicator's unit of measure: the reading that raised it, then a calm average; 0 in a signal
    /// written before this was told.
    #[serde(default)]
    pub seen: f64,
    /// How far the series is from what was expected, signed, in its unit of measure; of swings by how much the standard
    /// deviation has grown.
    pub size: f64,
    /// The same in standard deviations of what was expected, signed.
    pub sd: f64,
    /// What was expected.
    pub expected: Expected,
    /// When the room raised it.
    pub raised_at: Moment,
    /// When the series left its forecast.
    pub onset_at: Moment,
    /// Where it is in its life.
    pub state: State,
    /// The unit that holds it now.
    pub held_by: UnitId,
    /// The holder's time; pleasure and what is sudden have no clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance: Option<Allowance>,
    /// The indicators it was seen on.
    pub indicators: Vec<IndicatorId>,
    /// Where the first response is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Whether its readings are rehearsed.
    #[serde(default)]
    pub rehearsed: bool,
    /// Whether people said that it was well to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub useful: bool,
}

/// Why a signal is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The series was back inside what had been expected for long enough.
    Back,
    /// The series held its new course for long enough to be taken as it now is, or people said that it is normal.
    Settled,
    /// People said that there had been nothing to be told.
    FalseAlarm,
    /// The configuration changed, and by the new one there is nothing to see: another scale, or muted.
    Reconfigured,
    /// What it stood on was corrected.
    Corrected,
}

impl Ending {
    /// In words, as in: it ended as ...
    pub fn words(self) -> &'static str {
        match self {
            Self::Back => "back inside what was expected",
            Self::Settled => "settled",
            Self::FalseAlarm => "a false alarm",
            Self::Reconfigured => "reconfigured",
            Self::Corrected => "corrected",
        }
    }
}

/// A signal that is over, as the wall's memory keeps it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Cleared {
    /// Its name.
    pub id: SignalId,
    /// The unit in which it arose.
    pub unit: UnitId,
    /// The indicator on which it arose.
    pub indicator: IndicatorId,
    /// What the series did.
    pub kind: Kind,
    /// Whether it hurt.
    pub direction: Direction,
    /// How much it asked of people.
    #[serde(default)]
    pub tier: Tier,
    /// When it began.
    pub onset_at: Moment,
    /// When it was over.
    pub cleared_at: Moment,
    /// Why it is over.
    pub ending: Ending,
}

impl Signal {
    /// The end of its life. `None` if it was seen on no indicator, which the desk never makes.
    pub fn clear(self, at: Moment, ending: Ending) -> Option<Cleared> {
        let Self { id, unit, indicators, kind, direction, tier, onset_at, .. } = self;
        let indicator = indicators.into_iter().next()?;
        Some(Cleared { id, unit, indicator, kind, direction, tier, onset_at, cleared_at: at, ending })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_signal_is_read_as_it_is_written() {
        let (indicator, onset) = (IndicatorId::parse("plant/output").unwrap(), Moment::from_unix_millis(-7));
        let id = SignalId::new(&indicator, onset);
        assert_eq!(SignalId::parse("plant/output@-7"), Ok(id.clone()));
        assert_eq!(id.parts(), Some((indicator, onset)));
    }

    #[test]
    fn what_is_no_name_of_a_signal_is_refused_with_what_was_found() {
        for name in ["", "plant/output", "plant/output@", "@7", "Plant@7", "a@7.5", "a@+7", "a@007", "a@7@8", "a@7/x"] {
            let refusal = SignalId::parse(name).unwrap_err().to_string();
            assert!(refusal.starts_with(&format!("not a signal: {name:?}; ")), "{refusal}");
        }
    }

    #[test]
    fn an_allowance_is_used_up_evenly() {
        let now = Moment::from_unix_millis(1_000_000);
        let allowance = Allowance::start(now, Duration::from_secs(600));
        assert_eq!(allowance.used(now), 0.0);
        assert_eq!(allowance.used(now + Duration::from_secs(150)), 0.25);
        assert_eq!(allowance.used(now + Duration::from_secs(6000)), 1.0);
        assert_eq!(allowance.left(now + Duration::from_secs(150)), Duration::from_secs(450));
    }
}
