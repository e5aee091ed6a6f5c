//! A native histogram of Prometheus, as far as the room takes it: how many there were and their sum.

use vsm::time::Moment;

use super::{STALE, start};
use crate::senders::{
    point::{Fault, Histogram, Sample, Value},
    protobuf::Fields,
};

/// The hint by which a histogram says that it counts from nothing.
const GAUGE: u64 = 3;

/// Reads one, of either version, and whether it is a gauge.
pub(super) fn histogram(mut fields: Fields<'_>) -> Result<(Sample, bool), Fault> {
    let (mut count, mut sum, mut at, mut started_at, mut hint) = (0.0, 0.0, 0, 0, 0);
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => count = wire.varint()? as f64,
            2 => count = wire.double()?,
            3 => sum = wire.double()?,
            14 => hint = wire.varint()?,
            15 => at = wire.signed()?,
            17 => started_at = wire.signed()?,
            _ => (),
        }
    }
    let value = if sum.to_bits() == STALE {
        Value::Ended
    } else {
        Value::Histogram(Histogram { count, sum: Some(sum), ..Histogram::default() })
    };
    let at = Moment::from_unix_millis(at);
    Ok((Sample { at, started_at: start(started_at), value }, hint == GAUGE))
}
