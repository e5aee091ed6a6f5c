//! Between the room and a screen: screen protocol 1.

use serde::{Deserialize, Serialize};
use vsm::time::Moment;

use crate::picture::{Changes, Picture};

/// A screen hears something at least this often, in milliseconds.
pub const PULSE_EVERY_MS: u64 = 2_000;

/// From room to screen: one picture, then changes for ever.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ToScreen {
    /// Replaces whatever the screen had.
    Picture(Box<Picture>),
    /// Follows what the screen has.
    Changes(Changes),
    /// Nothing changed; the room is alive.
    Pulse {
        /// By the room's clock.
        at: Moment,
    },
    /// The room will not do what the screen asked for.
    Refused {
        /// What was found and what would be right.
        why: String,
    },
}
