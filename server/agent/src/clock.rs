//! The clock of the team's machine; everything beneath takes the moment as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use vsm::time::Moment;

/// Now, to the millisecond; the epoch if the machine believes to live before it.
pub fn now() -> Moment {
    moment(SystemTime::now())
}

/// A moment of the machine's clock; the epoch if it lies before it.
pub(crate) fn moment(at: SystemTime) -> Moment {
    Moment::default() + at.duration_since(UNIX_EPOCH).unwrap_or_default()
}
