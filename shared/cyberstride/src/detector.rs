//! Everything that is believed of one series: what rules it, what comes next, how unusual the last reading was, and what
//! disturbs it.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    finding::{Band, Ending, Finding, News},
    forecaster::{Departure, Forecaster},
    innovation::Innovations,
    latch::{Case, Latch, Opened},
    monitor::{Diagnosis, Monitor},
    naming::{Kind, Naming, Suspicion, Verdict},
    outlook::Outlook,
    pace::Pace,
    recent::Recent,
    scale::Scale,
    score::{Score, Scorer, Tier, Voice},
    setting::Setting,
    told::{self, Told},
    vigil::{Gathered, Vigil},
};

/// A reading as surprising as a normal deviate of this size is worth a word.
const SURPRISE: f64 = 4.2;
/// So many nats it must be unusual among the surprises of its own series, whatever their distribution.
const UNUSUAL: f64 = 8.0;
/// While there are too few of those: the probability that the series is not steady at which a surprise counts.
const CHANGED: f64 = 0.8;
/// By so much an innovation must be larger while its scale is little known.
const CRUDE: f64 = 0.8;
/// What is more probably nothing than this is not raised.
const NOTHING: f64 = 0.5;

/// Milliseconds between two readings, as long as that is not known.
const UNKNOWN: f64 = 300_000.0;

/// Follows one series in bounded memory, whatever the number of readings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Detector {
    scale: Scale,
    monitor: Monitor,
    forecaster: Forecaster,
    innovations: Innovations,
    pace: Pace,
    recent: Recent,
    vigil: Vigil,
    scorer: Scorer,
    open: Option<Box<Latch>>,
}

/// What is said of one reading, in the unit of measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// The calibrated forecast made before the reading was seen; none for the first eight readings.
    pub outlook: Option<Outlook>,
    /// What the multi-process model makes of it, on the scale of the series; none where the reading is missing.
    pub diagnosis: Option<Diagnosis>,
    /// How unusual it is.
    pub score: Score,
    /// What it changes about the disturbances: at most one ends, and one is found.
    pub news: [Option<News>; 2],
}

/// A reading, and everything that was worked out of it.
struct Seen<'a> {
    told: &'a Told,
    at: At,
    allowed: f64,
    strictness: f64,
    case: Case,
    /// How unusual its innovation is among those of the series, in nats; none while they are too few.
    unusual: Option<f64>,
    outlook: Outlook,
}

impl Detector {
    /// Nothing seen yet.
    pub fn new(told: &Told) -> Self {
        Self {
            scale: told.scale.unwrap_or_default(),
            monitor: Monitor::new(Setting::Room),
            forecaster: Forecaster::default(),
            innovations: Innovations::default(),
            pace: Pace::default(),
            recent: Recent::default(),
            vigil: Vigil::default(),
            scorer: Scorer::default(),
            open: None,
        }
    }

    /// Judges the next reading, a finite number, or lets a period pass in which there was none.
    pub fn observe(&mut self, told: &Told, at: At, reading: Option<f64>) -> Judgement {
        let Some(value) = reading else { return self.wait(at) };
        self.keep_time(told, at);
        let y = self.scale.forward(value);
        let known = self.open.as_ref().map(|open| open.known()).unwrap_or_default();
        let usual = self.forecaster.usual(at);
        let diagnosis = self.monitor.observe(y);
        let (on_scale, Departure { error, from_usual }) = self.forecaster.observe(at, diagnosis.forecast, y, &known);
        let z = error.map(|error| self.innovations.observe(error, known.frozen));
        self.recent.push(at.millis, on_scale.as_ref().map_or(y, Outlook::centre));
        let allowed = told.allowed(self.pace.cadence(told).unwrap_or(UNKNOWN));
        let strictness = told::strictness(allowed);
        let (score, unusual) = self.scorer.observe(y, z, from_usual, &diagnosis, strictness);
        let outlook = on_scale.map(|outlook| outlook.map(|y| self.scale.back(y)));
        let case = Case { value, y, usual, z: z.unwrap_or(0.0), score, small: false };
        let news = match on_scale.filter(|_| !diagnosis.young) {
            Some(outlook) => self.judge(&Seen { told, at, allowed, strictness, case, unusual, outlook }, &diagnosis),
            None => [None; 2],
        };
        Judgement { outlook, diagnosis: Some(diagnosis), score, news }
    }

    /// The multi-process model, to forecast further ahead.
    pub fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    /// What is known of the disturbance that is open.
    pub fn open(&self) -> Option<Finding> {
        self.open.as_ref().map(|open| open.finding())
    }

    /// From the scale of the series to its unit of measure.
    pub fn back(&self, y: f64) -> f64 {
        self.scale.back(y)
    }

    /// Lets a period pass for which somebody waited in vain.
    fn wait(&mut self, at: At) -> Judgement {
        self.pace.skip(at.millis);
        let outlook = self.skip(at).map(|outlook| outlook.map(|y| self.scale.back(y)));
        Judgement { outlook, diagnosis: None, score: Score::NOTHING, news: [None; 2] }
    }

    /// Lets the periods pass that had no reading, and begins to keep days once the cadence is known.
    fn keep_time(&mut self, told: &Told, at: At) {
        let was_known = self.pace.cadence(told).is_some() && self.monitor.readings() != 0;
        let missed = self.pace.observe(told, at.millis);
        let cadence = self.pace.cadence(told);
        if let Some(cadence) = cadence.filter(|_| !was_known) {
            self.forecaster.keep_days(told, 1e-3 * cadence);
        }
        for ago in (1..=missed).rev() {
            let before = cadence.map_or(0, |cadence| (f64::from(ago) * cadence) as i64);
            self.skip(At { millis: at.millis.saturating_sub(before), ..at });
        }
    }

    fn skip(&mut self, at: At) -> Option<Outlook> {
        let forecast = self.monitor.forecast(1);
        let shift = self.open.as_ref().map_or(0.0, |open| open.known().shift);
        self.monitor.skip();
        self.forecaster.skip(at, forecast, shift)
    }

    fn judge(&mut self, seen: &Seen<'_>, diagnosis: &Diagnosis) -> [Option<News>; 2] {
        let ended = self.follow(seen);
        let suspicion = self.suspect(seen, diagnosis);
        let found = match &mut self.open {
            Some(open) if !(suspicion.is_some() && open.makes_room()) => open.tell().map(News::Found),
            _ => return self.replace(seen, suspicion, ended),
        };
        [ended, found]
    }

    /// Raises a new disturbance, if there is one, in the place of the one that is open.
    fn replace(
        &mut self,
        seen: &Seen<'_>,
        suspicion: Option<(Suspicion, Voice)>,
        ended: Option<News>,
    ) -> [Option<News>; 2] {
        let Some(latch) = suspicion.and_then(|(suspicion, voice)| self.raise(seen, suspicion, voice)) else {
            return [ended, self.open.as_mut().and_then(|open| open.tell()).map(News::Found)];
        };
        let makes_room = self.open.take().map(|open| self.let_go(&open, Ending::Settled));
        self.open = Some(Box::new(latch));
        let found = self.open.as_mut().and_then(|open| open.tell()).map(News::Found);
        [ended.or(makes_room), found]
    }

    /// Folds the reading into the disturbance that is open, and lets go of it if it is over.
    fn follow(&mut self, seen: &Seen<'_>) -> Option<News> {
        let open = self.open.as_mut()?;
        let small = !seen.told.is_worth_a_word(seen.case.value, open.finding().expected.centre);
        if let Some(ending) = open.observe(&Case { small, ..seen.case }) {
            let open = self.open.take()?;
            return Some(self.let_go(&open, ending));
        }
        if let Some((verdict, noise)) = open.settles() {
            self.settle(verdict, noise);
        }
        None
    }

    /// A disturbance that has its name is taken out of what the model sees.
    fn settle(&mut self, Verdict { kind, size, ago, .. }: Verdict, noise: f64) {
        let Some(open) = &mut self.open else { return };
        let step = size * noise;
        let shape = |lag: usize| match kind {
            Kind::Level if lag <= ago => step,
            Kind::Slope if lag <= ago => step * (ago + 1 - lag) as f64,
            _ => 0.0,
        };
        open.shifts(shape(0), if kind == Kind::Slope { step } else { 0.0 });
        self.forecaster.shift([0, 1, 2].map(shape));
        if kind == Kind::Variance {
            self.innovations.grow(size);
        }
        self.vigil.forget();
    }

    fn let_go(&mut self, open: &Latch, ending: Ending) -> News {
        let shift = open.shift();
        match ending {
            Ending::Back => {
                self.forecaster.shift([-shift; 3]);
                self.innovations.grow(open.growth_of_noise().recip());
            }
            Ending::Settled => self.forecaster.rebase(shift),
        }
        self.vigil.forget();
        News::Ended(open.finding(), ending)
    }

    /// Whether anybody speaks, and who.
    fn suspect(&mut self, seen: &Seen<'_>, diagnosis: &Diagnosis) -> Option<(Suspicion, Voice)> {
        let listens = self.open.as_ref().is_none_or(|open| open.is_calm());
        let gathered = if listens { self.vigil.observe(seen.case.z, seen.strictness, seen.allowed) } else { None };
        if let Some(voice) = surprise(seen, diagnosis) {
            return Some((Suspicion::SURPRISE, voice));
        }
        if seen.case.score.tier == Some(Tier::Sustained) {
            return Some((Suspicion::SCORE, seen.case.score.voice));
        }
        gathered.map(|gathered| match gathered {
            Gathered::Drift => (Suspicion::DRIFT, Voice::Drift),
            Gathered::Louder | Gathered::Quieter => (Suspicion::SCATTER, Voice::Variance),
        })
    }

    fn raise(&self, seen: &Seen<'_>, suspicion: Suspicion, voice: Voice) -> Option<Latch> {
        let Seen { told, at, case, outlook, .. } = seen;
        let naming = Naming::open(self.innovations.last(), self.forecaster.memory(*at), suspicion);
        let Verdict { ago, nothing, .. } = naming.verdict();
        let (onset_at, centre) = self.recent.ago(ago);
        let off = centre - outlook.centre();
        let (lower, upper) = outlook.interval(0.95);
        let back = |y: f64| self.scale.back(y).clamp(f64::MIN, f64::MAX);
        let band = Band { lower: back(lower + off), centre: back(centre), upper: back(upper + off) };
        if NOTHING < nothing || !told.is_worth_a_word(case.value, band.centre) {
            return None;
        }
        let noise = self.innovations.scale() * self.forecaster.unit();
        let deviation = ((upper - lower) / 3.92).max(1e-12);
        let (usual, raised_at) = (case.usual, at.millis);
        Some(Latch::new(Opened { onset_at, raised_at, voice, centre, deviation, usual, noise, band }, naming, case))
    }
}

/// One reading that nobody expected: among the surprises of its own series, or, while there are too few of those, in the
/// eyes of the multi-process model.
fn surprise(seen: &Seen<'_>, diagnosis: &Diagnosis) -> Option<Voice> {
    // The density of a normal deviate of about four falls by a nat a quarter.
    let least = SURPRISE + 0.25 * seen.strictness;
    if let Some(unusual) = seen.unusual {
        let surprises = least <= seen.case.z.abs() && UNUSUAL + seen.strictness <= unusual;
        return surprises.then_some(Voice::Jump);
    }
    let Diagnosis { forecast, hindsight: [now, before, _], .. } = diagnosis;
    let changed = CHANGED <= now.changed().max(before.changed());
    let surprises = least <= forecast.as_ref()?.normal_score(seen.case.y).abs() || least + CRUDE <= seen.case.z.abs();
    (changed && surprises).then_some(Voice::Change)
}
