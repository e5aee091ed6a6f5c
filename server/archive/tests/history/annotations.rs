//! What was said of readings comes back, once, for as long as minutes are kept.

use std::collections::BTreeSet;

use archive::{Annotation, Reader, backup, check};
use proptest::{collection::vec, prelude::*};
use rusqlite::Connection;
use vsm::reading::{Mark, Quality};

use super::*;

fn said(name: &str, millis: i64, text: &str) -> Annotation {
    Annotation { at: at(millis), indicator: indicator(name), text: text.to_owned() }
}

/// Takes readings with what is said of them into the journal, and both into history.
fn keep_said(archive: &mut Archive, said: &[Annotation]) {
    let (up_to, after) = (journal(archive, Vec::new()), archive.history_position().expect("a position"));
    let readings: Vec<_> = said.iter().map(|it| past(it.indicator.as_str(), it.at.unix_millis(), 1.0)).collect();
    assert!(archive.keep_annotated_history(after, up_to, &readings, said).expect("a stretch that follows"));
}

fn of(names: &[&str]) -> BTreeSet<IndicatorId> {
    names.iter().map(|name| indicator(name)).collect()
}

fn all(archive: &Archive) -> Vec<Annotation> {
    archive.annotations(None, at(i64::MIN)..at(i64::MAX), ALL).expect("an archive that reads").lines
}

fn noted(name: &str, millis: i64, quality: Quality, note: Option<&str>) -> Reading {
    reading(name, millis, 1.0).marked(Mark { quality, note: note.map(str::to_owned) })
}

#[test]
fn only_what_is_said_of_a_reading_in_no_doubt_is_an_annotation() {
    let of = |quality, note| Annotation::of(&noted("plant/load", 7, quality, note));
    assert_eq!(of(Quality::Good, Some("deploy 1.4.2")), Some(said("plant/load", 7, "deploy 1.4.2")));
    assert_eq!(of(Quality::Doubtful, Some("gauge changed")), None);
    assert_eq!((of(Quality::Good, None), of(Quality::Good, Some(""))), (None, None));
    assert_eq!(Annotation::of(&reading("plant/load", 7, 1.0)), None);
}

proptest! {
    #![proptest_config(sixteen())]

    #[test]
    fn what_was_said_comes_back_once_however_often_it_was_sent_and_by_whom_it_was_asked_for(
        stretches in vec(vec((0..3_usize, 0..40_i64, 0..4_u8), 0..20), 1..8),
        (from, to, most) in (0..40_i64, 0..45_i64, 1..30_usize),
    ) {
        const NAMES: [&str; 3] = ["plant/load", "plant/output", "rail/late"];
        let (mut archive, folder) = fresh();
        let mut model = BTreeSet::new();
        for stretch in stretches {
            let lines: Vec<_> = stretch
                .into_iter()
                .map(|(name, minute, text)| said(NAMES[name], MIDNIGHT + minute * MINUTE, &format!("deploy {text}")))
                .collect();
            keep_said(&mut archive, &lines);
            model.extend(lines);
        }
        let archive = reopened(archive, &folder);
        let range = at(MIDNIGHT + from * MINUTE)..at(MIDNIGHT + to * MINUTE);
        for asked in [None, Some(of(&NAMES[..2])), Some(of(&NAMES[..1])), Some(of(&[]))] {
            let matches = |it: &&Annotation| range.contains(&it.at) && asked.as_ref().is_none_or(|of| of.contains(&it.indicator));
            let expected: Vec<_> = model.iter().filter(matches).cloned().collect();
            let found = archive.annotations(asked.as_ref(), range.clone(), most).unwrap();
            prop_assert_eq!(found.lines.len(), expected.len().min(most));
            prop_assert_eq!(found.more, most < expected.len());
            prop_assert!(found.lines.iter().all(|line| expected.contains(line)));
            prop_assert!(found.lines.is_sorted_by_key(|line| line.at));
            let oldest = found.lines.first().map(|line| line.at);
            prop_assert!(expected.iter().filter(|it| oldest.is_some_and(|oldest| oldest < it.at)).all(|it| found.lines.contains(it)));
        }
        let of_load: BTreeSet<_> = model.into_iter().filter(|it| it.indicator.as_str() == NAMES[0]).collect();
        if !of_load.is_empty() {
            let history = ask(&archive, NAMES[0], range.start.unix_millis(), range.end.unix_millis(), ALL);
            let beside: BTreeSet<_> = history.annotations.into_iter().collect();
            let expected: BTreeSet<_> = of_load.into_iter().filter(|it| range.contains(&it.at)).collect();
            prop_assert_eq!(beside, expected);
        }
    }
}

#[test]
fn after_a_crash_what_the_journal_says_is_there_exactly_once() {
    let (mut archive, folder) = fresh();
    let mut expected = Vec::new();
    for k in 0..30 {
        let text = format!("deploy {k}");
        journal(&mut archive, vec![noted("plant/load", MIDNIGHT + k * MINUTE, Quality::Good, Some(&text))]);
        expected.push(said("plant/load", MIDNIGHT + k * MINUTE, &text));
        let (mut survivor, _rescued) = killed(&folder);
        let up_to = journal(&mut survivor, Vec::new());
        survivor.catch_up_history(up_to).unwrap();
        survivor.catch_up_history(up_to).unwrap();
        assert_eq!(all(&survivor), expected, "after {k}");
        if k % 4 == 0 {
            let up_to = journal(&mut archive, Vec::new());
            archive.catch_up_history(up_to).unwrap();
        }
    }
}

#[test]
fn what_was_said_goes_with_the_minutes() {
    let (mut archive, _folder) = fresh();
    let of_day = |day: i64| said("plant/load", MIDNIGHT + day * DAY, "deploy");
    (0..6).for_each(|day| keep_said(&mut archive, &[of_day(day)]));
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    tidied(&mut archive, &Policy { raw: days(1), minutes: days(3), ..forever() }, MIDNIGHT + 6 * DAY);
    assert_eq!(all(&archive), [of_day(3), of_day(4), of_day(5)]);
}

#[test]
fn what_is_damaged_is_named_and_costs_its_own_line() {
    let (mut archive, folder) = fresh();
    keep_said(&mut archive, &[said("plant/load", MIDNIGHT, "deploy 1"), said("plant/load", MIDNIGHT + 1, "deploy 2")]);
    let database = Connection::open(folder.path().join("archive.sqlite3")).unwrap();
    for change in ["text = 'deploy 3'", "at = 5", "checksum = 0"] {
        database.execute_batch(&format!("UPDATE annotations SET {change} WHERE id = 1")).unwrap();
        let found = archive.annotations(None, at(i64::MIN)..at(i64::MAX), ALL).unwrap();
        assert_eq!(found.lines, [said("plant/load", MIDNIGHT + 1, "deploy 2")], "{change}");
        assert_eq!(found.damaged[0].to_string(), "row 1 of the table annotations is damaged");
        let told = ask(&archive, "plant/load", i64::MIN, i64::MAX, ALL).damaged;
        assert_eq!(told.len(), 1, "{change}");
    }
    let faults = check(folder.path()).unwrap().faults;
    assert!(
        faults.iter().any(|fault| fault.to_string().starts_with("annotations, row 1: its checksum is ")),
        "{faults:?}"
    );
}

#[test]
fn a_reader_and_a_backup_have_what_was_said() {
    let (mut archive, folder) = fresh();
    let line = said("plant/load", MIDNIGHT, "deploy 1.4.2");
    keep_said(&mut archive, std::slice::from_ref(&line));
    let copy = TempDir::new().unwrap();
    backup(folder.path(), copy.path(), |_| {}).unwrap();
    assert_eq!(check(copy.path()).unwrap().faults, []);
    for folder in [folder.path(), copy.path()] {
        let found = Reader::open(folder).unwrap().annotations(None, at(0)..at(i64::MAX), 1).unwrap();
        assert_eq!((&found.lines[..], found.more), (std::slice::from_ref(&line), false));
    }
}
