//! The face of it all: one detector follows one series.

mod correction;

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    attention::{Attention, Seen},
    finding::{Band, Finding, News},
    forecaster::Known,
    monitor::{Diagnosis, Monitor},
    outlook::Outlook,
    pace::Pace,
    profile::{self, FIRST, Numbers, Profile},
    scale::Scale,
    score::Score,
    sense::{Foresight, Sense},
    told::{self, Told},
    usefulness::{Answer, Usefulness},
};

/// Milliseconds between two readings, as long as that is not known.
const UNKNOWN: f64 = 300_000.0;

/// Readings are taken to lie within this, so that the distance of two of them is a number.
const LARGEST: f64 = 1e300;

/// Follows one series in bounded memory, whatever the number of readings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Detector {
    scale: Scale,
    numbers: Numbers,
    /// The first readings, as long as the scale is not worked out.
    first: Option<Vec<(At, f64)>>,
    pace: Pace,
    usefulness: Usefulness,
    sense: Sense,
    attention: Attention,
}

/// What is said of one reading, in the unit of measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The calibrated forecast made before the reading was seen; none for the first eight readings.
    pub outlook: Option<Outlook>,
    /// What the multi-process model makes of it, on the scale of the series; none where the reading is missing.
    pub diagnosis: Option<Diagnosis>,
    /// How unusual it is.
    pub score: Score,
    /// What it changes about the disturbances: one may end, and one be found.
    pub news: Vec<News>,
}

/// What is said of a reading that came after a newer one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Late {
    /// What was expected of the reading next to it: 95 % and the centre.
    pub expected: Band,
    /// Whether it lies inside.
    pub inside: bool,
}

impl Detector {
    /// Nothing seen yet.
    pub fn new(told: &Told) -> Self {
        Self {
            scale: told.scale.unwrap_or_default(),
            numbers: Numbers::default(),
            first: told.scale.is_none().then(|| Vec::with_capacity(FIRST)),
            pace: Pace::default(),
            usefulness: Usefulness::default(),
            sense: Sense::default(),
            attention: Attention::default(),
        }
    }

    /// Judges the next reading, a finite number, or lets a period pass in which there was none.
    pub fn observe(&mut self, told: &Told, at: At, reading: Option<f64>) -> Judgement {
        let Some(value) = reading else { return self.wait(at) };
        self.observe_foreseen(told, value, &self.foresee(at))
    }

    /// What is expected of the reading at this moment, if it is the next.
    pub fn foresee(&self, at: At) -> Foresight {
        self.sense.foresee(at, self.known().shift)
    }

    /// Judges the next reading, a finite number, of whose moment this was foreseen; nothing was learned since.
    pub fn observe_foreseen(&mut self, told: &Told, value: f64, foresight: &Foresight) -> Judgement {
        let (at, value) = (foresight.at, value.clamp(-LARGEST, LARGEST));
        let anew = self.keep_time(told, at).then(|| self.foresee(at));
        self.numbers.observe(value);
        let foresight = anew.as_ref().unwrap_or(foresight);
        match self.first {
            None => self.judge(told, value, foresight),
            Some(_) => self.judge_first(told, value, foresight),
        }
    }

    /// Lets the moment of a reading pass that is doubted: that it came is believed, what it says is not.
    pub fn doubt(&mut self, told: &Told, at: At) -> Judgement {
        self.keep_time(told, at);
        self.pass(at)
    }

    /// Judges a reading that came after a newer one, if it belongs among the last sixteen; nobody is told of it. It
    /// takes the place of what was expected in its stead, unless nothing of it is believed.
    pub fn late(&mut self, told: &Told, at: At, value: Option<f64>) -> Option<Late> {
        let cadence = self.pace.cadence(told)?;
        let ago = self.attention.recent().place(at.millis)?;
        let recent = self.attention.recent();
        let centre = recent.ago(ago).expected;
        let half = 1.96 * self.sense.noise();
        let back = |y: f64| self.scale.back(y).clamp(f64::MIN, f64::MAX);
        let expected = Band { lower: back(centre - half), centre: back(centre), upper: back(centre + half) };
        let periods = (self.pace.since(at.millis) / cadence).round();
        if let Some(value) = value {
            self.sense.forecaster.correct(periods as usize, self.scale.forward(value), self.known().shift);
        }
        Some(Late { expected, inside: value.is_some_and(|value| expected.lower <= value && value <= expected.upper) })
    }

    /// Takes an answer of the people concerned; what was open is over where they say so.
    pub fn answer(&mut self, answer: Answer) -> Option<News> {
        self.usefulness.learn(answer);
        if answer == Answer::Useful { None } else { self.attention.accept(&mut self.sense) }
    }

    /// From now on another cadence or pattern is told: what is usual at a time of the day is learned anew.
    pub fn retell(&mut self, told: &Told) {
        if let Some(cadence) = self.pace.cadence(told) {
            self.sense.forecaster.keep_days(told, 1e-3 * cadence);
        }
    }

    /// The calibrated forecasts of the next periods after a moment.
    pub fn ahead(&self, told: &Told, newest: At, periods: usize) -> Vec<Outlook> {
        let cadence = self.pace.cadence(told).unwrap_or(UNKNOWN);
        let moment = |k: usize| At { millis: newest.millis.saturating_add((cadence * k as f64) as i64), ..newest };
        let on_scale = self.sense.ahead((1..=periods).map(moment), &self.known());
        on_scale.into_iter().map(|outlook| outlook.map(|y| self.scale.back(y))).collect()
    }

    /// What kind of series it is.
    pub fn profile(&self, told: &Told) -> Profile {
        Profile {
            nature: self.numbers.nature(),
            scale: self.scale,
            cadence: self.pace.cadence(told),
            zeros: self.numbers.zeros(),
            pattern: self.sense.forecaster.pattern(),
            noise: self.sense.noise(),
            readings: self.numbers.seen(),
        }
    }

    /// The multi-process model, to look into.
    pub fn monitor(&self) -> &Monitor {
        self.sense.monitor()
    }

    /// Whether a disturbance is open.
    pub fn is_disturbed(&self) -> bool {
        self.attention.open().is_some()
    }

    /// What is known of the disturbance that is open.
    pub fn open(&self) -> Option<Finding> {
        self.attention.open().map(super::latch::Latch::finding)
    }

    fn judge(&mut self, told: &Told, value: f64, foresight: &Foresight) -> Judgement {
        let y = self.scale.forward(value);
        let allowed = told.allowed(self.pace.cadence(told).unwrap_or(UNKNOWN));
        let strictness = told::strictness(allowed) + self.usefulness.strictness();
        let sensed = self.sense.observe(y, foresight, &self.known(), strictness);
        let scale = self.scale;
        let seen = Seen { told, at: foresight.at, scale, value, y, sensed: &sensed, allowed, strictness };
        let news = self.attention.observe(&seen, &mut self.sense);
        let outlook = sensed.outlook.map(|outlook| outlook.map(|y| self.scale.back(y)));
        Judgement { outlook, diagnosis: Some(sensed.diagnosis), score: sensed.score, news }
    }

    /// Judges one of the first readings and keeps it.
    fn judge_first(&mut self, told: &Told, value: f64, foresight: &Foresight) -> Judgement {
        let judgement = self.judge(told, value, foresight);
        if let Some(first) = &mut self.first {
            first.push((foresight.at, value));
            if first.len() == FIRST {
                self.work_out_scale(told);
            }
        }
        judgement
    }

    fn known(&self) -> Known {
        let open = self.attention.open().map(super::latch::Latch::known).unwrap_or_default();
        Known { lumpy: self.numbers.is_lumpy(), ..open }
    }

    /// Lets a period pass for which somebody waited in vain.
    fn wait(&mut self, at: At) -> Judgement {
        self.pace.skip(at.millis);
        self.pass(at)
    }

    /// One period without a reading: what was expected stands in for it.
    fn pass(&mut self, at: At) -> Judgement {
        let outlook = self.sense.skip(at, self.known().shift).map(|outlook| outlook.map(|y| self.scale.back(y)));
        Judgement { outlook, diagnosis: None, score: Score::NOTHING, news: Vec::new() }
    }

    /// Lets the periods pass that had no reading, and begins to keep days once the cadence is known; says whether what was
    /// foreseen has changed by that.
    fn keep_time(&mut self, told: &Told, at: At) -> bool {
        let was_known = self.pace.cadence(told).is_some() && self.numbers.seen() != 0;
        let missed = self.pace.observe(told, at.millis);
        let cadence = self.pace.cadence(told);
        if let Some(cadence) = cadence.filter(|_| !was_known) {
            self.sense.forecaster.keep_days(told, 1e-3 * cadence);
        }
        for ago in (1..=missed).rev() {
            let before = cadence.map_or(0, |cadence| (f64::from(ago) * cadence) as i64);
            self.sense.skip(At { millis: at.millis.saturating_sub(before), ..at }, self.known().shift);
        }
        missed != 0 || !was_known
    }

    /// Begins anew on another scale, if the first readings ask for one and nothing is open.
    fn work_out_scale(&mut self, told: &Told) {
        let Some(first) = self.first.take() else { return };
        let values: Vec<f64> = first.iter().map(|(_, value)| *value).collect();
        let scale = profile::scale_of(&values);
        if scale == self.scale || self.attention.open().is_some() {
            return;
        }
        (self.scale, self.sense, self.attention) = (scale, Sense::default(), Attention::default());
        if let Some(cadence) = self.pace.cadence(told) {
            self.sense.forecaster.keep_days(told, 1e-3 * cadence);
        }
        for (at, value) in first {
            self.judge(told, value, &self.foresee(at));
        }
    }
}
