//! Any number of shards shows the same picture, and watches may be written down one after another while readings come.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::{collections::BTreeSet, sync::Arc};

use cybernet::picture::Picture;
use opsroom::{
    opsroom::Opsroom,
    share::Share,
    watches::{Learned, Watches},
};
use proptest::prelude::*;
use support::{at, indicator, noise, organisation};
use vsm::{
    act::{Act, Answer},
    id::IndicatorId,
    reading::Reading,
    time::Moment,
};

const INDICATORS: i32 = 7;

/// Entries of a journal: a reading of each indicator a second, each of which steps at its own time.
fn entries(count: i32, steps: &[f64]) -> Vec<Vec<Reading>> {
    let reading = |second: i32, number: i32| {
        let id = match number {
            0 => indicator().id,
            number => IndicatorId::parse(&format!("nobody.n{number}")).unwrap(),
        };
        let step = if 70 + 5 * number <= second { steps[number as usize % steps.len()] } else { 0.0 };
        Reading::new(id, at(second), 100.0 + noise(number, second) + step).unwrap()
    };
    (0..count).map(|second| (0..INDICATORS).map(|number| reading(second, number)).collect()).collect()
}

fn room(shards: usize) -> Opsroom {
    Opsroom::with_shards(organisation(indicator()), shards, at(0))
}

/// Plays entries, the first of which has the number `first`; each is received a second after it was measured, and
/// behind it somebody answers the oldest signal, every tenth time.
fn play(room: &mut Opsroom, first: usize, entries: &[Vec<Reading>], answers: &[Option<Act>]) {
    for (number, readings) in (first..).zip(entries) {
        room.turn_to(2 * number as u64);
        room.take(readings, received_at(number), false);
        if let Some(act) = &answers[number] {
            room.turn_to(2 * number as u64 + 1);
            room.answer(act);
        }
    }
}

fn received_at(number: usize) -> Moment {
    at(number as i32 + 1)
}

/// What people answer behind each entry in a room that nothing disturbs, and that room.
fn undisturbed(shards: usize, entries: &[Vec<Reading>]) -> (Opsroom, Vec<Option<Act>>) {
    let (mut room, mut answers) = (room(shards), vec![None; entries.len()]);
    for number in 0..entries.len() {
        play(&mut room, number, &entries[number..=number], &answers);
        let oldest = room.picture().signals.keys().next().filter(|_| number % 10 == 9);
        if let Some(signal) = oldest.cloned() {
            answers[number] = Some(Act { signal, answer: Answer::NewNormal, at: received_at(number) });
            room.turn_to(2 * number as u64 + 1);
            room.answer(answers[number].as_ref().unwrap());
        }
    }
    (room, answers)
}

/// What the room is, apart from how often it was changed.
fn unnumbered(picture: &Picture) -> Picture {
    Picture { revision: 0, at: at(0), ..picture.clone() }
}

/// Two watches of a shard as they would be written down, and read again; none where it has no more.
fn page(shard: &Watches, from: usize) -> Option<Learned> {
    (from < shard.len()).then(|| postcard::from_bytes(&postcard::to_stdvec(&shard.page(from, 2)).unwrap()).unwrap())
}

/// What each watch has learned of entries, as it would be written down.
fn learned(entries: &[Vec<Reading>]) -> BTreeSet<Vec<u8>> {
    let mut watches = Watches::new(Arc::new(organisation(indicator())), Share::WHOLE);
    for (number, readings) in entries.iter().enumerate() {
        for reading in readings {
            watches.observe(reading, received_at(number), false, &mut Vec::new());
        }
    }
    (0..watches.len()).map(|place| postcard::to_stdvec(&watches.page(place, 1)).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn each_reading_goes_to_its_own_watch_in_whatever_order_they_come(
        orders in prop::collection::vec(Just((0..INDICATORS as usize).collect::<Vec<_>>()).prop_shuffle(), 40),
    ) {
        let entries = entries(40, &[0.0]);
        let shuffled: Vec<Vec<_>> =
            entries.iter().zip(&orders).map(|(entry, order)| order.iter().map(|&k| entry[k].clone()).collect()).collect();
        let learned = [learned(&entries), learned(&shuffled)];
        prop_assert_eq!(learned[0].len(), INDICATORS as usize);
        prop_assert_eq!(&learned[0], &learned[1]);
    }

    #[test]
    fn any_number_of_shards_shows_the_same_picture(steps in prop::collection::vec(-15.0..15.0f64, 1..5), shards in 2usize..6) {
        let entries = entries(130, &steps);
        let (one, _) = undisturbed(1, &entries);
        let (many, _) = undisturbed(shards, &entries);
        prop_assert_eq!(unnumbered(one.picture()), unnumbered(many.picture()));
    }

    /// The sweep begins at one entry, writes a page down behind every second one, and the desk behind the last.
    #[test]
    fn a_restart_from_pages_of_different_entries_gives_the_same_picture(
        steps in prop::collection::vec(-15.0..15.0f64, 1..5),
        begins in 20usize..110,
        shards in (1usize..4, 1usize..4),
    ) {
        let entries = entries(130, &steps);
        let (_, answers) = undisturbed(1, &entries);
        let mut whole = room(shards.0);
        play(&mut whole, 0, &entries[..begins], &answers);
        let (mut pages, mut shown) = (Vec::new(), begins);
        for shard in 0..shards.0 {
            let mut from = 0;
            while let Some(learned) = page(&whole.clone().split().0[shard], from) {
                pages.push(learned);
                from += 2;
                let next = (shown + 2).min(entries.len());
                play(&mut whole, shown, &entries[shown..next], &answers);
                shown = next;
            }
        }
        let memory = whole.clone().split().1.memory();
        let last = 2 * shown as u64 - 1;
        let organisation = organisation(indicator());
        let mut resumed = Opsroom::resume_behind(organisation, shards.1, memory, (last, received_at(shown - 1)), at(500));
        let first = pages.iter().map(Learned::entry).min().unwrap() as usize / 2;
        pages.into_iter().for_each(|learned| resumed.learn(learned));
        play(&mut resumed, first, &entries[first..], &answers);
        play(&mut whole, shown, &entries[shown..], &answers);
        resumed.catch_up();
        resumed.follow(at(1000));
        whole.follow(at(1000));
        let untraced = |room: &Opsroom| Picture { traces: Default::default(), ..unnumbered(room.picture()) };
        prop_assert_eq!(untraced(&resumed), untraced(&whole));
        let traces = |room: &Opsroom| room.picture().traces.clone();
        prop_assert_eq!(traces(&resumed), traces(&whole));
    }
}
