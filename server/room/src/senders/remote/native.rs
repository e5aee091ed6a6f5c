//! A native histogram of Prometheus: spans of buckets that grow by a factor, or with bounds of their own.
//!
//! <https://prometheus.io/docs/specs/native_histograms>

use vsm::time::Moment;

use super::{STALE, start};
use crate::senders::{
    exponential::{self, MOST_BUCKETS, Side, Whole},
    point::{Fault, Histogram, Sample, Value},
    protobuf::{Fields, Wire},
};

/// The hint by which a histogram says that it counts from nothing.
const GAUGE: u64 = 3;
/// The schema of those that have bounds of their own.
const CUSTOM: i64 = -53;

/// Reads one, of either version, and whether it is a gauge.
pub(super) fn histogram(mut fields: Fields<'_>) -> Result<(Sample, bool), Fault> {
    let (mut at, mut started_at, mut hint) = (0, 0, 0);
    let (mut whole, mut negative, mut positive) = (Whole::default(), Spans::default(), Spans::default());
    let (mut sum, mut bounds) = (0.0, Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => whole.count = wire.varint()? as f64,
            2 => whole.count = wire.double()?,
            3 => sum = wire.double()?,
            4 => whole.scale = wire.zigzag()?,
            5 => whole.near_zero = wire.double()?,
            6 => whole.zeros = wire.varint()? as f64,
            7 => whole.zeros = wire.double()?,
            8..=10 => negative.read(number - 8, wire)?,
            11..=13 => positive.read(number - 11, wire)?,
            14 => hint = wire.varint()?,
            15 => at = wire.signed()?,
            16 => wire.fixed64s(|bound| push(&mut bounds, f64::from_bits(bound)))?,
            17 => started_at = wire.signed()?,
            _ => (),
        }
    }
    let whole = Whole { sum: Some(sum), ..whole };
    let value = match sum.to_bits() {
        STALE => Value::Ended,
        _ if whole.scale == CUSTOM => Value::Histogram(positive.within(whole, bounds)),
        _ => Value::Histogram(exponential::with_bounds(whole, &negative.side(), &positive.side())),
    };
    let at = Moment::from_unix_millis(at);
    Ok((Sample { at, started_at: start(started_at), value }, hint == GAUGE))
}

/// Of spans, counts and bounds no more are held than there may be buckets, and one, which tells that they are too many.
fn push<T>(to: &mut Vec<T>, one: T) {
    if to.len() <= MOST_BUCKETS {
        to.push(one);
    }
}

/// The buckets on one side as they are sent: what lies between the spans is empty.
#[derive(Default)]
struct Spans {
    /// How many buckets lie between the span before and each; of the first, its place. And how many it has.
    spans: Vec<(i64, u64)>,
    /// The counts, each as the difference from the one before ...
    deltas: Vec<i64>,
    /// ... or as they are.
    counts: Vec<f64>,
}

impl Spans {
    /// Reads one of the three fields of a side.
    fn read(&mut self, field: u64, wire: Wire<'_>) -> Result<(), Fault> {
        match field {
            0 => push(&mut self.spans, span(wire.message()?)?),
            1 => wire.zigzags(|delta| push(&mut self.deltas, delta))?,
            _ => wire.fixed64s(|count| push(&mut self.counts, f64::from_bits(count)))?,
        }
        Ok(())
    }

    /// The places of the buckets, as many as are looked at, each with its count.
    fn buckets(&self) -> impl Iterator<Item = (i64, f64)> {
        let ends = self.spans.iter().scan(0_i64, |end, (apart, length)| {
            let begin = end.saturating_add(*apart);
            *end = begin.saturating_add_unsigned(*length);
            Some(begin..*end)
        });
        let sums = self.deltas.iter().scan(0_i64, |sum, delta| {
            *sum = sum.saturating_add(*delta);
            Some(*sum as f64)
        });
        ends.flatten().zip(sums.chain(self.counts.iter().copied()))
    }

    /// By the places of a side: bucket 1 of Prometheus begins where bucket 0 of a side does.
    fn side(&self) -> Side {
        Side::of(self.buckets().map(|(place, count)| (place.saturating_sub(1), count)))
    }

    /// With bounds of their own, the first bucket below the first bound.
    fn within(&self, Whole { count, sum, .. }: Whole, bounds: Vec<f64>) -> Histogram {
        if MOST_BUCKETS < bounds.len() {
            return Histogram { count, sum, ..Histogram::default() };
        }
        let mut buckets = vec![0.0; bounds.len() + 1];
        for (place, count) in self.buckets() {
            let bucket = usize::try_from(place).ok().and_then(|place| buckets.get_mut(place));
            bucket.into_iter().for_each(|bucket| *bucket = count);
        }
        Histogram { count, sum, bounds, buckets }
    }
}

fn span(mut fields: Fields<'_>) -> Result<(i64, u64), Fault> {
    let (mut apart, mut length) = (0, 0);
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => apart = wire.zigzag()?,
            2 => length = wire.varint()?,
            _ => (),
        }
    }
    Ok((apart, length))
}
