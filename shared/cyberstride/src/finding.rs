//! What is known of a disturbance, in words and numbers.

use serde::{Deserialize, Serialize};

use crate::{
    naming::Kind,
    score::{Tier, Voice},
};

/// What is known of a disturbance that is open.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Finding {
    /// When the series left its forecast, in milliseconds since 1970 UTC.
    pub onset_at: i64,
    /// When it was noticed.
    pub raised_at: i64,
    /// What the series did, as far as the evidence goes.
    pub kind: Kind,
    /// How sure that is, from 0 to 1.
    pub probability: f64,
    /// How far the series is from what was expected, signed, in its unit of measure. Of a change of variance: by how
    /// much the standard deviation has grown.
    pub size: f64,
    /// The same in standard deviations of what was expected.
    pub sd: f64,
    /// What would have been inside: 95 % and the centre of what was expected at the onset.
    pub expected: Band,
    /// What was seen instead: the reading that raised it, then a calm average of those that followed.
    pub seen: f64,
    /// Whether it wakes anybody.
    pub tier: Tier,
    /// Who spoke first.
    pub voice: Voice,
    /// The highest score it has reached, from 0 to 1.
    pub score: f64,
}

/// An interval and its centre, in the unit of measure.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Band {
    /// Lower end.
    pub lower: f64,
    /// The centre.
    pub centre: f64,
    /// Upper end.
    pub upper: f64,
}

/// What changed about a disturbance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    /// It was raised, or what is known of it has changed by more than a reader would care for.
    Found(Finding),
    /// It is over.
    Ended(Finding, Ending),
}

/// Why a disturbance is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The series came back to what was expected.
    Back,
    /// The series has settled on its new course, which is the normal from now on.
    Settled,
}

impl Finding {
    /// Another kind, another tier, five points of probability, or a fifth of the size.
    pub(crate) fn is_news_after(&self, told: &Self) -> bool {
        told.kind != self.kind
            || told.tier != self.tier
            || 0.05 < (told.probability - self.probability).abs()
            || 0.2 * told.sd.abs().max(1.0) < (told.sd - self.sd).abs()
    }
}
