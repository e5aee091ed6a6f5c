//! A day of the calendar, wherever it is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar in the years 1 to 9999, without a place: `2026-12-25`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// What was given instead of a date.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidDate {
    /// It does not look like one.
    #[error("not a date: {found:?}; write year, month and day, as \"2026-12-25\"")]
    Shape {
        /// The first letters of it.
        found: String,
    },
    /// It looks like one, but no calendar has it.
    #[error("no such day: {found:?}; {wish}")]
    Day {
        /// The text.
        found: String,
        /// What would be right.
        wish: String,
    },
}

impl Date {
    /// Parses four digits of the year, two of the month and two of the day, with `-` between; the only way to make one.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        let Some((year, month, day)) = numbers(text) else {
            return Err(InvalidDate::Shape { found: text.chars().take(20).collect() });
        };
        let no_day = |wish: String| Err(InvalidDate::Day { found: text.to_owned(), wish });
        if year == 0 {
            return no_day("years begin with 0001".to_owned());
        }
        if !(1..=12).contains(&month) {
            return no_day("months go from 01 to 12".to_owned());
        }
        let last = days_of(year, month);
        if !(1..=last).contains(&day) {
            return no_day(format!("this month has the days 01 to {last}"));
        }
        Ok(Self { year, month, day })
    }

    /// The year, from 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }
}

/// Year, month and day of a text that has the shape of a date.
fn numbers(text: &str) -> Option<(u16, u8, u8)> {
    let has_shape = |(at, sign): (usize, u8)| if matches!(at, 4 | 7) { sign == b'-' } else { sign.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(has_shape) {
        return None;
    }
    Some((text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?))
}

fn days_of(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = InvalidDate;
    fn try_from(text: String) -> Result<Self, InvalidDate> {
        Self::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;

    fn refusal(text: &str) -> String {
        Date::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused_with_what_would_be_right() {
        assert_eq!(refusal("2026-02-29"), "no such day: \"2026-02-29\"; this month has the days 01 to 28");
        assert_eq!(refusal("1900-02-29"), "no such day: \"1900-02-29\"; this month has the days 01 to 28");
        assert_eq!(refusal("2026-06-00"), "no such day: \"2026-06-00\"; this month has the days 01 to 30");
        assert_eq!(refusal("2026-13-01"), "no such day: \"2026-13-01\"; months go from 01 to 12");
        assert_eq!(refusal("0000-01-01"), "no such day: \"0000-01-01\"; years begin with 0001");
        assert!(Date::parse("2028-02-29").is_ok() && Date::parse("2000-02-29").is_ok());
    }

    #[test]
    fn what_does_not_look_like_a_date_is_refused() {
        for text in ["", "25.12.2026", "2026-12-5", "26-12-25", "2026-12-25T00:00", "２０２６-12", "+026-12-25"] {
            assert!(refusal(text).starts_with("not a date: \""), "{text}");
        }
    }

    #[test]
    fn dates_stand_in_the_order_of_the_calendar() {
        let days = ["2025-12-31", "2026-01-02", "2026-01-10", "2026-02-01"].map(|text| Date::parse(text).unwrap());
        assert!(days.is_sorted());
        assert_eq!((days[2].year(), days[2].month(), days[2].day()), (2026, 1, 10));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1972), ..ProptestConfig::default() })]

        #[test]
        fn a_date_is_read_as_it_is_written(year in 1..=9999u16, month in 1..=12u8, day in 1..=28u8) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let date = Date::parse(&text).unwrap();
            prop_assert_eq!(date.to_string(), text);
            let sent = serde_json::to_string(&date).unwrap();
            prop_assert_eq!(serde_json::from_str::<Date>(&sent).unwrap(), date);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,12}") {
            let _ = Date::parse(&text);
        }
    }
}
