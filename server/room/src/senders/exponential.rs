//! Exponential histograms, whose buckets grow by a factor, as histograms with bounds: those of OTLP and the native ones of
//! Prometheus.

use super::point::Histogram;

/// The most buckets that are looked at on either side; senders keep to 160.
pub(super) const MOST_BUCKETS: usize = 2_000;

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

/// The buckets on one side of zero, rising, each with its place: it begins at the base to this power.
///
/// What lies between two of them is empty and takes no memory, however far apart they are.
#[derive(Default)]
pub(super) struct Side(Vec<(i64, f64)>);

impl Side {
    /// Buckets in a row, of which the first has this place.
    pub(super) fn in_a_row(first: i64, counts: impl IntoIterator<Item = f64>) -> Self {
        Self::of(counts.into_iter().zip(0..).map(|(count, at)| (first.saturating_add(at), count)))
    }

    /// Buckets by their places, as many as are looked at and one more, which tells that they are too many.
    pub(super) fn of(buckets: impl IntoIterator<Item = (i64, f64)>) -> Self {
        Self(buckets.into_iter().take(MOST_BUCKETS + 1).collect())
    }

    fn is_small(&self, edge: impl Fn(i64) -> f64) -> bool {
        self.0.len() <= MOST_BUCKETS && self.0.last().is_none_or(|(place, _)| edge(place.saturating_add(1)).is_finite())
    }
}

/// As bounds: the negative side from its far end, zero, the positive side, and nothing between and beyond them. Without
/// buckets where there are too many.
pub(super) fn with_bounds(whole: Whole, negative: &Side, positive: &Side) -> Histogram {
    let Whole { count, sum, scale, near_zero, zeros } = whole;
    let mut rising = Rising(Histogram { count, sum, ..Histogram::default() });
    if !(-20..=30).contains(&scale) {
        return rising.0;
    }
    let ratio = (-scale as f64).exp2();
    let edge = |place: i64| (place as f64 * ratio).exp2();
    if !(negative.is_small(edge) && positive.is_small(edge)) {
        return rising.0;
    }
    for (place, count) in negative.0.iter().rev() {
        rising.put(-edge(place.saturating_add(1)), -edge(*place), *count);
    }
    // Of two sides zero lies in the middle; of one it is where that begins.
    let below = if negative.0.is_empty() { near_zero } else { -near_zero.max(f64::MIN_POSITIVE) };
    rising.put(below, near_zero, zeros);
    for (place, count) in &positive.0 {
        rising.put(edge(*place), edge(place.saturating_add(1)), *count);
    }
    rising.0.buckets.push(0.0);
    rising.0
}

/// A histogram whose bounds are put together from below.
struct Rising(Histogram);

impl Rising {
    /// Adds a bucket from `begin` to `end`, and an empty one before it where it does not begin at the end of the last.
    fn put(&mut self, begin: f64, end: f64, count: f64) {
        let Histogram { bounds, buckets, .. } = &mut self.0;
        if bounds.last().is_none_or(|last| *last < begin) && begin < end {
            bounds.push(begin);
            buckets.push(0.0);
        }
        bounds.push(end);
        buckets.push(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(near_zero: f64, negative: &Side, positive: &Side) -> (Vec<f64>, Vec<f64>) {
        let whole = Whole { count: 23.0, zeros: 3.0, near_zero, ..Whole::default() };
        let Histogram { bounds, buckets, .. } = with_bounds(whole, negative, positive);
        (bounds, buckets)
    }

    #[test]
    fn each_bucket_is_twice_as_wide_as_the_one_before_at_scale_zero() {
        let (none, two) = (Side::default(), Side::in_a_row(1, [7.0, 8.0]));
        let expected = (vec![0.5, 2.0, 4.0, 8.0], vec![3.0, 0.0, 7.0, 8.0, 0.0]);
        assert_eq!(histogram(0.5, &none, &two), expected);
        let below = (vec![-2.0, -1.0, -0.5, 0.5, 2.0, 4.0, 8.0], vec![0.0, 5.0, 0.0, 3.0, 0.0, 7.0, 8.0, 0.0]);
        assert_eq!(histogram(0.5, &Side::in_a_row(0, [5.0]), &two), below);
    }

    #[test]
    fn zero_reaches_as_far_as_the_buckets_it_took_in() {
        let (none, one) = (Side::default(), Side::in_a_row(1, [7.0]));
        assert_eq!(histogram(2.0, &none, &one), (vec![2.0, 4.0], vec![3.0, 7.0, 0.0]));
        assert_eq!(histogram(0.0, &none, &one), (vec![0.0, 2.0, 4.0], vec![3.0, 0.0, 7.0, 0.0]));
    }

    #[test]
    fn what_lies_between_two_buckets_is_one_empty_one() {
        let apart = Side::of([(0, 1.0), (1000, 2.0)]);
        let (bounds, buckets) = histogram(0.0, &Side::default(), &apart);
        assert_eq!((bounds.len(), buckets), (5, vec![3.0, 0.0, 1.0, 0.0, 2.0, 0.0]));
    }

    #[test]
    fn what_nobody_could_have_measured_has_no_buckets() {
        let (none, far) = (Side::default(), Side::in_a_row(i64::MAX, [1.0, 1.0]));
        assert!(histogram(0.0, &none, &far).0.is_empty());
        assert!(histogram(0.0, &Side::in_a_row(0, vec![1.0; 3000]), &none).0.is_empty());
        let whole = Whole { count: 1.0, scale: i64::MIN, ..Whole::default() };
        assert!(with_bounds(whole, &none, &none).bounds.is_empty());
    }
}
