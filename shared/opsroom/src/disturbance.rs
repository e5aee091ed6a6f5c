//! What a watch says to the desk.

use cybernet::trace::{Step, Trace};
use serde::{Deserialize, Serialize};
use vsm::{
    id::IndicatorId,
    indicator::Indicator,
    signal::{Ending, Expected, Kind},
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
    /// The indicator fell silent, spoke again, or is no longer young.
    Standing(Standing),
    /// A signal is due, or what was found of it has changed.
    Found(Finding),
    /// It is over.
    Ended {
        /// The onset of what is over.
        onset_at: Moment,
        /// Why.
        ending: Ending,
    },
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
    /// How far the series is from what was expected, signed, in the indicator's unit of measure.
    pub size: f64,
    /// The same in standard deviations of the forecast, on the indicator's scale.
    pub sd: f64,
    /// What was expected, frozen at the onset.
    pub expected: Expected,
    /// When the series left its forecast, by the team's clock.
    pub onset_at: Moment,
}

impl From<cyberstride::Finding> for Finding {
    fn from(found: cyberstride::Finding) -> Self {
        let cyberstride::Finding { probability, size, sd, expected, .. } = found;
        let cyberstride::Band { lower, centre, upper } = expected;
        Self {
            kind: kind_of(found.kind),
            probability,
            size,
            sd,
            expected: Expected { lower, mean: centre, upper },
            onset_at: Moment::from_unix_millis(found.onset_at),
        }
    }
}

fn kind_of(kind: cyberstride::Kind) -> Kind {
    match kind {
        cyberstride::Kind::Transient => Kind::Transient,
        cyberstride::Kind::Level => Kind::Level,
        cyberstride::Kind::Slope => Kind::Slope,
        cyberstride::Kind::Variance => Kind::Variance,
    }
}
