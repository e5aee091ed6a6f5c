//! Durations as people write them: a whole number and a unit.

use std::time::Duration;

const SECOND: u64 = 1_000;
/// The units, in milliseconds; the largest first, so that a duration is written as shortly as it can be.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 86_400 * SECOND),
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1),
];

/// Reads `"500ms"`, `"90s"`, `"15m"`, `"1h"`, `"1d"` or `"1w"`; none for anything else and for what is too long to count.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let (_, millis) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(millis).map(Duration::from_millis)
}

/// Writes a duration in the largest unit that leaves no rest.
pub(crate) fn words(duration: Duration) -> String {
    let millis = duration.as_millis();
    let fits = |unit: u64| millis.is_multiple_of(u128::from(unit));
    let (name, unit) = UNITS.into_iter().find(|(_, unit)| fits(*unit) && millis != 0).unwrap_or(("s", SECOND));
    format!("{}{name}", millis / u128::from(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_as_it_is_written() {
        for text in ["500ms", "90s", "15m", "1h", "3d", "1w"] {
            assert_eq!(words(parse(text).unwrap()), text);
        }
        assert_eq!(parse("60s"), parse("1m"));
        assert_eq!(words(Duration::ZERO), "0s");
    }

    #[test]
    fn what_is_no_duration_is_none() {
        for text in ["", "90", "s", "1.5h", "-1s", " 1s", "1 s", "1y", "99999999999999999999s", "18446744073709551615w"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
