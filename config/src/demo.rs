//! The files of the demo, embedded: a room, its organisation and two agents that a person can read, run and copy.

/// The room.
pub const ROOM: &str = include_str!("../demo/room.toml");
/// The organisation: a workshop that is real, and five units that are rehearsed.
pub const ORGANISATION: &str = include_str!("../demo/organisation.toml");
/// The workshop by itself, for a demo without a rehearsal.
pub const ORGANISATION_WORKSHOP: &str = include_str!("../demo/organisation-workshop.toml");
/// The agent that reads this machine, the repository it is started in, and the room itself.
pub const AGENT_WORKSHOP: &str = include_str!("../demo/agent-workshop.toml");
/// The agent that plays the five units.
pub const AGENT_REHEARSAL: &str = include_str!("../demo/agent-rehearsal.toml");

#[cfg(test)]
mod tests;
