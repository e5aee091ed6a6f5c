//! Colours stand in the tokens file and nowhere else.

use crate::tree::{self, File};

const TOKENS: &str = "frontend/style/tokens.css";

const PLACES: [&str; 4] = ["config", "frontend", "server", "shared"];

const NOTATIONS: [&str; 9] = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "oklab(", "oklch("];

const NAMES: [&str; 12] =
    ["black", "white", "red", "green", "blue", "yellow", "orange", "purple", "gray", "grey", "gold", "brown"];

#[test]
fn no_colour_stands_outside_the_tokens_file() {
    let mut breaches = Vec::new();
    for file in tree::files().into_iter().filter(may_hold_colours) {
        let is_rust = file.is("rs");
        let lines: Vec<_> = if is_rust { file.product_lines().collect() } else { file.lines().collect() };
        for (number, line) in lines {
            let name = if is_rust { None } else { named(line) };
            if let Some(colour) = hexadecimal(line).or_else(|| functional(line)).or(name) {
                breaches.push(file.breach(number, &format!("the colour `{colour}`")));
            }
        }
    }
    tree::hold("A colour stands in frontend/style/tokens.css; elsewhere its custom property is used.", &breaches);
}

fn may_hold_colours(file: &File) -> bool {
    let is_right_kind = ["css", "html", "rs"].iter().any(|extension| file.is(extension));
    is_right_kind && file.is_under(&PLACES) && file.name != TOKENS
}

/// A colour such as `#15110e`; neither `{:#04x}`, nor `r#"..`, nor the address `#b-calm`.
fn hexadecimal(line: &str) -> Option<&str> {
    line.match_indices('#').map(|(at, _)| at).find_map(|at| {
        let digits = line[at + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let end = at + 1 + digits;
        let begins = !line[..at].ends_with(|sign: char| sign.is_alphanumeric() || matches!(sign, ':' | '&' | '_'));
        let ends = !line[end..].starts_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_'));
        (begins && ends && matches!(digits, 3 | 4 | 6 | 8)).then(|| &line[at..end])
    })
}

/// A colour such as `oklch(..)`, as a notation and not as the end of a longer name.
fn functional(line: &str) -> Option<&'static str> {
    NOTATIONS.into_iter().find(|notation| {
        let mut places = line.match_indices(notation);
        places.any(|(at, _)| !line[..at].ends_with(|sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_')))
    })
}

/// A colour by its name, as a word of the value of a property.
fn named(line: &str) -> Option<&'static str> {
    let value = line.split_once(':')?.1;
    let mut words = value.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
    words.find_map(|word| NAMES.into_iter().find(|&name| name == word))
}

#[test]
fn a_colour_is_told_from_what_looks_like_one() {
    assert_eq!(hexadecimal("fill: #15110e;"), Some("#15110e"));
    assert_eq!(hexadecimal("\"#fff\""), Some("#fff"));
    assert_eq!(hexadecimal("url(#b-calm) url(#decades) {:#04x} r#\"abc\"#"), None);
    assert_eq!(functional("background: oklch(70% .1 40)"), Some("oklch("));
    assert_eq!(functional("read_rgb(pixel)"), None);
    assert_eq!(named("  color: white;"), Some("white"));
    assert_eq!(named("  color: var(--white); white-space: nowrap"), None);
}
