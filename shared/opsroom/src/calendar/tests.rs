//! What clock and calendar show, held against the table of zones and against themselves.

use jiff::tz::TimeZone;
use proptest::{prelude::*, test_runner::RngSeed};

use super::*;

/// Zones with two clock changes a year on either half of the earth, half hours, one of half an hour, none, many.
const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/Santiago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/St_Johns",
];
const YEAR: i64 = 365 * 86_400_000;

fn moment(text: &str) -> Moment {
    Moment::from_unix_millis(text.parse::<Timestamp>().unwrap().as_millisecond())
}

fn calendar(zone: &str) -> Calendar {
    let holidays = ["1970-01-01", "2026-03-29", "2026-12-25"].map(|day| Date::parse(day).unwrap());
    Calendar::new(zone, holidays)
}

/// The local clock, as a person reads it.
fn shown(calendar: &mut Calendar, text: &str) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let Local { day_of_week, minute_of_day, .. } = calendar.local(moment(text));
    let At { offset, holiday, .. } = calendar.at(moment(text));
    let sign = if holiday { " holiday" } else { "" };
    let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
    format!("{} {hour:02}:{minute:02} {offset:+}{sign}", DAYS[usize::from(day_of_week)])
}

#[test]
fn the_clock_goes_forward_in_spring() {
    let mut berlin = Calendar::new("Europe/Berlin", []);
    assert_eq!(shown(&mut berlin, "2026-03-28T22:59:59.999Z"), "Sat 23:59 +3600");
    assert_eq!(shown(&mut berlin, "2026-03-28T23:00:00Z"), "Sun 00:00 +3600");
    assert_eq!(shown(&mut berlin, "2026-03-29T00:59:59.999Z"), "Sun 01:59 +3600");
    assert_eq!(shown(&mut berlin, "2026-03-29T01:00:00Z"), "Sun 03:00 +7200");
    assert_eq!(shown(&mut berlin, "2026-03-29T21:59:59.999Z"), "Sun 23:59 +7200");
    assert_eq!(shown(&mut berlin, "2026-03-29T22:00:00Z"), "Mon 00:00 +7200");
}

#[test]
fn the_clock_goes_back_in_autumn() {
    let mut berlin = Calendar::new("Europe/Berlin", []);
    assert_eq!(shown(&mut berlin, "2026-10-24T22:00:00Z"), "Sun 00:00 +7200");
    assert_eq!(shown(&mut berlin, "2026-10-25T00:59:59.999Z"), "Sun 02:59 +7200");
    assert_eq!(shown(&mut berlin, "2026-10-25T01:00:00Z"), "Sun 02:00 +3600");
    assert_eq!(shown(&mut berlin, "2026-10-25T22:59:59.999Z"), "Sun 23:59 +3600");
    assert_eq!(shown(&mut berlin, "2026-10-25T23:00:00Z"), "Mon 00:00 +3600");
}

#[test]
fn a_moment_before_the_last_one_is_as_right_as_one_after_it() {
    let mut berlin = Calendar::new("Europe/Berlin", []);
    assert_eq!(shown(&mut berlin, "2026-10-25T01:00:00Z"), "Sun 02:00 +3600");
    assert_eq!(shown(&mut berlin, "2026-10-25T00:59:59.999Z"), "Sun 02:59 +7200");
}

#[test]
fn a_zone_may_be_half_an_hour_off() {
    assert_eq!(shown(&mut calendar("Asia/Kolkata"), "2026-06-01T18:29:59Z"), "Mon 23:59 +19800");
    assert_eq!(shown(&mut calendar("Asia/Kolkata"), "2026-06-01T18:30:00Z"), "Tue 00:00 +19800");
}

#[test]
fn a_holiday_is_a_day_of_the_local_calendar() {
    let mut santiago = calendar("America/Santiago");
    assert_eq!(shown(&mut santiago, "2026-12-25T02:59:59Z"), "Thu 23:59 -10800");
    assert_eq!(shown(&mut santiago, "2026-12-25T03:00:00Z"), "Sun 00:00 -10800 holiday");
    assert_eq!(shown(&mut santiago, "2026-12-26T02:59:59Z"), "Sun 23:59 -10800 holiday");
    assert_eq!(shown(&mut santiago, "2026-12-26T03:00:00Z"), "Sat 00:00 -10800");
    let berlin = &mut calendar("Europe/Berlin");
    assert_eq!(shown(berlin, "2026-03-29T01:00:00Z"), "Sun 03:00 +7200 holiday");
}

#[test]
fn an_unknown_zone_is_taken_for_utc() {
    for zone in ["Europe/Berlim", "", "Mars/Olympus"] {
        assert_eq!(shown(&mut Calendar::new(zone, []), "2026-06-01T12:00:00Z"), "Mon 12:00 +0");
    }
}

#[test]
fn a_night_belongs_to_the_day_it_began_over_holidays_too() {
    let mut utc = calendar("UTC");
    let nights = ["Mon-Thu 22:00-06:00"].map(|hours| Hours::parse(hours).unwrap());
    let mut muted = |text| utc.is_within(&nights, moment(text));
    // Christmas of 2026 is a Friday.
    assert!(muted("2026-12-24T22:00:00Z") && muted("2026-12-25T05:59:59Z"));
    assert!(!muted("2026-12-24T21:59:59Z") && !muted("2026-12-25T06:00:00Z") && !muted("2026-12-25T22:00:00Z"));
    assert!(!utc.is_within(&[], moment("2026-12-24T22:00:00Z")));
}

#[test]
fn no_moment_is_too_far() {
    for zone in ZONES {
        for millis in [i64::MIN, i64::MIN + 1, -400_000 * YEAR, -9000 * YEAR, 9000 * YEAR, 400_000 * YEAR, i64::MAX] {
            let (mut calendar, moment) = (calendar(zone), Moment::from_unix_millis(millis));
            let Local { day_before, day_of_week, minute_of_day } = calendar.local(moment);
            assert!(day_of_week < 7 && (day_of_week + 6) % 7 == day_before && minute_of_day < 1440);
            let At { millis: kept, offset, holiday } = calendar.at(moment);
            assert!(kept == millis && offset.abs() < 86_400 && !holiday);
        }
    }
}

/// Zones, and moments one after the other: of any age, around now, and a little further each.
fn walks() -> impl Strategy<Value = (&'static str, Vec<i64>)> {
    let steps = prop::collection::vec((0..4u8, -YEAR..YEAR), 1..60);
    (prop::sample::select(ZONES.to_vec()), 0..60 * YEAR, steps).prop_map(|(zone, start, steps)| {
        let walk = steps.into_iter().scan(start, |here, (kind, step)| {
            *here = match kind {
                0 => start + step * 300,
                1 => *here + step,
                _ => *here + step.abs() / 5000,
            };
            Some(*here)
        });
        (zone, walk.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1972), cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_remembered_is_what_would_be_looked_up((zone, walk) in walks()) {
        let mut remembers = calendar(zone);
        for moment in walk.into_iter().map(Moment::from_unix_millis) {
            prop_assert_eq!(remembers.at(moment), calendar(zone).at(moment));
            prop_assert_eq!(remembers.local(moment), calendar(zone).local(moment));
        }
    }

    #[test]
    fn the_clock_shows_what_the_table_of_zones_says((zone, walk) in walks()) {
        let table = TimeZone::get(zone).unwrap();
        let mut calendar = Calendar::new(zone, []);
        for millis in walk {
            let local = table.to_datetime(Timestamp::from_millisecond(millis).unwrap());
            let (hour, minute) = (local.hour() as u16, local.minute() as u16);
            let expected = Local {
                day_before: local.yesterday().unwrap().weekday().to_monday_zero_offset() as u8,
                day_of_week: local.weekday().to_monday_zero_offset() as u8,
                minute_of_day: hour * 60 + minute,
            };
            prop_assert_eq!(calendar.local(Moment::from_unix_millis(millis)), expected);
        }
    }
}
