//! Exponential histograms, whose buckets grow by a factor, as histograms with bounds: those of OTLP and the native ones of
//! Prometheus.

use super::point::Histogram;

/// The most buckets that are looked at on either side; senders keep to 160.
const MOST_BUCKETS: usize = 2_000;

/// What buckets do not tell.
#[derive(Clone, Copy, Default)]
pub(super) struct Whole {
    pub(super) count: f64,
    pub(super) sum: Option<f64>,
    /// Each bucket ends at `2 ^ 2 ^ -scale` times where it begins.
    pub(super) scale: i64,
    /// How far from zero what counts as zero may lie, and how many of these there were.
    pub(super) near_zero: f64,
    pub(super) zeros: f64,
}

/// The buckets on one side of zero: the first ends at the base to the power of `offset + 1`.
#[derive(Default)]
pub(super) struct Side {
    pub(super) offset: i64,
    pub(super) counts: Vec<f64>,
}

impl Side {
    /// Adds the next bucket. More than are looked at are not held.
    pub(super) fn push(&mut self, count: f64) {
        if self.counts.len() <= MOST_BUCKETS {
            self.counts.push(count);
        }
    }
}

/// As bounds: the negative side from its far end, zero, the positive side, and nothing between and beyond them. Without
/// buckets where there are too many.
pub(super) fn with_bounds(whole: Whole, negative: &Side, positive: &Side) -> Histogram {
    let Whole { count, sum, scale, near_zero, zeros } = whole;
    let mut histogram = Histogram { count, sum, ..Histogram::default() };
    let is_small = |side: &Side| side.counts.len() <= MOST_BUCKETS && side.offset.unsigned_abs() < 1 << 32;
    if !(is_small(negative) && is_small(positive) && (-20..=30).contains(&scale)) {
        return histogram;
    }
    let ratio = (-scale as f64).exp2();
    let edge = |side: &Side, at: usize| ((side.offset + at as i64) as f64 * ratio).exp2();
    let mut put = |bound: f64, count: f64| {
        histogram.bounds.push(bound);
        histogram.buckets.push(count);
    };
    if !negative.counts.is_empty() {
        put(-edge(negative, negative.counts.len()), 0.0);
        negative.counts.iter().enumerate().rev().for_each(|(at, count)| put(-edge(negative, at), *count));
    }
    put(near_zero, zeros);
    if !positive.counts.is_empty() {
        put(edge(positive, 0), 0.0);
        positive.counts.iter().enumerate().for_each(|(at, count)| put(edge(positive, at + 1), *count));
    }
    histogram.buckets.push(0.0);
    histogram
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bucket_is_twice_as_wide_as_the_one_before_at_scale_zero() {
        let negative = Side { offset: 0, counts: vec![5.0] };
        let positive = Side { offset: 1, counts: vec![7.0, 8.0] };
        let whole = Whole { count: 23.0, zeros: 3.0, near_zero: 0.5, ..Whole::default() };
        let histogram = with_bounds(whole, &negative, &positive);
        assert_eq!(histogram.bounds, [-2.0, -1.0, 0.5, 2.0, 4.0, 8.0]);
        assert_eq!(histogram.buckets, [0.0, 5.0, 3.0, 0.0, 7.0, 8.0, 0.0]);
    }

    #[test]
    fn what_nobody_could_have_measured_has_no_buckets() {
        let (none, far) = (Side::default(), Side { offset: i64::MAX, counts: vec![1.0] });
        let whole = Whole { count: 1.0, ..Whole::default() };
        assert!(with_bounds(whole, &none, &far).bounds.is_empty());
        assert!(with_bounds(Whole { scale: i64::MIN, ..whole }, &none, &none).bounds.is_empty());
    }
}
