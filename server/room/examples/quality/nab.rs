//! The published scoring of the Numenta Anomaly Benchmark.
//!
//! Lavin & Ahmad (2015), "Evaluating Real-time Anomaly Detection Algorithms"; Ahmad et al. (2017). At a threshold a row
//! is a detection when its score is at least that and it lies after the probation rows (the first 15 %, 750 at most).
//! A labelled window earns its earliest detection by how early that is, or costs a miss; a detection outside of every
//! window costs by how far it lies past the last one. Scores are normalised: 0 is a detector that says nothing, 100 one
//! that finds every window at its first row and says nothing else.

/// What a hit earns and what a miss and a false alarm cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    hit: f64,
    miss: f64,
    false_alarm: f64,
}

impl Profile {
    /// The standard weights.
    pub(crate) const STANDARD: Self = Self { hit: 1.0, miss: 1.0, false_alarm: 0.11 };
    /// False alarms cost twice as much.
    pub(crate) const FEW_FALSE_ALARMS: Self = Self { hit: 1.0, miss: 1.0, false_alarm: 0.22 };
    /// Misses cost twice as much.
    pub(crate) const FEW_MISSES: Self = Self { hit: 1.0, miss: 2.0, false_alarm: 0.11 };
}

/// One file: its scores, and what a detection on each row earns for weights of one.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    scores: Vec<f64>,
    probation: usize,
    /// The window each row lies in.
    window: Vec<Option<usize>>,
    earns: Vec<f64>,
    windows: usize,
}

/// Lowering the threshold to `score` adds `gain`.
#[derive(Clone, Copy, Debug)]
struct Step {
    score: f64,
    gain: f64,
}

impl Series {
    /// Scores of the rows, and the windows as pairs of rows, both ends inside, in order.
    pub(crate) fn new(scores: Vec<f64>, windows: &[(usize, usize)]) -> Self {
        let rows = scores.len();
        let (mut window, mut earns) = (vec![None; rows], vec![-1.0; rows]);
        for (k, &(left, right)) in windows.iter().enumerate() {
            let width = (right - left + 1) as f64;
            for row in left..=right {
                window[row] = Some(k);
                earns[row] = sigmoid(-((right - row + 1) as f64) / width) / sigmoid(-1.0);
            }
            let next = windows.get(k + 1).map_or(rows, |&(left, _)| left);
            for (row, earns) in earns.iter_mut().enumerate().take(next).skip(right + 1) {
                let distance = (row - right) as f64 / (width - 1.0);
                *earns = if 3.0 < distance { -1.0 } else { sigmoid(distance) };
            }
        }
        Self { scores, probation: probation(rows), window, earns, windows: windows.len() }
    }

    /// What saying nothing earns, and what each lower threshold adds.
    fn steps(&self, profile: Profile) -> (f64, Vec<Step>) {
        let mut steps = Vec::new();
        let mut inside = vec![Vec::new(); self.windows];
        for row in self.probation..self.scores.len() {
            let (score, earns) = (self.scores[row], self.earns[row]);
            match self.window[row] {
                None => steps.push(Step { score, gain: profile.false_alarm * earns }),
                Some(k) => inside[k].push(Step { score, gain: profile.hit * earns }),
            }
        }
        inside.retain(|rows| !rows.is_empty());
        let silent = -profile.miss * inside.len() as f64;
        for mut rows in inside {
            rows.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.gain.total_cmp(&a.gain)));
            let mut best = -profile.miss;
            for row in rows.into_iter().filter(|row| -profile.miss < row.gain) {
                if best < row.gain {
                    steps.push(Step { score: row.score, gain: row.gain - best });
                    best = row.gain;
                }
            }
        }
        (silent, steps)
    }
}

/// The rows at the start of a file that are not scored: there a detector may learn.
pub(crate) fn probation(rows: usize) -> usize {
    (rows * 15 / 100).min(750)
}

/// The threshold at which these files together score best; infinite if it is best to say nothing.
pub(crate) fn best_threshold(all: &[Series], profile: Profile) -> f64 {
    let mut steps: Vec<Step> = all.iter().flat_map(|series| series.steps(profile).1).collect();
    steps.sort_by(|a, b| b.score.total_cmp(&a.score));
    let (mut total, mut best, mut threshold) = (0.0, 0.0, f64::INFINITY);
    for (k, step) in steps.iter().enumerate() {
        total += step.gain;
        let last_of_ties = steps.get(k + 1).is_none_or(|next| next.score < step.score);
        if last_of_ties && best < total {
            (best, threshold) = (total, step.score);
        }
    }
    threshold
}

/// The normalised score of these files together at a threshold.
pub(crate) fn score(all: &[Series], profile: Profile, threshold: f64) -> f64 {
    let (mut silent, mut found) = (0.0, 0.0);
    for (base, steps) in all.iter().map(|series| series.steps(profile)) {
        silent += base;
        found += base + steps.iter().filter(|step| threshold <= step.score).map(|step| step.gain).sum::<f64>();
    }
    let perfect = profile.hit * all.iter().map(|series| series.windows).sum::<usize>() as f64;
    100.0 * (found - silent) / (perfect - silent)
}

/// Detections outside of every window, after probation, at a threshold; and the rows there are.
pub(crate) fn false_alarms(all: &[Series], threshold: f64) -> (usize, usize) {
    let outside = all.iter().flat_map(|series| {
        (series.probation..series.scores.len())
            .filter(|row| series.window[*row].is_none())
            .map(|row| series.scores[row])
    });
    outside.fold((0, 0), |(alarms, rows), score| (alarms + usize::from(threshold <= score), rows + 1))
}

fn sigmoid(y: f64) -> f64 {
    2.0 / (1.0 + (5.0 * y).exp()) - 1.0
}
