//! The chores `quality` and `kinds`: what the detector scores on labelled series, and how it names simulated ones.

use crate::shell;
use anyhow::Result;
use std::ffi::OsString;

/// What the chores take: everything goes to the program that measures, `--help` too.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// The arguments of the program; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds a program that measures optimised and becomes it.
pub(crate) fn run(program: &str, arguments: &Arguments) -> Result<()> {
    shell::say("building and starting the program that measures the detector");
    let mut quality = shell::cargo(["run", "--quiet", "--release", "--package", "room", "--example", program, "--"]);
    shell::become_command(quality.args(&arguments.arguments))
}
