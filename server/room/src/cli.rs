//! The command line of `synco`: what may be asked, and the exit codes of the answers.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use crate::{
    check, demo,
    logging::{self, LogFormat},
    replay::{self, ReplayArgs},
    serve,
    tokens::command::{self, TokenCommand},
    upkeep::{self, WhichArchive},
};

/// The configuration or the input was refused.
pub const REFUSED: u8 = 1;
/// The fault is the program's own.
pub const OWN_FAULT: u8 = 70;

/// An operations room for engineering organisations.
#[derive(Debug, Parser)]
#[command(name = "synco", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines are written to standard error; RUST_LOG says which.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Opens the room.
    Serve(ServeArgs),
    /// Opens a room with two agents, one of them a rehearsal, on a fresh archive.
    Demo(DemoArgs),
    /// Reads a configuration and lists every fault of it.
    Check {
        /// A room, an organisation or an agent.
        #[arg(long)]
        config: PathBuf,
    },
    /// Judges recorded series as if each row had just arrived, and writes what the room would have said.
    Replay(ReplayArgs),
    /// Copies the archive, also while a room writes in it.
    Backup {
        #[command(flatten)]
        of: WhichArchive,
        /// The folder for the copy, without an archive in it; made where it is missing.
        #[arg(long)]
        to: PathBuf,
    },
    /// Looks after an archive.
    #[command(subcommand)]
    Archive(ArchiveCommand),
    /// Says who may report, in a room that is reached from beyond its machine.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Prints the version.
    Version,
}

#[derive(Debug, Subcommand)]
enum ArchiveCommand {
    /// Reads all of it, also while a room writes in it, and lists every fault.
    Check(WhichArchive),
}

/// What `serve` may be told.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ServeArgs {
    /// The room's configuration; without one it takes any agent of this machine.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// Where to listen, before what the configuration says.
    #[arg(long)]
    pub listen: Option<SocketAddr>,
    /// The folder of the archive, before what the configuration says.
    #[arg(long)]
    pub archive: Option<PathBuf>,
}

/// What `demo` may be told.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArgs {
    /// The port of the room on loopback; 0 takes a free one.
    #[arg(long, default_value_t = 1972)]
    pub port: u16,
    /// Only this machine, this repository and the room itself.
    #[arg(long)]
    pub no_rehearsal: bool,
    /// Keep the archive in this folder; by default it is fresh and goes with the demo.
    #[arg(long)]
    pub archive: Option<PathBuf>,
    /// Stop after so many seconds.
    #[arg(long, value_parser = seconds)]
    pub seconds: Option<Duration>,
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if let Err(error) = logging::start(cli.log_format) {
        return refuse(&[error.to_string()]);
    }
    let done = match cli.command {
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Demo(args) => block_on(demo::run(args)),
        Command::Check { config } => check::run(&config),
        Command::Replay(args) => replay::run(&args),
        Command::Backup { of, to } => upkeep::back_up(of, &to),
        Command::Archive(ArchiveCommand::Check(which)) => upkeep::check(which),
        Command::Token(told) => command::run(told),
        Command::Version => {
            println!("synco {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Refused(faults)) => refuse(&faults),
        Err(Failure::Own(error)) => {
            eprintln!("synco: {}", chain(error.as_ref()));
            ExitCode::from(OWN_FAULT)
        }
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub enum Failure {
    /// What was asked for cannot be: one line a fault.
    Refused(Vec<String>),
    /// Something broke.
    Own(Box<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Own(Box::new(error))
    }
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // What has not come to an end within its grace period is not waited for any longer.
    runtime.shutdown_background();
    done
}

fn refuse(faults: &[String]) -> ExitCode {
    for fault in faults {
        eprintln!("{fault}");
    }
    ExitCode::from(REFUSED)
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if 0 < seconds => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("{text:?} is not a number of seconds above 0")),
    }
}
