//! What keeps a room from taking anything in.

use serde::{Deserialize, Serialize};
use vsm::time::Moment;

use crate::faults::Why;

/// The room cannot write: no reading is acknowledged or judged, and no act is done, until it can.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Ailment {
    /// Since when, by the room's clock.
    pub since: Moment,
    /// What its disk said: `database or disk is full`.
    pub why: Why,
}
