//! A number in a text: alone, after a pattern, or in JSON.

use config::agent::{Finder, Pattern};

use super::Reason;

/// How much of a text is shown in a fault, in letters.
const SHOWN: usize = 60;

/// The number that stands where `finder` says, or why there is none.
pub(super) fn number(finder: &Finder, text: &[u8]) -> Result<f64, Reason> {
    match finder {
        Finder::Whole => parsed(&String::from_utf8_lossy(text), ""),
        Finder::Pattern(pattern) => matched(pattern, &String::from_utf8_lossy(text)),
        Finder::Pointer(pointer) => pointed(pointer, text),
    }
}

fn matched(pattern: &Pattern, text: &str) -> Result<f64, Reason> {
    let regex = pattern.regex();
    let found = regex.captures(text).and_then(|groups| groups.get(1).or_else(|| groups.get(0)));
    let found = found.ok_or_else(|| {
        let details = format!("nothing matches {:?} in {}", regex.as_str(), shown(text));
        Reason::new("nothing matches the pattern", details)
    })?;
    parsed(found.as_str(), " where the pattern matches")
}

fn pointed(pointer: &str, text: &[u8]) -> Result<f64, Reason> {
    let json: serde_json::Value =
        serde_json::from_slice(text).map_err(|why| Reason::new("not JSON", format!("not JSON: {why}")))?;
    let place = format!(" at {pointer}");
    match json.pointer(pointer) {
        None => Err(Reason::own(format!("nothing stands at {pointer}"))),
        Some(serde_json::Value::String(text)) => parsed(text, &place),
        Some(value) => value.as_f64().ok_or_else(|| not_a_number(&place, &value.to_string())),
    }
}

fn parsed(text: &str, place: &str) -> Result<f64, Reason> {
    let number = text.trim().parse().map_err(|_| not_a_number(place, text.trim()))?;
    if f64::is_finite(number) { Ok(number) } else { Err(Reason::own(format!("not a finite number{place}: {number}"))) }
}

fn not_a_number(place: &str, found: &str) -> Reason {
    Reason::new(format!("not a number{place}"), format!("not a number{place}: {}", shown(found)))
}

/// The beginning of a text, in quotes.
pub(super) fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_alone_after_a_pattern_or_in_json() {
        let pattern = |text| Finder::Pattern(Pattern::parse(text).unwrap());
        let pointer = |text: &str| Finder::Pointer(text.to_owned());
        let json = br#"{"queue":{"depth":[7,"8.5",null]}}"#;
        assert_eq!(number(&Finder::Whole, b" 12.5\n"), Ok(12.5));
        assert_eq!(number(&pattern(r"depth: (\d+)"), b"age: 3\ndepth: 42 jobs"), Ok(42.0));
        assert_eq!(number(&pattern(r"-?\d+"), b"about -3 degrees"), Ok(-3.0));
        assert_eq!(number(&pointer("/queue/depth/0"), json), Ok(7.0));
        assert_eq!(number(&pointer("/queue/depth/1"), json), Ok(8.5));
        let whys = [
            (Finder::Whole, "not a number", "not a number: \"{\\\"queue\\\":{\\\"depth\\\":[7,\\\"8.5\\\",null]}}\""),
            (
                pattern("jobs"),
                "nothing matches the pattern",
                "nothing matches \"jobs\" in \"{\\\"queue\\\":{\\\"depth\\\":[7,\\\"8.5\\\",null]}}\"",
            ),
            (pointer("/queue/length"), "nothing stands at /queue/length", "nothing stands at /queue/length"),
            (pointer("/queue/depth/2"), "not a number at /queue/depth/2", "not a number at /queue/depth/2: \"null\""),
        ];
        for (finder, said, details) in whys {
            assert_eq!(number(&finder, json), Err(Reason::new(said, details)));
        }
        assert_eq!(number(&Finder::Whole, b"inf"), Err("not a finite number: inf".into()));
        let reason = number(&pointer("/a"), b"<html>").unwrap_err();
        assert!(reason.said == "not JSON" && reason.details.starts_with("not JSON: "), "{reason:?}");
    }

    #[test]
    fn nothing_of_the_text_is_in_what_is_said() {
        let page =
            br#"{"database":{"password":"hunter2 ops","mail":"ada@example.com"},"text":"{\"pass\":\"hunter2\"}"}"#;
        let (pattern, pointer) =
            (|text| Finder::Pattern(Pattern::parse(text).unwrap()), |text: &str| Finder::Pointer(text.into()));
        for (finder, said) in [
            (Finder::Whole, "not a number"),
            (pattern(r"depth=(\d+)"), "nothing matches the pattern"),
            (pattern("password\":\"(.*?)\""), "not a number where the pattern matches"),
            (pointer("/database"), "not a number at /database"),
            (pointer("/text"), "not a number at /text"),
        ] {
            let reason = number(&finder, page).unwrap_err();
            assert_eq!(reason.said, said);
            assert!(reason.details.contains("hunter2"), "the log shows what was found: {reason:?}");
        }
    }
}
