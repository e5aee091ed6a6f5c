//! The wire: every message that crosses it, and the picture that both ends fold.
//!
//! These are the only serialised contracts of the room. Protocols carry a number; a peer that speaks another is
//! refused with words. JSON, because it can be read on the wire and decoding it is not what costs.
//!
//! Reading order: [`agent`] (a team's agent and the room), [`batch`] (readings as they arrive), [`ordinals`] (which of them
//! are in), [`faults`] (what an agent cannot read), [`picture`], [`outage`] (why nothing comes), [`ailment`] (why nothing
//! is taken in), [`trace`], [`screen`] (the room and a screen), [`profile`] (what the room worked out of an indicator),
//! [`starting`] (how far a room is that is not open yet).

pub mod agent;
pub mod ailment;
pub mod batch;
pub mod faults;
pub mod ordinals;
pub mod outage;
pub mod picture;
pub mod profile;
pub mod screen;
pub mod starting;
pub mod trace;

mod lists;
mod parts;
