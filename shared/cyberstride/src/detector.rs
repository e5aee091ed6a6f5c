//! Everything that is believed of one series: what rules it, what comes next, how unusual the last reading was.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    forecaster::Forecaster,
    monitor::{Diagnosis, Monitor},
    outlook::Outlook,
    score::{Score, Scorer},
    setting::Setting,
};

/// Follows one series in some five thousand bytes, whatever the number of readings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Detector {
    monitor: Monitor,
    forecaster: Forecaster,
    scorer: Scorer,
}

/// What is said of one reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The calibrated forecast made before the reading was seen; none for the first eight readings.
    pub outlook: Option<Outlook>,
    /// What the multi-process model makes of it; none where the reading is missing.
    pub diagnosis: Option<Diagnosis>,
    /// How unusual it is.
    pub score: Score,
}

impl Detector {
    /// Nothing seen yet.
    pub fn new(setting: Setting) -> Self {
        Self { monitor: Monitor::new(setting), forecaster: Forecaster::default(), scorer: Scorer::default() }
    }

    /// Judges the next reading, a finite number, or lets a period pass in which there was none.
    pub fn observe(&mut self, at: At, reading: Option<f64>) -> Judgement {
        let Some(reading) = reading else { return self.skip(at) };
        let diagnosis = self.monitor.observe(reading);
        let (outlook, departure) = self.forecaster.observe(at, diagnosis.forecast, reading);
        let score = self.scorer.observe(reading, departure);
        Judgement { outlook, diagnosis: Some(diagnosis), score }
    }

    /// The multi-process model, to forecast further ahead or to look back.
    pub fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    fn skip(&mut self, at: At) -> Judgement {
        let forecast = self.monitor.forecast(1);
        self.monitor.skip();
        self.scorer.skip();
        Judgement { outlook: self.forecaster.skip(at, forecast), diagnosis: None, score: Score::NOTHING }
    }
}
