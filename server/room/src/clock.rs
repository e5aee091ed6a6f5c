//! The one place where the room asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use vsm::time::Moment;

/// Now, by this machine's clock.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
