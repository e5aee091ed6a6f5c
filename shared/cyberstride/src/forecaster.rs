//! The forecast of the next reading: two models averaged, and calibrated by how their forecasts came out.
//!
//! The multi-process model foresees by level and slope, a dynamic regression by the last readings and the time of the
//! day. Each is weighed by how probable it found the readings so far, the older the less. How far readings fall from
//! the average, in its scales, is learned as nine quantiles, so that the intervals cover what they say whatever the
//! shape of the errors. How well they do stands in the crate's documentation.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    calibration::{Calibration, Errors, Scale},
    forecast::Forecast,
    outlook::Outlook,
    regression::{REGRESSORS, Regression},
    told::{Pattern, Told},
    usual::{Look, Usual},
};

/// Share of the logarithm of a model's weight that survives a step.
const REMEMBERED: f64 = 0.97;
/// Degrees of freedom by which the models are weighed: one outlier should not settle the matter.
const DEGREES: f64 = 4.0;
/// Readings are taken to lie within this many units.
const FARTHEST: f64 = 1e9;
/// Readings are taken to lie within this.
const LARGEST_READING: f64 = 1e75;

/// Learns to foresee one series.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Forecaster {
    seen: u32,
    /// First reading and a unit for the arithmetic.
    origin: f64,
    unit: f64,
    lags: [f64; 3],
    usual: Usual,
    last_usual: f64,
    regression: Regression,
    regression_scale: Scale,
    average_scale: Scale,
    /// Logarithm of the odds of the regression.
    odds: f32,
    calibration: Calibration,
}

/// How a reading came out, in a unit of the forecaster's own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Departure {
    /// From the regression; none for the first readings.
    pub(crate) error: Option<f64>,
    /// From what is usual at this time of the day; none where that was never seen.
    pub(crate) from_usual: Option<f64>,
}

/// What is known of the series and of a disturbance that is open, on the scale of the readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// By how much it moves the readings.
    pub(crate) shift: f64,
    /// Whether there is one.
    pub(crate) disturbed: bool,
    /// Whether it is too fresh to learn from the readings.
    pub(crate) frozen: bool,
    /// Whether the series is made of lumps and has no noise.
    pub(crate) lumpy: bool,
}

/// What is known before a reading, as long as nothing was learned since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prospect {
    x: [f64; REGRESSORS],
    look: Look,
    process: f64,
    regression: f64,
    centre: f64,
    scale: f64,
}

impl Forecaster {
    /// Learns from a reading, a finite number, for which this was the prospect. The result is what was expected of it, and
    /// how it came out.
    pub(crate) fn observe(
        &mut self,
        at: At,
        prospect: Option<Prospect>,
        reading: f64,
        known: &Known,
    ) -> (Option<Outlook>, Departure) {
        let reading = reading.clamp(-LARGEST_READING, LARGEST_READING);
        if self.seen == 0 {
            self.origin = reading;
        }
        self.seen = self.seen.saturating_add(1);
        let outlook = prospect.as_ref().map(|prospect| self.outlook(prospect, known.shift));
        // As long as nothing moves there is no unit, and nothing to learn.
        let Some(prospect) = prospect.filter(|_| 0.0 < self.unit) else {
            self.unit = self.unit.max((reading - self.origin).abs());
            return (outlook, Departure::default());
        };
        (outlook, self.learn(at, &prospect, reading, known))
    }

    /// Lets a period pass in which there was no reading: what was expected stands in for it.
    pub(crate) fn skip(&mut self, at: At, forecast: Option<Forecast>, shift: f64) -> Option<Outlook> {
        let prospect = self.prospect(at, forecast?, shift);
        if 0.0 < self.unit {
            self.last_usual = prospect.look.usual().unwrap_or(prospect.centre);
            self.lags = [prospect.centre.clamp(-FARTHEST, FARTHEST), self.lags[0], self.lags[1]];
        }
        Some(self.outlook(&prospect, shift))
    }

    /// Readings come every so many seconds: days have a shape if they come often enough.
    pub(crate) fn keep_days(&mut self, told: &Told, cadence: f64) {
        self.usual.keep(told, cadence);
    }

    /// The pattern that is followed.
    pub(crate) fn pattern(&self) -> Pattern {
        self.usual.pattern()
    }

    /// How the last three readings enter the next one.
    pub(crate) fn memory(&self, time_is_known: bool) -> [f64; 3] {
        self.regression.memory(time_is_known)
    }

    /// A reading that came late takes the place of what was expected in its stead, so many periods before the newest.
    pub(crate) fn correct(&mut self, periods: usize, reading: f64, shift: f64) {
        let (origin, unit) = (self.origin + shift, self.unit());
        if let Some(lag) = self.lags.get_mut(periods) {
            *lag = ((reading - origin) / unit).clamp(-FARTHEST, FARTHEST);
        }
    }

    /// The newest of the lags is that of a reading which is taken back; `usual` is what was usual before it.
    pub(crate) fn take_back(&mut self, usual: Option<f64>) {
        if 0.0 < self.unit {
            let [_, y1, y2] = self.lags;
            // The oldest has been forgotten. Another stands in for it, for this one forecast.
            self.lags = [y1, y2, y2];
            let in_units = |usual: f64| ((usual - self.origin) / self.unit()).clamp(-FARTHEST, FARTHEST);
            self.last_usual = usual.map_or(y1, in_units);
        }
    }

    /// How far a reading, if it came next, would fall from the regression, in units; 0 where there is none.
    pub(crate) fn error(&self, prospect: &Prospect, reading: f64, shift: f64) -> f64 {
        if self.unit <= 0.0 {
            return 0.0;
        }
        let y = ((reading - self.origin - shift) / self.unit()).clamp(-FARTHEST, FARTHEST);
        y - prospect.regression
    }

    /// The forecasts of the periods ahead: each model goes on from its own forecast, and the scale grows as theirs do.
    pub(crate) fn ahead(
        &self,
        moments: impl Iterator<Item = At>,
        process: impl Fn(u32) -> Option<Forecast>,
        shift: f64,
    ) -> Vec<Outlook> {
        let (mut ahead, mut errors) = (self.clone(), Errors::default());
        let mut outlooks = Vec::new();
        for (at, periods) in moments.zip(1..) {
            let Some((first, forecast)) = process(1).zip(process(periods)) else { break };
            let mut prospect = ahead.prospect(at, forecast, shift);
            let grown = errors.grow(self.memory(prospect.look.usual().is_some()));
            prospect.scale *= forecast.scale / first.scale + self.share() * (grown - forecast.scale / first.scale);
            outlooks.push(self.outlook(&prospect, shift));
            ahead.last_usual = prospect.look.usual().unwrap_or(prospect.centre);
            ahead.lags = [prospect.regression, ahead.lags[0], ahead.lags[1]];
        }
        outlooks
    }

    /// The probability of the regression.
    fn share(&self) -> f64 {
        (1.0 + (-f64::from(self.odds)).exp()).recip()
    }

    /// What is usual at a time of the day, on the scale of the readings; none where it was never seen.
    pub(crate) fn usual(&self, at: At) -> Option<f64> {
        self.on_scale(self.usual.look(at))
    }

    /// The same of a moment of which there is a prospect.
    pub(crate) fn usual_of(&self, prospect: &Prospect) -> Option<f64> {
        self.on_scale(prospect.look)
    }

    fn on_scale(&self, look: Look) -> Option<f64> {
        look.usual().map(|usual| self.origin + self.unit() * usual)
    }

    /// The unit of the arithmetic: how far the first readings went, or the rounding of a constant; what can be divided by.
    pub(crate) fn unit(&self) -> f64 {
        if 0.0 < self.unit { self.unit.max(1e-100) } else { 1e-6 * self.origin.abs().max(1e-6) }
    }

    /// From now on the readings lie so much higher: those remembered are moved, the newest first.
    pub(crate) fn shift(&mut self, by: [f64; 3]) {
        let unit = self.unit();
        self.lags.iter_mut().zip(by).for_each(|(lag, by)| *lag = (*lag - by / unit).clamp(-FARTHEST, FARTHEST));
    }

    /// What was a shift is the normal from now on: what `y - shift` followed, `y` follows with another intercept.
    pub(crate) fn rebase(&mut self, at: At, shift: f64) {
        let memory: f64 = self.memory(self.usual.look(at).usual().is_some()).iter().sum();
        self.regression.lift((shift / self.unit()).clamp(-FARTHEST, FARTHEST) * (1.0 - memory));
        self.shift([-shift; 3]);
    }

    fn outlook(&self, prospect: &Prospect, shift: f64) -> Outlook {
        let place = |z: f32| self.origin + shift + self.unit() * (prospect.centre + prospect.scale * f64::from(z));
        Outlook::new(self.calibration.quantiles.map(place))
    }

    fn learn(&mut self, at: At, prospect: &Prospect, reading: f64, known: &Known) -> Departure {
        let y = ((reading - self.origin - known.shift) / self.unit()).clamp(-FARTHEST, FARTHEST);
        self.weigh(prospect, y);
        let error = y - prospect.regression;
        if !known.frozen {
            self.calibration.learn((y - prospect.centre) / prospect.scale);
            self.average_scale.learn(y - prospect.centre);
            self.regression.learn(&prospect.x, error, self.regression_scale.now());
            self.regression_scale.learn(error);
        }
        let usual = prospect.look.usual();
        self.last_usual = usual.unwrap_or(y);
        self.lags = [y, self.lags[0], self.lags[1]];
        // What is usual at a time of the day is learned from what is seen, disturbed or not: the day knows how.
        let seen = (y + known.shift / self.unit()).clamp(-FARTHEST, FARTHEST);
        self.usual.learn(at, prospect.look, seen, known.disturbed);
        Departure { error: Some(error), from_usual: usual.map(|usual| seen - usual) }
    }

    /// What is known before the next reading, for which the multi-process model has this forecast.
    pub(crate) fn prospect(&self, at: At, forecast: Forecast, shift: f64) -> Prospect {
        let [y1, y2, y3] = self.lags;
        let look = self.usual.look(at);
        let x = [1.0, y1, y2, y3, look.usual().unwrap_or(y1), self.last_usual];
        let regression = self.regression.forecast(&x).clamp(-FARTHEST, FARTHEST);
        let process = ((forecast.mean - self.origin - shift) / self.unit()).clamp(-FARTHEST, FARTHEST);
        let centre = process + self.share() * (regression - process);
        let scale =
            if self.average_scale.seen < 20.0 { forecast.scale / self.unit() } else { self.average_scale.now() };
        Prospect { x, look, process, regression, centre, scale: scale.clamp(1e-9, FARTHEST) }
    }

    /// Weighs both by Student's density. Both are measured by the same scale, so that the nearer one wins and not the
    /// bolder.
    fn weigh(&mut self, prospect: &Prospect, y: f64) {
        let base = |expected: f64| DEGREES + ((y - expected) / prospect.scale).powi(2);
        let gained = 0.5 * (DEGREES + 1.0) * (base(prospect.process) / base(prospect.regression)).ln();
        self.odds = (REMEMBERED * f64::from(self.odds) + gained).clamp(-20.0, 20.0) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Monitor, Setting};

    /// Share of the readings of a series inside their intervals of 50, 95 and 99 %, after the first hundred.
    fn coverage(series: &[f64]) -> [f64; 3] {
        let (mut monitor, mut forecaster) = (Monitor::new(Setting::Room), Forecaster::default());
        let mut inside = [0.0; 3];
        for (row, y) in series.iter().enumerate() {
            let at = At::utc(300_000 * row as i64);
            let forecast = monitor.observe(*y).forecast;
            let prospect = forecast.map(|forecast| forecaster.prospect(at, forecast, 0.0));
            let (outlook, _) = forecaster.observe(at, prospect, *y, &Known::default());
            for (inside, coverage) in inside.iter_mut().zip([0.50, 0.95, 0.99]).filter(|_| 100 <= row) {
                let (lower, upper) = outlook.expect("there is one after eight readings").interval(coverage);
                *inside += f64::from(u8::from(lower <= *y && *y <= upper));
            }
        }
        inside.map(|inside| inside / (series.len() - 100) as f64)
    }

    /// Two thousand rows of heavy-tailed noise, which doubles in the middle, around a daily swing.
    fn restless() -> Vec<f64> {
        let mut state = 3_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let swing = |row: i32| 5.0 * (f64::from(row) * std::f64::consts::TAU / 288.0).sin();
        let mut noise = || (uniform() / uniform()).ln();
        (0..2000).map(|row| swing(row) + noise() * if row < 1000 { 1.0 } else { 2.0 }).collect()
    }

    #[test]
    fn intervals_cover_what_they_say() {
        let [half, most, nearly_all] = coverage(&restless());
        assert!((half - 0.50).abs() < 0.03 && (most - 0.95).abs() < 0.015 && (nearly_all - 0.99).abs() < 0.008);
    }

    #[test]
    fn extremes_and_constants_leave_numbers() {
        for constant in [0.0, 1e300, f64::MIN] {
            let mut series = vec![constant; 300];
            (series[150], series[200]) = (f64::MAX, -1.0);
            assert!(coverage(&series).iter().all(|share| share.is_finite()), "{constant:e}");
        }
    }
}
