//! A unit of the organisation: a viable system that holds viable systems.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{id::UnitId, time::as_millis};

/// A viable system and its place in the recursion.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Unit {
    /// Its name in files and on the wire.
    pub id: UnitId,
    /// Its name on the wall.
    pub name: String,
    /// The unit whose operation it is; none for the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<UnitId>,
    /// Who answers for it: a team, never a person.
    pub owner: String,
    /// The time it has for a signal before the next level hears.
    #[serde(rename = "allowance_ms", with = "as_millis")]
    pub allowance: Duration,
    /// IANA name of its time zone, as `Asia/Kolkata`; none where it is that of the unit in which it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}
