//! A moment as people in the room read it: weekday, day, month and time.

use vsm::time::Moment;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY_SECONDS: i64 = 86_400;

/// A moment on the calendar and the clock of one time zone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Civil {
    /// Days since the epoch, in that zone.
    day_number: i64,
    /// Day of the month.
    day: i64,
    /// Month of the year, from 1.
    month: i64,
    /// Seconds since midnight.
    second: i64,
}

impl Civil {
    /// In Coordinated Universal Time.
    pub fn utc(moment: Moment) -> Self {
        let seconds = moment.unix_millis().div_euclid(1000);
        Self::from_days(seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS))
    }

    /// From a date of the Gregorian calendar and a time of day.
    pub fn new(year: i64, month: i64, day: i64, [hour, minute, second]: [i64; 3]) -> Self {
        Self { day_number: days(year, month, day), day, month, second: hour * 3600 + minute * 60 + second }
    }

    /// Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms* (2013), `civil_from_days`.
    fn from_days(day_number: i64, second: i64) -> Self {
        let z = day_number + 719_468;
        let of_era = z.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self { day_number, day, month, second }
    }

    /// `14:44`.
    pub fn time(self) -> String {
        format!("{:02}:{:02}", self.second / 3600, self.second / 60 % 60)
    }

    /// `14:44:06`.
    pub fn exact(self) -> String {
        format!("{}:{:02}", self.time(), self.second % 60)
    }

    /// `Fri`.
    pub fn weekday(self) -> &'static str {
        WEEKDAYS[self.day_number.rem_euclid(7).unsigned_abs() as usize]
    }

    /// `Fri 20 Nov`.
    pub fn date(self) -> String {
        let month = usize::try_from(self.month - 1).ok().and_then(|month| MONTHS.get(month)).unwrap_or(&"");
        format!("{} {} {month}", self.weekday(), self.day)
    }

    /// `Fri 20 Nov 14:44`.
    pub fn clock(self) -> String {
        format!("{} {}", self.date(), self.time())
    }

    /// `14:44` on the day of `now`, else the weekday, else the date.
    pub fn short(self, now: Self) -> String {
        match now.day_number - self.day_number {
            0 => self.time(),
            ..7 => self.weekday().to_owned(),
            _ => self.date(),
        }
    }
}

/// Days since the epoch; `days_from_civil` of the same source.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let of_era = year.rem_euclid(400) * 365 + year.rem_euclid(400) / 4 - year.rem_euclid(400) / 100 + of_year;
    year.div_euclid(400) * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_read_as_a_person_says_it() {
        let now = Civil::utc(Moment::from_unix_millis(1_795_185_846_000));
        assert_eq!(now.clock(), "Fri 20 Nov 14:44");
        assert_eq!(now.exact(), "14:44:06");
    }

    #[test]
    fn a_date_and_its_number_agree_over_a_century() {
        for day in (-3000..40_000).step_by(17) {
            let civil = Civil::utc(Moment::from_unix_millis(day * DAY_SECONDS * 1000));
            let year = 1970 + (day as f64 / 365.2425).floor() as i64;
            let again = [year - 1, year, year + 1].map(|year| days(year, civil.month, civil.day));
            assert!(again.contains(&day), "{day}: {civil:?}");
        }
        assert_eq!(Civil::new(2026, 11, 20, [14, 44, 6]), Civil::utc(Moment::from_unix_millis(1_795_185_846_000)));
    }

    #[test]
    fn what_was_long_ago_is_named_by_its_day() {
        let at = |day, hour| Civil::new(2026, 11, day, [hour, 5, 0]);
        assert_eq!(at(20, 9).short(at(20, 14)), "09:05");
        assert_eq!(at(19, 23).short(at(20, 14)), "Thu");
        assert_eq!(at(12, 9).short(at(20, 14)), "Thu 12 Nov");
    }
}
