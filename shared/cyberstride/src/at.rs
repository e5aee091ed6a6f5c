//! A moment, and what the clocks of the series' place show.

use serde::{Deserialize, Serialize};

/// A moment, and what the clocks of the series' place show.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct At {
    /// Seconds since 1970 UTC.
    pub seconds: i64,
    /// Seconds to add for the local clock.
    pub offset: i32,
}

impl At {
    /// Seconds since local midnight.
    pub(crate) fn second_of_day(self) -> u32 {
        self.seconds.saturating_add(i64::from(self.offset)).rem_euclid(86_400) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_local_midnight() {
        assert_eq!(At { seconds: -3600, offset: 3600 }.second_of_day(), 0);
        assert_eq!(At { seconds: 86_399, offset: 0 }.second_of_day(), 86_399);
        assert!(At { seconds: i64::MIN, offset: i32::MIN }.second_of_day() < 86_400);
    }
}
