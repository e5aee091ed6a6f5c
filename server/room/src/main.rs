//! The program `synco`; all it does lies in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    room::cli::run()
}
