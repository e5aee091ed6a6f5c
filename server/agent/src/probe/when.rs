//! When something was measured, as scripts and other programs write it.

use vsm::time::Moment;

use super::find::shown;

/// Reads Unix milliseconds or RFC 3339.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    if let Ok(millis) = text.parse() {
        return Ok(Moment::from_unix_millis(millis));
    }
    let stamp: Result<jiff::Timestamp, _> = text.parse();
    let fault =
        |_| format!("not a time: {}; write Unix milliseconds, or RFC 3339 as 2026-11-20T08:00:00Z", shown(text));
    stamp.map(|stamp| Moment::from_unix_millis(stamp.as_millisecond())).map_err(fault)
}

/// The same in JSON: a number or text.
pub(super) fn in_json(value: &serde_json::Value) -> Result<Moment, String> {
    match value.as_str() {
        Some(text) => moment(text),
        None => moment(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_milliseconds_or_a_date_with_an_offset() {
        let expected = Ok(Moment::from_unix_millis(1_763_600_000_500));
        for text in ["1763600000500", "2025-11-20T00:53:20.5Z", "2025-11-20T01:53:20.500+01:00"] {
            assert_eq!(moment(text), expected, "{text}");
            assert_eq!(in_json(&serde_json::json!(text)), expected);
        }
        assert_eq!(in_json(&serde_json::json!(1_763_600_000_500_i64)), expected);
        for text in ["", "now", "2025-11-20 01:00", "1.5"] {
            assert!(moment(text).unwrap_err().starts_with("not a time: "), "{text}");
        }
        assert!(moment(&"x".repeat(64 << 10)).unwrap_err().len() < 200, "a fault is a line of a log");
    }
}
