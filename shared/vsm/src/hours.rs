//! Hours that come back every week, as `22:00-06:00` or `Mon-Fri 12:00-13:00`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The days of a week, Monday first.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Minutes in a day.
const DAY: u16 = 24 * 60;
/// How much of a faulty text is told.
const TOLD: usize = 40;

/// A window of the local week. It crosses midnight where it ends before it begins, and belongs to the day it began.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// The first and the last day on which it begins, from 0 on Monday to 6 on Sunday; the last may be before the first.
    days: (u8, u8),
    /// The minute of the day at which it begins.
    from: u16,
    /// The first minute that is no longer within; 24:00 is the last end of a day.
    until: u16,
}

/// What was given instead of hours.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum InvalidHours {
    /// It does not look like hours.
    #[error("not hours: {found:?}; write \"22:00-06:00\", \"Sat 00:00-24:00\" or \"Mon-Fri 12:00-13:00\"")]
    Shape {
        /// The first letters of it.
        found: String,
    },
    /// A word stands where a day should.
    #[error("no day of the week: {found:?}; there are Mon, Tue, Wed, Thu, Fri, Sat, Sun")]
    Day {
        /// The first letters of the word.
        found: String,
    },
    /// It begins or ends at no time of a day.
    #[error(
        "no time of day: {found:?}; write two digits of the hour and two of the minute, from 00:00 to 23:59; an end may be 24:00"
    )]
    Time {
        /// The first letters of the time.
        found: String,
    },
    /// It ends as it begins.
    #[error("no time between {from} and {from}; the whole day is 00:00-24:00")]
    Empty {
        /// Beginning and end.
        from: String,
    },
}

impl Hours {
    /// Parses a window, with a day or a span of days before it where it is not every day's; the only way to make one.
    pub fn parse(text: &str) -> Result<Self, InvalidHours> {
        let shape = || InvalidHours::Shape { found: told(text) };
        let mut words = text.split_whitespace();
        let (days, window) = match (words.next(), words.next(), words.next()) {
            (Some(window), None, None) => ((0, 6), window),
            (Some(days), Some(window), None) => (span(days)?, window),
            _ => return Err(shape()),
        };
        let (from, until) = window.split_once('-').ok_or_else(shape)?;
        let hours = Self { days, from: minute(from, DAY - 1)?, until: minute(until, DAY)? };
        if hours.from == hours.until {
            return Err(InvalidHours::Empty { from: from.to_owned() });
        }
        Ok(hours)
    }

    /// Whether a minute of the week lies within, in an ordinary week: `day_of_week` from 0 on Monday to 6 on Sunday,
    /// `minute_of_day` from 0 to 1439.
    pub fn holds(&self, day_of_week: u8, minute_of_day: u16) -> bool {
        let day_before = (day_of_week + 6) % 7;
        self.holds_after(day_before, day_of_week, minute_of_day)
    }

    /// The same in a week with holidays, where the day before may be any.
    pub fn holds_after(&self, day_before: u8, day_of_week: u8, minute_of_day: u16) -> bool {
        let (begun, over) = (self.from <= minute_of_day, self.until <= minute_of_day);
        if self.from < self.until {
            return self.begins_on(day_of_week) && begun && !over;
        }
        (self.begins_on(day_of_week) && begun) || (self.begins_on(day_before) && !over)
    }

    fn begins_on(&self, day: u8) -> bool {
        let (first, last) = self.days;
        if first <= last { (first..=last).contains(&day) } else { first <= day || day <= last }
    }
}

/// The first and the last of a day or a span of days.
fn span(text: &str) -> Result<(u8, u8), InvalidHours> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Ok((day(first)?, day(last)?))
}

fn day(text: &str) -> Result<u8, InvalidHours> {
    let day = DAYS.iter().zip(0..).find(|(name, _)| name.eq_ignore_ascii_case(text));
    day.map(|(_, day)| day).ok_or_else(|| InvalidHours::Day { found: told(text) })
}

/// The minute of the day of a time as `06:30`.
fn minute(text: &str, last: u16) -> Result<u16, InvalidHours> {
    let time = text.split_once(':').and_then(|(hour, minute)| Some((two_digits(hour)?, two_digits(minute)?)));
    let minute = time.filter(|(_, minute)| *minute < 60).map(|(hour, minute)| hour * 60 + minute);
    minute.filter(|minute| *minute <= last).ok_or_else(|| InvalidHours::Time { found: told(text) })
}

fn two_digits(text: &str) -> Option<u16> {
    let are_digits = text.len() == 2 && text.bytes().all(|sign| sign.is_ascii_digit());
    if are_digits { text.parse().ok() } else { None }
}

fn told(text: &str) -> String {
    text.chars().take(TOLD).collect()
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { days: (first, last), from, until } = *self;
        let name = |day: u8| DAYS[usize::from(day)];
        match (first, last) {
            (0, 6) => (),
            (first, last) if first == last => write!(f, "{} ", name(first))?,
            (first, last) => write!(f, "{}-{} ", name(first), name(last))?,
        }
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60)
    }
}

impl TryFrom<String> for Hours {
    type Error = InvalidHours;
    fn try_from(text: String) -> Result<Self, InvalidHours> {
        Self::parse(&text)
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests;
