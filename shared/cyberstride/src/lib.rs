//! Watches one series of numbers and says what kind of change it is going through.
//!
#![doc = include_str!("../README.md")]
//!
//! # Reading order
//!
//! 1. The model of 1976: [`process`], [`setting`], `covariance`, `trend` (one path), `mixture` (sixteen), [`prior`],
//!    [`forecast`], [`monitor`] (the face of the model).
//! 2. A series and its time: `at`, [`scale`], `pace`, `profile` (what kind of series), `told` (what people say of it).
//! 3. The forecast people are shown: `day`, `week`, `usual` (both), `regression`, [`calibration`], [`outlook`],
//!    `forecaster` (all of them).
//! 4. What is unusual: `innovation`, [`score`] and its modules, `vigil`.
//! 5. What deserves a word: `naming` and its `evidence`, `recent`, `finding`, `latch`, `attention`, `usefulness`.
//! 6. Together: `sense` (the models on one scale), [`detector`] (the face of it all).

mod at;
mod attention;
pub mod calibration;
mod covariance;
mod day;
pub mod detector;
mod finding;
pub mod forecast;
mod forecaster;
mod innovation;
mod latch;
mod mixture;
pub mod monitor;
mod naming;
pub mod outlook;
mod pace;
pub mod prior;
pub mod process;
mod profile;
mod recent;
mod regression;
pub mod scale;
pub mod score;
mod sense;
pub mod setting;
mod slots;
mod told;
mod trend;
mod usefulness;
mod usual;
mod vigil;
mod week;

pub use at::At;
pub use covariance::Covariance;
pub use detector::{Detector, Judgement, Late};
pub use finding::{Band, Ending, Finding, News};
pub use forecast::Forecast;
pub use monitor::{Diagnosis, Monitor};
pub use naming::Kind;
pub use outlook::Outlook;
pub use prior::Prior;
pub use process::{Probabilities, Process};
pub use profile::{Nature, Profile};
pub use scale::Scale;
pub use score::{Score, Tier, Voice};
pub use sense::Foresight;
pub use setting::Setting;
pub use told::{Pattern, Told, WEEKLY};
pub use usefulness::Answer;
