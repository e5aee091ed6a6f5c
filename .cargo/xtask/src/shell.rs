//! Running other programs, and saying so.

use anyhow::{Context, Result, ensure};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Says in one line what the chore does now.
pub(crate) fn say(line: &str) {
    eprintln!("==> {line}");
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable at every run; the compiled-in one serves who starts the binary by hand.
    let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
}

/// The folder of everything that is built, whatever `CARGO_TARGET_DIR` says: the end-to-end tests look for the
/// programs there, and the room embeds the screens from there.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Cargo, as this chore was started with, at the root of the repository.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).current_dir(root()).env("CARGO_TARGET_DIR", target());
    cargo
}

/// Runs a command to its end; an error names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", words(command)))?;
    ensure!(status.success(), "`{}` failed: {status}", words(command));
    Ok(())
}

/// What a command prints on its standard output, or `None` if it is not there or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a silent command succeeds within a time; it is ended when the time is over.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < limit {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            Ok(Some(status)) => return status.success(),
            Err(_) => return false,
        }
    }
    // It may have ended by itself in this moment; either way it is gone and reaped.
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// Puts a command in the place of this process: Ctrl-C and the exit code are then the command's own, and nothing is
/// printed after it.
#[cfg(unix)]
pub(crate) fn become_command(command: &mut Command) -> Result<()> {
    let fault = std::os::unix::process::CommandExt::exec(command);
    Err(fault).with_context(|| format!("cannot start `{}`", words(command)))
}

/// Runs a command and ends with its exit code.
#[cfg(not(unix))]
pub(crate) fn become_command(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", words(command)))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// Whether a program can be found on the path.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

fn words(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
