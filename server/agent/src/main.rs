//! The program `synco-agent`.

use std::{io::IsTerminal, path::PathBuf, pin::pin, process::ExitCode, time::Duration};

use agent::{
    app::App,
    dry_run::{self, DryRunFault},
};
use clap::{Parser, Subcommand, ValueEnum};
use config::agent::Agent;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

const REFUSED: u8 = 1;
const OWN_FAULT: u8 = 70;

/// Reads what a team measures and brings it to the room.
#[derive(Parser)]
#[command(name = "synco-agent")]
struct Arguments {
    /// How the log is written to standard error; RUST_LOG says what.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, global = true)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Run until told to stop.
    Run {
        /// The agent's file.
        #[arg(long)]
        config: PathBuf,
        /// Speak to this room instead of the file's, as ws://host:port/api/v1/agent.
        #[arg(long)]
        room: Option<String>,
        /// Keep readings in this folder instead of the file's.
        #[arg(long)]
        outbox: Option<PathBuf>,
    },
    /// Print exactly what would leave, token included, and send nothing.
    DryRun {
        /// The agent's file.
        #[arg(long)]
        config: PathBuf,
        /// How often each probe is read; some quantities are differences and appear from the second time on.
        #[arg(long, default_value_t = 2)]
        readings: u64,
    },
    /// Print the version.
    Version,
}

/// What ends the program other than well: the exit code and a line each for standard error.
struct Failure(u8, Vec<String>);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr(arguments.log_format);
    let ended = match arguments.command {
        Command::Run { config, room, outbox } => read(config).and_then(|mut agent| {
            agent.room = room.unwrap_or(agent.room);
            agent.outbox.folder = outbox.unwrap_or(agent.outbox.folder);
            block_on(run(agent))
        }),
        Command::DryRun { config, readings } => read(config).and_then(|agent| block_on(dry_run(agent, readings))),
        Command::Version => {
            println!("synco-agent {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
    };
    let Err(Failure(code, lines)) = ended else { return ExitCode::SUCCESS };
    lines.iter().for_each(|line| eprintln!("{line}"));
    ExitCode::from(code)
}

fn read(file: PathBuf) -> Result<Agent, Failure> {
    config::agent::read(&file).map_err(|faults| Failure(REFUSED, faults.iter().map(ToString::to_string).collect()))
}

async fn run(agent: Agent) -> Result<(), Failure> {
    let (mut interrupt, mut terminate) = signals().map_err(own_fault)?;
    let stop = CancellationToken::new();
    let mut running = pin!(App::bind(agent).map_err(refused)?.run(stop.clone()));
    let ended = tokio::select! {
        ended = &mut running => Some(ended),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    stop.cancel();
    let ended = match ended {
        Some(ended) => ended,
        None => running.await,
    };
    ended.map_err(|crash| own_fault(format!("a task of the agent crashed: {crash}")))
}

async fn dry_run(agent: Agent, readings: u64) -> Result<(), Failure> {
    match dry_run::run(&agent, readings, &mut std::io::stdout()).await {
        Ok(()) => Ok(()),
        // Whoever read the output had seen enough.
        Err(DryRunFault::Output(why)) if why.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(why @ DryRunFault::Output(_)) => Err(own_fault(why)),
        Err(why) => Err(refused(why)),
    }
}

/// One thread is enough for an agent. A file system that hangs must not keep it from ending.
fn block_on(program: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(own_fault)?;
    let ended = runtime.block_on(program);
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

fn signals() -> std::io::Result<(Signal, Signal)> {
    Ok((signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

fn refused(why: impl ToString) -> Failure {
    Failure(REFUSED, vec![why.to_string()])
}

fn own_fault(why: impl ToString) -> Failure {
    Failure(OWN_FAULT, vec![why.to_string()])
}
