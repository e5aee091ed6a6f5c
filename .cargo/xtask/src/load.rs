//! The chore `load`: the load program of the end-to-end tests, against a room it starts.

use crate::{build, screens, shell};
use anyhow::Result;
use std::ffi::OsString;

/// What `cargo xtask load` takes: everything goes to the load program, `--help` too.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// The arguments of the load program; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds everything optimised and becomes the load program.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    screens::run()?;
    build::programs(true)?;
    shell::say("building and starting the load program");
    let mut load = shell::cargo(["run", "--quiet", "--release", "--package", "tests", "--example", "load", "--"]);
    shell::become_command(load.args(&arguments.arguments))
}
