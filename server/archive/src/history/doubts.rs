//! Which readings are doubted, a bit each: written only where one is.
//!
//! ```text
//! doubts = a bit for each reading, the first reading's the lowest of the first byte; what is left over is zero
//! ```

use super::PastReading;
use crate::codec::Damage;

/// The bits of `readings`, if one of them is doubted.
pub(crate) fn encode<'a>(readings: impl Iterator<Item = &'a PastReading> + Clone) -> Option<Vec<u8>> {
    if !readings.clone().any(|reading| reading.doubtful) {
        return None;
    }
    let mut bits = Vec::new();
    for (place, reading) in readings.enumerate() {
        if place % 8 == 0 {
            bits.push(0);
        }
        if let Some(last) = bits.last_mut() {
            *last |= u8::from(reading.doubtful) << (place % 8);
        }
    }
    Some(bits)
}

/// How many bytes the bits of so many readings take.
pub(crate) fn length(count: usize) -> usize {
    count.div_ceil(8)
}

/// Doubts those of `readings` whose bit is set; `bits` are as long as they need.
pub(crate) fn decode(bits: &[u8], readings: &mut [PastReading]) -> Result<(), Damage> {
    for (place, reading) in readings.iter_mut().enumerate() {
        reading.doubtful = bits[place / 8] >> (place % 8) & 1 == 1;
    }
    // In one form only, so that what was written is what is read.
    if encode(readings.iter()).as_deref() == Some(bits) { Ok(()) } else { Err(Damage::Disagrees("doubts")) }
}
