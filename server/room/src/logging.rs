//! Log lines to standard error, as text or as JSON.

use std::{ffi::OsString, io::IsTerminal};

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// How a log line is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The variable says nothing that could be followed.
#[derive(Debug, thiserror::Error)]
#[error(
    "RUST_LOG: {found:?} does not say which log lines to write: {why}; right would be a level, as `debug`, or levels by \
     module, as `warn,room=debug`"
)]
pub struct NotAFilter {
    found: OsString,
    why: String,
}

/// From now on happenings are written. `RUST_LOG` says which; `info` where it says nothing.
pub fn start(format: LogFormat) -> Result<(), NotAFilter> {
    let filter = filter(std::env::var_os("RUST_LOG"))?;
    let coloured = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(coloured);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Text => registry.with(lines.with_target(false)).init(),
        LogFormat::Json => registry.with(lines.json()).init(),
    }
    Ok(())
}

fn filter(found: Option<OsString>) -> Result<EnvFilter, NotAFilter> {
    let Some(found) = found else { return Ok(EnvFilter::new("info")) };
    let read = match found.to_str() {
        Some(directives) => EnvFilter::try_new(directives).map_err(|error| error.to_string()),
        None => Err("not text".to_owned()),
    };
    read.map_err(|why| NotAFilter { found, why })
}
