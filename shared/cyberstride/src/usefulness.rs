//! Whether what is raised is of use, as people answered: the fewer find it useful, the more it takes to be raised.

use serde::{Deserialize, Serialize};

/// Answers before there was any: half of them useful.
const PRIOR: f32 = 2.0;
/// What is left of an old answer when a new one comes.
const KEPT: f32 = 0.95;
/// Thresholds rise and fall by no more than so many nats.
const BOUNDS: (f64, f64) = (-0.7, 3.0);
/// Nats for a factor of e in the odds of use.
const WEIGHT: f64 = 1.5;

/// What people say of a disturbance.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It was well to be told, and it is normal from now on: the detector goes on from here.
    NewNormal,
    /// There was nothing to be told: the detector becomes less sensitive, and goes on from here.
    FalseAlarm,
    /// It was well to be told.
    Useful,
}

/// Answers, the recent ones counting more: the parameters of a beta distribution over use.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Usefulness {
    useful: f32,
    useless: f32,
}

impl Default for Usefulness {
    fn default() -> Self {
        Self { useful: PRIOR, useless: PRIOR }
    }
}

impl Usefulness {
    pub(crate) fn learn(&mut self, answer: Answer) {
        self.useful = PRIOR + KEPT * (self.useful - PRIOR);
        self.useless = PRIOR + KEPT * (self.useless - PRIOR);
        match answer {
            Answer::FalseAlarm => self.useless += 1.0,
            Answer::NewNormal | Answer::Useful => self.useful += 1.0,
        }
    }

    /// By how many nats thresholds should stand higher.
    pub(crate) fn strictness(&self) -> f64 {
        // Of most series nobody has said anything yet.
        if self.useful == self.useless {
            return 0.0;
        }
        (WEIGHT * f64::from(self.useless / self.useful).ln()).clamp(BOUNDS.0, BOUNDS.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_alarms_make_it_strict_and_use_makes_it_keen_within_bounds() {
        let after = |answers: &[Answer]| {
            let mut usefulness = Usefulness::default();
            answers.iter().for_each(|answer| usefulness.learn(*answer));
            usefulness.strictness()
        };
        assert_eq!(after(&[]), 0.0);
        assert!(0.5 < after(&[Answer::FalseAlarm]) && after(&[Answer::FalseAlarm]) < after(&[Answer::FalseAlarm; 3]));
        assert!(after(&[Answer::Useful]) < 0.0 && after(&[Answer::FalseAlarm, Answer::NewNormal]).abs() < 0.1);
        assert_eq!(after(&[Answer::FalseAlarm; 100]), BOUNDS.1);
        assert_eq!(after(&[Answer::Useful; 100]), BOUNDS.0);
    }
}
