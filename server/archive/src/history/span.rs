//! Days and buckets: how history counts time.

use std::time::Duration;

use vsm::time::Moment;

pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

/// The day of UTC that holds a moment, in whole days since the epoch.
pub(crate) fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// The moment at which the day, or another span of `width` milliseconds, begins. The first and the last there are begin
/// at the ends of what a moment can say.
pub(crate) fn begin(index: i64, width: i64) -> i64 {
    index.saturating_mul(width)
}

/// The first day to keep, if `kept` of the past is kept. Never after today.
pub(crate) fn first_day_kept(now: Moment, kept: Duration) -> i64 {
    day_of((now - kept).unix_millis())
}
