//! What the room would have said of a series it did not see: one pass over its past, as if each row had just arrived.

pub use cyberstride::{At, Finding, Kind, Outlook, Pattern, Scale, Tier, Told, Voice};
use cyberstride::{Detector, Judgement, Process};

/// One series under judgement.
#[derive(Clone, Debug)]
pub struct Hindcast {
    told: Told,
    detector: Detector,
    newest: Option<i64>,
}

/// What is said of one row, in the unit of measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The forecast made before the row was seen.
    pub forecast: Option<Outlook>,
    /// Probability of steady, transient, level and slope; none where no reading was judged.
    pub probabilities: Option<[f64; 4]>,
    /// The score; 0 where nothing new is said.
    pub score: f64,
    /// The disturbance that is open.
    pub disturbance: Option<Finding>,
}

impl Hindcast {
    /// Nothing seen yet.
    pub fn new(told: Told) -> Self {
        Self { told, detector: Detector::new(&told), newest: None }
    }

    /// Judges the next row; `None` is a missing reading. A row that is not newer than the last one is told of, not
    /// judged: its forecast is missing and its score is 0.
    pub fn observe(&mut self, at: At, value: Option<f64>) -> Row {
        if self.newest.is_some_and(|newest| at.millis <= newest) {
            return Row { forecast: None, probabilities: None, score: 0.0, disturbance: self.detector.open() };
        }
        self.newest = Some(at.millis);
        let reading = value.filter(|value| value.is_finite());
        let Judgement { outlook, diagnosis, score, .. } = self.detector.observe(&self.told, at, reading);
        let probabilities = diagnosis.map(|diagnosis| Process::ALL.map(|process| diagnosis.hindsight[0].get(process)));
        Row { forecast: outlook, probabilities, score: score.value, disturbance: self.detector.open() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(series: impl IntoIterator<Item = f64>) -> Vec<Row> {
        let mut hindcast = Hindcast::new(Told::default());
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
        let mut hindcast = Hindcast::new(Told::default());
        let mut observe = |row: i64, value| hindcast.observe(At::utc(60_000 * row), value);
        (0..50).for_each(|row| _ = observe(row, Some(noise(row as i32))));
        assert_eq!(observe(20, Some(99.0)).forecast, None);
        let missing = observe(50, None);
        assert!(missing.forecast.is_some() && missing.score == 0.0);
        assert!(observe(51, Some(0.0)).disturbance.is_none());
    }
}
