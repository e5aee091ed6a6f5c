//! Which minutes of a week hours hold, and what is said of what are none.

use proptest::{prelude::*, test_runner::RngSeed};

use super::*;

/// The hours of a week, one letter each: `#` where the half hour lies within.
fn week(text: &str) -> Vec<String> {
    let hours = Hours::parse(text).unwrap();
    let mark = |day, hour: u16| if hours.holds(day, hour * 60 + 30) { '#' } else { '.' };
    (0..7).map(|day| (0..24).map(|hour| mark(day, hour)).collect()).collect()
}

fn refusal(text: &str) -> String {
    Hours::parse(text).unwrap_err().to_string()
}

#[test]
fn hours_without_a_day_are_those_of_every_day() {
    assert_eq!(week("08:00-12:00"), ["........####............"; 7]);
    assert_eq!(week("22:00-06:00"), ["######................##"; 7]);
    assert_eq!(week("00:00-24:00"), ["########################"; 7]);
}

#[test]
fn hours_that_cross_midnight_belong_to_the_day_they_began() {
    let (none, evening, night, morning) = (
        "........................",
        "......................##",
        "######................##",
        "######..................",
    );
    assert_eq!(week("Sat 22:00-06:00"), [none, none, none, none, none, evening, morning]);
    assert_eq!(week("Sun 22:00-06:00"), [morning, none, none, none, none, none, evening]);
    assert_eq!(week("Mon-Fri 22:00-06:00"), [evening, night, night, night, night, morning, none]);
    assert_eq!(week("Sat 22:00-00:00"), week("Sat 22:00-24:00"));
}

#[test]
fn a_span_of_days_may_go_over_the_end_of_the_week() {
    let (noon, none) = ("............#...........", "........................");
    assert_eq!(week("Fri-Mon 12:00-13:00"), [noon, none, none, none, noon, noon, noon]);
}

#[test]
fn the_first_minute_lies_within_and_the_last_does_not() {
    let hours = Hours::parse("12:00-13:00").unwrap();
    assert_eq!([719, 720, 779, 780].map(|minute| hours.holds(2, minute)), [false, true, true, false]);
}

#[test]
fn after_a_holiday_the_night_is_that_of_the_day_before() {
    let hours = Hours::parse("Mon-Fri 22:00-06:00").unwrap();
    // A Friday that is a holiday, thus a Sunday, after a Thursday; and the Saturday after it.
    assert!(hours.holds_after(3, 6, 60) && !hours.holds(6, 60));
    assert!(!hours.holds_after(6, 5, 60) && hours.holds(5, 60));
}

#[test]
fn what_are_no_hours_is_refused_with_what_would_be_right() {
    let shape = r#"write "22:00-06:00", "Sat 00:00-24:00" or "Mon-Fri 12:00-13:00""#;
    for text in ["", "at night", "Sat 00:00", "Mon - Fri 12:00-13:00"] {
        let told = refusal(text);
        assert!(told.ends_with(shape) || told.starts_with("no day of the week: \""), "{told}");
    }
    assert_eq!(refusal("night"), format!("not hours: \"night\"; {shape}"));
    let days = "there are Mon, Tue, Wed, Thu, Fri, Sat, Sun";
    assert_eq!(refusal("Saturday 00:00-24:00"), format!("no day of the week: \"Saturday\"; {days}"));
    let time = "write two digits of the hour and two of the minute, from 00:00 to 23:59; an end may be 24:00";
    let times = [("9:00-12:00", "9:00"), ("09:00-24:01", "24:01"), ("Sat 24:00-06:00", "24:00"), ("22-06", "22")];
    for (text, found) in times.into_iter().chain([("+9:00-12:00", "+9:00"), ("12:60-13:00", "12:60")]) {
        assert_eq!(refusal(text), format!("no time of day: {found:?}; {time}"));
    }
    assert_eq!(refusal("Sat 12:00-12:00"), "no time between 12:00 and 12:00; the whole day is 00:00-24:00");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1972), ..ProptestConfig::default() })]

    #[test]
    fn hours_are_read_as_they_are_written(first in 0..7u8, last in 0..7u8, from in 0..1440u16, until in 0..=1440u16) {
        prop_assume!(from != until);
        let hours = Hours { days: (first, last), from, until };
        prop_assert_eq!(Hours::parse(&hours.to_string()), Ok(hours));
        let sent = serde_json::to_string(&hours).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hours>(&sent).unwrap(), hours);
    }

    #[test]
    fn hours_and_the_hours_between_them_are_the_whole_day(from in 0..1440u16, until in 0..1440u16) {
        prop_assume!(from != until);
        let (these, others) = (Hours { days: (0, 6), from, until }, Hours { days: (0, 6), from: until, until: from });
        for minute in 0..DAY {
            prop_assert_ne!(these.holds(3, minute), others.holds(3, minute));
        }
    }

    #[test]
    fn a_week_holds_the_hours_as_often_as_they_begin(
        first in 0..7u8, last in 0..7u8, from in 0..1440u16, until in 0..=1440u16,
    ) {
        prop_assume!(from != until);
        let hours = Hours { days: (first, last), from, until };
        let held = (0..7).flat_map(|day| (0..DAY).map(move |minute| hours.holds(day, minute))).filter(|held| *held);
        let length = (until + DAY - from - 1) % DAY + 1;
        let days = u16::from((last + 7 - first) % 7 + 1);
        prop_assert_eq!(held.count(), usize::from(length * days));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[A-Za-zé0-9 :-]{0,24}") {
        let _ = Hours::parse(&text);
    }
}
