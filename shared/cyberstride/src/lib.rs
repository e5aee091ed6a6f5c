//! Watches one series of numbers and says what kind of change it is going through.
//!
//! The model is the multi-process linear growth model, class II, of Harrison and Stevens: "A Bayesian Approach to
//! Short-term Forecasting" (Operational Research Quarterly 22, 1971) and "Bayesian Forecasting" (J. R. Statist. Soc. B
//! 38, 1976), the method Cyberstride ran in 1972, in the form and the letters of West and Harrison, *Bayesian
//! Forecasting and Dynamic Models* (2nd edition, 1997), section 12.4.
//!
//! ```text
//! reading      Y_t = F' theta_t + v_t            v_t ~ N(0, k_j V)      F = (1, 0)'
//! trend        theta_t = G theta_{t-1} + w_t     w_t ~ N(0, W_j)        theta = (level, slope)', G = [[1, 1], [0, 1]]
//! evolve       a = G m                           R = G C G' + W_j
//! forecast     f = F' a                          Q = F' R F + k_j S     Student-t with n degrees of freedom
//! learn        e = y - f, A = R F / Q            m = a + A e,           C = (S_t / S) (R - A A' Q)
//! noise        n_t = b n + 1                     S_t = (b n S + S e^2 / Q) / n_t
//! ```
//!
//! The process `j` (steady, transient, level change, slope change) is drawn afresh at every step and decides `k_j` and
//! `W_j`. Four processes now on four then make 16 paths; they are weighed by how well each foresaw the reading and
//! collapsed to four again by matching moments. The weights of the processes one and two steps ago, given the reading
//! of now, are the hindsight: a spike and a step look alike until the next reading tells them apart.
//!
//! Nothing here reads a clock, draws a random number, allocates for a reading or does I/O.
//!
//! Reading order: [`process`], [`setting`], [`covariance`], `trend` (one path), `mixture` (sixteen), [`prior`],
//! [`forecast`], [`monitor`] (the face of it all); then [`naming`] and [`scale`], which stand beside it;
//! `profile`, `regression`, [`outlook`] and `forecaster`, the forecast people are shown; [`score`], how unusual a reading
//! is, whatever the series; [`detector`], all of them together.

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
pub use setting::Setting;
pub use told::{Pattern, Told, WEEKLY};
pub use usefulness::Answer;
