//! Where a number stands in a text: alone, after a pattern, or in JSON.

use regex::Regex;

use crate::{entry::Entry, section::Section};

/// Where a number stands in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Finder {
    /// It is all there is.
    #[default]
    Whole,
    /// Where a pattern matches first: its first group, or all of it if it has none.
    Pattern(Pattern),
    /// In JSON, at a pointer as of RFC 6901.
    Pointer(String),
}

/// A regular expression that is known to be one.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

/// Two patterns are the same if they are written the same.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Reads a regular expression; otherwise says in one line what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let last = |words: &str| words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let fault = |why: regex::Error| format!("not a regular expression: {text:?}; {}", last(&why.to_string()));
        Regex::new(text).map(Self).map_err(fault)
    }

    /// The regular expression.
    pub fn regex(&self) -> &Regex {
        &self.0
    }
}

/// A pattern by itself.
pub(super) fn pattern(entry: Entry<'_>) -> Option<Pattern> {
    entry.parsed(Pattern::parse)
}

/// Reads `pattern` or `pointer`; they say where the `value` stands, so without one they say nothing.
pub(super) fn finder(section: &mut Section<'_>, is_asked: bool) -> Option<Finder> {
    let (pattern, pointer) = (section.may("pattern", pattern), section.may("pointer", pointer));
    let (pattern, pointer) = (pattern?, pointer?);
    let written = if pattern.is_some() { "pattern" } else { "pointer" };
    if !is_asked && (pattern.is_some() || pointer.is_some()) {
        section.fault(written, "says where the value stands, but no value is read; add it to indicators".to_owned());
        return None;
    }
    match (pattern, pointer) {
        (Some(_), Some(_)) => {
            section.fault("pointer", "pattern and pointer at once; one of them is enough".to_owned());
            None
        }
        (Some(pattern), None) => Some(Finder::Pattern(pattern)),
        (None, Some(pointer)) => Some(Finder::Pointer(pointer)),
        (None, None) => Some(Finder::Whole),
    }
}

fn pointer(entry: Entry<'_>) -> Option<String> {
    let is_one = |text: &&str| text.starts_with('/');
    entry.check(Entry::text, is_one, |_| r#"a pointer begins with /: "/queue/depth""#.to_owned()).map(str::to_owned)
}
