//! Histograms: what was added to one since the last, and what that says.

use std::{collections::HashMap, sync::Arc};

use config::senders::FORGOTTEN_AFTER;
use vsm::time::Moment;

use super::key::{check, write_key};
use crate::senders::{
    exponential::MOST_BUCKETS,
    point::{Histogram, Kind, Series, shown},
};

/// Where most of the measurements lay.
const PERCENTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// The last histogram of each series.
pub(super) struct Tallies {
    held: HashMap<Arc<[u8]>, Tally, foldhash::fast::RandomState>,
    most: usize,
    key: Vec<u8>,
}

/// A histogram as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tally {
    pub(super) at: Moment,
    pub(super) started_at: Option<Moment>,
    pub(super) heard_at: Moment,
    pub(super) histogram: Histogram,
}

/// What a histogram changed.
pub(super) struct Change {
    pub(super) key: Arc<[u8]>,
    pub(super) before: Option<Tally>,
    /// What it says, each part by its name.
    pub(super) parts: Vec<(&'static str, f64)>,
}

impl Tallies {
    pub(super) fn new(most: usize) -> Self {
        Self { held: HashMap::default(), most, key: Vec::new() }
    }

    /// Takes the next histogram of a series; `None` if it is not newer than the last.
    pub(super) fn turn(&mut self, series: &Series<'_>, came: Tally) -> Result<Option<Change>, String> {
        check_buckets(series, &came.histogram)?;
        write_key(series, &mut self.key);
        let key = self.held.get_key_value(&self.key[..]).map(|(key, _)| key.clone());
        let key = match key {
            Some(key) => key,
            None if self.held.len() < self.most => {
                check(series, &self.key)?;
                self.key.as_slice().into()
            }
            None => {
                return Err(format!("a histogram of {:?}, but {} are open already", shown(series.metric), self.most));
            }
        };
        let before = self.held.get(&key).cloned();
        if before.as_ref().is_some_and(|before| came.at <= before.at) {
            return Ok(None);
        }
        let parts = parts(series.kind, before.as_ref(), &came);
        self.held.insert(key.clone(), came);
        Ok(Some(Change { key, before, parts }))
    }

    pub(super) fn restore(&mut self, key: Arc<[u8]>, before: Option<Tally>) {
        match before {
            Some(before) => self.held.insert(key, before),
            None => self.held.remove(&key),
        };
    }

    pub(super) fn sweep(&mut self, now: Moment) {
        self.held.retain(|_, tally| now <= tally.heard_at + FORGOTTEN_AFTER);
    }
}

fn check_buckets(series: &Series<'_>, histogram: &Histogram) -> Result<(), String> {
    let buckets = histogram.buckets.len().max(histogram.bounds.len());
    if buckets <= MOST_BUCKETS {
        return Ok(());
    }
    Err(format!("a histogram of {:?} with {buckets} buckets; up to {MOST_BUCKETS} are right", shown(series.metric)))
}

/// What was measured since the histogram before: how many a second, their mean, where most of them lay.
fn parts(kind: Kind, before: Option<&Tally>, came: &Tally) -> Vec<(&'static str, f64)> {
    let (added, since) = match (kind, before) {
        (Kind::Growth, before) => {
            let said = came.started_at.filter(|started_at| *started_at < came.at);
            (came.histogram.clone(), said.or(before.map(|before| before.at)))
        }
        (Kind::Gauge, _) => (came.histogram.clone(), None),
        (_, Some(before)) => (added(&before.histogram, &came.histogram), Some(before.at)),
        (_, None) => return Vec::new(),
    };
    let seconds = since.map(|since| came.at.since(since).as_secs_f64());
    let mut parts = Vec::from_iter(seconds.map(|seconds| ("count", added.count / seconds)));
    if 0.0 < added.count {
        parts.extend(added.sum.map(|sum| ("mean", sum / added.count)));
        parts.extend(PERCENTILES.iter().filter_map(|(name, share)| Some((*name, quantile(&added, *share)?))));
    }
    parts
}

/// What was added; everything, where the counting began anew.
fn added(before: &Histogram, now: &Histogram) -> Histogram {
    if now.count < before.count {
        return now.clone();
    }
    let (count, sum) = (now.count - before.count, before.sum.zip(now.sum).map(|(before, now)| now - before));
    match within(before, &now.bounds) {
        Some(former) if former.len() == now.buckets.len() => {
            let buckets = former.iter().zip(&now.buckets).map(|(before, now)| (now - before).max(0.0)).collect();
            Histogram { count, sum, bounds: now.bounds.clone(), buckets }
        }
        _ => Histogram { count, sum, ..Histogram::default() },
    }
}

/// The buckets of a histogram within other bounds, as those of one that has grown beyond its former ends, or whose buckets
/// were joined because there were too many; none where one of them would have to be torn apart.
fn within(histogram: &Histogram, bounds: &[f64]) -> Option<Vec<f64>> {
    let Histogram { bounds: own, buckets, .. } = histogram;
    if own == bounds {
        return Some(buckets.clone());
    }
    if buckets.len() != own.len() + 1 || !bounds.is_sorted_by(|a, b| a < b) {
        return None;
    }
    let mut within = vec![0.0; bounds.len() + 1];
    for (at, count) in buckets.iter().enumerate().filter(|(_, count)| **count != 0.0) {
        let begin = at.checked_sub(1).map(|before| own[before]);
        let place = own.get(at).map_or(bounds.len(), |end| bounds.partition_point(|bound| bound < end));
        let begins_inside = match place.checked_sub(1).map(|before| bounds[before]) {
            Some(bound) => begin.is_some_and(|begin| bound <= begin),
            None => true,
        };
        if !begins_inside {
            return None;
        }
        within[place] += count;
    }
    Some(within)
}

/// Where a share of the measurements lies below, as Prometheus' `histogram_quantile` has it of a classic histogram: evenly
/// spread within each bucket, from zero in the first, and at its lower bound in the last, which has no upper one.
fn quantile(histogram: &Histogram, share: f64) -> Option<f64> {
    let Histogram { bounds, buckets, .. } = histogram;
    let (lowest, total) = (*bounds.first()?, buckets.iter().sum::<f64>());
    if buckets.len() != bounds.len() + 1 || total <= 0.0 || !bounds.is_sorted_by(|a, b| a < b) {
        return None;
    }
    let mut rank = share * total;
    let (mut lower, mut found) = (lowest.min(0.0), None);
    for (upper, count) in bounds.iter().zip(buckets) {
        if rank <= *count && 0.0 < *count {
            found = Some(lower + (upper - lower) * rank / count);
            break;
        }
        rank -= count;
        lower = *upper;
    }
    Some(found.unwrap_or(lower)).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(count: f64, sum: f64, buckets: &[f64]) -> Histogram {
        Histogram { count, sum: Some(sum), bounds: vec![1.0, 2.0, 4.0], buckets: buckets.to_vec() }
    }

    fn tally(second: i64, histogram: Histogram) -> Tally {
        let at = Moment::from_unix_millis(second * 1000);
        Tally { at, started_at: None, heard_at: at, histogram }
    }

    #[test]
    fn what_was_added_is_a_count_a_second_a_mean_and_percentiles() {
        let before = tally(10, histogram(10.0, 5.0, &[10.0, 0.0, 0.0, 0.0]));
        let came = tally(20, histogram(30.0, 35.0, &[10.0, 20.0, 0.0, 0.0]));
        let parts = parts(Kind::Counter, Some(&before), &came);
        assert_eq!(parts, [("count", 2.0), ("mean", 1.5), ("p50", 1.5), ("p95", 1.95), ("p99", 1.99)]);
    }

    #[test]
    fn nothing_added_is_a_count_of_zero_and_says_nothing_else() {
        let before = tally(10, histogram(10.0, 5.0, &[10.0, 0.0, 0.0, 0.0]));
        assert_eq!(parts(Kind::Counter, Some(&before), &tally(20, before.histogram.clone())), [("count", 0.0)]);
        assert_eq!(parts(Kind::Counter, None, &before), []);
    }

    #[test]
    fn a_histogram_that_began_anew_is_what_was_added() {
        let before = histogram(10.0, 5.0, &[10.0, 0.0, 0.0, 0.0]);
        let now = histogram(3.0, 6.0, &[0.0, 3.0, 0.0, 0.0]);
        assert_eq!(added(&before, &now), now);
        let other_bounds = Histogram { bounds: vec![0.5, 3.0, 9.0], ..histogram(12.0, 9.0, &[0.0; 4]) };
        assert_eq!(added(&before, &other_bounds), Histogram { count: 2.0, sum: Some(4.0), ..Histogram::default() });
    }

    #[test]
    fn what_was_added_is_known_as_long_as_no_bucket_is_torn_apart() {
        let before = histogram(9.0, 5.0, &[0.0, 4.0, 5.0, 0.0]);
        let of = |bounds: &[f64]| within(&before, bounds);
        assert_eq!(
            of(&[0.5, 1.0, 2.0, 4.0, 8.0]),
            Some(vec![0.0, 0.0, 4.0, 5.0, 0.0, 0.0]),
            "it has grown at both ends"
        );
        assert_eq!(of(&[1.0, 4.0]), Some(vec![0.0, 9.0, 0.0]), "two buckets were joined");
        assert_eq!(of(&[]), Some(vec![9.0]));
        for torn in [&[1.0, 3.0, 4.0][..], &[1.5, 4.0], &[4.0, 2.0, 1.0]] {
            assert_eq!(of(torn), None, "{torn:?}");
        }
    }

    #[test]
    fn a_percentile_lies_where_prometheus_would_put_it() {
        assert_eq!(quantile(&histogram(4.0, 0.0, &[4.0, 0.0, 0.0, 0.0]), 0.5), Some(0.5));
        assert_eq!(quantile(&histogram(4.0, 0.0, &[0.0, 0.0, 0.0, 4.0]), 0.5), Some(4.0));
        assert_eq!(quantile(&histogram(4.0, 0.0, &[0.0; 4]), 0.5), None);
        assert_eq!(quantile(&Histogram::default(), 0.5), None);
        let below_zero = Histogram { bounds: vec![-2.0, -1.0], buckets: vec![0.0, 4.0, 0.0], ..Histogram::default() };
        assert_eq!(quantile(&below_zero, 0.5), Some(-1.5));
    }
}
