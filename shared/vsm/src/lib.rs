//! The organisation as a viable system: who reports what, at which level of recursion, and what became of it.
//!
//! The words are Stafford Beer's, from *Brain of the Firm* (1981) and *The Heart of Enterprise* (1979). Nothing here
//! does input or output, reads a clock or draws a random number.
//!
//! Reading order: [`id`], [`time`], [`date`], [`hours`], [`subsystem`], [`unit`], [`indicator`], [`template`] and
//! [`family`] (indicators described all at once), [`organisation`], [`reading`], [`numbers`] (as people read them),
//! [`signal`], [`act`], [`table`] (by indicator).

pub mod act;
pub mod date;
pub mod family;
pub mod hours;
pub mod id;
pub mod indicator;
pub mod itself;
pub mod numbers;
pub mod organisation;
pub mod reading;
pub mod signal;
pub mod subsystem;
pub mod table;
pub mod template;
pub mod time;
pub mod unit;
