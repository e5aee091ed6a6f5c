//! Remote write 1.0: `prometheus.WriteRequest`.

use std::borrow::Cow;

use super::{NAME, Scratch, native, sample};
use crate::senders::{
    point::{Fault, Kind, Label, Sample, Series},
    protobuf::Fields,
};

/// Gives every sample of a request to `take`, in order; what comes before a fault has then been given.
///
/// # Errors
/// What cannot be read.
pub fn read(body: &[u8], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
    let mut scratch = Scratch::default();
    let mut request = Fields::of(body);
    while let Some((number, wire)) = request.step()? {
        if number == 1 {
            series(wire.message()?, &mut scratch, take)?;
        }
    }
    Ok(())
}

fn series<'a>(
    mut fields: Fields<'a>,
    scratch: &mut Scratch<'a>,
    take: &mut impl FnMut(&Series<'_>, Sample),
) -> Result<(), Fault> {
    scratch.clear();
    let mut kind = Kind::Unknown;
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => scratch.labels.push(label(wire.message()?)?),
            2 => scratch.samples.push(sample(wire.message()?)?),
            4 => {
                let (histogram, is_gauge) = native::histogram(wire.message()?)?;
                kind = if is_gauge { Kind::Gauge } else { kind };
                scratch.samples.push(histogram);
            }
            _ => (),
        }
    }
    // One that only lays a scent, as an exemplar does, has nothing that could be named.
    if scratch.samples.is_empty() && scratch.labels.iter().all(|(name, _)| name != NAME) {
        return Ok(());
    }
    scratch.give(kind, take)
}

fn label(mut fields: Fields<'_>) -> Result<Label<'_>, Fault> {
    let (mut name, mut value) = ("", "");
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => name = wire.text()?,
            2 => value = wire.text()?,
            _ => (),
        }
    }
    Ok((Cow::Borrowed(name), Cow::Borrowed(value)))
}
