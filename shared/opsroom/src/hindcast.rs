//! What the room would have said of a series it did not see: one pass over its past, as if each row had just arrived.

pub use cyberstride::{At, Outlook, Tier};
use cyberstride::{Detector, Judgement, Probabilities, Process, Scale, Setting};
use vsm::{signal::Kind, time::Moment};

use crate::{
    disturbance::Finding,
    judge::{self, Case, Latch, Verdict},
    watch,
};

/// After this many readings a disturbance that has its name makes room for a new one.
const MAKES_ROOM: u32 = 20;

/// How many readings the detector looks back when a disturbance is noticed late.
const LOOK_BACK: usize = 8;

/// One series under judgement.
#[derive(Clone, Debug)]
pub struct Hindcast {
    scale: Scale,
    detector: Detector,
    open: Option<Open>,
    /// When the last readings were measured, in a ring.
    recent: [i64; LOOK_BACK],
    judged: usize,
}

#[derive(Clone, Debug)]
struct Open {
    latch: Latch,
    raised_at: i64,
    readings: u32,
    tier: Tier,
}

/// What is said of one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The forecast made before the row was seen, on the scale of the series.
    pub forecast: Option<Outlook>,
    /// Probability of steady, transient, level and slope; none where no reading was judged.
    pub probabilities: Option<[f64; 4]>,
    /// The score; 0 where nothing new is said.
    pub score: f64,
    /// The disturbance that is open.
    pub disturbance: Option<Disturbed>,
}

/// A disturbance as it is known at a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disturbed {
    /// When the series left its forecast, in milliseconds since 1970 UTC.
    pub onset_at: i64,
    /// When it was noticed.
    pub raised_at: i64,
    /// What the series did, as far as the evidence goes.
    pub kind: Kind,
    /// How sure that is.
    pub probability: f64,
    /// How far the series is from what was expected, signed, in its unit of measure.
    pub size: f64,
    /// The same in standard deviations of the forecast.
    pub sd: f64,
    /// The highest tier the score has reached.
    pub tier: Tier,
}

impl Hindcast {
    /// Nothing seen yet.
    pub fn new(scale: vsm::indicator::Scale) -> Self {
        Self {
            scale: watch::scale_of(scale),
            detector: Detector::new(Setting::ROOM),
            open: None,
            recent: [i64::MIN; LOOK_BACK],
            judged: 0,
        }
    }

    /// Judges the next row; `None` is a missing reading. A row that is not newer than the last one is told of, not
    /// judged: its forecast is missing and its score is 0.
    pub fn observe(&mut self, at: At, value: Option<f64>) -> Row {
        let late = 0 < self.judged && at.millis <= self.recent[(self.judged - 1) % LOOK_BACK];
        if late {
            return Row { forecast: None, probabilities: None, score: 0.0, disturbance: self.disturbance() };
        }
        self.recent[self.judged % LOOK_BACK] = at.millis;
        self.judged += 1;
        let reading = value.filter(|value| value.is_finite()).map(|value| (value, self.scale.forward(value)));
        let Judgement { outlook, diagnosis, score } = self.detector.observe(at, reading.map(|(_, y)| y));
        if let Some(((value, y), diagnosis)) = reading.zip(diagnosis.as_ref()) {
            let case = Case { at: moment(at.millis), value, y, diagnosis, scale: self.scale, least: 0.0 };
            self.judge(&case, at.millis, score.tier);
        }
        let probabilities = diagnosis.map(|diagnosis| probabilities(&diagnosis.hindsight[0]));
        Row { forecast: outlook, probabilities, score: score.value, disturbance: self.disturbance() }
    }

    /// From the scale of the forecast to the unit of measure.
    pub fn back(&self, y: f64) -> f64 {
        self.scale.back(y)
    }

    fn judge(&mut self, case: &Case<'_>, millis: i64, tier: Option<Tier>) {
        let turned_at = moment(self.oldest());
        let opens = || judge::opens(case, self.detector.monitor(), [(turned_at, case.y)]);
        if let Some(open) = &mut self.open {
            open.readings += 1;
            open.tier = open.tier.max(tier.unwrap_or(open.tier));
            let is_over = matches!(open.latch.observe(case), Some(Verdict::Ended(_)));
            let is_old = MAKES_ROOM <= open.readings && open.latch.is_named();
            // What lasts is one disturbance, however long the score goes on rising; only a new surprise is a new one.
            let makes_room = is_old && tier.is_some() && opens().is_some();
            if !(is_over || makes_room) {
                return;
            }
            self.open = None;
        }
        let sustained = tier == Some(Tier::Sustained);
        let noticed = || sustained.then(|| judge::noticed(case, self.detector.monitor(), turned_at)).flatten();
        let tier = tier.unwrap_or(Tier::Sudden);
        self.open = opens().or_else(noticed).map(|latch| Open { latch, raised_at: millis, readings: 1, tier });
    }

    /// When the oldest of the remembered readings was measured.
    fn oldest(&self) -> i64 {
        if self.judged < LOOK_BACK { self.recent[0] } else { self.recent[self.judged % LOOK_BACK] }
    }

    fn disturbance(&self) -> Option<Disturbed> {
        let Open { latch, raised_at, tier, .. } = self.open.as_ref()?;
        let Finding { kind, probability, size, sd, onset_at, .. } = latch.finding();
        let onset_at = onset_at.unix_millis();
        Some(Disturbed { onset_at, raised_at: *raised_at, kind, probability, size, sd, tier: *tier })
    }
}

fn moment(millis: i64) -> Moment {
    Moment::from_unix_millis(millis)
}

fn probabilities(now: &Probabilities) -> [f64; 4] {
    Process::ALL.map(|process| now.get(process))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(series: impl IntoIterator<Item = f64>) -> Vec<Row> {
        let mut hindcast = Hindcast::new(vsm::indicator::Scale::Identity);
        let at = |row: usize| At::utc(300_000 * row as i64);
        series.into_iter().enumerate().map(|(row, value)| hindcast.observe(at(row), Some(value))).collect()
    }

    fn noise(row: i32) -> f64 {
        let mixed = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / f64::from(1 << 24) - 0.5
    }

    #[test]
    fn a_step_is_one_disturbance_with_its_onset_name_and_size() {
        let rows = rows((0..600).map(|row| noise(row) + if 500 <= row { 6.0 } else { 0.0 }));
        assert!(rows[400..500].iter().all(|row| row.disturbance.is_none()));
        let found = rows[520].disturbance.expect("the step is found");
        assert_eq!((found.onset_at, found.kind, found.tier), (300_000 * 500, Kind::Level, Tier::Sustained));
        assert!((found.size - 6.0).abs() < 0.6, "{found:?}");
        let raised = rows[400..].iter().filter_map(|row| row.disturbance).map(|it| it.raised_at);
        assert!(raised.eq(std::iter::repeat_n(found.raised_at, 100)), "one disturbance from onset to end");
    }

    #[test]
    fn a_late_row_is_not_judged_and_a_missing_one_still_has_its_forecast() {
        let mut hindcast = Hindcast::new(vsm::indicator::Scale::Identity);
        let mut observe = |row: i64, value| hindcast.observe(At::utc(60_000 * row), value);
        (0..50).for_each(|row| _ = observe(row, Some(noise(row as i32))));
        assert_eq!(observe(20, Some(99.0)).forecast, None);
        let missing = observe(50, None);
        assert!(missing.forecast.is_some() && missing.score == 0.0);
        assert!(observe(51, Some(0.0)).disturbance.is_none());
    }
}
