//! A template of names: `payments.load.{instance}`, where a word in braces is a blank that is filled from outside.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{IndicatorId, InvalidName, LONGEST};

/// What is written into a blank for which there is nothing.
const NOTHING: &str = "none";

/// A template of names, with blanks or without.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    head: String,
    /// Each blank, and the text between it and the next; only after the last it may be empty.
    blanks: Vec<(String, String)>,
}

/// What was given instead of a template.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a template of names: {found:?}; {why}")]
pub struct InvalidTemplate {
    found: String,
    why: &'static str,
}

impl Template {
    /// Parses a template; the only way to make one.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let template = split(text).and_then(Self::check);
        template.map_err(|why| InvalidTemplate { found: text.chars().take(LONGEST).collect(), why })
    }

    fn check(self) -> Result<Self, &'static str> {
        let is_allowed = |text: &str| text.bytes().all(|b| is_of_a_word(b) || matches!(b, b'.' | b'/'));
        if !is_allowed(&self.head) || !self.blanks.iter().all(|(_, after)| is_allowed(after)) {
            return Err("outside of its blanks a name has the characters a-z 0-9 . _ - /");
        }
        if self.head.bytes().next().is_some_and(|first| !first.is_ascii_alphanumeric()) {
            return Err("a name begins with a letter or digit");
        }
        if self.blanks.iter().rev().skip(1).any(|(_, after)| after.is_empty()) {
            return Err("something has to stand between two blanks, as a point");
        }
        let least = self.head.len() + self.blanks.iter().map(|(_, after)| 1 + after.len()).sum::<usize>();
        if !(1..=LONGEST).contains(&least) {
            return Err("a name has 1 to 96 characters");
        }
        Ok(self)
    }

    /// The names of its blanks, in order.
    pub fn blanks(&self) -> impl Iterator<Item = &str> {
        self.blanks.iter().map(|(name, _)| name.as_str())
    }

    /// The name with every blank filled by the [`word`] of what `value` has for it.
    ///
    /// # Errors
    /// If it is longer than a name may be.
    pub fn fill<'v>(&self, mut value: impl FnMut(&str) -> Option<&'v str>) -> Result<IndicatorId, InvalidName> {
        let mut name = self.head.clone();
        for (blank, after) in &self.blanks {
            name += &word(value(blank).unwrap_or_default());
            name += after;
        }
        IndicatorId::parse(&name)
    }

    /// Whether a name can have come from it; then with what stands in each blank, in order.
    pub fn fits<'n>(&self, name: &'n str) -> Option<Vec<(&str, &'n str)>> {
        let mut rest = name.strip_prefix(self.head.as_str())?;
        let mut found = Vec::with_capacity(self.blanks.len());
        for (at, (blank, after)) in self.blanks.iter().enumerate() {
            let end = if at + 1 == self.blanks.len() {
                rest.strip_suffix(after.as_str())?.len()
            } else {
                // Where a word could not go on, neither could it go on to a later place of the text.
                1 + rest.get(1..)?.find(after.as_str())?
            };
            found.push((blank.as_str(), rest.get(..end).filter(|word| is_word(word))?));
            rest = &rest[end + after.len()..];
        }
        rest.is_empty().then_some(found)
    }
}

/// A text as one word of a name: small letters, digits, `_` and `-`, beginning and ending with one of the first two.
///
/// What is none of them becomes `-`, several in a row one; of nothing at all it makes `none`.
pub fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for letter in text.chars().map(|letter| letter.to_ascii_lowercase()) {
        match u8::try_from(letter).ok().filter(|letter| letter.is_ascii_alphanumeric() || *letter == b'_') {
            Some(letter) => word.push(char::from(letter)),
            None if !word.ends_with('-') => word.push('-'),
            None => (),
        }
    }
    let trimmed = word.trim_matches(['-', '_']);
    if trimmed.is_empty() { NOTHING.to_owned() } else { trimmed.to_owned() }
}

fn is_of_a_word(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-')
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_of_a_word)
}

fn split(text: &str) -> Result<Template, &'static str> {
    let mut pieces = text.split('{');
    let head = pieces.next().unwrap_or_default().to_owned();
    let blank = |piece: &str| {
        let (name, after) = piece.split_once('}').ok_or("a blank that is opened with { is closed with }")?;
        if name.is_empty() {
            return Err("a blank has the name of a label between its braces");
        }
        Ok((name.to_owned(), after.to_owned()))
    };
    let blanks = pieces.map(blank).collect::<Result<_, _>>()?;
    Ok(Template { head, blanks })
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.head)?;
        self.blanks.iter().try_for_each(|(name, after)| write!(f, "{{{name}}}{after}"))
    }
}

impl TryFrom<String> for Template {
    type Error = InvalidTemplate;
    fn try_from(text: String) -> Result<Self, InvalidTemplate> {
        Self::parse(&text)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    #[test]
    fn blanks_are_filled_with_words() {
        let load = template("payments.load.{instance}/{job}");
        let value = |blank: &str| (blank == "instance").then_some("Host-7.Example:9100");
        let id = load.fill(value).unwrap();
        assert_eq!(id.as_str(), "payments.load.host-7-example-9100/none");
        assert_eq!(load.fits(id.as_str()).unwrap(), [("instance", "host-7-example-9100"), ("job", "none")]);
        assert!(load.fill(|_| Some("x".repeat(90).leak())).is_err());
    }

    #[test]
    fn a_name_fits_the_template_it_can_have_come_from_and_no_other() {
        for (text, name, fits) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.{x}", "a.b", true),
            ("a.{x}", "a.", false),
            ("a.{x}", "a.b.c", false),
            ("{x}.load", "host.load", true),
            ("{x}.load", "host.loads", false),
            ("{x}.load", ".load", false),
            ("a.{x}-{y}.z", "a.1-2-3.z", true),
            ("a.{x}-.{y}", "a.1-.-.2", false),
            ("a.{x}-.{y}", "a.1--.2", true),
            ("a.{x}", "b.b", false),
            ("{x}", "é", false),
            ("{x}.{y}", "é.1", false),
        ] {
            assert_eq!(template(text).fits(name).is_some(), fits, "{text} {name}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused_with_what_would_be_right() {
        for (text, why) in [
            ("", "1 to 96"),
            ("Load", "a-z 0-9"),
            (".load", "begins with a letter or digit"),
            ("a.{x", "closed with }"),
            ("a.{}", "name of a label"),
            ("a.{x}{y}", "between two blanks"),
            ("a.x}", "a-z 0-9"),
        ] {
            let refusal = Template::parse(text).unwrap_err().to_string();
            assert!(refusal.contains(why), "{text}: {refusal}");
        }
    }

    #[test]
    fn any_text_becomes_a_word() {
        for (text, expected) in
            [("9090", "9090"), ("/metrics", "metrics"), ("A  b", "a-b"), ("é", "none"), ("", "none"), ("_x_", "x")]
        {
            assert_eq!(word(text), expected);
        }
    }
}
