//! Why a lamp is silent, and one fault for all the lamps of a source that fell silent together.

use std::fmt;

use serde::{Deserialize, Serialize};
use vsm::{
    id::{AgentId, UnitId},
    time::Moment,
};

use crate::{faults::Why, lists::Keyed};

/// The most outages a picture holds; lamps of further sources are silent without a reason.
pub const MOST_OUTAGES: usize = 1_000;

/// Why nothing comes from an indicator.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Because {
    /// Its agent says so: `"no answer within 5s"`.
    Told(Why),
    /// Its source has an outage: `{"outage":"payments-host"}`.
    Outage {
        /// The source, under whose name the outage stands in the picture.
        outage: AgentId,
    },
}

/// A source from which nothing comes: an agent, a script or another sender.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Outage {
    /// Which.
    pub source: AgentId,
    /// Why.
    pub why: Lack,
    /// Since when, by the room's clock.
    pub since: Moment,
    /// The units of the indicators that are silent for it, in the order of their names.
    pub units: Vec<UnitId>,
    /// How many indicators those are, at least one.
    pub indicators: usize,
}

/// What is not there.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub enum Lack {
    /// The agent is not connected.
    #[serde(rename = "no link to agent")]
    Link,
    /// It may be connected, or is no agent, but no reading comes.
    #[serde(rename = "nothing comes from")]
    Readings,
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "no link to agent",
            Self::Readings => "nothing comes from",
        })
    }
}

/// `no link to agent payments-host`: since when is for whoever knows the calendar.
impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.why, self.source)
    }
}

impl Keyed for Outage {
    type Key = AgentId;
    fn key(&self) -> &AgentId {
        &self.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_words_or_the_name_of_an_outage() {
        let told = Because::Told(Why::new("no answer within 5s"));
        let outage = Because::Outage { outage: AgentId::parse("payments-host").unwrap() };
        for (because, text) in [(told, r#""no answer within 5s""#), (outage, r#"{"outage":"payments-host"}"#)] {
            assert_eq!(serde_json::to_string(&because).unwrap(), text);
            assert_eq!(serde_json::from_str::<Because>(text).unwrap(), because);
        }
    }

    #[test]
    fn an_outage_says_what_is_not_there() {
        let text =
            r#"{"source":"payments-host","why":"no link to agent","since":5,"units":["payments"],"indicators":37}"#;
        let outage: Outage = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&outage).unwrap(), text);
        assert_eq!(outage.to_string(), "no link to agent payments-host");
        let silent = Outage { why: Lack::Readings, ..outage };
        assert_eq!(silent.to_string(), "nothing comes from payments-host");
    }
}
