//! The chore `quality`: what the detector scores on labelled series.

use crate::shell;
use anyhow::Result;
use std::ffi::OsString;

/// What `cargo xtask quality` takes: everything goes to the program that measures, `--help` too.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// The arguments of the program; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds the program optimised and becomes it.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    shell::say("building and starting the program that measures the detector");
    let mut quality = shell::cargo(["run", "--quiet", "--release", "--package", "room", "--example", "quality", "--"]);
    shell::become_command(quality.args(&arguments.arguments))
}
