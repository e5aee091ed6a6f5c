//! The toolchain that compiles to WebAssembly: rustup's, or Debian's where rustup has no network.

use crate::{debian, shell};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adding a target downloads 25 MB; a machine without network must not wait for that.
const PATIENCE: Duration = Duration::from_secs(90);

const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// What cargo and its callers leave in the environment for their children, and what would bend a build for another
/// target: the child decides by itself which compiler it uses and with which flags.
const LEFT_OUT: [&str; 13] = [
    "CARGO",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// A compiler with a standard library for WebAssembly.
pub(crate) enum Toolchain {
    /// The one on the path, which has the target installed.
    Installed,
    /// Debian's, which compiles the standard library from its source.
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// Finds a toolchain, installing what is missing if it can.
    ///
    /// # Errors
    /// Names the three remedies when there is none and none can be had.
    pub(crate) fn find() -> Result<Self> {
        if has_standard_library() {
            return Ok(Self::Installed);
        }
        if rustup_adds_target() && has_standard_library() {
            return Ok(Self::Installed);
        }
        if let Some(linker) = debian_linker() {
            return Ok(Self::Debian { linker });
        }
        if debian::can_install() {
            shell::say(&format!("rustup cannot add {TARGET}: installing {} with apt-get", DEBIAN.join(" ")));
            debian::install(&DEBIAN).with_context(remedies)?;
        }
        debian_linker().map(|linker| Self::Debian { linker }).with_context(remedies)
    }

    /// Cargo with a verb, for WebAssembly, into a target folder of its own: cargo would wait on its own lock otherwise.
    pub(crate) fn cargo(&self, verb: &str) -> Command {
        let mut cargo = match self {
            Self::Installed => without_leftovers("cargo"),
            Self::Debian { linker } => debian_cargo(linker),
        };
        cargo.args([verb, "--target", TARGET]);
        if matches!(self, Self::Debian { .. }) {
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        cargo.current_dir(shell::root()).env("CARGO_TARGET_DIR", shell::target().join("web"));
        cargo
    }

    /// The folder into which [`Toolchain::cargo`] builds a profile.
    pub(crate) fn built(profile: &str) -> PathBuf {
        shell::target().join("web").join(TARGET).join(profile)
    }
}

/// Asks for the library itself: an unfinished installation leaves the folder behind.
fn has_standard_library() -> bool {
    let Some(sysroot) = shell::output(without_leftovers("rustc").args(["--print", "sysroot"])) else { return false };
    let library = Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib");
    fs::read_dir(library).is_ok_and(|mut files| files.next().is_some())
}

fn rustup_adds_target() -> bool {
    if !shell::on_path("rustup") {
        return false;
    }
    shell::say(&format!("adding the target {TARGET} with rustup"));
    let mut rustup = without_leftovers("rustup");
    shell::succeeds_within(rustup.env("RUSTUP_MAX_RETRIES", "0").args(["target", "add", TARGET]), PATIENCE)
}

/// The newest `wasm-ld` of Debian, if its compiler is there too, has its source, and is young enough.
fn debian_linker() -> Option<PathBuf> {
    let version = shell::output(without_leftovers("/usr/bin/rustc").arg("--version"))?;
    let is_young = young_enough(&version, env!("CARGO_PKG_RUST_VERSION"));
    let has_cargo = Path::new("/usr/bin/cargo").exists();
    let has_source = Path::new("/usr/lib/rustlib/src/rust/library").exists();
    let linker = newest_linker(Path::new("/usr/bin"))?;
    (is_young && has_cargo && has_source).then_some(linker)
}

fn newest_linker(folder: &Path) -> Option<PathBuf> {
    let names = fs::read_dir(folder).ok()?.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let newest = names.filter_map(|name| name.strip_prefix("wasm-ld-")?.parse::<u32>().ok()).max()?;
    Some(folder.join(format!("wasm-ld-{newest}")))
}

/// Whether `rustc 1.96.0 (..)` is at least `1.95`.
fn young_enough(version: &str, least: &str) -> bool {
    let found = version.split(' ').nth(1).unwrap_or_default();
    let numbers = |text: &str| text.split('.').map_while(|part| part.parse::<u32>().ok()).collect::<Vec<_>>();
    numbers(least) <= numbers(found)
}

fn debian_cargo(linker: &Path) -> Command {
    let mut cargo = without_leftovers("/usr/bin/cargo");
    cargo
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC", "/usr/bin/rustc")
        // Compiling the standard library from source is not in the stable language yet.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        // `cargo run` puts the libraries of another compiler there.
        .env_remove("LD_LIBRARY_PATH");
    cargo
}

fn without_leftovers(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in LEFT_OUT {
        command.env_remove(name);
    }
    command
}

fn remedies() -> String {
    format!(
        "no compiler for {TARGET}. One of these helps:\n  \
         1. with network: `rustup target add {TARGET}`\n  \
         2. on Debian, as root: `apt-get install {}`\n  \
         3. offline: copy lib/rustlib/{TARGET} of the same Rust version into the folder that `rustc --print sysroot` names",
        DEBIAN.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_is_young_enough_from_the_stated_version_on() {
        assert!(young_enough("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", "1.95"));
        assert!(young_enough("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(!young_enough("rustc 1.63.0 (4b91a6ea7 2022-08-08)", "1.95"));
        assert!(!young_enough("", "1.95"));
    }
}
