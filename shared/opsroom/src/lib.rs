//! The functional core of the room: readings and ticks in, changes of one picture out.
//!
//! A [`watch::Watch`] folds the readings of one indicator and says when something deserves a person's attention. The
//! [`desk::Desk`] folds what the watches say into signals, lamps and changes of the picture. No clock, thread, socket
//! or random number: a journal replays to the same picture, to the last bit.
//!
//! Readings are judged in the order in which they come. One that is older than the last of its indicator is late: counted, put
//! into a gap among the last ones where it fills one, and otherwise left to history.
//!
//! Reading order: [`disturbance`] (what a watch says), `detection` (the same in the words of the detector), [`past`]
//! (what it remembers), [`calendar`] and [`calendars`] (what the clock shows where it is), [`watch`], [`share`]
//! and [`watches`] (all of a shard), [`sources`] (who reports what), `notes` (what was said of readings), [`desk`], [`coalesce`] (what changed twice is told
//! once), [`opsroom`] (all together, as a replay runs them).

pub mod calendar;
pub mod calendars;
pub mod coalesce;
pub mod desk;
mod detection;
pub mod disturbance;
pub mod hindcast;
mod notes;
pub mod opsroom;
pub mod past;
pub mod share;
pub mod sources;
pub mod watch;
pub mod watches;
