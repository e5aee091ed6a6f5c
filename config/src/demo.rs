//! The files of the demo, embedded: a room, its organisation and two agents that a person can read, run and copy.

use std::net::SocketAddr;

/// The room.
pub const ROOM: &str = include_str!("../demo/room.toml");
/// The organisation.
pub const ORGANISATION: &str = include_str!("../demo/organisation.toml");
/// The agent that reads this machine, this repository and the room itself.
pub const AGENT_WORKSHOP: &str = include_str!("../demo/agent-workshop.toml");
/// The agent that plays the other units.
pub const AGENT_REHEARSAL: &str = include_str!("../demo/agent-rehearsal.toml");

/// The door as the files name it.
const DOOR: &str = "127.0.0.1:1972";

/// The four files by name, with the room's door where it shall be; to be written into one folder.
pub fn files(listen: SocketAddr) -> [(&'static str, String); 4] {
    let files = [
        ("room.toml", ROOM),
        ("organisation.toml", ORGANISATION),
        ("agent-workshop.toml", AGENT_WORKSHOP),
        ("agent-rehearsal.toml", AGENT_REHEARSAL),
    ];
    files.map(|(name, text)| (name, text.replace(DOOR, &listen.to_string())))
}

#[cfg(test)]
mod tests;
