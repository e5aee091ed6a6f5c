//! A moment, and what clock and calendar of the series' place show.

use serde::{Deserialize, Serialize};

/// A moment, and what clock and calendar of the series' place show.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct At {
    /// Milliseconds since 1970 UTC.
    pub millis: i64,
    /// Seconds to add for the local clock.
    pub offset: i32,
    /// Whether the local day is a holiday: the week takes it for a Sunday.
    pub holiday: bool,
}

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

impl At {
    /// A moment in a place whose clock shows UTC and whose days are like any other.
    pub const fn utc(millis: i64) -> Self {
        Self { millis, offset: 0, holiday: false }
    }

    /// Seconds since local midnight.
    pub(crate) fn second_of_day(self) -> u32 {
        self.local_second().rem_euclid(DAY) as u32
    }

    /// Days since 1970 on the local clock.
    pub(crate) fn day(self) -> i64 {
        self.local_second().div_euclid(DAY)
    }

    /// Day of the week, from 0 on Monday to 6 on Sunday and on holidays.
    pub(crate) fn day_of_week(self) -> usize {
        // 1970 began on a Thursday.
        if self.holiday { 6 } else { (self.day() + 3).rem_euclid(7) as usize }
    }

    fn local_second(self) -> i64 {
        self.millis.div_euclid(1000).saturating_add(i64::from(self.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_local_midnight() {
        assert_eq!(At { offset: 3600, ..At::utc(-3_600_000) }.second_of_day(), 0);
        assert_eq!(At::utc(86_399_999).second_of_day(), 86_399);
        assert!(At { offset: i32::MIN, ..At::utc(i64::MIN) }.second_of_day() < 86_400);
    }

    #[test]
    fn the_week_begins_on_monday_and_a_holiday_is_a_sunday() {
        let monday = At::utc(1_763_942_400_000);
        assert_eq!((monday.day_of_week(), At { offset: -1, ..monday }.day_of_week()), (0, 6));
        assert_eq!(At { holiday: true, ..monday }.day_of_week(), 6);
    }
}
