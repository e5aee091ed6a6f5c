//! The clock of the team's machine; everything beneath takes the moment as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

use vsm::time::Moment;

/// Now, to the millisecond; the epoch if the machine believes to live before it.
pub fn now() -> Moment {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::default() + since_epoch
}
