//! What was kept comes back, once.

use std::collections::BTreeMap;

use archive::{ArchiveFault, Band, Entry, PastReading, Position};
use proptest::{bool::weighted, collection::vec, option, prelude::*};
use vsm::{
    id::IndicatorId,
    reading::{Mark, Quality, Reading},
};

use super::*;

const NAMES: [&str; 3] = ["plant/load", "plant/output", "rail/late"];

fn value() -> impl Strategy<Value = f64> {
    let finite = any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite());
    prop_oneof![finite, (0..1000_i32).prop_map(|tenths| f64::from(tenths) / 10.0)]
}

/// Moments within three days, many of them the same, and now and then one from anywhere.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (0..3 * DAY / (5 * MINUTE)).prop_map(|k| MIDNIGHT + k * 5 * MINUTE),
        8 => MIDNIGHT..MIDNIGHT + 3 * DAY,
        1 => any::<i64>(),
    ]
}

fn band() -> impl Strategy<Value = Option<Band>> {
    option::of(any::<[f32; 3]>()).prop_map(|band| {
        let [forecast, lower, upper] = band?.map(f64::from);
        Band::new(forecast, lower, upper)
    })
}

fn kept() -> impl Strategy<Value = (IndicatorId, PastReading)> {
    (0..NAMES.len(), moment(), value(), band(), weighted(0.1)).prop_map(|(k, millis, value, band, doubtful)| {
        let quality = if doubtful { Quality::Doubtful } else { Quality::Good };
        let reading = reading(NAMES[k], millis, value).marked(Mark { quality, note: None });
        (indicator(NAMES[k]), PastReading::of(&reading, band))
    })
}

/// The last reading of each moment with the last forecast of it, by indicator.
fn model(stretches: &[Vec<(IndicatorId, PastReading)>], name: &str) -> Vec<PastReading> {
    let mut last = BTreeMap::<_, PastReading>::new();
    for (_, reading) in stretches.iter().flatten().filter(|(indicator, _)| indicator.as_str() == name) {
        let mut reading = *reading;
        let former = last.get(&reading.measured_at);
        reading.band = reading.band.or(former.and_then(|former| former.band));
        last.insert(reading.measured_at, reading);
    }
    last.into_values().collect()
}

/// Those whose place another took, by moment and then as they came: moment, bits of the value, whether it was doubted.
fn formers(stretches: &[Vec<(IndicatorId, PastReading)>], name: &str) -> Vec<(i64, u64, bool)> {
    let mut of_moment = BTreeMap::<i64, Vec<(i64, u64, bool)>>::new();
    for (_, it) in stretches.iter().flatten().filter(|(indicator, _)| indicator.as_str() == name) {
        let at = it.measured_at.unix_millis();
        of_moment.entry(at).or_default().push((at, it.value().to_bits(), it.doubtful));
    }
    let formers = |mut all: Vec<_>| {
        all.dedup();
        all.pop();
        all
    };
    of_moment.into_values().flat_map(formers).collect()
}

proptest! {
    #![proptest_config(sixteen())]

    #[test]
    fn what_was_kept_comes_back_bit_for_bit_whatever_was_done_to_it_meanwhile(
        stretches in vec((vec(kept(), 0..400), 0..3_u8, 0..5 * 24_i64), 1..12),
    ) {
        let (mut archive, folder) = fresh();
        for (stretch, what, hours) in &stretches {
            keep(&mut archive, stretch);
            match what {
                0 => drop(tidied(&mut archive, &forever(), MIDNIGHT + hours * HOUR)),
                1 => archive = reopened(archive, &folder),
                _ => {}
            }
        }
        let stretches: Vec<_> = stretches.into_iter().map(|(stretch, ..)| stretch).collect();
        for name in NAMES {
            let expected = model(&stretches, name);
            if !expected.is_empty() {
                // The last moment there is lies behind every range.
                let expected: Vec<_> = expected.into_iter().filter(|it| it.measured_at != at(i64::MAX)).collect();
                prop_assert_eq!(bits(&raw(&archive, name)), bits(&expected));
                let history = ask(&archive, name, i64::MIN, i64::MAX, ALL);
                let former = |it: &PastReading| (it.measured_at.unix_millis(), it.value().to_bits(), it.doubtful);
                let found: Vec<_> = history.corrected.iter().map(former).collect();
                let former: Vec<_> = formers(&stretches, name).into_iter().filter(|it| it.0 != i64::MAX).collect();
                prop_assert_eq!(found, former);
            }
        }
    }
}

#[test]
fn many_chunks_of_many_indicators_come_back_in_order() {
    let (mut archive, folder) = fresh();
    let names: Vec<_> = (0..66).map(|k| format!("plant/machine-{k}")).collect();
    for hour in 0..3 {
        let hour_of = |name| series(name, MIDNIGHT + hour * HOUR, 5 * SECOND, 720);
        let readings: Vec<_> = names.iter().flat_map(|name| hour_of(name)).collect();
        keep(&mut archive, &readings);
        tidied(&mut archive, &forever(), MIDNIGHT + (hour + 1) * HOUR);
    }
    let archive = reopened(archive, &folder);
    for name in &names {
        let expected: Vec<_> = (0..3).flat_map(|hour| series(name, MIDNIGHT + hour * HOUR, 5 * SECOND, 720)).collect();
        let expected: Vec<_> = expected.into_iter().map(|(_, reading)| reading).collect();
        assert_eq!(raw(&archive, name), expected);
    }
    assert_eq!(archive.history(&indicator("nobody"), at(0)..at(1), 1).unwrap().map(|_| ()), None);
}

#[test]
fn a_later_reading_of_a_moment_takes_the_place_of_the_former_also_across_a_restart() {
    let (mut archive, folder) = fresh();
    for value in [1.0, 2.0] {
        keep(&mut archive, &[past("plant/load", MIDNIGHT, value), past("plant/load", MIDNIGHT, value + 0.5)]);
    }
    assert_eq!(raw(&archive, "plant/load")[0].value(), 2.5);
    tidied(&mut archive, &forever(), MIDNIGHT + DAY);
    keep(&mut archive, &[past("plant/load", MIDNIGHT, 3.0)]);
    let mut archive = reopened(archive, &folder);
    assert_eq!(raw(&archive, "plant/load")[0].value(), 3.0);
    tidied(&mut archive, &forever(), MIDNIGHT + DAY + HOUR);
    assert_eq!(raw(&archive, "plant/load").iter().map(PastReading::value).collect::<Vec<_>>(), [3.0]);
}

#[test]
fn a_stretch_too_large_for_one_step_goes_into_chunks_in_the_order_in_which_it_came() {
    let (mut archive, _folder) = fresh();
    let mut readings = series("plant/load", MIDNIGHT, 200, 150_000);
    let corrected = series("plant/load", MIDNIGHT + 1, 400, 50_000).into_iter().map(|(name, it)| {
        let millis = it.measured_at.unix_millis() - 1;
        (name, past("plant/load", millis, -it.value()).1)
    });
    readings.extend(corrected);
    keep(&mut archive, &readings);
    let expected = model(&[readings], "plant/load");
    let first = archive.tidy(&forever(), at(MIDNIGHT + DAY / 2), 1).unwrap();
    assert!(first.more, "all of it in one step");
    assert!(raw(&archive, "plant/load") == expected);
    tidied(&mut archive, &forever(), MIDNIGHT + DAY / 2);
    assert!(raw(&archive, "plant/load") == expected);
}

#[test]
fn a_stretch_is_taken_once_and_only_where_history_stands() {
    let (mut archive, folder) = fresh();
    let positions: Vec<_> = (0..3).map(|_| journal(&mut archive, Vec::new())).collect();
    let start = Position::default();
    let readings = [past("plant/load", MIDNIGHT, 1.0)];
    assert_eq!(archive.history_position().unwrap(), start);
    assert!(archive.keep_history(start, positions[1], &readings).unwrap());
    assert!(!archive.keep_history(start, positions[1], &readings).unwrap(), "a second time");
    let mut archive = reopened(archive, &folder);
    assert!(!archive.keep_history(start, positions[0], &readings).unwrap(), "a part of it, after a restart");
    assert_eq!(archive.history_position().unwrap(), positions[1]);
    let refusal = archive.keep_history(positions[0], positions[2], &readings).unwrap_err();
    assert!(matches!(refusal, ArchiveFault::HistoryElsewhere { .. }));
    let said = "history stands at position 2 of a journal that ends at 3; what was given goes from 1 to 3";
    assert_eq!(refusal.to_string(), said);
    assert_eq!(raw(&archive, "plant/load").len(), 1);
}

#[test]
fn after_a_crash_the_journal_fills_what_history_lacks_exactly_once() {
    let (mut archive, folder) = fresh();
    let whole: Vec<Reading> = (0..1500).map(|k| reading("plant/load", MIDNIGHT + k * SECOND, k as f64)).collect();
    for (k, part) in whole.chunks(100).enumerate() {
        let after = archive.history_position().unwrap();
        let up_to = journal(&mut archive, part.to_vec());
        // History lags: it takes what came with every third batch.
        if k % 3 == 0 {
            fill(&mut archive, after, up_to);
            archive.tidy(&forever(), at(MIDNIGHT + (k as i64) * HOUR), 1).unwrap();
        }
        let (mut survivor, _rescued) = killed(&folder);
        let after = survivor.history_position().unwrap();
        fill(&mut survivor, after, up_to);
        let expected: Vec<_> = whole[..100 * (k + 1)].iter().map(|reading| PastReading::of(reading, None)).collect();
        assert_eq!(raw(&survivor, "plant/load"), expected, "after batch {k}");
    }
}

/// Brings what the journal has after `after`.
fn fill(archive: &mut Archive, after: Position, up_to: Position) {
    let mut readings = Vec::new();
    archive
        .replay(after, |_, entry| {
            let Entry::Batch(batch) = entry else { return };
            let past = |reading: &Reading| (reading.indicator.clone(), PastReading::of(reading, None));
            readings.extend(batch.readings.iter().map(past));
        })
        .expect("a journal that can be read");
    archive.keep_history(after, up_to, &readings).expect("a stretch that follows");
}
