//! How wide a text is, and how much narrower it has to be set to stay on its line.
//!
//! The typeface has an axis of width, so that a long name keeps its size and its line: letters that can be read from
//! the farthest seat, only closer together.

use crate::address::FAR;

/// What a strong text takes more than a regular one.
pub const STRONG: f64 = 1.04;

/// Narrowing the typeface by a share narrows a text by less: its advance widths, measured between 62 and 83 %.
const YIELD: f64 = 1.2;

/// The least width of the typeface, in per cent.
const NARROWEST: f64 = 62.0;

/// Share of a room into which what fits by the estimate fits by the typeface.
const SURE: f64 = 0.97;

/// The sign of what was cut.
const CUT: &str = "…";

/// A word of so many letters is worth to be shown in part.
const LONG_WORD: usize = 8;

/// The share of the screen's height at which rooms are stated: a 65-inch screen read from five metres.
const USUAL_SHARE: f64 = 0.0419;

/// The letters of a wall: the larger, the fewer of them fit into a room, although they go narrower.
#[derive(Clone, Copy, Debug)]
pub struct Letters {
    /// How many times larger than usual they are.
    larger: f64,
    /// How wide a text is in them, against the usual ones.
    narrower: f64,
    /// How wide it is at the narrowest, against that.
    narrowest: f64,
}

impl Letters {
    /// Letters that take such a share of the screen's height.
    pub fn of(share: f64) -> Self {
        let narrower = 1.0 - (1.0 - common_width(share) / common_width(USUAL_SHARE)) / YIELD;
        let narrowest = 1.0 - (1.0 - NARROWEST / common_width(share)) / YIELD;
        Self { larger: share / USUAL_SHARE, narrower, narrowest }
    }

    /// Whether they need the roomier layout.
    pub fn far(self) -> bool {
        FAR < self.larger * USUAL_SHARE
    }

    /// Whether `text` can be set so narrow that it fits into `room`, in usual letters (em).
    pub fn hold(self, text: &str, room: f64) -> bool {
        extent(text) * self.narrower * self.narrowest <= SURE * room / self.larger
    }

    /// As much of `text` as can be set so narrow that it fits into `room`, in usual letters (em).
    ///
    /// What is cut ends with a sign of that, behind a clause where that is most of it, else behind a word; a long word,
    /// which is a name, is cut.
    pub fn cut(self, text: &str, room: f64) -> String {
        if self.hold(text, room) {
            return text.to_owned();
        }
        format!("{}{CUT}", self.beginning_of(text, room - self.takes(CUT)))
    }

    /// The room that `text` takes where it is set as narrow as can be, in usual letters (em).
    pub fn takes(self, text: &str) -> f64 {
        extent(text) * self.narrower * self.narrowest * self.larger / SURE
    }

    fn beginning_of(self, text: &str, room: f64) -> &str {
        let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
        let fits = ends.take_while(|end| self.hold(&text[..*end], room)).last().unwrap_or(0);
        let (kept, left) = text.split_at(fits);
        let Some((before, last)) = kept.rsplit_once(' ') else { return kept };
        let words = match left.starts_with(' ') {
            true => kept,
            false if LONG_WORD <= last.len() => return kept,
            false => before,
        };
        let clause = words.rfind([',', ';', ':']).filter(|end| words.len() < 2 * end);
        words[..clause.unwrap_or(words.len())].trim_end_matches([',', ';', ':'])
    }

    /// As much of the end of `text` as fits into `room` in whole words, in usual letters (em); none where no word does.
    pub fn end_of(self, text: &str, room: f64) -> Option<String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let ends = (0..words.len()).map(|first| words[first..].join(" "));
        ends.into_iter().find(|end| self.hold(end, room))
    }

    /// A style that sets `text` so narrow that it fits into `room`, in usual letters (em); nothing where it fits.
    ///
    /// The stylesheet knows how narrow the typeface can be; what is longer still is cut at the edge.
    pub fn fit(self, text: &str, room: f64) -> Option<String> {
        let (room, wide) = (room / self.larger, extent(text) * self.narrower);
        (room < wide).then(|| format!("--fit:{:.3}", (1.0 - YIELD * (1.0 - room / wide)).max(0.0)))
    }
}

/// The width at which most of the wall is set, in per cent, as `tokens.css` has it.
fn common_width(share: f64) -> f64 {
    (3.46 / share).clamp(NARROWEST, 84.0)
}

/// How wide a text is in letters (em), in the common width of the wall.
fn extent(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

/// Advance widths of Archivo at 83 % width and regular weight, in letters (em), by class.
fn advance(letter: char) -> f64 {
    match letter {
        ' ' | '\u{202f}' => 0.17,
        'i' | 'j' | 'l' => 0.21,
        'f' | 't' | 'I' | '.' | ',' | ':' | '·' => 0.25,
        'r' | '-' => 0.29,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | '–' => 0.44,
        'm' | 'M' | 'W' | '%' => 0.77,
        '…' => 0.75,
        'w' => 0.63,
        'A'..='Z' | '+' => 0.60,
        _ => 0.49,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(text: &str, room: f64) -> Option<String> {
        Letters::of(USUAL_SHARE).fit(text, room)
    }

    #[test]
    fn larger_letters_are_set_narrower() {
        let line = "Payments, until 16:06";
        assert_eq!(fit(line, 9.5), None);
        assert!(Letters::of(0.0515).fit("Payments team, until 16:06", 9.5).is_some());
    }

    #[test]
    fn the_longer_line_is_taken_where_the_letters_leave_room() {
        let line = "step down 97 %, 4.1 sd, 14:38";
        assert!(Letters::of(USUAL_SHARE).hold(line, 9.5));
        assert!(!Letters::of(0.0495).hold(line, 9.5) && !Letters::of(USUAL_SHARE).hold(line, 7.0));
    }

    #[test]
    fn of_a_note_the_end_stays() {
        let end = |share, text| Letters::of(share).end_of(text, 3.9);
        assert_eq!(end(USUAL_SHARE, "deploy 1.4.2").as_deref(), Some("deploy 1.4.2"));
        assert_eq!(end(0.0515, "deploy 1.4.2").as_deref(), Some("1.4.2"));
        assert_eq!(end(USUAL_SHARE, "deploy 1.4.2 failed").as_deref(), Some("1.4.2 failed"));
        assert_eq!((end(USUAL_SHARE, ""), end(USUAL_SHARE, &"n".repeat(40))), (None, None));
    }

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert_eq!(fit("Mobile–Platform queue", 9.2), None);
        assert_eq!(fit("", 0.0), None);
    }

    #[test]
    fn a_long_text_is_set_narrower_the_longer_it_is() {
        let style = |text| fit(text, 4.0).unwrap();
        assert!(style("Deployment lead time") < style("Load of teams"));
        assert_eq!(fit(&"n".repeat(10), 4.41).as_deref(), Some("--fit:0.880"));
    }

    #[test]
    fn the_estimate_is_near_the_measured_width() {
        // 279 of 1456 screen widths of 1920 px, at letters of 45.26 px.
        let measured = 279.0 * 1920.0 / 1456.0 / 45.26;
        assert!((extent("Checkout, until 17:20") / measured - 1.0).abs() < 0.05);
    }

    #[test]
    fn what_is_too_long_even_in_narrow_type_is_cut_where_it_makes_sense() {
        let letters = Letters::of(USUAL_SHARE);
        let line = |text: &str| letters.cut(text, 13.8);
        assert_eq!(line("no answer within 5s"), "no answer within 5s");
        assert_eq!(
            line("withheld: -1.5 lies outside of what can be, 0 to 100000"),
            "withheld: -1.5 lies outside of what can be…"
        );
        assert_eq!(
            line("the certificate of the server ended last week and nobody cares"),
            "the certificate of the server ended last…"
        );
        let name = "no link to agent payments-host-of-frankfurt-number-four";
        let cut = line(name);
        let kept = cut.strip_suffix(CUT).unwrap();
        assert!(name.starts_with(kept) && kept.starts_with("no link to agent payments-host-"), "{cut}");
        assert!(letters.hold(&cut, 13.8) && !letters.hold(name, 13.8), "{cut}");
    }
}
