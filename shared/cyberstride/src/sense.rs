//! What the models make of one reading, on the scale of the series.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    forecast::Forecast,
    forecaster::{Departure, Forecaster, Known, Prospect},
    innovation::Innovations,
    monitor::{Diagnosis, Monitor},
    outlook::Outlook,
    score::{Score, Scorer},
    setting::Setting,
    told::Pattern,
};

/// What is no more unusual than this, in nats, is no more surprising than a normal deviate as usual: counts that are
/// mostly zero and noise with heavy tails are no evidence of anything.
pub(crate) const COMMON: f64 = 6.0;

/// A reading that is off by fewer deviations raises nothing by itself; it takes 4.2, and the forecast is looked at a little
/// earlier here.
const REMARKABLE: f64 = 3.0;

/// The multi-process model, the forecast, its innovations and the score.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Sense {
    monitor: Monitor,
    pub(crate) forecaster: Forecaster,
    innovations: Innovations,
    scorer: Scorer,
}

/// What is expected of the reading that comes next, worked out once: it holds until something is learned.
#[derive(Clone, Copy, Debug)]
pub struct Foresight {
    /// The moment of that reading.
    pub(crate) at: At,
    /// By the multi-process model alone.
    forecast: Option<Forecast>,
    /// By both models.
    prospect: Option<Prospect>,
    /// What is usual at its moment, on the scale.
    usual: Option<f64>,
}

/// What is made of one reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sensed {
    pub(crate) diagnosis: Diagnosis,
    /// The forecast made before the reading was seen, on the scale.
    pub(crate) outlook: Option<Outlook>,
    pub(crate) innovation: Option<f64>,
    /// How unusual the innovation is among those of the series, in nats; none while they are too few.
    pub(crate) unusual: Option<f64>,
    /// Whether the series is made of lumps and has no noise.
    pub(crate) lumpy: bool,
    pub(crate) score: Score,
    /// What is usual at this moment, if days are alike.
    pub(crate) usual: Option<f64>,
    /// How the last three readings enter the next one.
    pub(crate) memory: [f64; 3],
}

impl Default for Sense {
    fn default() -> Self {
        Self {
            monitor: Monitor::new(Setting::Room),
            forecaster: Forecaster::default(),
            innovations: Innovations::default(),
            scorer: Scorer::default(),
        }
    }
}

impl Sense {
    /// What is expected of the reading at a moment, if it comes next.
    pub(crate) fn foresee(&self, at: At, shift: f64) -> Foresight {
        let forecast = self.monitor.forecast(1);
        let prospect = forecast.map(|forecast| self.forecaster.prospect(at, forecast, shift));
        let usual = match &prospect {
            Some(prospect) => self.forecaster.usual_of(prospect),
            None => self.forecaster.usual(at),
        };
        Foresight { at, forecast, prospect, usual }
    }

    /// Folds a reading in, of which so much is known already.
    pub(crate) fn observe(&mut self, y: f64, foresight: &Foresight, known: &Known, strictness: f64) -> Sensed {
        let Foresight { at, forecast, prospect, usual } = *foresight;
        let memory = self.forecaster.memory(usual.is_some());
        let diagnosis = self.monitor.learn(y, forecast);
        let (outlook, Departure { error, from_usual }) = self.forecaster.observe(at, prospect, y, known);
        let innovation = error.map(|error| self.innovations.observe(error, known.frozen, known.lumpy));
        let (score, unusual) = self.scorer.observe(y, innovation, from_usual, &diagnosis, known.lumpy, strictness);
        let innovation = innovation.map(|z| match unusual {
            Some(nats) if 1.0 < z.abs() && nats < COMMON && !known.frozen => {
                self.innovations.temper(normal_deviate(nats))
            }
            _ => z,
        });
        let usual = usual.filter(|_| self.forecaster.pattern() != Pattern::None);
        Sensed { diagnosis, outlook, innovation, unusual, lumpy: known.lumpy, score, usual, memory }
    }

    /// Lets a period pass in which there was no reading.
    pub(crate) fn skip(&mut self, at: At, shift: f64) -> Option<Outlook> {
        let forecast = self.monitor.forecast(1);
        self.monitor.skip();
        self.forecaster.skip(at, forecast, shift)
    }

    /// Whether a reading, if it came next, would be off by so much that something may be raised for it alone.
    pub(crate) fn is_remarkable(&self, y: f64, foresight: &Foresight, shift: f64) -> bool {
        let Foresight { forecast: Some(forecast), prospect: Some(prospect), .. } = foresight else { return false };
        let off = self.forecaster.error(prospect, y, shift) / self.innovations.scale();
        // While surprises are few, those of the multi-process model count, too.
        let surprises = || self.scorer.is_young() && REMARKABLE <= forecast.normal_score(y).abs();
        REMARKABLE <= off.abs() || surprises()
    }

    /// The newest innovation is that of a reading which is taken back.
    pub(crate) fn forget_newest(&mut self) {
        self.innovations.take_back();
    }

    /// The reading so many before the newest is known to lie so much higher than it was taken to.
    pub(crate) fn amend(&mut self, ago: usize, by: f64) {
        self.innovations.amend(ago, by / self.forecaster.unit());
    }

    /// The forecast of the periods ahead, whose moments are given, on the scale.
    pub(crate) fn ahead(&self, moments: impl Iterator<Item = At>, known: &Known) -> Vec<Outlook> {
        let process = |periods| self.monitor.forecast(periods);
        self.forecaster.ahead(moments, process, known.shift)
    }

    pub(crate) fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    pub(crate) fn innovations(&self) -> &Innovations {
        &self.innovations
    }

    /// Standard deviation of an innovation, on the scale.
    pub(crate) fn noise(&self) -> f64 {
        self.innovations.scale() * self.forecaster.unit()
    }

    /// The last readings are explained.
    pub(crate) fn forget_last(&mut self) {
        self.innovations.forget_last();
    }

    /// The last readings are known to lie so much higher than they would, the newest first.
    pub(crate) fn shift(&mut self, by: [f64; 3]) {
        self.forecaster.shift(by);
    }

    /// What was a shift is the normal from now on.
    pub(crate) fn rebase(&mut self, at: At, shift: f64) {
        self.forecaster.rebase(at, shift);
    }

    /// From now on the noise is expected to be so many times as large.
    pub(crate) fn grow(&mut self, factor: f64) {
        self.innovations.grow(factor);
    }
}

/// The size that a normal deviate exceeds with a probability of so many nats, to either side.
pub(crate) fn normal_deviate(nats: f64) -> f64 {
    (2.0 * nats - (1.5 * nats).ln_1p()).max(0.0).sqrt()
}
