//! Where an axis is marked: round values, and round moments of the local clock.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};

use super::words;

/// A mark on an axis, and what stands at it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// A value, or a moment in milliseconds since 1970 UTC.
    pub(super) at: f64,
    pub(super) label: String,
}

/// From one mark of the clock to the next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Seconds(i64),
    Days(i64),
    Months(i64),
}

const DAY: i64 = 86_400;

const STEPS: [Step; 26] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(60),
    Step::Seconds(300),
    Step::Seconds(900),
    Step::Seconds(3600),
    Step::Seconds(10_800),
    Step::Seconds(21_600),
    Step::Seconds(43_200),
    Step::Days(1),
    Step::Days(2),
    Step::Days(4),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(600),
    Step::Months(1200),
    Step::Months(6000),
];

/// Round values inside a range, at most so many.
pub(super) fn values(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let least = (high - low) / most.max(1) as f64;
    if !(least.is_finite() && 0.0 < least) {
        return Vec::new();
    }
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|round| round * power).find(|step| least <= *step);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step).ceil();
    (0..=most)
        .map(|k| (first + k as f64) * step)
        .take_while(|at| *at <= high)
        .map(|at| Tick { at, label: label(at, step) })
        .collect()
}

/// Round moments of the local clock, at most so many.
pub(super) fn moments(from: i64, to: i64, most: i64, zone: &TimeZone) -> Vec<Tick> {
    let seconds = (to - from) / 1000;
    let step = STEPS.into_iter().find(|step| seconds / step.seconds() < most);
    let (Some(step), Ok(first)) = (step, Timestamp::from_millisecond(from)) else { return Vec::new() };
    let mut civil = step.before(first.to_zoned(zone.clone()).datetime());
    let mut ticks = Vec::new();
    // One before the range, and one more than fit where the clock was changed.
    for _ in 0..=most + 2 {
        let Ok(at) = civil.to_zoned(zone.clone()).map(|at| at.timestamp().as_millisecond()) else { break };
        if from <= at && at <= to {
            ticks.push(Tick { at: at as f64, label: step.label(civil) });
        }
        let Ok(next) = civil.checked_add(step.span()) else { break };
        civil = next;
    }
    ticks
}

impl Step {
    fn seconds(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Days(days) => days * DAY,
            Self::Months(months) => months * 30 * DAY,
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Seconds(seconds) => Span::new().seconds(seconds),
            Self::Days(days) => Span::new().days(days),
            Self::Months(months) => Span::new().months(months),
        }
    }

    /// The last round moment that is not after this one.
    fn before(self, at: DateTime) -> DateTime {
        let midnight = at.date().to_datetime(jiff::civil::Time::midnight());
        match self {
            Self::Seconds(seconds) => {
                let since = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
                midnight.saturating_add(Span::new().seconds(since - since % seconds))
            }
            Self::Days(_) => midnight,
            Self::Months(step) => {
                let months = i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
                let back = Span::new().months(months.rem_euclid(step));
                midnight.date().first_of_month().to_datetime(jiff::civil::Time::midnight()).saturating_sub(back)
            }
        }
    }

    /// A date at midnight, a time else.
    fn label(self, at: DateTime) -> String {
        let is_midnight = at.time() == jiff::civil::Time::midnight();
        let pattern = match self {
            _ if is_midnight => "%Y-%m-%d",
            Self::Seconds(..60) => "%H:%M:%S",
            _ => "%H:%M",
        };
        at.strftime(pattern).to_string()
    }
}

/// As many decimals as the step has.
fn label(at: f64, step: f64) -> String {
    let size = at.abs();
    if 100_000.0 <= size || (size != 0.0 && step < 1e-5) {
        return words::number(at);
    }
    words::plain(at, (-step.log10().floor()).clamp(0.0, 5.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn values_are_round() {
        assert_eq!(labels(&values(-0.03, 0.14, 4)), ["0.00", "0.05", "0.10"]);
        assert_eq!(labels(&values(97.3, 121.0, 5)), ["100", "105", "110", "115", "120"]);
        assert_eq!(labels(&values(0.0, 2.4e6, 4)), ["0", "1M", "2M"]);
        assert_eq!(values(3.0, 3.0, 4), []);
    }

    #[test]
    fn moments_are_round_on_the_local_clock_across_a_change_of_it() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let ticks = moments(at("2026-03-27T10:00:00Z"), at("2026-03-31T10:00:00Z"), 5, &zone);
        assert_eq!(labels(&ticks), ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"]);
        assert_eq!(ticks[2].at as i64 - ticks[1].at as i64, 23 * 3_600_000);
        let ticks = moments(at("2026-01-01T21:10:00Z"), at("2026-01-01T23:10:00Z"), 4, &TimeZone::UTC);
        assert_eq!(labels(&ticks), ["22:00", "23:00"]);
        let ticks = moments(at("1999-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), 8, &TimeZone::UTC);
        assert_eq!(labels(&ticks)[..2], ["2000-01-01", "2005-01-01"]);
    }

    #[test]
    fn one_moment_and_all_of_time_have_few_marks() {
        assert!(moments(0, 0, 6, &TimeZone::UTC).len() <= 2);
        let (first, last) = (Timestamp::MIN.as_millisecond(), Timestamp::MAX.as_millisecond());
        assert!(moments(first, last, 6, &TimeZone::UTC).len() <= 7);
    }
}
