//! The chore `test`: every check and every test, the quick ones first.

use crate::{
    debian::{self, Package, Sign},
    deny, screens, shell,
    web::Toolchain,
};
use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, TargetKind};
use std::{
    num::NonZeroUsize,
    process::{Command, Stdio},
    thread::available_parallelism,
};

/// The crates without clock, thread or socket, which the screens may use.
const PURE: [&str; 4] = ["vsm", "cyberstride", "cybernet", "opsroom"];

/// The crate of the end-to-end tests, which comes last.
const END_TO_END: &str = "tests";

const PACKAGES: [Package; 8] = [
    Package { name: "chromium", sign: Sign::Program("chromium") },
    Package { name: "chromium-driver", sign: Sign::Program("chromedriver") },
    Package {
        name: "fonts-dejavu-core",
        sign: Sign::OneOf(&["/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF"]),
    },
    Package { name: "python3", sign: Sign::Program("python3") },
    Package { name: "git", sign: Sign::Program("git") },
    // Clients of the tests read which authorities the machine trusts before they speak to anybody.
    Package {
        name: "ca-certificates",
        sign: Sign::OneOf(&["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs"]),
    },
    Package { name: "prometheus", sign: Sign::Program("prometheus") },
    // Lets a clock jump for one process.
    Package { name: "faketime", sign: Sign::Program("faketime") },
];

/// Runs everything, stopping at the first failure, and ends as the last test runner: with its closing line.
pub(crate) fn run() -> Result<()> {
    debian::need(&PACKAGES)?;
    components()?;
    format()?;
    // The room embeds the screens, so whatever compiles the room comes after them.
    pure_crates()?;
    screens::run()?;
    lints()?;
    deny::run()?;
    programs()?;
    let (others, last) = integration_tests()?;
    cargo_test("documentation tests", &["--doc".to_owned()])?;
    cargo_test("unit and golden tests", &[named(&["--lib", "--bins"]), others].concat())?;
    shell::say("the rules of the repository, the walk end to end, the wall in a browser");
    // They wait for real clocks most of the time.
    let at_once = (2 * available_parallelism().map_or(2, NonZeroUsize::get)).to_string();
    shell::become_command(shell::cargo(["test", "--workspace"]).args(last).args(["--", "--test-threads", &at_once]))
}

/// A toolchain installed with rustup's smallest profile has neither the formatter nor the lints.
fn components() -> Result<()> {
    for (program, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if shell::output(shell::cargo([program, "--version"]).stdin(Stdio::null())).is_none() {
            shell::say(&format!("{component} is not there: adding it to the toolchain"));
            shell::run(Command::new("rustup").args(["component", "add", component]))
                .with_context(|| format!("`cargo {program}` is missing; `rustup component add {component}` adds it"))?;
        }
    }
    Ok(())
}

fn format() -> Result<()> {
    shell::say("format (cargo fmt)");
    shell::run(&mut shell::cargo(["fmt", "--all", "--check"]))
}

fn lints() -> Result<()> {
    shell::say("lints (cargo clippy)");
    shell::run(&mut shell::cargo(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

fn pure_crates() -> Result<()> {
    shell::say(&format!("the pure crates for WebAssembly: {}", PURE.join(", ")));
    let packages = PURE.iter().flat_map(|name| ["--package", name]);
    shell::run(Toolchain::find()?.cargo("check").args(packages))
}

/// One build for the programs and the tests: together they need each dependency with one set of features.
fn programs() -> Result<()> {
    shell::say("building the programs and the tests (dev)");
    shell::run(&mut shell::cargo(["build", "--workspace", "--lib", "--bins", "--tests"]))
}

fn cargo_test(what: &str, arguments: &[String]) -> Result<()> {
    shell::say(what);
    shell::run(shell::cargo(["test", "--workspace"]).args(arguments))
}

/// The flags that name the integration tests: those of the other crates, and those of the end-to-end crate.
///
/// Cargo orders its test programs by the names of the crates; naming them puts the end-to-end tests last without
/// leaving a crate out, which would build the dependencies again with other features.
fn integration_tests() -> Result<(Vec<String>, Vec<String>)> {
    let manifest = shell::root().join("Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().context("cargo metadata failed")?;
    let (last, others): (Vec<_>, Vec<_>) =
        metadata.packages.iter().partition(|package| package.name.as_str() == END_TO_END);
    let flags = |packages: Vec<&cargo_metadata::Package>| {
        let targets = packages.into_iter().flat_map(|package| &package.targets);
        let tests = targets.filter(|target| target.kind.contains(&TargetKind::Test));
        tests.flat_map(|target| ["--test".to_owned(), target.name.clone()]).collect()
    };
    Ok((flags(others), flags(last)))
}

fn named(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|&flag| flag.to_owned()).collect()
}
