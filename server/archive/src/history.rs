//! The history of indicators: what was measured, and what had been forecast of it, for those who look back.
//!
//! # From the journal into history
//!
//! History is kept off the way of a reading: the caller gathers what was judged and brings it in stretches of the
//! journal, each where the one before ended ([`Archive::keep_history`]). The stretch and the position it ends at are one
//! transaction, so a reading of the journal is in history or lies behind [`Archive::history_position`], never both.
//! After a crash the caller replays the journal anyway; what lies behind that position it brings again, the rest it
//! does not. Whoever keeps a snapshot brings the stretch up to its position first, so that the replay after the
//! snapshot meets every reading history lacks with its forecast; a stretch whose forecasts are lost may be brought
//! without them.
//!
//! # On disk
//!
//! ```text
//! stretch -> tails        a row for each family of 64 indicators, as the readings come
//! tails   -> chunks       at most 1,024 readings of one indicator and one day, compressed; bands beside them
//! chunks  -> aggregates   of a day that is over: minutes, and hours
//! ```
//!
//! The first arrow is [`Archive::keep_history`], the others are [`Archive::tidy`]. A family makes a stretch of 100,000
//! indicators 1,600 rows and not 100,000, and a query reads one family's tails and not all.
//!
//! Of two readings of one moment the later one counts, in what is given raw and in aggregates; both are kept until
//! retention drops their chunk, and the former is listed beside the answer. A reading that
//! comes after its day was aggregated has the day aggregated anew; after the raw readings of that day were dropped, it
//! is added to the aggregates.

pub(crate) mod aggregate;
pub(crate) mod annotations;
pub(crate) mod append;
pub(crate) mod chunk;
pub(crate) mod columns;
pub(crate) mod day;
pub(crate) mod doubts;
pub(crate) mod families;
pub(crate) mod horizons;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod rows;
pub(crate) mod settle;
pub(crate) mod span;
pub(crate) mod tail;

use std::time::Duration;

use vsm::{
    reading::{NotFinite, Reading},
    time::Moment,
};

pub use self::{
    aggregate::Aggregate,
    annotations::{Annotation, Annotations},
};
use crate::fault::ArchiveFault;

/// A reading of one indicator as history keeps it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastReading {
    /// When it was measured, by the team's clock.
    pub measured_at: Moment,
    value: f64,
    /// What had been forecast of it, if anything.
    pub band: Option<Band>,
    /// Whether its own team doubted it.
    pub doubtful: bool,
}

/// What had been forecast of a reading before it came, in the indicator's unit of measure: finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The centre.
    pub forecast: f32,
    /// The lower end of the interval of 95 %.
    pub lower: f32,
    /// The upper end of the interval of 95 %.
    pub upper: f32,
}

/// How many annotations stand beside an answer at most.
pub const MOST_ANNOTATIONS: usize = 1000;

/// What history answers.
#[derive(Debug)]
pub struct History {
    /// In the order of time.
    pub points: Points,
    /// Beside readings: those whose place a later one of the same moment took, in the order of time and then as they came.
    /// They are kept as long as raw readings are.
    pub corrected: Vec<PastReading>,
    /// What was said of readings within what was asked for, the newest [`MOST_ANNOTATIONS`], in the order of time.
    pub annotations: Vec<Annotation>,
    /// A fault for each damaged row that was met; its readings are missing from the points, and no others.
    pub damaged: Vec<ArchiveFault>,
}

/// The points of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// Every reading, one for a moment.
    Raw(Vec<PastReading>),
    /// What a bucket of time holds; those that hold nothing are left out.
    Aggregated {
        /// What they were made from.
        resolution: Resolution,
        /// How much time a bucket takes: a whole number of minutes or hours. Buckets are counted from the epoch.
        width: Duration,
        /// A line for each bucket, whole buckets also at the ends of what was asked for.
        aggregates: Vec<Aggregate>,
    },
}

/// The width of the aggregates that are kept.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Resolution {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
}

impl PastReading {
    /// What history keeps of a reading: its moment, its value, and whether it is doubted.
    pub fn of(reading: &Reading, band: Option<Band>) -> Self {
        Self { measured_at: reading.measured_at, value: reading.value(), band, doubtful: reading.is_doubtful() }
    }

    /// The value, finite, in the indicator's unit of measure.
    pub fn value(&self) -> f64 {
        self.value
    }

    pub(crate) fn new(measured_at: Moment, value: f64, band: Option<Band>) -> Result<Self, NotFinite> {
        let reading = Self { measured_at, value, band, doubtful: false };
        if value.is_finite() { Ok(reading) } else { Err(NotFinite(value)) }
    }

    /// Whether another reading of the moment is but a repetition of this one.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        (self.value.to_bits(), self.doubtful) == (other.value.to_bits(), other.doubtful)
    }

    pub(crate) fn at(&self) -> i64 {
        self.measured_at.unix_millis()
    }
}

impl Band {
    /// A band in the precision history keeps: each number to a step of 1/128 to 1/256 of the interval's width, finer
    /// than a screen shows, as full numbers would take eight times the room. `None` if one of them is not finite then.
    #[inline]
    pub fn new(forecast: f64, lower: f64, upper: f64) -> Option<Self> {
        const EXPONENT: u64 = 0x7ff << 52;
        // The greatest power of two that the width holds.
        let power = f64::from_bits((upper - lower).to_bits() & EXPONENT);
        let step = power / 128.0;
        let [forecast, lower, upper] = [forecast, lower, upper].map(|number| {
            let stepped = (number / step).round() * step;
            if stepped.is_finite() { stepped as f32 } else { number as f32 }
        });
        Self::of_columns([forecast, lower, upper])
    }

    /// Forecast, lower and upper end; all NaN where there is no band.
    #[inline]
    pub fn columns(band: Option<Self>) -> [f32; 3] {
        band.map_or([f32::NAN; 3], |band| [band.forecast, band.lower, band.upper])
    }

    /// The other way; none if one of them is not finite.
    #[inline]
    pub fn of_columns([forecast, lower, upper]: [f32; 3]) -> Option<Self> {
        let is_finite = [forecast, lower, upper].into_iter().all(f32::is_finite);
        is_finite.then_some(Self { forecast, lower, upper })
    }
}

impl Resolution {
    /// As the answer to a query names it: `1m` or `1h`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::Hour => "1h",
        }
    }

    pub(crate) const fn millis(self) -> i64 {
        match self {
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
        }
    }
}
