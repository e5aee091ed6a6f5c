//! How good the forecasts are: coverage of the intervals, CRPS and log score against a random walk.

use crate::judged::Judged;

/// Coverages that are asked for.
const COVERAGES: [f64; 3] = [0.50, 0.95, 0.99];

/// Levels at which the CRPS is integrated.
const LEVELS: usize = 40;

/// The quality of the forecasts of one series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quality {
    /// Share of the readings inside the intervals of 50, 95 and 99 %.
    pub(crate) coverage: [f64; 3],
    /// Mean CRPS over that of the random walk.
    pub(crate) crps: f64,
    /// Mean logarithm of the density over that of the random walk, in nats.
    pub(crate) log_score: f64,
}

/// A Gaussian random walk whose step has the variance of all steps so far.
#[derive(Default)]
struct Walk {
    last: Option<f64>,
    squares: f64,
    steps: f64,
}

impl Quality {
    /// Judges the forecasts of one series; none if there are too few, or if the series never moves.
    pub(crate) fn of(file: &Judged) -> Option<Self> {
        let mut walk = Walk::default();
        let mut sums = [0.0; 8];
        for (value, said) in file.values.iter().zip(&file.said) {
            let Some(y) = *value else { continue };
            if let (Some(forecast), Some((mean, deviation))) = (&said.forecast, walk.forecast()) {
                let inside = COVERAGES.map(|coverage| {
                    let (lower, upper) = forecast.interval(coverage);
                    f64::from(u8::from(lower <= y && y <= upper))
                });
                let crps = crps(y, |level| forecast.quantile(level));
                let of_walk = [gaussian_crps(y, mean, deviation), gaussian_log(y, mean, deviation)];
                let one = [1.0, inside[0], inside[1], inside[2], crps, forecast.log_density(y), of_walk[0], of_walk[1]];
                sums.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
            }
            walk.observe(y);
        }
        let [count, inside50, inside95, inside99, crps, log, walk_crps, walk_log] = sums;
        let worth = 100.0 <= count && 0.0 < walk_crps;
        worth.then(|| Self {
            coverage: [inside50, inside95, inside99].map(|inside| inside / count),
            crps: crps / walk_crps,
            log_score: (log - walk_log) / count,
        })
    }
}

/// The median, of at least one number.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[middle] } else { 0.5 * (numbers[middle - 1] + numbers[middle]) }
}

impl Walk {
    fn forecast(&self) -> Option<(f64, f64)> {
        let deviation = (self.squares / self.steps).sqrt();
        self.last.filter(|_| 0.0 < deviation).map(|last| (last, deviation))
    }

    fn observe(&mut self, y: f64) {
        if let Some(last) = self.last.replace(y) {
            self.squares += (y - last).powi(2);
            self.steps += 1.0;
        }
    }
}

/// Twice the integral of the quantile loss over all levels (Gneiting & Ranjan 2011), by the midpoint rule.
fn crps(y: f64, quantile: impl Fn(f64) -> f64) -> f64 {
    let losses = (0..LEVELS).map(|k| {
        let level = (k as f64 + 0.5) / LEVELS as f64;
        let off = y - quantile(level);
        off * (level - f64::from(u8::from(off < 0.0)))
    });
    2.0 * losses.sum::<f64>() / LEVELS as f64
}

/// Gneiting & Raftery (2007), equation 21.
fn gaussian_crps(y: f64, mean: f64, deviation: f64) -> f64 {
    let z = (y - mean) / deviation;
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let below = 0.5 * statrs::function::erf::erfc(-z / std::f64::consts::SQRT_2);
    deviation * (z * (2.0 * below - 1.0) + 2.0 * density - 1.0 / std::f64::consts::PI.sqrt())
}

fn gaussian_log(y: f64, mean: f64, deviation: f64) -> f64 {
    let z = (y - mean) / deviation;
    -0.5 * z * z - deviation.ln() - 0.5 * std::f64::consts::TAU.ln()
}
