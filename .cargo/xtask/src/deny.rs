//! cargo-deny: licences, sources and duplicates of everything that comes from outside.

use crate::shell;
use anyhow::{Context, Result};
use std::{path::PathBuf, process::Command, time::Duration};

/// The advisory database is a git repository of a few megabytes.
const PATIENCE: Duration = Duration::from_secs(90);

/// Checks the tree against `.cargo/deny.toml`, getting cargo-deny first if it is not there.
///
/// Known vulnerabilities are only checked where their database can be fetched; it says so where it cannot.
pub(crate) fn run() -> Result<()> {
    let tool = tool()?;
    shell::say("licences, bans and sources (cargo deny)");
    // Everything the lock file names must be on the disk before cargo-deny reads it without network.
    shell::run(&mut shell::cargo(["fetch", "--quiet", "--locked"]))?;
    let check = ["--offline", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"];
    shell::run(deny(&tool).args(["--log-level", "error"]).args(check))?;
    advisories(&tool)
}

fn advisories(tool: &PathBuf) -> Result<()> {
    if !shell::succeeds_within(deny(tool).args(["fetch", "db"]), PATIENCE) {
        shell::say("NOT CHECKED: advisories. The RustSec database cannot be fetched from here");
        return Ok(());
    }
    shell::say("advisories (cargo deny)");
    shell::run(deny(tool).args(["check", "--disable-fetch", "--hide-inclusion-graph", "advisories"]))
}

fn deny(tool: &PathBuf) -> Command {
    let mut deny = Command::new(tool);
    deny.args(["--workspace", "--config", ".cargo/deny.toml"]).current_dir(shell::root());
    deny
}

/// The tool on the path or the one under `target/tools`, which is compiled there once.
fn tool() -> Result<PathBuf> {
    if shell::on_path("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let tools = shell::target().join("tools");
    let tool = tools.join("bin/cargo-deny");
    if !tool.exists() {
        shell::say("cargo-deny is not there: compiling it once, about three minutes on two cores");
        let mut install = shell::cargo(["install", "--quiet", "--locked", "cargo-deny"]);
        install.arg("--root").arg(&tools).env("CARGO_TARGET_DIR", tools.join("build"));
        shell::run(&mut install).context("cargo-deny cannot be had: install it, or let cargo reach its registry")?;
    }
    Ok(tool)
}
