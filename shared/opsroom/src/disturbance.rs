//! What a watch says to the desk.

use cybernet::trace::{Note, Step, Trace};
use serde::{Deserialize, Serialize};
use vsm::{
    id::IndicatorId,
    indicator::Indicator,
    signal::{Ending, Expected, Kind, Tier, Voice},
    time::Moment,
};

/// Something about one indicator that the room should show.
#[derive(Clone, Debug, PartialEq)]
pub struct Disturbance {
    /// Whose.
    pub indicator: IndicatorId,
    /// When the room learned of it, by the room's clock.
    pub at: Moment,
    /// What it is.
    pub what: What,
}

/// What a disturbance is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An indicator that nobody has described was heard for the first time.
    Appeared(Box<Indicator>),
    /// The indicator fell silent, spoke again, is no longer young, or its muted hours began or ended.
    Standing(Standing),
    /// A signal is due, or what was found of it has changed.
    Found(Finding),
    /// People said that it was well to be told.
    Useful {
        /// The onset of what they were told.
        onset_at: Moment,
    },
    /// It is over.
    Ended {
        /// The onset of what is over.
        onset_at: Moment,
        /// Why.
        ending: Ending,
    },
    /// Its team said something of a reading.
    Noted(Note),
    /// The whole trace of an indicator that is followed.
    Trace(Trace),
    /// The next reading of an indicator that is followed.
    Step(Step),
    /// The indicator is no longer followed.
    Untraced,
}

/// How an indicator stands apart from any signal.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Standing {
    /// Whether a reading was due and did not come.
    pub silent: bool,
    /// Whether the detector is still learning what is normal.
    pub young: bool,
    /// Whether its muted hours run.
    pub muted: bool,
    /// Whether the readings are rehearsed.
    pub rehearsed: bool,
    /// Since when it stands so.
    pub since: Moment,
}

/// What is known of an open disturbance.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub struct Finding {
    /// What the series did, as far as the evidence goes.
    pub kind: Kind,
    /// How sure that is, from 0 to 1.
    pub probability: f64,
    /// How much it asks of people; it may rise, and does not fall.
    pub tier: Tier,
    /// Which voice spoke first.
    pub voice: Voice,
    /// How unusual it was at most, from 0 to 1.
    pub score: f64,
    /// What was seen, in the indicator's unit of measure.
    pub seen: f64,
    /// How far the series is from what was expected, signed, in the indicator's unit of measure.
    pub size: f64,
    /// The same in standard deviations of what was expected.
    pub sd: f64,
    /// What was expected, frozen at the onset.
    pub expected: Expected,
    /// When the series left its forecast, by the team's clock.
    pub onset_at: Moment,
}
