//! What was said of the readings of each unit, as far as a screen shows it: the newest few.

use std::collections::BTreeMap;

use cybernet::trace::{LONGEST_NOTE_SHOWN, MOST_NOTES, Note};
use vsm::{
    id::{IndicatorId, UnitId},
    organisation::Organisation,
    time::Moment,
};

/// The newest notes of each unit, oldest first, at most [`MOST_NOTES`] of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes(BTreeMap<UnitId, Vec<Note>>);

impl Notes {
    /// Those that were remembered, by the units that have their indicators now.
    pub(crate) fn resume(notes: Vec<Note>, organisation: &Organisation) -> Self {
        let mut resumed = Self::default();
        for note in notes {
            if let Some(indicator) = organisation.indicators.get(&note.2) {
                resumed.take(indicator.unit.clone(), note);
            }
        }
        resumed
    }

    /// All of them.
    pub(crate) fn remembered(&self) -> Vec<Note> {
        self.0.values().flatten().cloned().collect()
    }

    /// Takes one in, unless it is known or older than all that are kept; says whether. In whatever order they come, the
    /// same are kept.
    pub(crate) fn take(&mut self, unit: UnitId, note: Note) -> bool {
        let notes = self.0.entry(unit).or_default();
        let Err(place) = notes.binary_search(&note) else { return false };
        notes.insert(place, note);
        if MOST_NOTES < notes.len() {
            notes.remove(0);
            return 0 < place;
        }
        true
    }

    /// Those of a unit.
    pub(crate) fn of(&self, unit: &UnitId) -> Vec<Note> {
        self.0.get(unit).cloned().unwrap_or_default()
    }
}

/// A note as a screen shows it: without its link, which nobody reads from five metres, and not too long.
pub(crate) fn shown(at: Moment, text: &str, indicator: IndicatorId) -> Note {
    let words =
        ["http://", "https://"].iter().filter_map(|link| text.find(link)).min().map_or(text, |end| &text[..end]);
    let words = words.trim_end();
    let words = if words.is_empty() { text } else { words };
    let short = words.chars().count() <= LONGEST_NOTE_SHOWN;
    let cut = || words.chars().take(LONGEST_NOTE_SHOWN - 1).chain(['…']).collect();
    Note(at, if short { words.to_owned() } else { cut() }, indicator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(at: i64, text: &str) -> Note {
        shown(Moment::from_unix_millis(at), text, IndicatorId::parse("payments.deploys").unwrap())
    }

    #[test]
    fn the_newest_are_kept_whatever_the_order_and_each_once() {
        let unit = UnitId::parse("payments").unwrap();
        let (mut forwards, mut backwards) = (Notes::default(), Notes::default());
        for at in (0..20).chain(0..20) {
            forwards.take(unit.clone(), note(at, "deploy"));
            backwards.take(unit.clone(), note(19 - at % 20, "deploy"));
        }
        assert_eq!(forwards, backwards);
        let kept: Vec<_> = forwards.of(&unit).iter().map(|note| note.0.unix_millis()).collect();
        assert_eq!(kept, (12..20).collect::<Vec<_>>());
        assert!(!forwards.take(unit.clone(), note(3, "older")) && forwards.take(unit, note(30, "newer")));
    }

    #[test]
    fn a_note_is_shown_without_its_link_and_not_too_long() {
        assert_eq!(note(1, "deploy 1.4.2 https://ci.example/runs/7").1, "deploy 1.4.2");
        assert_eq!(note(1, "https://ci.example/runs/7").1, "https://ci.example/runs/7");
        let long = note(1, &"ö".repeat(100)).1;
        assert!(long.chars().count() == LONGEST_NOTE_SHOWN && long.ends_with('…'), "{long}");
    }
}
