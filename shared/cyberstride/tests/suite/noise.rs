//! A tiny deterministic source of noise for the tests.

/// A linear congruential generator (Knuth's MMIX constants).
pub(crate) struct Noise(u64);

impl Noise {
    /// Noise that is the same for the same seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut noise = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        (0..8).for_each(|_| _ = noise.uniform());
        noise
    }

    /// A uniform number between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Independent standard normal numbers.
    pub(crate) fn white(&mut self, length: usize) -> Vec<f64> {
        (0..length).map(|_| self.normal()).collect()
    }

    /// An autoregression of order one with a standard deviation of one.
    pub(crate) fn autoregressive(&mut self, coefficient: f64, length: usize) -> Vec<f64> {
        let innovation = (1.0 - coefficient * coefficient).sqrt();
        let mut last = self.normal();
        let mut next = || {
            last = coefficient * last + innovation * self.normal();
            last
        };
        (0..length).map(|_| next()).collect()
    }
}
