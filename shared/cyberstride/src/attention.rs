//! What deserves a word: who speaks, what is raised, and how it goes on.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    finding::{Band, Ending, News},
    latch::{Case, Latch, Opened},
    naming::{Kind, Naming, Suspicion, Verdict},
    outlook::Outlook,
    recent::{Moment, Recent},
    scale::Scale,
    score::{Tier, Voice},
    sense::{COMMON, Sense, Sensed, normal_deviate},
    told::Told,
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
const NOTHING: f64 = 0.25;
/// Upon what is open, a departure that gathered must be so many standard deviations large.
const LEFT: f64 = 2.0;

/// The voices that gather evidence, and the disturbance that is open.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Attention {
    recent: Recent,
    vigil: Vigil,
    open: Option<Box<Latch>>,
}

/// A reading, and everything that was worked out of it.
pub(crate) struct Seen<'a> {
    pub(crate) told: &'a Told,
    pub(crate) at: At,
    pub(crate) scale: Scale,
    pub(crate) value: f64,
    pub(crate) y: f64,
    pub(crate) sensed: &'a Sensed,
    /// False alarms a reading that are allowed, and by how many nats that is stricter than usual.
    pub(crate) allowed: f64,
    pub(crate) strictness: f64,
}

impl Seen<'_> {
    fn case(&self, small: bool) -> Case {
        let Sensed { usual, innovation, score, .. } = *self.sensed;
        Case { value: self.value, y: self.y, usual, z: innovation.unwrap_or(0.0), score, small }
    }
}

impl Attention {
    /// What is open.
    pub(crate) fn open(&self) -> Option<&Latch> {
        self.open.as_deref()
    }

    /// When the last readings were taken and what was expected of them.
    pub(crate) fn recent(&self) -> &Recent {
        &self.recent
    }

    /// Whether a new disturbance would be another one than what is open.
    pub(crate) fn has_room(&self) -> bool {
        self.open.as_ref().is_none_or(|open| open.makes_room())
    }

    /// The newest reading is taken back: another is judged in its stead.
    pub(crate) fn take_back(&mut self) {
        self.recent.take_back();
        if let Some(open) = &mut self.open {
            open.take_back();
        }
    }

    /// Folds a reading in and says what it changes about the disturbances.
    pub(crate) fn observe(&mut self, seen: &Seen<'_>, sense: &mut Sense) -> Vec<News> {
        let expected = seen.sensed.outlook.as_ref().map_or(seen.y, Outlook::centre);
        self.recent.push(Moment { millis: seen.at.millis, expected, usual: seen.sensed.usual });
        let Some(outlook) = seen.sensed.outlook.filter(|_| !seen.sensed.diagnosis.young) else { return Vec::new() };
        let mut news = Vec::new();
        news.extend(self.follow(seen, sense));
        let gathered = self.gather(seen);
        if self.open.as_ref().is_some_and(|open| open.is_undone_by(gathered)) {
            news.extend(self.open.take().map(|open| self.leave(seen.at, &open, Ending::Back, sense)));
            return news;
        }
        let suspicion = suspect(seen, gathered);
        let latch = suspicion
            .filter(|_| self.has_room())
            .and_then(|(suspicion, voice)| self.raise(seen, &outlook, suspicion, voice, sense));
        let replaced = latch.and_then(|latch| self.open.replace(Box::new(latch)));
        news.extend(replaced.map(|open| self.leave(seen.at, &open, Ending::Settled, sense)));
        news.extend(self.open.as_mut().and_then(|open| open.tell()).map(News::Found));
        news
    }

    /// Lets go of what is open, its course being the normal from now on.
    pub(crate) fn accept(&mut self, sense: &mut Sense) -> Option<News> {
        let open = self.open.take()?;
        let newest = At::utc(self.recent.ago(0).millis);
        Some(self.leave(newest, &open, Ending::Settled, sense))
    }

    /// Folds the reading into the disturbance that is open, and lets go of it if it is over.
    fn follow(&mut self, seen: &Seen<'_>, sense: &mut Sense) -> Option<News> {
        let open = self.open.as_mut()?;
        let small = !seen.told.is_worth_a_word(seen.value, open.finding().expected.centre);
        if let Some(ending) = open.observe(&seen.case(small)) {
            let open = self.open.take()?;
            return Some(self.leave(seen.at, &open, ending, sense));
        }
        if let Some((verdict, step)) = open.settles() {
            self.settle(verdict, step, sense);
        }
        None
    }

    /// A disturbance that has its name is taken out of what the model sees.
    fn settle(&mut self, Verdict { kind, size, ago, .. }: Verdict, step: f64, sense: &mut Sense) {
        let Some(open) = &mut self.open else { return };
        let shape = |lag: usize| match kind {
            Kind::Level if lag <= ago => step,
            Kind::Slope if lag <= ago => step * (ago + 1 - lag) as f64,
            _ => 0.0,
        };
        open.shifts(shape(0), if kind == Kind::Slope { step } else { 0.0 });
        sense.shift([0, 1, 2].map(shape));
        if kind == Kind::Variance {
            sense.grow(size);
        }
        sense.forget_last();
        self.vigil.forget();
    }

    fn leave(&mut self, at: At, open: &Latch, ending: Ending, sense: &mut Sense) -> News {
        match ending {
            Ending::Back => {
                sense.shift([-open.shift(); 3]);
                sense.grow(open.unlearned_growth().recip());
            }
            Ending::Settled => sense.rebase(at, open.shift()),
        }
        sense.forget_last();
        self.vigil.forget();
        News::Ended(open.finding(), ending)
    }

    /// What has gathered, while innovations are what they should be.
    fn gather(&mut self, seen: &Seen<'_>) -> Option<Gathered> {
        let listens = !seen.sensed.lumpy && self.open.as_ref().is_none_or(|open| open.is_calm());
        let z = seen.sensed.innovation.filter(|_| listens)?;
        // As a normal deviate that would be as unusual, where the series has heavier tails.
        let most = seen.sensed.unusual.filter(|nats| COMMON <= *nats).map_or(f64::MAX, normal_deviate);
        self.vigil.observe(z.clamp(-most, most), seen.strictness, seen.allowed)
    }

    fn raise(
        &self,
        seen: &Seen<'_>,
        outlook: &Outlook,
        suspicion: Suspicion,
        voice: Voice,
        sense: &Sense,
    ) -> Option<Latch> {
        let naming = Naming::open(sense.innovations().last(), seen.sensed.memory, suspicion);
        let Verdict { kind, ago, nothing, size, .. } = naming.verdict();
        // A shift is known as well as the first readings told; what is left of it is no disturbance of its own.
        let left = if kind == Kind::Slope { size * (ago + 1) as f64 } else { size };
        if self.open.is_some() && suspicion == Suspicion::DRIFT && left.abs() < LEFT {
            return None;
        }
        let Moment { millis: onset_at, expected: centre, usual } = self.recent.ago(ago);
        let (lower, upper) = outlook.interval(0.95);
        let (below, above) = (outlook.centre() - lower, upper - outlook.centre());
        let back = |y: f64| seen.scale.back(y).clamp(f64::MIN, f64::MAX);
        let band = Band { lower: back(centre - below), centre: back(centre), upper: back(centre + above) };
        if NOTHING < nothing || !seen.told.is_worth_a_word(seen.value, band.centre) {
            return None;
        }
        let (noise, deviation) = (sense.noise(), ((upper - lower) / 3.92).max(1e-12));
        let opened = Opened {
            onset_at,
            raised_at: seen.at.millis,
            voice,
            centre,
            deviation,
            usual,
            noise,
            band,
            scale: seen.scale,
        };
        Some(Latch::new(opened, naming, &seen.case(false)))
    }
}

/// Whether anybody speaks, and who.
fn suspect(seen: &Seen<'_>, gathered: Option<Gathered>) -> Option<(Suspicion, Voice)> {
    if let Some(voice) = surprise(seen) {
        return Some((Suspicion::SURPRISE, voice));
    }
    if seen.sensed.score.tier == Some(Tier::Sustained) {
        return Some((Suspicion::SCORE, seen.sensed.score.voice));
    }
    gathered.map(|gathered| match gathered {
        Gathered::Drift => (Suspicion::DRIFT, Voice::Drift),
        Gathered::Louder | Gathered::Quieter => (Suspicion::SCATTER, Voice::Variance),
    })
}

/// One reading that nobody expected: among the surprises of its own series, or, while there are too few of those, in the
/// eyes of the multi-process model.
fn surprise(seen: &Seen<'_>) -> Option<Voice> {
    // The density of a normal deviate of about four falls by a nat a quarter.
    let least = SURPRISE + 0.25 * seen.strictness;
    let size = seen.sensed.innovation.unwrap_or(0.0).abs();
    if let Some(unusual) = seen.sensed.unusual {
        return (least <= size && UNUSUAL + seen.strictness <= unusual).then_some(Voice::Jump);
    }
    let Sensed { diagnosis, .. } = seen.sensed;
    let [now, before, _] = &diagnosis.hindsight;
    let changed = CHANGED <= now.changed().max(before.changed());
    let surprises = least <= diagnosis.forecast?.normal_score(seen.y).abs() || least + CRUDE <= size;
    (changed && surprises).then_some(Voice::Change)
}
