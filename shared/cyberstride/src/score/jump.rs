//! The immediate voice: one reading that the regression did not expect.

use serde::{Deserialize, Serialize};

/// Readings before anything is said.
const YOUNG: u32 = 155;
/// An excess is forgotten when so many readings passed without a larger one.
const FORGOTTEN: u8 = 20;
/// The most this voice can say, in nats: a single reading is never by itself a reason to wake anyone.
const CAP: f64 = 7.5;
/// Shares of the errors, 20 % and 3 %, from which the tail is drawn out: quantiles of the bulk are not masked by
/// frequent spikes as maxima are.
const BULK: [f64; 2] = [0.80, 0.97];

/// The tail of the innovations and the memory of the immediate voice.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Jump {
    seen: u32,
    errors: Errors,
    maximum: f64,
    since_maximum: u8,
}

/// What one innovation says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Jumped {
    /// How unusual it is, in nats.
    pub(crate) unusual: f64,
    /// What of that is new and may be said.
    pub(crate) new: Option<f64>,
}

impl Default for Jump {
    fn default() -> Self {
        Self { seen: 0, errors: Errors::default(), maximum: f64::MIN, since_maximum: 0 }
    }
}

impl Jump {
    /// How unusual an innovation of this size is, judged before it counts; `None` while there were too few.
    /// In a series of lumps, which has no noise and so no tail, that is how rarely such a one came.
    pub(crate) fn observe(&mut self, size: f64, lumpy: bool) -> Option<Jumped> {
        let unusual = self.errors.unusual(size, lumpy);
        self.errors.count(size);
        self.seen = self.seen.saturating_add(1);
        if self.seen <= YOUNG {
            return None;
        }
        Some(Jumped { unusual, new: self.tell((0.7 * unusual).min(CAP)) })
    }

    /// Whether there were too few innovations to tell how unusual one is.
    pub(super) fn is_young(&self) -> bool {
        self.seen < YOUNG
    }

    fn tell(&mut self, now: f64) -> Option<f64> {
        self.since_maximum = self.since_maximum.saturating_add(1);
        if FORGOTTEN < self.since_maximum {
            self.maximum = f64::MIN;
        }
        if now <= self.maximum {
            return None;
        }
        if 3.0 < now {
            (self.maximum, self.since_maximum) = (now + 0.3, 0);
        }
        Some(now)
    }
}

/// A histogram of logarithms of relative errors, twelve bins a unit, from e^-1.25 to e^5.75.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Errors {
    bins: [[u16; 28]; 3],
    total: u16,
    /// The errors beyond which [`BULK`] lies, worked out every so often, and the power of the tail through both.
    quantiles: [f32; 2],
    power: f64,
}

impl Default for Errors {
    fn default() -> Self {
        let quantiles = [1.0; 2];
        Self { bins: [[0; 28]; 3], total: 0, quantiles, power: Self::power_of(quantiles) }
    }
}

impl Errors {
    const FULL: u16 = 4096;
    const BINS: usize = 84;
    /// Errors before anything is said of one.
    const LEAST: u16 = 32;
    /// The quantiles are worked out after so many errors.
    const OFTEN: u16 = 8;
    /// Logarithm of the least error that is told from smaller ones.
    const SMALLEST: f64 = -1.25;
    /// From the middle of a bin to its end.
    const WIDTH: f64 = 1.0426;

    /// Minus the logarithm of the probability of so large an error, from a Weibull tail through two quantiles of the
    /// bulk; of lumps, of their share.
    fn unusual(&self, error: f64, lumpy: bool) -> f64 {
        if self.total < Self::LEAST {
            return 0.0;
        }
        let [u1, u2] = self.quantiles.map(f64::from);
        if lumpy && let Some(share) = self.share_beyond(error) {
            return -share.ln();
        }
        let unusual = 5.0_f64.ln() * (error / u1.max(0.3)).powf(self.power);
        // Of a count that is mostly zero no such tail goes through both quantiles.
        if error <= Self::WIDTH * u2 { unusual.min(-(1.0 - BULK[1]).ln()) } else { unusual }
    }

    /// The share of the past that was as large; none if nothing was.
    fn share_beyond(&self, error: f64) -> Option<f64> {
        let beyond: u16 = self.bins.as_flattened()[Self::bin(error)..].iter().sum();
        (0 < beyond).then(|| f64::from(beyond) / f64::from(self.total))
    }

    fn bin(error: f64) -> usize {
        (12.0 * (error.max(1e-9).ln() - Self::SMALLEST)).clamp(0.0, Self::BINS as f64 - 1.0) as usize
    }

    fn count(&mut self, error: f64) {
        let bins = self.bins.as_flattened_mut();
        bins[Self::bin(error)] += 1;
        self.total += 1;
        if self.total == Self::FULL {
            bins.iter_mut().for_each(|count| *count /= 2);
            self.total = bins.iter().sum();
        }
        if self.total.is_multiple_of(Self::OFTEN) {
            self.quantiles = self.work_out();
            self.power = Self::power_of(self.quantiles);
        }
    }

    fn power_of(quantiles: [f32; 2]) -> f64 {
        let [u1, u2] = quantiles.map(f64::from);
        let power = ((100.0_f64 / 3.0).ln().ln() - 5.0_f64.ln().ln()) / (u2 / u1).max(1.05).ln();
        power.clamp(0.3, 2.0)
    }

    fn work_out(&self) -> [f32; 2] {
        let bins = self.bins.as_flattened();
        let (mut above, mut bin) = (0_u16, bins.len());
        let mut down_to = |share: f64| {
            let wanted = (1.0 - share) * f64::from(self.total);
            while 0 < bin && f64::from(above) < wanted {
                bin -= 1;
                above += bins[bin];
            }
            ((bin as f64 + 0.5) / 12.0 + Self::SMALLEST).exp() as f32
        };
        let high = down_to(BULK[1]);
        [down_to(BULK[0]), high]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_among_spikes_is_still_seen_and_told_once() {
        let mut jump = Jump::default();
        let noise = |i: i32| f64::from(i * 7919 % 101) / 50.0 - 1.0;
        let mut told = Vec::new();
        for i in 0..2000 {
            let spike = if i % 100 == 99 { 30.0 } else { 0.0 };
            if jump.observe((noise(i) + spike).abs(), false).and_then(|jumped| jumped.new).is_some_and(|now| 5.0 < now)
                && 500 < i
            {
                told.push(i % 100);
            }
        }
        assert_eq!(told.iter().filter(|i| **i == 99).count(), 15, "{told:?}");
    }

    #[test]
    fn a_constant_says_nothing() {
        let mut jump = Jump::default();
        (0..20_000).for_each(|_| _ = jump.observe(0.0, false));
        assert!(jump.observe(0.0, false).is_none_or(|jumped| jumped.unusual < 1.0));
    }
}
