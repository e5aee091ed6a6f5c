//! Tokens of a room, made and revoked as a person does: with `synco token`, while the room runs or before.

use crate::{folder::Folder, process::Process};

/// Makes a token on the archive of a folder's room and gives its secret.
///
/// # Panics
/// If `synco` does not.
pub async fn add(folder: &Folder, name: &str, unit: &str) -> String {
    let config = folder.file("room.toml");
    let said = run(folder, &["add", name, "--unit", unit, "--config", &config]).await;
    said.trim().to_owned()
}

/// Takes a token out of force.
///
/// # Panics
/// If `synco` does not.
pub async fn revoke(folder: &Folder, name: &str) {
    run(folder, &["revoke", name]).await;
}

/// Runs `synco token` on the archive of a folder's room and gives what it says.
///
/// # Panics
/// If it does not end well.
pub async fn run(folder: &Folder, arguments: &[&str]) -> String {
    let archive = folder.file("archive");
    let arguments = ["token"].iter().chain(arguments).copied().chain(["--archive", archive.as_str()]);
    let mut process = Process::start("synco", folder.path(), arguments);
    assert_eq!(process.ended().await, Some(0), "{}", process.logged());
    process.said()
}
