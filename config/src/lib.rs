//! What people write: the room, its organisation and its agents, read and checked.
//!
//! Every fault of a file is reported at once, each with file, line, path, what was found and what would be right.
//! A field nobody knows is a fault. Every file begins with `version = 1`; durations are `"500ms"`, `"90s"`, `"15m"`,
//! `"1h"`, `"1d"`, `"1w"`; days are `"2026-12-25"`, hours `"22:00-06:00"`, `"Sat 00:00-24:00"`, `"Mon-Fri 12:00-13:00"`;
//! paths are relative to the file they stand in. The files in `demo/` and `examples/` show how.
//!
//! Reading order: [`Fault`], [`room`], [`organisation`], [`senders`], [`agent`], [`check`]; beneath them the spanned reader:
//! `document` (a file), `section` (a table), `entry` (a value).

pub mod agent;
mod check;
pub mod demo;
mod document;
mod duration;
mod entry;
#[cfg(test)]
mod examples;
mod fault;
mod nearest;
pub mod organisation;
pub mod person;
pub mod room;
mod section;
pub mod senders;

pub use check::check;
pub use fault::Fault;
