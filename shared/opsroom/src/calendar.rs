//! What clock and calendar show in the place of a unit.

use std::{sync::Arc, time::Duration};

use cyberstride::At;
use jiff::{
    SignedDuration, Span, Timestamp, civil,
    tz::{TimeZone, TimeZoneDatabase},
};
use vsm::{date::Date, hours::Hours, time::Moment};

/// The day from which the days are counted.
const FIRST: civil::Date = civil::date(1970, 1, 1);
/// It was a Thursday, counted from 0 on Monday.
const THURSDAY: i64 = 3;
const SUNDAY: u8 = 6;
/// Seconds in a day of the local clock; the day of a clock change is this long too, counted by what the clock shows.
const DAY: i64 = 86_400;
/// Minutes in a week.
const WEEK: u64 = 7 * 24 * 60;

/// Clock and calendar of one time zone: a table of zones and a list of holidays, no clock of its own.
///
/// Remembers the day of the moment it was last asked for, and between which clock changes that lies. So each reading of
/// a series costs a comparison, each of its days a look at the holidays, and each clock change one at the table.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    holidays: Arc<[Date]>,
    season: Season,
    day: Day,
}

/// What the local clock shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Local {
    /// Day of the week of the day before, from 0 on Monday to 6 on Sunday and on holidays.
    pub day_before: u8,
    /// Day of the week, from 0 on Monday to 6 on Sunday and on holidays.
    pub day_of_week: u8,
    /// Minutes since local midnight as the clock shows them, from 0 to 1439.
    pub minute_of_day: u16,
}

/// Moments in milliseconds since 1970 UTC, the last not included.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    from: i64,
    until: i64,
}

/// The time between two clock changes.
#[derive(Clone, Copy, Debug, Default)]
struct Season {
    stretch: Stretch,
    /// Seconds to add to UTC.
    offset: i32,
}

/// A local day, or the part of it on one side of a clock change.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    stretch: Stretch,
    offset: i32,
    holiday: bool,
    day_before: u8,
    day_of_week: u8,
}

impl Calendar {
    /// The calendar of a time zone by its IANA name, with the local dates that are holidays.
    ///
    /// `config` lets no unknown name through; one that comes all the same is taken for UTC.
    pub fn new(time_zone: &str, holidays: impl Into<Arc<[Date]>>) -> Self {
        // The table that is built in, so that every machine replays a day alike.
        let zone = TimeZoneDatabase::bundled().get(time_zone).unwrap_or(TimeZone::UTC);
        Self { zone, holidays: holidays.into(), season: Season::default(), day: Day::default() }
    }

    /// A moment with what clock and calendar show.
    pub fn at(&mut self, moment: Moment) -> At {
        let Day { offset, holiday, .. } = self.day_of(moment);
        At { millis: moment.unix_millis(), offset, holiday }
    }

    /// What the clock shows.
    pub fn local(&mut self, moment: Moment) -> Local {
        let Day { offset, day_before, day_of_week, .. } = self.day_of(moment);
        let minute_of_day = (local_second(moment.unix_millis(), offset).rem_euclid(DAY) / 60) as u16;
        Local { day_before, day_of_week, minute_of_day }
    }

    /// Whether a moment lies within one of the windows, as those in which an indicator is muted.
    pub fn is_within(&mut self, windows: &[Hours], moment: Moment) -> bool {
        if windows.is_empty() {
            return false;
        }
        let Local { day_before, day_of_week, minute_of_day } = self.local(moment);
        windows.iter().any(|hours| hours.holds_after(day_before, day_of_week, minute_of_day))
    }

    /// Whether every moment after `from`, up to and with `until`, lies within the windows, looked at minute by minute.
    ///
    /// Windows come back every week, so of a longer time only the last week is looked at.
    pub fn is_within_since(&mut self, windows: &[Hours], from: Moment, until: Moment) -> bool {
        let minutes = (until.since(from).as_secs() / 60).min(WEEK);
        (0..=minutes).all(|minute| self.is_within(windows, until - Duration::from_secs(60 * minute)))
    }

    fn day_of(&mut self, moment: Moment) -> Day {
        let millis = moment.unix_millis();
        if !self.day.stretch.holds(millis) {
            if !self.season.stretch.holds(millis) {
                self.season = Season::of(&self.zone, millis);
            }
            self.day = self.look_up(millis);
        }
        self.day
    }

    /// The day of a moment in the season that is remembered.
    fn look_up(&self, millis: i64) -> Day {
        let Season { stretch, offset } = self.season;
        let number = local_second(millis, offset).div_euclid(DAY);
        Day {
            stretch: stretch.and(Stretch::of_day(number, offset)),
            offset,
            holiday: self.is_holiday(number),
            day_before: self.day_of_week(number - 1),
            day_of_week: self.day_of_week(number),
        }
    }

    fn day_of_week(&self, number: i64) -> u8 {
        if self.is_holiday(number) { SUNDAY } else { (number + THURSDAY).rem_euclid(7) as u8 }
    }

    fn is_holiday(&self, number: i64) -> bool {
        let date = Span::new().try_days(number).and_then(|days| FIRST.checked_add(days));
        date.is_ok_and(|date| self.holidays.iter().any(|holiday| is_same(holiday, date)))
    }
}

impl Season {
    fn of(zone: &TimeZone, millis: i64) -> Self {
        let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        // Beyond the years of the table the clock stays as it is at their end.
        let at = Timestamp::from_millisecond(millis.clamp(first, last)).unwrap_or(Timestamp::MAX);
        // A clock change belongs to what comes after it.
        let just_after = at.checked_add(SignedDuration::from_nanos(1)).unwrap_or(at);
        let change = |change: jiff::tz::TimeZoneTransition<'_>| change.timestamp().as_millisecond();
        let from = zone.preceding(just_after).next().map_or(i64::MIN, change);
        let until = zone.following(at).next().map_or(i64::MAX, change);
        Self { stretch: Stretch { from, until }, offset: zone.to_offset(at).seconds() }
    }
}

impl Stretch {
    fn of_day(number: i64, offset: i32) -> Self {
        let begins = |number: i64| (number.saturating_mul(DAY).saturating_sub(i64::from(offset))).saturating_mul(1000);
        Self { from: begins(number), until: begins(number + 1) }
    }

    fn holds(self, millis: i64) -> bool {
        self.from <= millis && millis < self.until
    }

    fn and(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

fn local_second(millis: i64, offset: i32) -> i64 {
    millis.div_euclid(1000).saturating_add(i64::from(offset))
}

fn is_same(holiday: &Date, date: civil::Date) -> bool {
    let of_holiday = (i32::from(holiday.year()), i32::from(holiday.month()), i32::from(holiday.day()));
    of_holiday == (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()))
}

#[cfg(test)]
mod tests;
