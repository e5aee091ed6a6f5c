//! `synco check`: every fault of a configuration at once.

use std::path::Path;

use crate::cli::Failure;

/// Reads a room, an organisation or an agent; says that it is well, or refuses with a line for each fault.
pub fn run(path: &Path) -> Result<(), Failure> {
    let faults = config::check(path);
    if faults.is_empty() {
        println!("{}: no faults", path.display());
        return Ok(());
    }
    Err(Failure::Refused(faults.iter().map(ToString::to_string).collect()))
}
