//! One indicator under watch: a fold of its readings, and of what people say of its signals.

mod answer;
mod corrected;
mod interval;
mod late;

use std::time::Duration;

use cybernet::{
    profile::Profile,
    trace::{AHEAD, Band, Step, Trace},
};
use cyberstride::{At, Detector, Judgement, News, Outlook, Told};
use serde::{Deserialize, Serialize};
use vsm::{indicator::Indicator, time::Moment};

use self::{corrected::Before, interval::Interval};
use crate::{
    calendar::Calendar,
    desk::clock::CORRECTED,
    detection::{ending_of, profile_of, told},
    disturbance::{Finding, Standing, What},
    past::{Past, Remembered},
};

/// The least time past its cadence that an indicator may be late without being called silent.
pub const GRACE: Duration = Duration::from_secs(3);

/// A backlog is over when nothing of it came for so long.
const SETTLES: Duration = Duration::from_secs(2);

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
    /// What was told when it was learned.
    told: Told,
    detector: Detector,
    past: Past,
    standing: Option<Standing>,
    /// The onset of the signal that the desk was told of and that is still open.
    raised: Option<Moment>,
    /// The onset of the last signal that was said to be useful: so often it is said, it counts once.
    useful: Option<Moment>,
    measured_at: Moment,
    /// The same, by the calendar of its unit.
    at: At,
    /// When it was last heard of, never later than the room's own clock.
    heard_at: Moment,
    /// When anything was received from it, by the room's clock.
    received_at: Moment,
    interval: Interval,
    counts: Counts,
    /// What was known before a reading that could have raised something, while that is fresh.
    before: Option<Box<Before>>,
}

/// How many readings there were with something to say of them beside their value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(crate) struct Counts {
    /// They came after a newer one.
    pub(crate) late: u64,
    /// Their own team doubted them.
    pub(crate) doubtful: u64,
    /// They took the place of others of the same moment.
    pub(crate) corrected: u64,
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
    /// Whether its own team doubts it.
    pub doubtful: bool,
}

impl Watch {
    /// A watch that has seen nothing yet.
    pub fn new(indicator: Indicator) -> Self {
        let told = told(&indicator);
        let state = State {
            told,
            detector: Detector::new(&told),
            past: Past::default(),
            standing: None,
            raised: None,
            useful: None,
            measured_at: Moment::from_unix_millis(i64::MIN),
            at: At::utc(i64::MIN),
            heard_at: Moment::from_unix_millis(i64::MIN),
            received_at: Moment::from_unix_millis(i64::MIN),
            interval: Interval::default(),
            counts: Counts::default(),
            before: None,
        };
        Self { indicator, told, state }
    }

    /// A watch that goes on where another stopped.
    ///
    /// If it is told another scale now, what was learned is of no use; if another cadence or pattern, only what was usual
    /// at a time of the day. If it is muted now, nothing is open for the desk.
    pub fn resume(indicator: Indicator, state: State) -> Self {
        let mut watch = Self::new(indicator);
        let before = state.told;
        if watch.told.scale == before.scale {
            watch.state = State { told: watch.told, ..state };
            if (watch.told.cadence, watch.told.pattern) != (before.cadence, before.pattern) {
                watch.state.detector.retell(&watch.told);
                watch.state.before = None;
            }
        } else {
            let State { standing, measured_at, at, heard_at, received_at, interval, .. } = state;
            watch.state = State { standing, measured_at, at, heard_at, received_at, interval, ..watch.state };
        }
        watch.state.raised = watch.state.raised.filter(|_| !watch.indicator.muted);
        watch
    }

    /// Folds the next reading in and passes on what deserves attention. `calendar` is that of its unit.
    ///
    /// A reading that is not newer than the last one is kept in the journal. If it is another reading of one of the last
    /// moments, it takes that one's place, and what stood on the former alone is over; if it says the same, nothing
    /// changes. Any other is counted as late and told to nobody; if it fills a gap among the last ones, it takes its place
    /// there.
    ///
    /// One that its own team doubts is shown and not believed: to the detector it is missing, so it raises nothing and
    /// nothing is learned from it. What it showed is found one reading later, if it is still so.
    ///
    /// The result is what was expected of it: the lower end of 95 %, the centre, the upper end; none where nothing was, or
    /// where it is too late to say.
    pub fn observe(
        &mut self,
        arrival: Arrival,
        calendar: &mut Calendar,
        followed: bool,
        mut say: impl FnMut(What),
    ) -> Option<[f64; 3]> {
        if arrival.measured_at <= self.state.measured_at {
            match self.state.past.at(arrival.measured_at) {
                Some(former) => self.correct(former, &arrival, calendar, followed, say),
                None => self.take_late(&arrival, calendar, followed, say),
            }
            return None;
        }
        // That it was silent until now follows from the readings alone, whether or not anybody looked at the clock.
        if self.was_waited_for(arrival.received_at) {
            self.fall_silent(arrival.received_at, &mut say);
        }
        self.state.received_at = arrival.received_at;
        self.catch_up(arrival.measured_at, calendar, &mut say);
        self.hear(&arrival);
        self.state.at = calendar.at(arrival.measured_at);
        self.state.counts.doubtful += u64::from(arrival.doubtful);
        let Judgement { outlook, diagnosis, news, .. } = self.judge(&arrival);
        let expected = outlook.map(|outlook| {
            let (lower, upper) = outlook.interval(0.95);
            [lower, outlook.centre(), upper]
        });
        self.remember(&arrival, expected);
        let muted = calendar.is_within(&self.indicator.muted_hours, arrival.measured_at);
        // Of what is not believed nothing is made, so it stands as it stood.
        let young = diagnosis.map_or_else(|| self.is_young(), |diagnosis| diagnosis.young);
        self.stand(&arrival, young, muted, &mut say);
        self.tell(news, muted || self.indicator.muted, &mut say);
        if followed {
            let newest = self.state.past.newest().expect("a reading was just remembered");
            say(What::Step(self.step(&newest)));
        }
        expected
    }

    /// Lets the room's clock go on: says so if a reading was due before `now` and did not come, or since when, once old ones
    /// have come meanwhile; and if muted hours began or ended.
    ///
    /// Where the clock was ahead and has been put right, nothing was heard after `now`: what is due is due from then on.
    pub fn tick(&mut self, now: Moment, calendar: &mut Calendar, mut say: impl FnMut(What)) {
        if now + CORRECTED < self.state.heard_at {
            self.state.heard_at = now;
        }
        self.fall_silent(now, &mut say);
        self.keep_hours(now, calendar, &mut say);
    }

    /// The last readings and the next periods; what was said of them, the desk knows.
    pub fn trace(&self) -> Trace {
        let points = self.state.past.points().collect();
        Trace { indicator: self.indicator.id.clone(), points, ahead: self.ahead(), notes: Vec::new() }
    }

    /// Whether it has seen nothing yet.
    pub fn trace_is_empty(&self) -> bool {
        self.state.past.is_empty()
    }

    /// What was worked out of its readings.
    pub fn profile(&self) -> Profile {
        profile_of(self.state.detector.profile(&self.told), &self.state.counts, self.is_young())
    }

    /// The onset of what is open for the desk.
    pub fn open_since(&self) -> Option<Moment> {
        self.state.raised
    }

    /// What it watches.
    pub fn indicator(&self) -> &Indicator {
        &self.indicator
    }

    /// What it has learned.
    pub fn state(&self) -> &State {
        &self.state
    }

    fn judge(&mut self, arrival: &Arrival) -> Judgement {
        let foresight = self.state.detector.foresee(self.state.at);
        self.look_out(arrival, &foresight);
        let State { detector, at, .. } = &mut self.state;
        match arrival.doubtful {
            true => detector.doubt(&self.told, *at),
            false => detector.observe_foreseen(&self.told, arrival.value, &foresight),
        }
    }

    fn is_young(&self) -> bool {
        self.state.standing.is_none_or(|standing| standing.young)
    }

    fn fall_silent(&mut self, now: Moment, say: &mut impl FnMut(What)) {
        let (Some(standing), Some(due_by)) = (self.state.standing, self.due_by()) else { return };
        // While an old backlog comes in, since when it is silent changes with every reading: that is said at its end, and
        // never of a source whose clock is so far behind that all it sends is old.
        let may_wait = || standing.since == due_by || now < self.state.received_at + SETTLES;
        if now <= due_by || (standing.silent && may_wait()) {
            return;
        }
        let silent = Standing { silent: true, since: due_by, ..standing };
        self.state.standing = Some(silent);
        say(What::Standing(silent));
    }

    /// Shows that muted hours run, and raises at their end what is still open.
    ///
    /// While an old backlog comes in, its readings tell the hours and not the clock.
    fn keep_hours(&mut self, now: Moment, calendar: &mut Calendar, say: &mut impl FnMut(What)) {
        let Some(standing) = self.state.standing.filter(|standing| !standing.silent) else { return };
        let muted = calendar.is_within(&self.indicator.muted_hours, now);
        if muted != standing.muted {
            let standing = Standing { muted, since: now, ..standing };
            self.state.standing = Some(standing);
            say(What::Standing(standing));
        }
        if !muted {
            self.raise_what_is_open(say);
        }
    }

    /// That muted hours ended since the last reading follows from the readings alone, too.
    fn catch_up(&mut self, now: Moment, calendar: &mut Calendar, say: &mut impl FnMut(What)) {
        let hours = &self.indicator.muted_hours;
        if self.holds_back() && !calendar.is_within_since(hours, self.state.measured_at, now) {
            self.raise_what_is_open(say);
        }
    }

    /// Whether something is open that the desk was not told of, and nothing but muted hours holds it back.
    fn holds_back(&self) -> bool {
        self.state.raised.is_none() && !self.indicator.muted && self.state.detector.open().is_some()
    }

    fn raise_what_is_open(&mut self, say: &mut impl FnMut(What)) {
        if self.holds_back()
            && let Some(open) = self.state.detector.open()
        {
            self.state.raised = Some(Moment::from_unix_millis(open.onset_at));
            say(What::Found(Finding::from(open)));
        }
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

    fn stand(&mut self, arrival: &Arrival, young: bool, muted: bool, say: &mut impl FnMut(What)) {
        let Arrival { rehearsed, received_at, .. } = *arrival;
        let standing = Standing { silent: false, young, muted, rehearsed, since: received_at };
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

    /// Passes on what the detector says. What is raised is told to its end; what is found while muted is held back.
    fn tell(&mut self, news: Vec<News>, muted: bool, say: &mut impl FnMut(What)) {
        for news in news {
            let (News::Found(finding) | News::Ended(finding, _)) = news;
            let onset_at = Moment::from_unix_millis(finding.onset_at);
            let is_raised = self.state.raised == Some(onset_at);
            match news {
                News::Found(finding) if is_raised || !muted => {
                    self.state.raised = Some(onset_at);
                    say(What::Found(Finding::from(finding)));
                }
                News::Ended(_, ending) if is_raised => {
                    self.state.raised = None;
                    say(What::Ended { onset_at, ending: ending_of(ending) });
                }
                News::Found(_) | News::Ended(..) => (),
            }
        }
    }

    fn remember(&mut self, arrival: &Arrival, expected: Option<[f64; 3]>) {
        let forecast = expected.map(|expected| expected.map(|y| y as f32));
        let Arrival { measured_at: at, value, doubtful, .. } = *arrival;
        self.state.past.push(Remembered { at, value, forecast, late: false, doubtful, corrected: false });
    }

    fn step(&self, reading: &Remembered) -> Step {
        Step { indicator: self.indicator.id.clone(), point: reading.point(), ahead: self.ahead() }
    }

    fn ahead(&self) -> Vec<Band> {
        let band = |outlook: Outlook| {
            let (lower, upper) = outlook.interval(0.95);
            Band::new(lower, outlook.centre(), upper)
        };
        self.state.detector.ahead(&self.told, self.state.at, AHEAD).into_iter().map_while(band).collect()
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
