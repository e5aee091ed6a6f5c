//! The voices that gather evidence: readings that stay off to one side, and noise that has grown or shrunk.
//!
//! Cumulative sums of log-likelihood ratios (Page 1954) over innovations, which are white where the regression has
//! learned the autocorrelation. A threshold is the rate of false alarms it stands for: whatever a series is made of, each
//! alarm raises it and each quiet reading lowers it, so that in the long run no more are raised than were allowed
//! (stochastic approximation, Robbins & Monro 1951), as long as it stays within bounds.

use serde::{Deserialize, Serialize};

/// What gathered evidence speaks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Gathered {
    /// Readings off to one side: a small step or a slow ramp.
    Drift,
    /// More noise than before.
    Louder,
    /// Less noise than before.
    Quieter,
}

/// Drift is looked for from twice this many standard deviations a reading.
const HALF_DRIFT: f32 = 0.5;
/// An innovation counts for no more than so many standard deviations: one alone is not gathered evidence.
const MOST: f32 = 3.5;
/// Louder noise is looked for at twice the standard deviation: `ln 2` and `(1 - 1 / 2^2) / 2`.
const LOUDER: (f32, f32) = (std::f32::consts::LN_2, 0.375);
/// Quieter noise at half of it: `ln 2` and `(2^2 - 1) / 2`.
const QUIETER: (f32, f32) = (std::f32::consts::LN_2, 1.5);
/// Thresholds at which white noise raises some .1 false alarms in 1000 readings each; the slope of their logarithm is one
/// for drift, as the theory says.
const THRESHOLDS: [f32; 4] = [8.0, 8.0, 8.0, 10.0];
/// A threshold rises by this share with an alarm.
const RISES: f32 = 0.15;
/// It gets no higher than so many times what it was.
const HIGHEST: f32 = 4.0;
/// Innovations before anything is said.
const YOUNG: u32 = 48;

/// The four sums: above, below, louder, quieter.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Vigil {
    sums: [f32; 4],
    /// By what factor each threshold stands higher.
    raised: [f32; 4],
    seen: u32,
}

impl Default for Vigil {
    fn default() -> Self {
        Self { sums: [0.0; 4], raised: [1.0; 4], seen: 0 }
    }
}

impl Vigil {
    /// Takes an innovation in. `strictness` is the logarithm of how many times rarer than usual false alarms should be,
    /// `allowed` how many are allowed a reading. An alarm begins anew.
    pub(crate) fn observe(&mut self, z: f64, strictness: f64, allowed: f64) -> Option<Gathered> {
        self.seen = self.seen.saturating_add(1);
        let z = (z as f32).clamp(-MOST, MOST);
        let gains = [z - HALF_DRIFT, -z - HALF_DRIFT, LOUDER.1 * z * z - LOUDER.0, QUIETER.0 - QUIETER.1 * z * z];
        let mut alarm = None;
        for (k, gain) in gains.into_iter().enumerate() {
            self.sums[k] = (self.sums[k] + gain).max(0.0);
            self.raised[k] = (self.raised[k] * (1.0 - RISES * allowed as f32)).max(1.0);
            let threshold = (THRESHOLDS[k] + strictness as f32) * self.raised[k];
            if alarm.is_none() && YOUNG < self.seen && threshold < self.sums[k] {
                alarm = Some(k);
            }
        }
        alarm.map(|k| self.raise(k))
    }

    /// Forgets what was gathered.
    pub(crate) fn forget(&mut self) {
        self.sums = [0.0; 4];
    }

    fn raise(&mut self, k: usize) -> Gathered {
        self.raised[k] = (self.raised[k] * (1.0 + RISES)).min(HIGHEST);
        self.forget();
        [Gathered::Drift, Gathered::Drift, Gathered::Louder, Gathered::Quieter][k]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: f64 = 1e-4;

    fn calm() -> Vigil {
        let mut vigil = Vigil::default();
        let noise = |i: i32| f64::from(i * 7919 % 101) / 29.0 - 1.72;
        assert!((0..500).all(|i| vigil.observe(noise(i), 0.0, ALLOWED).is_none()));
        vigil.forget();
        vigil
    }

    #[test]
    fn small_departures_to_one_side_add_up() {
        let mut vigil = calm();
        let found: Vec<_> = (0..12).filter_map(|_| vigil.observe(-1.5, 0.0, ALLOWED)).collect();
        assert_eq!(found, [Gathered::Drift]);
    }

    #[test]
    fn more_and_less_noise_are_found_and_one_outlier_is_not() {
        assert_eq!(calm().observe(1e6, 0.0, ALLOWED), None);
        let mut vigil = calm();
        let swings = |i: i32| if i % 2 == 0 { 3.0 } else { -3.0 };
        assert_eq!((0..6).find_map(|i| vigil.observe(swings(i), 0.0, ALLOWED)), Some(Gathered::Louder));
        let mut vigil = calm();
        let ripples = |i: i32| if i % 2 == 0 { 0.2 } else { -0.2 };
        assert_eq!((0..30).find_map(|i| vigil.observe(ripples(i), 0.0, ALLOWED)), Some(Gathered::Quieter));
    }

    #[test]
    fn a_series_that_cries_wolf_is_believed_less_and_less() {
        let mut vigil = Vigil::default();
        let cries = |from: i32, vigil: &mut Vigil| {
            (from..from + 1000)
                .filter(|i| vigil.observe(f64::from(i / 7 % 3 - 1) * 2.0, 0.0, ALLOWED).is_some())
                .count()
        };
        let first = cries(0, &mut vigil);
        (1..5).for_each(|k| _ = cries(1000 * k, &mut vigil));
        assert!(2 * cries(5000, &mut vigil) < first, "{first}");
    }
}
