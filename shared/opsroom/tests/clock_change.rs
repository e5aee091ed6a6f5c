//! A series that follows the day of a place goes on as it was when the clocks of that place change.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::{collections::BTreeSet, time::Duration};

use opsroom::opsroom::Opsroom;
use support::{indicator, noise, organisation};
use vsm::{indicator::Indicator, reading::Reading, time::Moment};

const HALF_AN_HOUR: u64 = 1_800;
/// Monday, 12 October 2026, 00:00 in Berlin; summer time ends thirteen days later.
const MONDAY: Moment = Moment::from_unix_millis(1_791_756_000_000);
const DAYS: u64 = 16;
/// Readings until the clocks change, at three in the morning.
const CHANGE: u64 = 48 * 13 + 6;

/// Work from eight to six by the clock of Berlin, which shows an hour less after the change.
fn work(reading: u64) -> f64 {
    let seconds = reading * HALF_AN_HOUR - if reading < CHANGE { 0 } else { 3_600 };
    let hour = seconds / 3_600 % 24;
    let level = if (8..18).contains(&hour) { 140.0 } else { 100.0 };
    level + noise(7, reading as i32)
}

/// How many signals began in the days after the change, in a room whose unit lives by a time zone.
fn raised_after_the_change(time_zone: &str) -> usize {
    let cadence = Some(Duration::from_secs(HALF_AN_HOUR));
    let mut organisation = organisation(Indicator { cadence, ..indicator() });
    organisation.units[1].time_zone = Some(time_zone.to_owned());
    let at = |reading| MONDAY + Duration::from_secs(reading * HALF_AN_HOUR);
    let mut room = Opsroom::new(organisation, MONDAY);
    let mut raised = BTreeSet::new();
    for i in 0..48 * DAYS {
        room.take(&[Reading::new(indicator().id, at(i), work(i)).unwrap()], at(i), false);
        raised.extend(room.picture().signals.values().map(|signal| (signal.onset_at, signal.id.clone())));
    }
    raised.into_iter().filter(|(onset_at, _)| at(CHANGE) <= *onset_at).count()
}

#[test]
fn a_series_that_follows_the_clock_is_not_disturbed_by_a_clock_change() {
    assert_eq!(raised_after_the_change("Europe/Berlin"), 0);
    assert_ne!(raised_after_the_change("UTC"), 0, "by a clock that does not change, work begins an hour late");
}
