//! Exponential histograms, whose buckets grow by a factor, as histograms with bounds.

use crate::senders::point::Histogram;

/// The most buckets that are looked at on either side; senders keep to 160.
const MOST_BUCKETS: usize = 2_000;

/// The buckets on one side of zero: the first ends at `base` to the power of `offset + 1`.
#[derive(Default)]
pub(super) struct Side {
    pub(super) offset: i64,
    pub(super) counts: Vec<f64>,
}

/// As bounds: the negative side from its far end, zero, the positive side. Without buckets where there are too many.
pub(super) fn with_bounds(
    count: f64,
    sum: Option<f64>,
    scale: i64,
    zeros: f64,
    negative: &Side,
    positive: &Side,
) -> Histogram {
    let is_small = |side: &Side| side.counts.len() <= MOST_BUCKETS && side.offset.unsigned_abs() < 1 << 32;
    if !(is_small(negative) && is_small(positive) && (-20..=30).contains(&scale)) {
        return Histogram { count, sum, ..Histogram::default() };
    }
    let ratio = (-scale as f64).exp2();
    let edge = |power: i64| (power as f64 * ratio).exp2();
    let mut histogram = Histogram { count, sum, ..Histogram::default() };
    let mut put = |bound: f64, count: f64| {
        histogram.bounds.push(bound);
        histogram.buckets.push(count);
    };
    for (at, count) in negative.counts.iter().enumerate().rev() {
        put(-edge(negative.offset + at as i64), *count);
    }
    // What is nearer to zero than the first positive bucket.
    put(edge(positive.offset), zeros);
    for (at, count) in positive.counts.iter().enumerate() {
        put(edge(positive.offset + at as i64 + 1), *count);
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
        let histogram = with_bounds(23.0, None, 0, 3.0, &negative, &positive);
        assert_eq!(histogram.bounds, [-1.0, 2.0, 4.0, 8.0]);
        assert_eq!(histogram.buckets, [5.0, 3.0, 7.0, 8.0, 0.0]);
    }

    #[test]
    fn what_nobody_could_have_measured_has_no_buckets() {
        let far = Side { offset: i64::MAX, counts: vec![1.0] };
        assert!(with_bounds(1.0, None, 0, 0.0, &Side::default(), &far).bounds.is_empty());
        assert!(with_bounds(1.0, None, i64::MIN, 0.0, &Side::default(), &Side::default()).bounds.is_empty());
    }
}
