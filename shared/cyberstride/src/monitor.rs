//! The face of the detector: one monitor for each series.

use serde::{Deserialize, Serialize};

use crate::{
    forecast::Forecast,
    mixture::Mixture,
    prior::{FIRST, Prior},
    process::Probabilities,
    setting::{Model, Setting},
};

/// A monitor with fewer readings is young: it speaks, but nobody should be woken by it.
const YOUNG: u64 = 12;

/// Readings are taken to lie within this, so that squares of squares of them are finite numbers.
const LARGEST: f64 = 1e75;

/// Follows one series in a thousand bytes, whatever the number of readings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Monitor {
    setting: Setting,
    readings: u64,
    stage: Stage,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[expect(clippy::large_enum_variant, reason = "all but the youngest monitors are of the large variant")]
enum Stage {
    /// The first readings, from which the prior will be learned.
    Learning([f64; FIRST]),
    Following(Mixture),
}

/// What the monitor believes after a reading.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Diagnosis {
    /// The forecast of this reading, made before it, should nothing but the steady process rule; none while the prior
    /// is being learned.
    pub forecast: Option<Forecast>,
    /// The error of that forecast in its scales, `(y - f) / sqrt(Q)`; zero while there is none.
    pub surprise: f64,
    /// Which process ruled the last step, the one before, and the one before that. The prior probabilities while there
    /// is no forecast.
    pub hindsight: [Probabilities; 3],
    /// Mean of the level, in units of the series.
    pub level: f64,
    /// Mean of the slope, in units of the series a step.
    pub slope: f64,
    /// Whether the monitor has seen fewer than twelve readings.
    pub young: bool,
}

impl Monitor {
    /// A monitor that learns its prior from the first eight readings.
    pub fn new(setting: Setting) -> Self {
        Self { setting, readings: 0, stage: Stage::Learning([0.0; FIRST]) }
    }

    /// A monitor that is told what to expect and judges from the first reading on.
    pub fn with_prior(setting: Setting, prior: Prior) -> Self {
        Self { setting, readings: 0, stage: Stage::Following(Mixture::new(&prior, setting.model())) }
    }

    /// Learns from the next reading, a finite number, and says what it makes of it.
    ///
    /// Whatever the finite number, everything in the diagnosis is finite: magnitudes beyond 1e75 are taken as 1e75.
    pub fn observe(&mut self, y: f64) -> Diagnosis {
        self.learn(y, self.forecast(1))
    }

    /// The same, where what [`Self::forecast`] gives for the next reading is known already.
    pub(crate) fn learn(&mut self, y: f64, forecast: Option<Forecast>) -> Diagnosis {
        let y = y.clamp(-LARGEST, LARGEST);
        let index = self.readings as usize;
        self.readings += 1;
        let (young, model) = (self.is_young(), self.setting.model());
        match &mut self.stage {
            Stage::Following(mixture) => follow(mixture, model, y, forecast, young),
            Stage::Learning(first) => {
                first[index] = y;
                let prior = Prior::learn(&first[..=index]);
                if index + 1 == FIRST {
                    self.stage = Stage::Following(Mixture::new(&prior, model));
                }
                learned(&prior, model, young)
            }
        }
    }

    /// Lets a period pass in which there was no reading: the trend goes on and grows less certain.
    pub fn skip(&mut self) {
        if let Stage::Following(mixture) = &mut self.stage {
            mixture.skip(self.setting.model());
        }
    }

    /// The steady forecast so many periods ahead of the last reading; none while the prior is being learned.
    pub fn forecast(&self, ahead: u32) -> Option<Forecast> {
        match &self.stage {
            Stage::Learning(_) => None,
            Stage::Following(mixture) => Some(mixture.forecast(self.setting.model(), ahead)),
        }
    }

    /// How many readings were observed.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// Whether the monitor has seen fewer than twelve readings.
    pub fn is_young(&self) -> bool {
        self.readings < YOUNG
    }
}

fn follow(mixture: &mut Mixture, model: &Model, y: f64, forecast: Option<Forecast>, young: bool) -> Diagnosis {
    let hindsight = mixture.observe(model, y);
    let (level, slope) = mixture.trend();
    let surprise = forecast.map_or(0.0, |forecast| forecast.standardise(y));
    Diagnosis { forecast, surprise, hindsight, level, slope, young }
}

fn learned(prior: &Prior, model: &Model, young: bool) -> Diagnosis {
    Diagnosis {
        forecast: None,
        surprise: 0.0,
        hindsight: [Probabilities::from_weights(model.probabilities()); 3],
        level: prior.level,
        slope: prior.growth,
        young,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::covariance::Covariance;

    #[test]
    fn a_forecast_comes_after_eight_readings_and_age_after_twelve() {
        let mut monitor = Monitor::new(Setting::Room);
        for i in 1..=14 {
            let diagnosis = monitor.observe(f64::from(i % 3));
            assert_eq!(diagnosis.forecast.is_some(), 8 < i);
            assert_eq!(monitor.forecast(3).is_some(), 8 <= i);
            assert_eq!((diagnosis.young, monitor.readings()), (i < 12, i as u64));
        }
    }

    #[test]
    fn a_missing_reading_leaves_the_forecast_where_it_was_and_less_certain() {
        let mut monitor = Monitor::new(Setting::Room);
        (0..50).for_each(|i| _ = monitor.observe(f64::from(2 * i + i % 3)));
        let two_ahead = monitor.forecast(2).expect("the prior is learned");
        monitor.skip();
        let after = monitor.forecast(1).expect("the prior is learned");
        assert!((two_ahead.mean - after.mean).abs() < 1e-9 && two_ahead.scale <= after.scale * (1.0 + 1e-9));
    }

    proptest! {
        #[test]
        fn covariances_stay_positive(series in prop::collection::vec(-1e9..1e9f64, 9..80)) {
            let mut monitor = Monitor::new(Setting::Room);
            for y in series {
                monitor.observe(y);
                let Stage::Following(mixture) = &monitor.stage else { continue };
                prop_assert!(mixture.covariances().iter().all(Covariance::is_positive_semidefinite), "{mixture:?}");
            }
        }
    }
}
