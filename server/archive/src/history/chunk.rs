//! The readings of one indicator as a chunk: two compressed columns, and three more beside them.
//!
//! ```text
//! chunk   = column of i64: measured_at in Unix milliseconds; column of f64: value; where some are doubted, doubts (see
//!           doubts.rs)
//! band    = byte: 1 if the ends of the interval are told from the forecast, 0 if they are told as they are; three
//!           columns of f32: forecast, lower, upper; all three NaN where nothing was forecast
//! column  = varint: length; as many bytes of pco
//! ```

use vsm::time::Moment;

use super::{Band, PastReading, columns, doubts};
use crate::codec::{Damage, Input};

/// How many readings a chunk holds at most.
pub(crate) const MOST: usize = 1024;

/// The columns that every reading has.
pub(crate) fn encode(readings: &[PastReading]) -> Vec<u8> {
    let mut body = Vec::new();
    columns::put(&readings.iter().map(PastReading::at).collect::<Vec<_>>(), &mut body);
    columns::put(&readings.iter().map(PastReading::value).collect::<Vec<_>>(), &mut body);
    body.extend(doubts::encode(readings.iter()).unwrap_or_default());
    body
}

/// The columns of the forecasts, if there are any.
pub(crate) fn encode_bands(readings: &[PastReading]) -> Option<Vec<u8>> {
    if readings.iter().all(|reading| reading.band.is_none()) {
        return None;
    }
    let column = |part: fn(&Band) -> f32| -> Vec<f32> {
        readings.iter().map(|reading| reading.band.as_ref().map_or(f32::NAN, part)).collect()
    };
    let forecasts = column(|band| band.forecast);
    let ends = [column(|band| band.lower), column(|band| band.upper)];
    let told = ends.each_ref().map(|ends| from_forecast(&forecasts, ends));
    let is_told = told.iter().all(Option::is_some);
    let mut body = vec![u8::from(is_told)];
    columns::put(&forecasts, &mut body);
    for (plain, told) in ends.into_iter().zip(told) {
        columns::put(&told.filter(|_| is_told).unwrap_or(plain), &mut body);
    }
    Some(body)
}

/// How far `ends` lie from the forecasts, which changes little; `None` unless they can be told from it to the last bit.
fn from_forecast(forecasts: &[f32], ends: &[f32]) -> Option<Vec<f32>> {
    let both = || forecasts.iter().zip(ends);
    let apart: Vec<f32> = both().map(|(forecast, end)| end - forecast).collect();
    let is_exact =
        |((forecast, end), apart): ((&f32, &f32), &f32)| end.is_nan() || (forecast + apart).to_bits() == end.to_bits();
    both().zip(&apart).all(is_exact).then_some(apart)
}

/// The readings of a chunk, without forecasts.
pub(crate) fn decode(body: &[u8], count: usize) -> Result<Vec<PastReading>, Damage> {
    let count = bounded(count)?;
    let mut input = Input(body);
    let moments = columns::take::<i64>(&mut input, count)?;
    let values = columns::take::<f64>(&mut input, count)?;
    let reading = |(at, value)| PastReading::new(Moment::from_unix_millis(at), value, None);
    let mut readings: Vec<_> = moments.into_iter().zip(values).map(reading).collect::<Result<_, _>>()?;
    if !input.0.is_empty() {
        doubts::decode(input.split(doubts::length(count))?, &mut readings)?;
    }
    end(&input)?;
    Ok(readings)
}

/// Gives `readings` of a chunk the forecasts beside it.
pub(crate) fn decode_bands(body: &[u8], readings: &mut [PastReading]) -> Result<(), Damage> {
    let count = bounded(readings.len())?;
    let mut input = Input(body);
    let [is_told] = input.array()?;
    let forecasts = columns::take::<f32>(&mut input, count)?;
    let lower = columns::take::<f32>(&mut input, count)?;
    let upper = columns::take::<f32>(&mut input, count)?;
    end(&input)?;
    for (reading, ((forecast, lower), upper)) in readings.iter_mut().zip(forecasts.into_iter().zip(lower).zip(upper)) {
        // Nothing is added where nothing was taken away: 0.0 + -0.0 would not be the -0.0 it was.
        let [lower, upper] = [lower, upper].map(|end| if is_told == 0 { end } else { forecast + end });
        reading.band = Band::of_columns([forecast, lower, upper]);
    }
    Ok(())
}

/// A damaged count must not ask for more memory than a chunk takes.
fn bounded(count: usize) -> Result<usize, Damage> {
    if (1..=MOST).contains(&count) { Ok(count) } else { Err(Damage::Disagrees("count")) }
}

fn end(input: &Input<'_>) -> Result<(), Damage> {
    if input.0.is_empty() { Ok(()) } else { Err(Damage::Long(input.0.len())) }
}
