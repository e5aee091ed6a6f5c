//! The chore `demo`: a room with two agents, from nothing to the address of the wall.

use crate::{build, screens, shell};
use anyhow::Result;
use std::{
    path::{self, PathBuf},
    process::Command,
};

/// What `cargo xtask demo` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The port of the room; without it the room's own choice.
    #[arg(long)]
    port: Option<u16>,
    /// Leave out the rehearsed organisation: only this machine, this repository and the room itself.
    #[arg(long)]
    no_rehearsal: bool,
    /// Keep the archive in this folder; without it in a fresh one that goes away at the end.
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// Stop by itself after so many seconds.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
}

/// Builds what is needed and becomes the room, so that Ctrl-C and the exit code are the room's own.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    shell::say("demo: the screens, the programs, then a room with two agents until Ctrl-C");
    if !build::released("synco").exists() {
        shell::say("the first build takes some minutes (about four on two cores), later ones seconds");
    }
    screens::run()?;
    build::programs(true)?;
    shell::say("starting the room and its agents");
    shell::become_command(&mut room(arguments)?)
}

fn room(arguments: &Arguments) -> Result<Command> {
    let mut room = Command::new(build::released("synco"));
    room.arg("demo").current_dir(shell::root());
    if let Some(port) = arguments.port {
        room.args(["--port", &port.to_string()]);
    }
    if arguments.no_rehearsal {
        room.arg("--no-rehearsal");
    }
    if let Some(archive) = &arguments.archive {
        // The room starts at the root of the repository, the folder was named from where the caller stands.
        room.arg("--archive").arg(path::absolute(archive)?);
    }
    if let Some(seconds) = arguments.seconds {
        room.args(["--seconds", &seconds.to_string()]);
    }
    Ok(room)
}
