//! What kind of disturbance it is: hypotheses, replayed over the innovations since before its onset.
//!
//! The mixture names spikes and steps but hardly ever a slope, because collapsing at every step forgets slow evidence.
//! Here nothing is collapsed and nothing adapts. A disturbance of the series passes through the autoregression before it
//! shows in the innovations: with coefficients `phi`, a spike becomes `1, -phi1, -phi2, -phi3`, a step `1, 1 - phi1,
//! 1 - phi1 - phi2, ...`, a ramp the running sum of that (Box & Tiao 1975). Each hypothesis is such a shape from some
//! onset on, of unknown size; its evidence is the marginal likelihood of the innovations, and the onset is integrated out.

mod evidence;

use serde::{Deserialize, Serialize};

use crate::innovation::KEPT;
use evidence::{Evidence, Shapes};

/// What a disturbance turned out to be.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One or two readings were off; the rest is as expected.
    Transient,
    /// The level jumped and stayed.
    Level,
    /// The departure grows from reading to reading.
    Slope,
    /// The readings scatter more than before, or less.
    Variance,
}

impl Kind {
    /// Every kind, in the order in which their evidence is weighed.
    pub const ALL: [Self; 4] = [Self::Transient, Self::Level, Self::Slope, Self::Variance];
}

/// Readings that are weighed after the one that raised the alarm.
pub(crate) const AFTER: usize = 10;
/// All innovations that are weighed.
const LONGEST: usize = KEPT + AFTER;
/// A kind of this probability is certain.
const CERTAIN: f64 = 0.98;
/// After this many readings in a row with the same certain kind, the name stays.
const CONFIRMED: u8 = 5;

/// Why a disturbance is being named: the prior probability of each kind and of nothing at all, and of an onset before the
/// reading that raised the alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Suspicion {
    pub(crate) kinds: [f64; 4],
    pub(crate) nothing: f64,
    pub(crate) earlier: f64,
}

impl Suspicion {
    /// One reading that nobody expected.
    pub(crate) const SURPRISE: Self = Self { kinds: [0.45, 0.33, 0.10, 0.12], nothing: 0.0, earlier: 0.2 };
    /// Readings off to one side.
    pub(crate) const DRIFT: Self = Self { kinds: [0.05, 0.25, 0.60, 0.10], nothing: 0.8, earlier: 0.95 };
    /// More or less noise.
    pub(crate) const SCATTER: Self = Self { kinds: [0.10, 0.05, 0.05, 0.80], nothing: 0.8, earlier: 0.95 };
    /// Whatever made the score rise.
    pub(crate) const SCORE: Self = Self { kinds: [0.25, 0.35, 0.25, 0.15], nothing: 0.6, earlier: 0.8 };
}

/// A disturbance being named, in some two hundred bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Naming {
    innovations: [f32; LONGEST],
    count: usize,
    phi: [f64; 3],
    kinds: [f64; 4],
    nothing: f64,
    earlier: f64,
    /// How many readings in a row the present kind has been certain.
    certain: u8,
    verdict: Verdict,
}

/// What is believed of it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    /// Among the four.
    pub(crate) probability: f64,
    /// That it is nothing.
    pub(crate) nothing: f64,
    /// In standard deviations of the innovations: of the spike or step, of the ramp a reading; the factor of the noise.
    pub(crate) size: f64,
    /// How many readings before the newest it began.
    pub(crate) ago: usize,
}

impl Naming {
    /// Opens at an alarm, with the last innovations, the newest of which raised it.
    pub(crate) fn open(last: &[f32; KEPT], phi: [f64; 3], suspicion: Suspicion) -> Self {
        let mut innovations = [0.0; LONGEST];
        innovations[..KEPT].copy_from_slice(last);
        let Suspicion { kinds, nothing, earlier } = suspicion;
        let verdict = Verdict { kind: Kind::Transient, probability: 0.0, nothing: 0.0, size: 0.0, ago: 0 };
        let mut naming = Self { innovations, count: KEPT, phi, kinds, nothing, earlier, certain: 0, verdict };
        naming.conclude();
        naming
    }

    /// Weighs the next innovation; once [settled](Self::settled), nothing changes any more.
    pub(crate) fn observe(&mut self, z: f64) {
        if !self.settled() {
            self.innovations[self.count] = z as f32;
            self.count += 1;
            self.conclude();
        }
    }

    /// The newest innovation is weighed no more, unless the name stays or it is the one that raised the alarm.
    pub(crate) fn take_back(&mut self) {
        if !self.settled() && KEPT < self.count {
            self.count -= 1;
        }
    }

    /// What is believed now.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Readings weighed after the alarm.
    pub(crate) fn after(&self) -> usize {
        self.count - KEPT
    }

    /// Whether the name stays.
    pub(crate) fn settled(&self) -> bool {
        self.count == LONGEST || CONFIRMED <= self.certain
    }

    fn conclude(&mut self) {
        let verdict = self.weigh();
        let before = if verdict.kind == self.verdict.kind { self.certain } else { 0 };
        self.certain = if CERTAIN <= verdict.probability { before + 1 } else { 0 };
        self.verdict = verdict;
    }

    fn weigh(&self) -> Verdict {
        let shapes = Shapes::new(self.phi);
        let evidence = Evidence::of(&self.innovations[..self.count], &shapes, self.earlier);
        let highest = evidence.kinds.iter().map(|kind| kind.log).fold(evidence.nothing, f64::max);
        let weights: [f64; 4] = std::array::from_fn(|k| self.kinds[k] * (evidence.kinds[k].log - highest).exp());
        let nothing = self.nothing * (evidence.nothing - highest).exp();
        let total: f64 = weights.iter().sum();
        let best = (0..4).reduce(|best, k| if weights[best] < weights[k] { k } else { best }).unwrap_or(0);
        let onset = evidence.kinds[best].onset;
        Verdict {
            kind: Kind::ALL[best],
            probability: weights[best] / total,
            nothing: nothing / (nothing + total),
            size: evidence.kinds[best].size,
            ago: self.count - 1 - onset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: [f32; KEPT] = [0.3, -1.1, 0.8, 0.1, -0.4, 1.3, -0.7, 0.2, 0.9, -1.4, 0.5, -0.2, -0.9, 1.0, 0.4, -0.3];

    /// Names innovations, the first of which raises the alarm.
    fn name(phi: [f64; 3], suspicion: Suspicion, departures: &[f32]) -> Verdict {
        let mut last = NOISE;
        last[KEPT - 1] = departures[0];
        let mut naming = Naming::open(&last, phi, suspicion);
        departures[1..].iter().for_each(|z| naming.observe(f64::from(*z)));
        naming.verdict()
    }

    #[test]
    fn the_readings_after_it_decide() {
        let white = |departures: &[f32]| name([0.0; 3], Suspicion::SURPRISE, departures).kind;
        assert_eq!(white(&[8.0, 0.3]), Kind::Transient);
        assert_eq!(white(&[8.0, 7.6, -0.2, 0.4]), Kind::Transient);
        assert_eq!(white(&[-8.0, -7.6, -8.4, -8.1]), Kind::Level);
        assert_eq!(white(&[4.4, 5.2, 6.6, 7.7, 8.6, 9.9]), Kind::Slope);
        assert_eq!(white(&[6.0, -4.0, 3.0, -7.0, 0.5, 5.0, -3.5]), Kind::Variance);
    }

    #[test]
    fn a_step_in_what_remembers_shows_as_a_step_through_its_memory() {
        let phi = [0.6, 0.0, 0.0];
        let verdict = name(phi, Suspicion::SURPRISE, &[8.0, 3.4, 2.9, 3.6]);
        assert_eq!(verdict.kind, Kind::Level);
        assert!((verdict.size - 8.0).abs() < 0.5 && verdict.ago == 3, "{verdict:?}");
        assert_eq!(name(phi, Suspicion::SURPRISE, &[8.0, -4.6, 0.3, -0.2]).kind, Kind::Transient);
    }

    #[test]
    fn a_quiet_spell_is_less_noise() {
        let verdict = name([0.0; 3], Suspicion::SCATTER, &[0.1, -0.2, 0.1, 0.05, -0.1, 0.2, -0.15, 0.0, 0.1, -0.05]);
        assert!(verdict.kind == Kind::Variance && verdict.size < 1.0, "{verdict:?}");
    }

    #[test]
    fn extremes_leave_a_probability() {
        for phi in [[0.0; 3], [1e9, -1e9, 1e9]] {
            let verdict = name(phi, Suspicion::DRIFT, &[1e6, -1e6, 0.0, 1e6]);
            assert!((0.0..=1.0).contains(&verdict.probability) && verdict.size.is_finite(), "{verdict:?}");
        }
    }
}
