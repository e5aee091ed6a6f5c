//! Words that repeat what somebody wrote, no longer than anybody reads them.

use std::borrow::Cow;

/// So much of it is said, in bytes; a sign stands for the rest.
const MOST: usize = 440;

/// What is said in an answer or a log: what is longer loses its middle, because what is wrong stands at the beginning and
/// what would be right at the end.
pub fn brief(words: &str) -> Cow<'_, str> {
    if words.len() <= MOST {
        return words.into();
    }
    let beginning = words.floor_char_boundary(MOST / 2);
    let end = words.ceil_char_boundary(words.len() - MOST / 2);
    format!("{} … {}", &words[..beginning], &words[end..]).into()
}

/// The same as a line of plain text.
pub fn line(words: &str) -> String {
    brief(words).into_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_keeps_its_beginning_and_its_end() {
        assert_eq!(brief("not a number: \"x\""), "not a number: \"x\"");
        let long = format!("not a number: \"{}\"; write 1.5", "é".repeat(60_000));
        let said = brief(&long);
        assert!(said.len() <= MOST + 5 && said.starts_with("not a number") && said.ends_with("write 1.5"), "{said}");
    }
}
