//! Readings that are the same at every run.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use vsm::{id::IndicatorId, reading::Reading, time::Moment};

/// Noise of mean 0 and one standard deviation: twelve uniform numbers less six.
pub fn noise(seed: u64, i: u64) -> f64 {
    let mut state = seed.wrapping_mul(1_000_003).wrapping_add(i).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut uniform = || {
        state ^= state >> 33;
        state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        state ^= state >> 29;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..12).map(|_| uniform()).sum::<f64>() - 6.0
}

/// A whole number below `end`, the same for the same seed.
pub fn below(end: u64, seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 31)).wrapping_mul(0xFF51_AFD7_ED55_8CCD) % end
}

/// A reading.
///
/// # Panics
/// If the name is none, or the value is not finite.
pub fn reading(indicator: &str, at: Moment, value: f64) -> Reading {
    let indicator = IndicatorId::parse(indicator).expect("the name of an indicator");
    Reading::new(indicator, at, value).expect("a finite number")
}

/// Now, by this machine's clock.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// One minute of readings at a level of 100 with noise of one standard deviation, one a second, the last of them now.
pub fn calm_minute(indicator: &str) -> Vec<Reading> {
    let now = now();
    let at = |i: u64| now - Duration::from_secs(59 - i);
    (0..60).map(|i| reading(indicator, at(i), 100.0 + noise(7, i))).collect()
}
