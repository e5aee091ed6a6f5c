//! The chore `fuzz`: libFuzzer looks for a life of the detector in which something is said that cannot be.

use crate::{
    debian::{self, Package, Sign},
    shell,
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long to look, after the build.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Make this input, which fails, smaller, instead of looking for another.
    #[arg(long, value_name = "INPUT")]
    smaller: Option<PathBuf>,
}

/// LibFuzzer is C++ and is compiled here.
const PACKAGES: [Package; 1] = [Package { name: "g++", sign: Sign::Program("c++") }];

/// The program and the folder of the inputs it starts from.
const TARGET: &str = "detector";

/// What libFuzzer is told of the paths a program takes. Only the sanitizers themselves would ask for a nightly compiler.
const COVERAGE: &str = "-C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares";

/// A life takes milliseconds and a detector kilobytes: what needs seconds or hundreds of megabytes is a find, too.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=512"];

/// Lives are long from the start.
const LENGTHS: [&str; 2] = ["-max_len=400", "-len_control=0"];

/// Builds the program, and becomes it: it fails with the first find and leaves the input behind.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    debian::need(&PACKAGES)?;
    let folder = shell::target().join("fuzz");
    let found = made(folder.join("found"))?;
    let mut fuzz = program(&folder);
    fuzz.args(LIMITS).arg(format!("-max_total_time={}", arguments.seconds));
    fuzz.arg(format!("-artifact_prefix={}/", found.display()));
    if let Some(input) = &arguments.smaller {
        let input = input.canonicalize().with_context(|| format!("cannot find the input {}", input.display()))?;
        fuzz.arg("-minimize_crash=1").arg(input);
    } else {
        // New inputs go to the first folder; those of the second are only read.
        let learned = made(folder.join("corpus").join(TARGET))?;
        fuzz.args(LENGTHS).arg(learned).arg(shell::root().join("tests/fuzz/corpus").join(TARGET));
    }
    shell::say(&format!("building the fuzz target and running it for {} s", arguments.seconds));
    shell::say(&format!("inputs that fail: {}; what to do with them: tests/fuzz/README.md", found.display()));
    shell::become_command(&mut fuzz)
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(folder)
}

/// Cargo, building in a folder of its own and then running the program; a named machine keeps what runs while building
/// free of the instruments.
fn program(folder: &Path) -> Command {
    let manifest = "tests/fuzz/Cargo.toml";
    let mut cargo = shell::cargo(["run", "--quiet", "--locked", "--release", "--target", "host-tuple"]);
    cargo.args(["--manifest-path", manifest, "--bin", TARGET, "--"]);
    cargo.env("CARGO_TARGET_DIR", folder).env("RUSTFLAGS", COVERAGE).env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo
}
