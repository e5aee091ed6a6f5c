//! What may happen to a detector, as bytes tell it: all bytes tell something, and little changes with one of them.

use arbitrary::{Arbitrary, Result, Unstructured};
use cyberstride::{Answer, Pattern, Scale, Told};

use super::series::Series;

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// A reading, so many milliseconds after the last.
    Reading { gap: i64, value: f64 },
    /// Many readings.
    Readings { gap: i64, count: u8, series: Series },
    /// Periods without a reading.
    Missing { gap: i64, count: u8 },
    /// A reading that comes so many milliseconds late.
    Late { ago: i64, value: f64 },
    /// A period whose reading is doubted.
    Doubt { gap: i64 },
    /// Another value, or none, for the moment so many milliseconds ago, and what was believed of it.
    Correct { ago: i64, former: Option<f64>, value: Option<f64> },
    /// People answer.
    Answer(Answer),
    /// People tell something else.
    Told(Told),
    /// The local clock is changed, and so is the calendar.
    Clock { offset: i32, holiday: bool },
    /// Somebody looks ahead from some milliseconds after the last reading.
    Ahead { gap: i64, periods: u16 },
    /// It is written down, and what is read from that goes on beside it.
    Resume,
}

/// Milliseconds as they are between readings, from the second to the week, and as they are when a clock is wrong.
const GAPS: [i64; 13] = [
    300_000,
    60_000,
    3_600_000,
    86_400_000,
    1000,
    900_000,
    1,
    604_800_000,
    0,
    -300_000,
    299_999,
    4 * 3_600_000,
    -86_400_000,
];

/// Numbers at which arithmetic ends.
const EXTREMES: [f64; 16] = [
    0.0,
    -0.0,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    1.0,
    f64::EPSILON,
    1e-9,
    1e75,
    -1e75,
    1e154,
    1e150,
    9_007_199_254_740_992.0,
    1e38,
    -1e300,
];

impl<'a> Arbitrary<'a> for Act {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match bytes.int_in_range(0..=15_u8)? {
            0..=3 => Self::Reading { gap: gap(bytes)?, value: number(bytes)? },
            4..=7 => Self::Readings { gap: gap(bytes)?, count: bytes.arbitrary()?, series: bytes.arbitrary()? },
            8 => Self::Missing { gap: gap(bytes)?, count: bytes.int_in_range(1..=32)? },
            9 => Self::Late { ago: gap(bytes)?, value: number(bytes)? },
            10 => Self::Answer(*bytes.choose(&[Answer::FalseAlarm, Answer::NewNormal, Answer::Useful])?),
            11 => Self::Told(told(bytes)?),
            12 => Self::Clock { offset: bytes.arbitrary()?, holiday: bytes.arbitrary()? },
            13 => Self::Ahead { gap: gap(bytes)?, periods: bytes.int_in_range(0..=300)? },
            14 => corrected(bytes)?,
            _ => Self::Resume,
        })
    }
}

fn corrected(bytes: &mut Unstructured<'_>) -> Result<Act> {
    let said: u8 = bytes.arbitrary()?;
    if said & 1 != 0 {
        return Ok(Act::Doubt { gap: gap(bytes)? });
    }
    let ago = if said & 2 != 0 { 0 } else { gap(bytes)? };
    let former = if said & 4 != 0 { Some(number(bytes)?) } else { None };
    let value = if said & 8 != 0 { None } else { Some(number(bytes)?) };
    Ok(Act::Correct { ago, former, value })
}

/// What people tell: finite numbers of any size and sign, or nothing.
pub(crate) fn told(bytes: &mut Unstructured<'_>) -> Result<Told> {
    let said: u8 = bytes.arbitrary()?;
    let mut told = Told::default();
    if said & 1 != 0 {
        told.scale = Some(*bytes.choose(&[Scale::Log, Scale::Sqrt, Scale::AsinSqrt, Scale::Identity])?);
    }
    if said & 2 != 0 {
        told.cadence = Some(if said & 64 != 0 { number(bytes)? } else { gap(bytes)? as f64 });
    }
    if said & 4 != 0 {
        told.pattern = Some(*bytes.choose(&[Pattern::Weekly, Pattern::Daily, Pattern::None])?);
    }
    if said & 8 != 0 {
        told.least = number(bytes)?;
    }
    if said & 16 != 0 {
        told.least_share = number(bytes)?;
    }
    if said & 32 != 0 {
        told.false_alarms_a_week = Some(number(bytes)?);
    }
    Ok(told)
}

/// A time in milliseconds.
fn gap(bytes: &mut Unstructured<'_>) -> Result<i64> {
    Ok(match bytes.int_in_range(0..=15_u8)? {
        known @ 0..=12 => GAPS[usize::from(known)],
        13 => i64::from(bytes.arbitrary::<u8>()?) * 60_000,
        14 => i64::from(bytes.arbitrary::<i32>()?),
        _ => bytes.arbitrary()?,
    })
}

/// A finite number: mostly of a size people read, at times of any.
pub(crate) fn number(bytes: &mut Unstructured<'_>) -> Result<f64> {
    let number = match bytes.int_in_range(0..=9_u8)? {
        0..=2 => f64::from(bytes.arbitrary::<i8>()?),
        3 | 4 => f64::from(bytes.arbitrary::<i16>()?) / 256.0,
        5 => f64::from(bytes.arbitrary::<u8>()?) / 255.0,
        6 => 10_f64.powf(2.4 * f64::from(bytes.arbitrary::<i8>()?)),
        7 => *bytes.choose(&EXTREMES)?,
        8 => f64::from(f32::from_bits(bytes.arbitrary()?)),
        _ => f64::from_bits(bytes.arbitrary()?),
    };
    Ok(if number.is_finite() { number } else { 0.0 })
}
