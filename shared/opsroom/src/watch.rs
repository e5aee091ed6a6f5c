//! One indicator under watch: a fold of its readings.

use std::time::Duration;

use cybernet::trace::{AHEAD, Band, Step, Trace};
use cyberstride::{At, Detector, Ending, Judgement, News, Outlook, Pattern, Scale, Told};
use serde::{Deserialize, Serialize};
use vsm::{indicator::Indicator, signal, time::Moment};

use crate::{
    disturbance::{Finding, Standing, What},
    past::{Past, Remembered},
};

/// The least time past its cadence that an indicator may be late without being called silent.
pub const GRACE: Duration = Duration::from_secs(3);
/// How many intervals the room listens to before it trusts a cadence it had to learn.
const INTERVALS: u32 = 5;
/// What it takes for the cadence until then.
const UNKNOWN: Duration = Duration::from_secs(60);

/// One indicator under watch.
#[derive(Clone, Debug)]
pub struct Watch {
    indicator: Indicator,
    told: Told,
    state: State,
}

/// What a watch has learned; the rest is configuration.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct State {
    /// The scale that was told, if one was.
    scale: Option<Scale>,
    detector: Detector,
    past: Past,
    standing: Option<Standing>,
    measured_at: Moment,
    /// When it was last heard of, never later than the room's own clock.
    heard_at: Moment,
    /// When anything was received from it, by the room's clock.
    received_at: Moment,
    interval: Interval,
    late: u64,
}

/// The time between readings, learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
struct Interval {
    seen: u32,
    millis: f64,
}

/// One reading as it arrives: the value is finite, in the unit of measure.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// By the team's clock.
    pub measured_at: Moment,
    /// By the room's clock.
    pub received_at: Moment,
    /// The value.
    pub value: f64,
    /// Whether it is rehearsed.
    pub rehearsed: bool,
}

impl Watch {
    /// A watch that has seen nothing yet.
    pub fn new(indicator: Indicator) -> Self {
        let told = told(&indicator);
        let state = State {
            scale: told.scale,
            detector: Detector::new(&told),
            past: Past::default(),
            standing: None,
            measured_at: Moment::from_unix_millis(i64::MIN),
            heard_at: Moment::from_unix_millis(i64::MIN),
            received_at: Moment::from_unix_millis(i64::MIN),
            interval: Interval::default(),
            late: 0,
        };
        Self { indicator, told, state }
    }

    /// A watch that goes on where another stopped.
    ///
    /// If it is told another scale now, what was learned is of no use.
    pub fn resume(indicator: Indicator, state: State) -> Self {
        let mut watch = Self::new(indicator);
        if watch.told.scale == state.scale {
            watch.state = state;
        } else {
            let State { standing, measured_at, heard_at, received_at, interval, .. } = state;
            watch.state = State { standing, measured_at, heard_at, received_at, interval, ..watch.state };
        }
        watch
    }

    /// Folds the next reading in and passes on what deserves attention.
    ///
    /// A reading that is not newer than the last one is kept in the journal, counted as late, and not judged.
    pub fn observe(&mut self, arrival: Arrival, followed: bool, mut say: impl FnMut(What)) {
        if arrival.measured_at <= self.state.measured_at {
            self.state.late += 1;
            return;
        }
        // That it was silent until now follows from the readings alone, whether or not anybody looked at the clock.
        if self.was_waited_for(arrival.received_at) {
            self.tick(arrival.received_at).into_iter().for_each(&mut say);
        }
        self.state.received_at = arrival.received_at;
        self.hear(&arrival);
        let at = At::utc(arrival.measured_at.unix_millis());
        let Judgement { outlook, diagnosis, news, .. } =
            self.state.detector.observe(&self.told, at, Some(arrival.value));
        self.remember(&arrival, outlook.as_ref());
        self.stand(&arrival, diagnosis.is_none_or(|diagnosis| diagnosis.young), &mut say);
        self.tell(news, &mut say);
        if followed {
            say(What::Step(self.step()));
        }
    }

    /// Says so if a reading was due before `now` and did not come, or since when, if an old one has come meanwhile.
    pub fn tick(&mut self, now: Moment) -> Option<What> {
        let standing = self.state.standing?;
        let due_by = self.due_by()?;
        if now <= due_by || (standing.silent && standing.since == due_by) {
            return None;
        }
        let silent = Standing { silent: true, since: due_by, ..standing };
        self.state.standing = Some(silent);
        Some(What::Standing(silent))
    }

    /// The last readings and the next periods.
    pub fn trace(&self) -> Trace {
        let points = self.state.past.points().collect();
        Trace { indicator: self.indicator.id.clone(), points, ahead: self.ahead() }
    }

    /// Whether it has seen nothing yet.
    pub fn trace_is_empty(&self) -> bool {
        self.state.past.newest().is_none()
    }

    /// The onset of what is open.
    pub fn open_since(&self) -> Option<Moment> {
        let open = self.state.detector.open().filter(|_| !self.indicator.muted)?;
        Some(Moment::from_unix_millis(open.onset_at))
    }

    /// What it watches.
    pub fn indicator(&self) -> &Indicator {
        &self.indicator
    }

    /// What it has learned.
    pub fn state(&self) -> &State {
        &self.state
    }

    fn hear(&mut self, arrival: &Arrival) {
        let first = self.state.standing.is_none();
        let gap = arrival.measured_at.since(self.state.measured_at);
        if !first {
            self.state.interval.learn(gap);
        }
        self.state.measured_at = arrival.measured_at;
        self.state.heard_at = arrival.measured_at.min(arrival.received_at).max(self.state.heard_at);
    }

    fn stand(&mut self, arrival: &Arrival, young: bool, say: &mut impl FnMut(What)) {
        let standing = Standing { silent: false, young, rehearsed: arrival.rehearsed, since: arrival.received_at };
        let same = |last: Standing| Standing { since: standing.since, ..last } == standing;
        if self.state.standing.is_some_and(same) {
            return;
        }
        // A backlog from long ago does not make an indicator speak again.
        if self.state.standing.is_some_and(|last| last.silent) && self.is_overdue(arrival.received_at) {
            return;
        }
        self.state.standing = Some(standing);
        say(What::Standing(standing));
    }

    fn tell(&self, news: [Option<News>; 2], say: &mut impl FnMut(What)) {
        for news in news.into_iter().flatten().filter(|_| !self.indicator.muted) {
            say(match news {
                News::Found(finding) => What::Found(Finding::from(finding)),
                News::Ended(finding, ending) => {
                    What::Ended { onset_at: Moment::from_unix_millis(finding.onset_at), ending: ending_of(ending) }
                }
            });
        }
    }

    fn remember(&mut self, arrival: &Arrival, outlook: Option<&Outlook>) {
        let forecast = outlook.map(|outlook| {
            let (lower, upper) = outlook.interval(0.95);
            [lower, outlook.centre(), upper].map(|y| y as f32)
        });
        self.state.past.push(Remembered { at: arrival.measured_at, value: arrival.value, forecast });
    }

    fn step(&self) -> Step {
        let newest = self.state.past.newest().expect("a reading was just remembered");
        let point = newest.point();
        Step { indicator: self.indicator.id.clone(), point, ahead: self.ahead() }
    }

    fn ahead(&self) -> Vec<Band> {
        let newest = At::utc(self.state.measured_at.unix_millis());
        let band = |outlook: Outlook| {
            let (lower, upper) = outlook.interval(0.95);
            Band::new(lower, outlook.centre(), upper)
        };
        self.state.detector.ahead(&self.told, newest, AHEAD).into_iter().map_while(band).collect()
    }

    /// Whether nothing at all came in the time in which a reading was due; the readings of a backlog come at once.
    fn was_waited_for(&self, now: Moment) -> bool {
        self.state.received_at + self.patience() < now
    }

    /// How long after a reading the next one must have come.
    fn patience(&self) -> Duration {
        let cadence = self.indicator.cadence.unwrap_or_else(|| self.state.interval.longest());
        cadence + cadence.max(GRACE)
    }

    fn is_overdue(&self, now: Moment) -> bool {
        self.due_by().is_some_and(|due_by| due_by < now)
    }

    fn due_by(&self) -> Option<Moment> {
        self.state.standing?;
        Some(self.state.heard_at + self.patience())
    }
}

impl Interval {
    fn learn(&mut self, gap: Duration) {
        let millis = gap.as_secs_f64() * 1e3;
        self.seen = self.seen.saturating_add(1);
        // The mean at first, then a memory of about sixteen intervals.
        self.millis += (millis - self.millis) / f64::from(self.seen.min(16));
    }

    /// Four times the mean: what comes when it likes is given time.
    fn longest(&self) -> Duration {
        match self.seen < INTERVALS {
            true => UNKNOWN,
            false => Duration::from_millis((4.0 * self.millis) as u64),
        }
    }
}

/// What the detector is told of an indicator.
fn told(indicator: &Indicator) -> Told {
    Told {
        scale: indicator.scale.map(scale_of),
        cadence: indicator.cadence.map(|cadence| cadence.as_secs_f64() * 1e3),
        pattern: indicator.pattern.map(pattern_of),
        least: indicator.least,
        least_share: indicator.least_share,
        false_alarms_a_week: indicator.false_alarms_a_week,
    }
}

/// The detector's name for an indicator's scale.
fn scale_of(scale: vsm::indicator::Scale) -> Scale {
    match scale {
        vsm::indicator::Scale::Identity => Scale::Identity,
        vsm::indicator::Scale::Log => Scale::Log,
        vsm::indicator::Scale::Sqrt => Scale::Sqrt,
        vsm::indicator::Scale::AsinSqrt => Scale::AsinSqrt,
    }
}

fn pattern_of(pattern: vsm::indicator::Pattern) -> Pattern {
    match pattern {
        vsm::indicator::Pattern::None => Pattern::None,
        vsm::indicator::Pattern::Daily => Pattern::Daily,
        vsm::indicator::Pattern::Weekly => Pattern::Weekly,
    }
}

fn ending_of(ending: Ending) -> signal::Ending {
    match ending {
        Ending::Back => signal::Ending::Back,
        Ending::Settled => signal::Ending::Settled,
    }
}
