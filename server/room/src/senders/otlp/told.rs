//! A number of OTLP's JSON, which may be written as text.

use std::borrow::Cow;

use serde::Deserialize;

use super::{CUMULATIVE, DELTA};
use crate::senders::point::Fault;

/// A number, or the text of one.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Told<'a> {
    Whole(u64),
    Signed(i64),
    Real(f64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

impl Told<'_> {
    pub(super) fn real(&self) -> Result<f64, Fault> {
        match self {
            Self::Whole(number) => Ok(*number as f64),
            Self::Signed(number) => Ok(*number as f64),
            Self::Real(number) => Ok(*number),
            Self::Text(text) => text.parse().map_err(|_| Fault(format!("{text:?} is not a number"))),
        }
    }

    pub(super) fn whole(&self) -> Result<u64, Fault> {
        match self {
            Self::Whole(number) => Ok(*number),
            Self::Text(text) => text.parse().map_err(|_| Fault(format!("{text:?} is not a whole number"))),
            Self::Signed(_) | Self::Real(_) => Err(Fault(format!("{} is not a whole number from 0", self.real()?))),
        }
    }

    pub(super) fn signed(&self) -> Result<i64, Fault> {
        let real = self.real()?;
        let is_whole = real.fract() == 0.0 && real.abs() < 9e15;
        if is_whole { Ok(real as i64) } else { Err(Fault(format!("{real} is not a whole number"))) }
    }

    /// By its number or, as some write it, by its name.
    pub(super) fn temporality(&self) -> Result<u64, Fault> {
        match self {
            Self::Text(name) if name.ends_with("_DELTA") => Ok(DELTA),
            Self::Text(name) if name.ends_with("_CUMULATIVE") => Ok(CUMULATIVE),
            told => told.whole(),
        }
    }
}

impl<'a> Told<'a> {
    /// As the other encoding would have it.
    pub(super) fn written(self) -> Cow<'a, str> {
        match self {
            Self::Whole(number) => number.to_string().into(),
            Self::Signed(number) => number.to_string().into(),
            Self::Real(number) => number.to_string().into(),
            Self::Text(text) => text,
        }
    }
}
