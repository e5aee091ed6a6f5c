//! The chore `fuzz`: libFuzzer looks for a life of the detector, or for an input of a parser, with which it does not hold.

use crate::{
    debian::{self, Package, Sign},
    shell,
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How long to look at each target, after the build.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// Look at this target only: a folder of tests/fuzz/corpus.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Make this input, which fails, smaller, instead of looking for another.
    #[arg(long, value_name = "INPUT", requires = "target")]
    smaller: Option<PathBuf>,
}

/// LibFuzzer is C++ and is compiled here; with the room and the agent come the database and the cryptography of C.
const PACKAGES: [Package; 1] = [Package { name: "g++", sign: Sign::Program("c++") }];

/// The target with a program of its own; the parsers share another one.
const DETECTOR: &str = "detector";
const PARSERS: &str = "parsers";

/// What libFuzzer is told of the paths a program takes. Only the sanitizers themselves would ask for a nightly compiler.
const COVERAGE: &str = "-C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares";

/// An input takes milliseconds and kilobytes: what needs seconds or hundreds of megabytes is a find, too.
const LIMITS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=512"];

/// Lives are long from the start.
const LENGTHS_OF_LIVES: [&str; 2] = ["-max_len=400", "-len_control=0"];
/// What comes from outside is short at first, and then as long as an ordinary page.
const LENGTHS_OF_INPUTS: [&str; 1] = ["-max_len=8192"];

/// Builds the programs and runs one target after the other; it fails with the first find and leaves the input behind.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let targets = targets(arguments.target.as_deref())?;
    debian::need(&PACKAGES)?;
    let folder = shell::target().join("fuzz");
    let found = made(folder.join("found"))?;
    for (at, target) in targets.iter().enumerate() {
        let place = format!("{} of {}", at + 1, targets.len());
        shell::say(&format!("{target} ({place}): building it and looking for {} s", arguments.seconds));
        let mut fuzz = program(&folder, target);
        fuzz.args(LIMITS).arg(format!("-max_total_time={}", arguments.seconds));
        fuzz.arg(format!("-artifact_prefix={}/{target}-", found.display()));
        inputs(&mut fuzz, &folder, target, arguments.smaller.as_deref())?;
        shell::run(&mut fuzz).with_context(|| {
            let found = found.display();
            format!("{target} does not hold; the input lies in {found}, what to do with it: tests/fuzz/README.md")
        })?;
    }
    shell::say("nothing was found");
    Ok(())
}

/// The target that is asked for, or all there are: each has a folder of inputs.
fn targets(asked: Option<&str>) -> Result<Vec<String>> {
    let corpus = shell::root().join("tests/fuzz/corpus");
    let entries = fs::read_dir(&corpus).with_context(|| format!("cannot read the folder {}", corpus.display()))?;
    let mut targets: Vec<_> = entries.flatten().map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    targets.sort();
    if let Some(asked) = asked {
        ensure!(targets.iter().any(|it| it == asked), "no target {asked:?}; there are {}", targets.join(", "));
        targets.retain(|it| it == asked);
    }
    Ok(targets)
}

/// What a target starts from: the input that is to become smaller, or its corpus and what was learned before.
fn inputs(fuzz: &mut Command, folder: &Path, target: &str, smaller: Option<&Path>) -> Result<()> {
    if let Some(input) = smaller {
        let input = input.canonicalize().with_context(|| format!("cannot find the input {}", input.display()))?;
        fuzz.arg("-minimize_crash=1").arg(input);
        return Ok(());
    }
    // New inputs go to the first folder; those of the second are only read.
    let learned = made(folder.join("corpus").join(target))?;
    let lengths = if target == DETECTOR { &LENGTHS_OF_LIVES[..] } else { &LENGTHS_OF_INPUTS[..] };
    fuzz.args(lengths).arg(learned).arg(shell::root().join("tests/fuzz/corpus").join(target));
    Ok(())
}

fn made(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(folder)
}

/// Cargo, building in a folder of its own and then running the program; a named machine keeps what runs while building
/// free of the instruments.
fn program(folder: &Path, target: &str) -> Command {
    let manifest = "tests/fuzz/Cargo.toml";
    let bin = if target == DETECTOR { DETECTOR } else { PARSERS };
    let mut cargo = shell::cargo(["run", "--quiet", "--locked", "--release", "--target", "host-tuple"]);
    cargo.args(["--manifest-path", manifest, "--bin", bin, "--"]);
    if bin == PARSERS {
        cargo.arg(format!("--target={target}"));
    }
    cargo.env("CARGO_TARGET_DIR", folder).env("RUSTFLAGS", COVERAGE).env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo
}
