//! What must hold of everything that is said: numbers are numbers, shares are shares, and what is ordered is in order.

use std::fmt::Debug;

use cyberstride::{Band, Diagnosis, Finding, Forecast, Judgement, Late, News, Outlook, Process, Profile, Score};

/// What is said: all of its numbers can be told apart to the last bit.
pub(crate) trait Said: Debug + PartialEq {
    /// Adds every number, and fails where one is not what it should be.
    fn tell(&self, numbers: &mut Vec<f64>);
}

/// The numbers of what is said, all of them finite.
pub(crate) fn numbers<S: Said>(said: &S) -> Vec<u64> {
    let mut numbers = Vec::new();
    said.tell(&mut numbers);
    assert!(numbers.iter().all(|number| number.is_finite()), "not finite numbers: {numbers:?} in {said:?}");
    numbers.into_iter().map(f64::to_bits).collect()
}

impl Said for () {
    fn tell(&self, _: &mut Vec<f64>) {}
}

impl Said for bool {
    fn tell(&self, numbers: &mut Vec<f64>) {
        numbers.push(f64::from(u8::from(*self)));
    }
}

impl<S: Said> Said for Option<S> {
    fn tell(&self, numbers: &mut Vec<f64>) {
        self.iter().for_each(|said| said.tell(numbers));
    }
}

impl<S: Said> Said for Vec<S> {
    fn tell(&self, numbers: &mut Vec<f64>) {
        self.iter().for_each(|said| said.tell(numbers));
    }
}

impl Said for Judgement {
    fn tell(&self, numbers: &mut Vec<f64>) {
        self.outlook.tell(numbers);
        self.diagnosis.tell(numbers);
        self.score.tell(numbers);
        self.news.iter().for_each(|news| news.tell(numbers));
    }
}

/// Levels at which an outlook is asked: those it has learned, between them, and far beyond.
const LEVELS: [f64; 13] = [1e-9, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975, 0.995, 0.999, 1.0 - 1e-9];

impl Said for Outlook {
    fn tell(&self, numbers: &mut Vec<f64>) {
        let quantiles = LEVELS.map(|level| self.quantile(level));
        assert!(quantiles.is_sorted(), "quantiles out of order: {quantiles:?} of {self:?}");
        let (lower, upper) = self.interval(0.95);
        assert!(lower <= self.centre() && self.centre() <= upper, "the centre lies outside: {self:?}");
        numbers.extend(quantiles);
    }
}

impl Said for Diagnosis {
    fn tell(&self, numbers: &mut Vec<f64>) {
        self.forecast.tell(numbers);
        let shares = self.hindsight.iter().flat_map(|lag| Process::ALL.map(|process| lag.get(process)));
        shares.for_each(|share| is_share(share, self));
        numbers.extend([self.surprise, self.level, self.slope]);
    }
}

impl Said for Forecast {
    fn tell(&self, numbers: &mut Vec<f64>) {
        assert!(0.0 < self.scale && 0.0 < self.degrees, "no distribution: {self:?}");
        numbers.extend([self.mean, self.scale, self.degrees]);
    }
}

impl Said for Score {
    fn tell(&self, numbers: &mut Vec<f64>) {
        is_share(self.value, self);
        numbers.push(self.value);
    }
}

impl Said for News {
    fn tell(&self, numbers: &mut Vec<f64>) {
        let (Self::Found(finding) | Self::Ended(finding, _)) = self;
        finding.tell(numbers);
    }
}

impl Said for Finding {
    fn tell(&self, numbers: &mut Vec<f64>) {
        is_share(self.probability, self);
        is_share(self.score, self);
        self.expected.tell(numbers);
        numbers.extend([self.probability, self.size, self.sd, self.seen, self.score]);
    }
}

impl Said for Band {
    fn tell(&self, numbers: &mut Vec<f64>) {
        assert!(self.lower <= self.centre && self.centre <= self.upper, "a band out of order: {self:?}");
        numbers.extend([self.lower, self.centre, self.upper]);
    }
}

impl Said for Late {
    fn tell(&self, numbers: &mut Vec<f64>) {
        self.expected.tell(numbers);
    }
}

impl Said for Profile {
    fn tell(&self, numbers: &mut Vec<f64>) {
        is_share(self.zeros, self);
        assert!(0.0 <= self.noise && self.cadence.is_none_or(|cadence| 1.0 <= cadence), "no noise or time: {self:?}");
        numbers.extend(self.cadence);
        numbers.extend([self.zeros, self.noise]);
    }
}

fn is_share(number: f64, of: &impl Debug) {
    assert!((0.0..=1.0).contains(&number), "not between 0 and 1: {number} in {of:?}");
}
