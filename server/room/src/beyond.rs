//! What has to be there before a room opens its door beyond its own machine.

use config::room::{NO_TLS, Room};

use crate::{
    cli::Failure,
    tokens::{FILE, Tokens},
};

/// Refuses, with every reason, to open a room that anybody could report to, or whose tokens anybody could overhear.
pub fn check(room: &Room) -> Result<(), Failure> {
    let faults: Vec<String> = no_tls(room).into_iter().chain(no_tokens(room)).collect();
    if faults.is_empty() { Ok(()) } else { Err(Failure::Refused(faults)) }
}

/// The address may come from the command line, after the file was checked.
fn no_tls(room: &Room) -> Option<String> {
    let is_open = !room.listen.ip().is_loopback() && room.tls.is_none();
    is_open.then(|| format!("--listen {}: {NO_TLS}", room.listen))
}

fn no_tokens(room: &Room) -> Option<String> {
    if !room.is_locked() {
        return None;
    }
    match Tokens::read(&room.archive) {
        Ok(tokens) if tokens.is_empty() => Some(format!(
            "no token in {}; from beyond this machine a room takes agents only with one: `synco token add NAME --unit UNIT \
             --archive {}` makes it",
            room.archive.join(FILE).display(),
            room.archive.display()
        )),
        Ok(_) => None,
        Err(why) => Some(why),
    }
}
