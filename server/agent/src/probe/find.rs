//! A number in a text: alone, after a pattern, or in JSON.

use config::agent::{Finder, Pattern};

/// How much of a text is shown in a fault, in letters.
const SHOWN: usize = 60;

/// The number that stands where `finder` says, or why there is none.
pub(super) fn number(finder: &Finder, text: &[u8]) -> Result<f64, String> {
    match finder {
        Finder::Whole => parsed(&String::from_utf8_lossy(text)),
        Finder::Pattern(pattern) => matched(pattern, &String::from_utf8_lossy(text)),
        Finder::Pointer(pointer) => pointed(pointer, text),
    }
}

fn matched(pattern: &Pattern, text: &str) -> Result<f64, String> {
    let regex = pattern.regex();
    let found = regex.captures(text).and_then(|groups| groups.get(1).or_else(|| groups.get(0)));
    let found = found.ok_or_else(|| format!("nothing matches {:?} in {}", regex.as_str(), shown(text)))?;
    parsed(found.as_str())
}

fn pointed(pointer: &str, text: &[u8]) -> Result<f64, String> {
    let json: serde_json::Value = serde_json::from_slice(text).map_err(|why| format!("not JSON: {why}"))?;
    match json.pointer(pointer) {
        None => Err(format!("nothing stands at {pointer}")),
        Some(serde_json::Value::String(text)) => parsed(text),
        Some(value) => {
            value.as_f64().ok_or_else(|| format!("not a number at {pointer}: {}", shown(&value.to_string())))
        }
    }
}

fn parsed(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().map_err(|_| format!("not a number: {}", shown(text.trim())))?;
    if f64::is_finite(number) { Ok(number) } else { Err(format!("not a finite number: {number}")) }
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
            (Finder::Whole, "not a number: \"{\\\"queue\\\":{\\\"depth\\\":[7,\\\"8.5\\\",null]}}\""),
            (pattern("jobs"), "nothing matches \"jobs\" in \"{\\\"queue\\\":{\\\"depth\\\":[7,\\\"8.5\\\",null]}}\""),
            (pointer("/queue/length"), "nothing stands at /queue/length"),
            (pointer("/queue/depth/2"), "not a number at /queue/depth/2: \"null\""),
        ];
        for (finder, why) in whys {
            assert_eq!(number(&finder, json), Err(why.to_owned()));
        }
        assert_eq!(number(&Finder::Whole, b"inf"), Err("not a finite number: inf".to_owned()));
        assert!(number(&pointer("/a"), b"<html>").unwrap_err().starts_with("not JSON: "));
    }
}
