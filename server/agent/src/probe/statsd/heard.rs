//! What was heard of one name.

use config::agent::Take;

use super::line::Value;
use crate::chance;

/// How many values of a timer are kept; of more, a random choice in which each is as likely as any other.
const MOST: usize = 4096;

/// What was heard of one name since the reading before, and where it stands.
pub(super) struct Heard {
    grown: Option<f64>,
    stands: Option<f64>,
    took: Took,
    seed: u64,
}

/// What a timer measured.
#[derive(Default)]
struct Took {
    kept: Vec<f64>,
    /// How many came, and for how many they stand.
    came: u64,
    weight: f64,
    sum: f64,
    least: f64,
    most: f64,
}

impl Heard {
    /// Of a name that has not been heard of.
    pub(super) fn new(name: &str) -> Self {
        Self { grown: None, stands: None, took: Took::default(), seed: chance::seed(name) }
    }

    /// Takes a value that stands for `weight` of its kind.
    pub(super) fn take(&mut self, value: Value, weight: f64) {
        match value {
            Value::Grown(by) => *self.grown.get_or_insert_default() += by * weight,
            Value::Stands(at) => self.stands = Some(at),
            Value::Moved(by) => *self.stands.get_or_insert_default() += by,
            Value::Took(time) => self.took.take(time, weight, self.seed),
        }
    }

    /// What is taken over a period; none where nothing of the kind was ever heard, or of a timer nothing in the period.
    pub(super) fn value(&self, take: Take, seconds: f64) -> Option<f64> {
        let Took { kept, weight, sum, least, most, came } = &self.took;
        let timed = |value: f64| (0 < *came).then_some(value);
        match take {
            Take::Count => self.grown,
            Take::Rate => self.grown.filter(|_| 0.0 < seconds).map(|grown| grown / seconds),
            Take::Gauge => self.stands,
            Take::Timings => timed(*weight),
            Take::Mean => timed(sum / weight),
            Take::Least => timed(*least),
            Take::Most => timed(*most),
            Take::Percentile(percent) => percentile(kept, percent),
        }
    }

    /// Begins a new period: counters at zero, timers with nothing; a gauge stands where it stood.
    pub(super) fn begin_again(&mut self) {
        self.grown = self.grown.map(|_| 0.0);
        self.took = Took::default();
    }
}

impl Took {
    fn take(&mut self, time: f64, weight: f64, seed: u64) {
        (self.least, self.most) =
            if self.came == 0 { (time, time) } else { (self.least.min(time), self.most.max(time)) };
        if self.kept.len() < MOST {
            self.kept.push(time);
        } else {
            // Algorithm R (Vitter 1985).
            let place = (chance::uniform(seed, self.came) * (self.came + 1) as f64) as usize;
            if let Some(kept) = self.kept.get_mut(place) {
                *kept = time;
            }
        }
        self.came += 1;
        self.weight += weight;
        self.sum += time * weight;
    }
}

/// The smallest value that at least so many percent do not exceed (the nearest rank).
fn percentile(values: &[f64], percent: u8) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (sorted.len() * usize::from(percent)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let values = [50.0, 15.0, 40.0, 20.0, 35.0];
        let percentiles = [5, 30, 40, 50, 100].map(|percent| percentile(&values, percent).unwrap());
        assert_eq!(percentiles, [15.0, 20.0, 20.0, 35.0, 50.0]);
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn of_a_flood_a_fair_choice_is_kept() {
        let mut heard = Heard::new("flood");
        for time in 0..100_000 {
            heard.take(Value::Took(f64::from(time)), 1.0);
        }
        assert_eq!(heard.took.kept.len(), MOST);
        let median = heard.value(Take::Percentile(50), 1.0).unwrap();
        assert!((45_000.0..55_000.0).contains(&median), "{median}");
        let exact = [Take::Timings, Take::Least, Take::Most, Take::Mean].map(|take| heard.value(take, 1.0).unwrap());
        assert_eq!(exact, [100_000.0, 0.0, 99_999.0, 49_999.5]);
    }
}
