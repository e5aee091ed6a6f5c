//! Remote write 2.0: `io.prometheus.write.v2.Request`, in which every text stands once.

use std::borrow::Cow;

use super::{Scratch, native, sample};
use crate::senders::{
    point::{Fault, Kind, Sample, Series},
    protobuf::Fields,
};

/// The most texts a request may hold.
const MOST_SYMBOLS: usize = 500_000;

/// Gives every sample of a request to `take`, in order; what comes before a fault has then been given.
///
/// # Errors
/// What cannot be read.
pub fn read(body: &[u8], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
    // The texts may stand behind what refers to them.
    let symbols = symbols(Fields::of(body))?;
    let mut scratch = Scratch::default();
    let mut request = Fields::of(body);
    while let Some((number, wire)) = request.step()? {
        if number == 5 {
            series(wire.message()?, &symbols, &mut scratch, take)?;
        }
    }
    Ok(())
}

fn symbols(mut request: Fields<'_>) -> Result<Vec<&str>, Fault> {
    let mut symbols = Vec::new();
    while let Some((number, wire)) = request.step()? {
        if number == 4 {
            if MOST_SYMBOLS <= symbols.len() {
                return Err(Fault(format!("more than {MOST_SYMBOLS} symbols; send fewer series at once")));
            }
            symbols.push(wire.text()?);
        }
    }
    match symbols.first() {
        Some(first) if !first.is_empty() => Err(Fault::new("the first symbol is not empty, as it has to be")),
        _ => Ok(symbols),
    }
}

fn series<'a>(
    mut fields: Fields<'a>,
    symbols: &[&'a str],
    scratch: &mut Scratch<'a>,
    take: &mut impl FnMut(&Series<'_>, Sample),
) -> Result<(), Fault> {
    scratch.clear();
    let (mut kind, mut is_gauge) = (Kind::Unknown, false);
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => wire.varints(|at| scratch.refs.push(at))?,
            2 => scratch.samples.push(sample(wire.message()?)?),
            3 => {
                let (histogram, hint) = native::histogram(wire.message()?)?;
                is_gauge |= hint;
                scratch.samples.push(histogram);
            }
            5 => kind = metadata(wire.message()?)?,
            _ => (),
        }
    }
    let (pairs, rest) = scratch.refs.as_chunks::<2>();
    if !rest.is_empty() {
        let words = format!("{} references to labels; they come in pairs of name and value", scratch.refs.len());
        return Err(Fault(words));
    }
    for [name, value] in pairs {
        scratch.labels.push((symbol(*name, symbols)?, symbol(*value, symbols)?));
    }
    scratch.give(if is_gauge { Kind::Gauge } else { kind }, take)
}

fn symbol<'a>(at: u64, symbols: &[&'a str]) -> Result<Cow<'a, str>, Fault> {
    let symbol = usize::try_from(at).ok().and_then(|at| symbols.get(at));
    let fault = || Fault(format!("a reference to symbol {at}; there are {}", symbols.len()));
    symbol.map(|symbol| Cow::Borrowed(*symbol)).ok_or_else(fault)
}

/// What the series are, as far as their type tells; in a summary and a histogram their names do.
fn metadata(mut fields: Fields<'_>) -> Result<Kind, Fault> {
    let mut kind = Kind::Unknown;
    while let Some((number, wire)) = fields.step()? {
        if number == 1 {
            kind = match wire.varint()? {
                1 => Kind::Counter,
                2 | 4 | 6 | 7 => Kind::Gauge,
                _ => Kind::Unknown,
            };
        }
    }
    Ok(kind)
}
