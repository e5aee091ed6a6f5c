//! The chores of the repository: `cargo xtask <chore>`.

mod build;
mod debian;
mod demo;
mod deny;
mod fuzz;
mod load;
mod quality;
mod screens;
mod shell;
mod test;
mod web;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the screens, the programs, and run a room with its agents until Ctrl-C.
    Demo(demo::Arguments),
    /// Run every check and every test, after installing what they need.
    Test,
    /// Build the screens and the programs.
    Build(build::Arguments),
    /// Build the screens alone: WebAssembly, style and page, into `target/screens`.
    Screens,
    /// Measure a room under load; the arguments go to the load program.
    Load(load::Arguments),
    /// Measure the detector on labelled series; the arguments go to the program that does.
    Quality(quality::Arguments),
    /// Simulate disturbances of known kind and say what they were taken for; the arguments go to the program that does.
    Kinds(quality::Arguments),
    /// Measure the detector beside two published ones; the arguments go to the program that does.
    Peers(quality::Arguments),
    /// Look for a life of the detector in which something is said that cannot be, with libFuzzer.
    Fuzz(fuzz::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().chore {
        Chore::Demo(arguments) => demo::run(&arguments),
        Chore::Test => test::run(),
        Chore::Build(arguments) => build::run(&arguments),
        Chore::Screens => screens::run(),
        Chore::Load(arguments) => load::run(&arguments),
        Chore::Quality(arguments) => quality::run(quality::QUALITY, &arguments),
        Chore::Kinds(arguments) => quality::run(quality::KINDS, &arguments),
        Chore::Peers(arguments) => quality::run(quality::PEERS, &arguments),
        Chore::Fuzz(arguments) => fuzz::run(&arguments),
    };
    let Err(fault) = done else { return ExitCode::SUCCESS };
    eprintln!("error: {fault:#}");
    ExitCode::FAILURE
}
