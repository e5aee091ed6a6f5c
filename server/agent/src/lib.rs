//! The agent: it belongs to a team, reads what the team measures, keeps it on disk and brings it to the room.
//!
//! Readings leave of what the team has written into the agent's file, and of what cannot be read why, in words of the
//! agent's own: nothing that a page, a program, a file or a socket said. `synco-agent dry-run` shows all of it word for
//! word.
//! A reading that was taken in survives `kill -9`; it is sent until the room has said that it is on the room's disk. After a
//! long cut what is new goes first, and the backlog is caught up beside it.
//!
//! Reading order: [`app`] (what runs), [`sample`] (when a probe is read), [`probe`] (what is read), [`gate`] (what may
//! leave), [`faults`] (what cannot be read), [`outbox`] (where readings wait), [`link`] (how they travel), [`dry_run`].

pub mod app;
pub mod clock;
pub mod dry_run;
pub mod faults;
pub mod gate;
pub mod happening;
pub mod link;
pub mod outbox;
pub mod probe;
pub mod sample;
pub mod token;

mod chance;
