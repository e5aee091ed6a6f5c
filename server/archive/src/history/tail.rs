//! The readings of a family as they come: compact, uncompressed, one indicator's readings together.
//!
//! ```text
//! tail    = part for each slot, rising
//! part    = varint: slot + (64 if some are doubted); varint: count * 2 + (1 if there are forecasts); varint: length; as
//!           many bytes: doubts (see doubts.rs), where some are; readings
//! reading = varint: zigzag of the milliseconds since the reading before, the first since the epoch; 8 bytes of value;
//!           where there are forecasts 3 * 4 bytes of forecast, lower, upper, all NaN if this one has none
//! ```

use vsm::time::Moment;

use super::{Band, PastReading, doubts};
use crate::codec::{self, Damage, Input};

/// How many indicators make a family.
pub(crate) const FAMILY: i64 = 64;

/// The smallest reading: time and value.
const SMALLEST: usize = 1 + 8;
/// The usual one at most: a time of six bytes, value and forecast.
const USUAL: usize = 6 + 8 + 12;

/// The readings of one indicator within a row.
pub(crate) struct Part<'a> {
    /// The place of the indicator in its family.
    pub(crate) slot: i64,
    count: u64,
    banded: bool,
    doubted: bool,
    body: &'a [u8],
}

/// Appends the readings of the indicator at `slot`.
pub(crate) fn encode<'a>(slot: i64, readings: impl Iterator<Item = &'a PastReading> + Clone, out: &mut Vec<u8>) {
    let banded = readings.clone().any(|reading| reading.band.is_some());
    let doubts = doubts::encode(readings.clone());
    let slot = slot + if doubts.is_some() { FAMILY } else { 0 };
    let mut body = doubts.unwrap_or_default();
    body.reserve(readings.clone().count() * USUAL);
    let (mut before, mut count) = (0, 0);
    for reading in readings {
        codec::put_varint(codec::zigzag(reading.at().wrapping_sub(before)), &mut body);
        before = reading.at();
        body.extend_from_slice(&reading.value().to_le_bytes());
        if banded {
            put_band(reading.band, &mut body);
        }
        count += 1;
    }
    codec::put_varint(slot.cast_unsigned(), out);
    codec::put_varint(count << 1 | u64::from(banded), out);
    codec::put_bytes(&body, out);
}

fn put_band(band: Option<Band>, out: &mut Vec<u8>) {
    Band::columns(band).into_iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// The parts of a row, without reading what is in them.
pub(crate) fn parts(body: &[u8]) -> Result<Vec<Part<'_>>, Damage> {
    let mut input = Input(body);
    let mut parts: Vec<Part<'_>> = Vec::new();
    while !input.0.is_empty() {
        let marked = input.varint()?.cast_signed();
        let (slot, doubted) = (marked % FAMILY, FAMILY <= marked);
        let head = input.varint()?;
        let rises = parts.last().is_none_or(|part| part.slot < slot);
        if !rises || !(0..2 * FAMILY).contains(&marked) {
            return Err(Damage::Disagrees("slot"));
        }
        parts.push(Part { slot, count: head >> 1, banded: head & 1 == 1, doubted, body: input.bytes()? });
    }
    Ok(parts)
}

impl Part<'_> {
    /// Appends the readings to `out`, in the order in which they came.
    pub(crate) fn decode(&self, out: &mut Vec<PastReading>) -> Result<(), Damage> {
        let mut input = Input(self.body);
        let most = self.body.len() / SMALLEST;
        let count = usize::try_from(self.count).unwrap_or(usize::MAX);
        if most < count {
            return Err(Damage::Short);
        }
        let bits = if self.doubted { input.split(doubts::length(count))? } else { &[] };
        let begin = out.len();
        out.reserve(count);
        let mut before = 0_i64;
        for _ in 0..self.count {
            before = before.wrapping_add(codec::unzigzag(input.varint()?));
            let value = f64::from_le_bytes(input.array()?);
            let band = if self.banded { take_band(&mut input)? } else { None };
            out.push(PastReading::new(Moment::from_unix_millis(before), value, band)?);
        }
        if !input.0.is_empty() {
            return Err(Damage::Long(input.0.len()));
        }
        if self.doubted { doubts::decode(bits, &mut out[begin..]) } else { Ok(()) }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}

fn take_band(input: &mut Input<'_>) -> Result<Option<Band>, Damage> {
    let mut number = || input.array().map(f32::from_le_bytes);
    Ok(Band::of_columns([number()?, number()?, number()?]))
}
