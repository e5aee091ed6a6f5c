//! The chore `build`: the screens, then the programs that serve and feed them.

use crate::{screens, shell};
use anyhow::Result;
use std::path::PathBuf;

/// What `cargo xtask build` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Build the programs optimised.
    #[arg(long)]
    release: bool,
}

/// Builds everything.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    screens::run()?;
    programs(arguments.release)
}

/// Builds `synco` and `synco-agent`; the room embeds the screens, so they come first.
pub(crate) fn programs(release: bool) -> Result<()> {
    let profile = if release { "release" } else { "dev" };
    shell::say(&format!("building the programs synco and synco-agent ({profile})"));
    shell::run(&mut shell::cargo(["build", "--profile", profile, "--package", "room", "--package", "agent"]))
}

/// Where the release build puts a program.
pub(crate) fn released(program: &str) -> PathBuf {
    shell::target().join("release").join(program)
}
