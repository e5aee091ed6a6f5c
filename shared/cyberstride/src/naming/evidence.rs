//! How well each kind of disturbance, from any onset and of any size, explains some innovations.

use super::LONGEST;

/// Degrees of freedom of the noise: its scale is known to some fifteen percent.
const DEGREES: f64 = 24.0;
/// Share of the transients that last two readings.
const DOUBLE: f64 = 0.25;
/// Times by which the standard deviation may have grown or shrunk.
const GROWN: [f64; 6] = [0.2, 0.4, 1.8, 3.0, 5.0, 9.0];
/// Size of a ramp a reading, as a share of the largest innovation: normal priors with these standard deviations.
const RAMPS: [f64; 3] = [0.5, 0.15, 0.05];

/// How a spike, a step and a ramp show in the innovations.
pub(super) struct Shapes {
    spike: [f64; LONGEST],
    double: [f64; LONGEST],
    step: [f64; LONGEST],
    ramp: [f64; LONGEST],
}

/// One kind: the logarithm of its evidence, and where and how large it most probably is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Explained {
    pub(super) log: f64,
    pub(super) onset: usize,
    pub(super) size: f64,
}

/// Of transient, level, slope and variance, and of nothing.
pub(super) struct Evidence {
    pub(super) kinds: [Explained; 4],
    pub(super) nothing: f64,
}

impl Shapes {
    /// For the coefficients of an autoregression.
    pub(super) fn new(phi: [f64; 3]) -> Self {
        let mut spike = [0.0; LONGEST];
        spike[0] = 1.0;
        (0..3).for_each(|k| spike[k + 1] = -phi[k].clamp(-2.0, 2.0));
        let mut double = spike;
        (1..LONGEST).for_each(|k| double[k] += spike[k - 1]);
        let step = running(&spike);
        let ramp = running(&step);
        Self { spike, double, step, ramp }
    }
}

fn running(of: &[f64; LONGEST]) -> [f64; LONGEST] {
    let mut sum = 0.0;
    of.map(|x| {
        sum += x;
        sum
    })
}

/// A weighted sum of exponentials, with the largest term.
struct Mean {
    highest: f64,
    sum: f64,
    best: Explained,
}

impl Mean {
    const NOTHING: Self =
        Self { highest: f64::NEG_INFINITY, sum: 0.0, best: Explained { log: f64::NEG_INFINITY, onset: 0, size: 0.0 } };

    fn add(&mut self, weight: f64, one: Explained) {
        let log = one.log + weight.max(1e-12).ln();
        if self.highest < log {
            self.sum = self.sum * (self.highest - log).exp() + 1.0;
            self.highest = log;
            self.best = one;
        } else {
            self.sum += (log - self.highest).exp();
        }
    }

    fn of(self) -> Explained {
        Explained { log: self.highest + self.sum.ln(), ..self.best }
    }
}

impl Evidence {
    /// The last [`AFTER`](super::AFTER) innovations at most came after the alarm; `earlier` is the probability that the
    /// onset lies before it.
    pub(super) fn of(innovations: &[f32], shapes: &Shapes, earlier: f64) -> Self {
        let mut z = [0.0; LONGEST];
        z.iter_mut().zip(innovations).for_each(|(z, innovation)| *z = f64::from(*innovation));
        let weighed = Weighed::new(&z[..innovations.len()]);
        let alarm = crate::innovation::KEPT - 1;
        let mut means = [const { Mean::NOTHING }; 4];
        for onset in 0..=alarm {
            let weight = if onset == alarm { 1.0 - earlier } else { earlier / alarm as f64 };
            weighed.onset(onset, shapes, weight, &mut means);
        }
        Self { kinds: means.map(Mean::of), nothing: weighed.student(weighed.squares) }
    }
}

/// Innovations with what all hypotheses need of them.
struct Weighed<'a> {
    z: &'a [f64],
    squares: f64,
    /// The prior standard deviation of a size.
    size: f64,
}

impl<'a> Weighed<'a> {
    fn new(z: &'a [f64]) -> Self {
        let squares = z.iter().map(|z| z * z).sum();
        let size = z.iter().fold(3.0_f64, |largest, z| largest.max(z.abs()));
        Self { z, squares, size }
    }

    fn onset(&self, onset: usize, shapes: &Shapes, weight: f64, [transient, level, slope, variance]: &mut [Mean; 4]) {
        transient.add((1.0 - DOUBLE) * weight, self.shaped(onset, &shapes.spike[..4], self.size));
        transient.add(DOUBLE * weight, self.shaped(onset, &shapes.double[..5], self.size));
        level.add(weight, self.shaped(onset, &shapes.step, self.size));
        for share in RAMPS {
            slope.add(weight / RAMPS.len() as f64, self.shaped(onset, &shapes.ramp, share * self.size));
        }
        let restless: f64 = self.z[onset..].iter().map(|z| z * z).sum();
        let count = (self.z.len() - onset) as f64;
        for grown in GROWN {
            let squares = self.squares - restless + restless / (grown * grown);
            let log = self.student(squares) - count * grown.ln();
            let size = (restless / count).sqrt().clamp(GROWN[0], GROWN[5]);
            variance.add(weight / GROWN.len() as f64, Explained { log, onset, size });
        }
    }

    /// The size has a normal prior of mean zero and is integrated out: West & Harrison (1997), chapter 17.
    fn shaped(&self, onset: usize, shape: &[f64], size: f64) -> Explained {
        let (mut xx, mut xz) = (0.0, 0.0);
        for (x, z) in shape.iter().zip(&self.z[onset..]) {
            xx += x * x;
            xz += x * z;
        }
        let vague = size * size;
        let estimate = xz / (xx + vague.recip());
        let left = (self.squares - xz * estimate).max(0.0);
        Explained { log: self.student(left) - 0.5 * (vague * xx).ln_1p(), onset, size: estimate }
    }

    /// Logarithm of the density of what is left, its variance integrated out.
    fn student(&self, squares: f64) -> f64 {
        -0.5 * (DEGREES + self.z.len() as f64) * (squares / DEGREES).ln_1p()
    }
}
