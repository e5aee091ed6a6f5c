//! The chores `quality`, `kinds` and `peers`: what the detector scores on labelled series, how it names simulated ones, and
//! what others score on the same.

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

/// Where cargo finds a program that measures.
pub(crate) type Program = [&'static str; 4];

pub(crate) const QUALITY: Program = ["--package", "room", "--example", "quality"];
pub(crate) const KINDS: Program = ["--package", "room", "--example", "kinds"];
/// What it compares with is compiled for it alone, when somebody asks.
pub(crate) const PEERS: Program = ["--package", "peers", "--features", "compare"];

/// Builds a program that measures optimised and becomes it.
pub(crate) fn run(program: Program, arguments: &Arguments) -> Result<()> {
    shell::say("building and starting the program that measures the detector");
    let mut measure = shell::cargo(["run", "--quiet", "--release"]);
    shell::become_command(measure.args(program).arg("--").args(&arguments.arguments))
}
