//! How often the forecasts held: the share of readings below each quantile, and inside each interval.

use super::glance::{Expected, INTERVALS, LEVELS};

/// Counts of one series.
#[derive(Clone, Debug, Default)]
pub(super) struct Calibration {
    /// Readings that had a forecast.
    pub(super) readings: u64,
    /// Half readings below each quantile: one that equals it counts as one half below.
    halves: [u64; LEVELS.len()],
    inside: [u64; INTERVALS.len()],
}

impl Calibration {
    /// Counts a reading and the forecast that was made of it.
    pub(super) fn count(&mut self, value: f64, expected: &Expected) {
        self.readings += 1;
        for (halves, quantile) in self.halves.iter_mut().zip(expected.0) {
            *halves += u64::from(value < quantile) + u64::from(value <= quantile);
        }
        for (inside, interval) in self.inside.iter_mut().zip(INTERVALS) {
            let (lower, upper) = expected.interval(interval);
            *inside += u64::from(lower <= value && value <= upper);
        }
    }

    /// Adds the counts of another series.
    pub(super) fn add(&mut self, other: &Self) {
        self.readings += other.readings;
        self.halves.iter_mut().zip(other.halves).for_each(|(sum, count)| *sum += count);
        self.inside.iter_mut().zip(other.inside).for_each(|(sum, count)| *sum += count);
    }

    /// Share of readings below the quantile of each level; none without readings.
    pub(super) fn below(&self) -> Option<[f64; LEVELS.len()]> {
        (0 < self.readings).then(|| self.halves.map(|halves| halves as f64 / 2.0 / self.readings as f64))
    }

    /// Share of readings inside each interval; none without readings.
    pub(super) fn coverage(&self) -> Option<[f64; INTERVALS.len()]> {
        (0 < self.readings).then(|| self.inside.map(|inside| inside as f64 / self.readings as f64))
    }

    /// The level at which the share is farthest from it, and that share.
    pub(super) fn farthest(&self) -> Option<(f64, f64)> {
        let off = |(level, share): &(f64, f64)| (share - level).abs();
        LEVELS.into_iter().zip(self.below()?).max_by(|a, b| off(a).total_cmp(&off(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantiles of an even distribution from 0 to 1.
    const EVEN: Expected = Expected(LEVELS);

    #[test]
    fn readings_as_forecast_lie_on_the_diagonal() {
        let mut counts = Calibration::default();
        (0..10_000).for_each(|k| counts.count((f64::from(k) + 0.5) / 10_000.0, &EVEN));
        let (level, share) = counts.farthest().unwrap();
        assert!((level - share).abs() < 1e-4, "{share} at {level}");
        let coverage = counts.coverage().unwrap();
        assert!([0.5, 0.95, 0.99].iter().zip(coverage).all(|(nominal, held)| (nominal - held).abs() < 1e-3));
    }

    #[test]
    fn readings_that_lie_too_high_are_seldom_below() {
        let mut counts = Calibration::default();
        (0..1000).for_each(|k| counts.count((f64::from(k) / 1000.0).sqrt(), &EVEN));
        let (level, share) = counts.farthest().unwrap();
        assert_eq!(level, 0.5);
        assert!((share - 0.25).abs() < 1e-3, "{share}");
    }

    #[test]
    fn a_reading_that_is_the_forecast_itself_is_half_below() {
        let mut counts = Calibration::default();
        counts.count(7.0, &Expected([7.0; LEVELS.len()]));
        assert_eq!(counts.below().unwrap()[11], 0.5);
        assert_eq!(counts.coverage().unwrap(), [1.0; 3]);
        assert_eq!(Calibration::default().below(), None);
    }
}
