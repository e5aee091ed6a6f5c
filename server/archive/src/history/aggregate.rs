//! What a bucket of time holds: the extremes, the sum and the count; and many of them as bytes.
//!
//! ```text
//! aggregates = column of i64: number of the bucket since the epoch; columns of f64: min, max, sum;
//!              column of u64: count
//! ```

use vsm::time::Moment;

use super::{PastReading, columns, span};
use crate::codec::{Damage, Input};

/// What the readings within a bucket of time come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aggregate {
    /// When the bucket begins.
    pub begins_at: Moment,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// How many readings there are, at least 1.
    pub count: u64,
    sum: f64,
}

impl Aggregate {
    /// The mean of the values.
    pub fn mean(&self) -> f64 {
        // Rounding, and a sum at the end of what a number can say, must not lead it out of what was measured.
        (self.sum / self.count as f64).clamp(self.min, self.max)
    }
}

/// The same, by the number of the bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) index: i64,
    min: f64,
    max: f64,
    sum: f64,
    count: u64,
}

impl Bucket {
    fn of(index: i64, value: f64) -> Self {
        Self { index, min: value, max: value, sum: value, count: 1 }
    }

    fn join(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        // Kept finite, as an infinite sum of one sign and one of the other would make no number.
        self.sum = (self.sum + other.sum).clamp(f64::MIN, f64::MAX);
        self.count = self.count.saturating_add(other.count);
    }

    /// As the answer to a query, with buckets of `width` milliseconds.
    pub(crate) fn aggregate(&self, width: i64) -> Aggregate {
        let Self { index, min, max, sum, count } = *self;
        Aggregate { begins_at: Moment::from_unix_millis(span::begin(index, width)), min, max, count, sum }
    }
}

/// Buckets of `width` milliseconds for `readings`, which are in the order of time, one for a moment.
pub(crate) fn fold(readings: &[PastReading], width: i64) -> Vec<Bucket> {
    let mut buckets = Vec::new();
    for reading in readings {
        push(Bucket::of(reading.at().div_euclid(width), reading.value()), &mut buckets);
    }
    buckets
}

/// The same buckets, `times` as wide.
pub(crate) fn widen(buckets: &[Bucket], times: i64) -> Vec<Bucket> {
    let mut wide = Vec::new();
    for bucket in buckets {
        push(Bucket { index: bucket.index.div_euclid(times), ..*bucket }, &mut wide);
    }
    wide
}

/// Both together: in order, and one bucket of each number.
pub(crate) fn merge(mut buckets: Vec<Bucket>, more: Vec<Bucket>) -> Vec<Bucket> {
    buckets.extend(more);
    buckets.sort_by_key(|bucket| bucket.index);
    let mut merged = Vec::with_capacity(buckets.len());
    buckets.into_iter().for_each(|bucket| push(bucket, &mut merged));
    merged
}

fn push(bucket: Bucket, buckets: &mut Vec<Bucket>) {
    match buckets.last_mut() {
        Some(last) if last.index == bucket.index => last.join(&bucket),
        _ => buckets.push(bucket),
    }
}

/// Buckets as bytes.
pub(crate) fn encode(buckets: &[Bucket]) -> Vec<u8> {
    let mut body = Vec::new();
    columns::put(&buckets.iter().map(|bucket| bucket.index).collect::<Vec<_>>(), &mut body);
    for part in [|it: &Bucket| it.min, |it: &Bucket| it.max, |it: &Bucket| it.sum] {
        columns::put(&buckets.iter().map(part).collect::<Vec<f64>>(), &mut body);
    }
    columns::put(&buckets.iter().map(|bucket| bucket.count).collect::<Vec<_>>(), &mut body);
    body
}

/// The `count` buckets of a row; `most` is how many its span has room for.
pub(crate) fn decode(body: &[u8], count: usize, most: usize) -> Result<Vec<Bucket>, Damage> {
    if !(1..=most).contains(&count) {
        return Err(Damage::Disagrees("count"));
    }
    let mut input = Input(body);
    let indices = columns::take::<i64>(&mut input, count)?;
    let minima = columns::take::<f64>(&mut input, count)?;
    let maxima = columns::take::<f64>(&mut input, count)?;
    let sums = columns::take::<f64>(&mut input, count)?;
    let counts = columns::take::<u64>(&mut input, count)?;
    if !input.0.is_empty() {
        return Err(Damage::Long(input.0.len()));
    }
    let bucket =
        |k: usize| Bucket { index: indices[k], min: minima[k], max: maxima[k], sum: sums[k], count: counts[k] };
    let buckets: Vec<_> = (0..count).map(bucket).collect();
    let is_sound = |bucket: &Bucket| {
        bucket.min <= bucket.max
            && bucket.min.is_finite()
            && bucket.max.is_finite()
            && bucket.sum.is_finite()
            && 0 < bucket.count
    };
    let rises = buckets.is_sorted_by(|a, b| a.index < b.index);
    if rises && buckets.iter().all(is_sound) { Ok(buckets) } else { Err(Damage::Disagrees("body")) }
}
