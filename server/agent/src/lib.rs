//! The agent: it belongs to a team, reads what the team measures, keeps it on disk and brings it to the room.
//!
//! Nothing leaves that the team has not written into the agent's file; `synco-agent dry-run` shows it word for word.
//! A reading that was taken in survives `kill -9`; it is sent until the room has said that it is on the room's disk.
//!
//! Reading order: [`app`] (what runs), [`sample`] (when a probe is read), [`probe`] (what is read), [`gate`] (what may
//! leave), [`outbox`] (where readings wait), [`link`] (how they travel), [`dry_run`].

pub mod app;
pub mod clock;
pub mod dry_run;
pub mod gate;
pub mod happening;
pub mod link;
pub mod outbox;
pub mod probe;
pub mod sample;
pub mod token;

mod chance;
