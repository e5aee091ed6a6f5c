//! Moments, passed in from the edge; no code in `shared/` asks what time it is.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Moment {
    millis: i64,
}

impl Moment {
    /// From milliseconds since the epoch.
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self { millis }
    }

    /// Milliseconds since the epoch.
    pub const fn unix_millis(self) -> i64 {
        self.millis
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis).max(0).unsigned_abs())
    }
}

impl Add<Duration> for Moment {
    type Output = Self;
    fn add(self, later: Duration) -> Self {
        Self { millis: self.millis.saturating_add(millis(later)) }
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;
    fn sub(self, earlier: Duration) -> Self {
        Self { millis: self.millis.saturating_sub(millis(earlier)) }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// A duration as whole milliseconds, for fields whose names end in `_ms`.
pub mod as_millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes whole milliseconds.
    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// Reads whole milliseconds.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_moves_by_a_duration_and_never_overflows() {
        let noon = Moment::from_unix_millis(1_763_600_000_000);
        assert_eq!((noon + Duration::from_secs(3)).since(noon), Duration::from_secs(3));
        assert_eq!(noon.since(noon + Duration::from_secs(3)), Duration::ZERO);
        assert_eq!(noon + Duration::MAX, Moment::from_unix_millis(i64::MAX));
        assert_eq!(
            Moment::from_unix_millis(i64::MAX).since(Moment::from_unix_millis(i64::MIN)).as_millis(),
            i64::MAX as u128
        );
    }
}
