//! What is read: one kind of source each, behind one way of asking.
//!
//! A source that fails gives a fault and no reading, never a zero.

pub mod command;
pub mod file;
pub mod git;
pub mod host;
pub mod http;
pub mod log;
pub mod process;
pub mod prometheus;
pub mod rehearsal;
pub mod statsd;
pub mod stdin;
pub mod webhook;

mod aside;
mod bad_lines;
mod find;
mod lines;
mod reason;
mod run;
mod set_up;
mod web;
mod when;

use std::{fmt, future::pending};

use vsm::{
    id::IndicatorId,
    reading::{Mark, Quality, Reading},
    time::Moment,
};

use self::{
    command::Command, file::FileProbe, git::Git, host::Host, http::Http, log::Log, process::Process,
    prometheus::Prometheus, rehearsal::Rehearsal, statsd::Statsd, stdin::Stdin, webhook::Webhook,
};
pub use self::{
    reason::Reason,
    set_up::{CannotBeRead, set_up},
};

/// A source of readings.
pub enum Probe {
    /// This machine.
    Host(Host),
    /// Processes on this machine.
    Process(Process),
    /// A program that is run.
    Command(Command),
    /// A page that is asked for over HTTP.
    Http(Http),
    /// A file as a whole.
    File(FileProbe),
    /// A file to which lines are added.
    Log(Log),
    /// A git repository on this machine.
    Git(Git),
    /// A page in Prometheus' text format.
    Prometheus(Prometheus),
    /// What programs send in StatsD's protocol.
    Statsd(Statsd),
    /// What comes in on standard input.
    Stdin(Stdin),
    /// Events that are posted.
    Webhook(Webhook),
    /// A script.
    Rehearsal(Rehearsal),
}

/// What one look at a source gave.
#[derive(Debug, Default)]
pub struct Readout {
    /// What could be read.
    pub readings: Vec<Reading>,
    /// What could not.
    pub faults: Vec<ProbeFault>,
}

/// Something that could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{about}: {why}")]
pub struct ProbeFault {
    /// What was asked, the same words each time.
    pub about: String,
    /// What happened, in our own words: this leaves.
    pub said: String,
    /// The same with what was found, for the agent's own log: this stays here.
    pub why: String,
    /// The only indicators it is about, or `None` where it is about everything that could not be read.
    pub concerns: Option<Vec<IndicatorId>>,
}

impl Probe {
    /// Reads the source. The caller sets the time limit; dropping the future leaves nothing behind.
    pub async fn read(&mut self, now: Moment) -> Readout {
        match self {
            Self::Host(host) => host.read(now).await,
            Self::Process(process) => process.read(now).await,
            Self::Command(command) => command.read(now).await,
            Self::Http(http) => http.read(now).await,
            Self::File(file) => file.read(now).await,
            Self::Log(log) => log.read(now).await,
            Self::Git(git) => git.read(now).await,
            Self::Prometheus(prometheus) => prometheus.read(now).await,
            Self::Statsd(statsd) => statsd.read(now),
            Self::Stdin(stdin) => stdin.read(),
            Self::Webhook(webhook) => webhook.read(now),
            Self::Rehearsal(rehearsal) => rehearsal.read(now),
        }
    }

    /// Takes in what a source tells by itself, from one reading to the next. Never ends; what was taken in stays when
    /// the future is dropped.
    pub async fn listen(&mut self) {
        match self {
            Self::Statsd(statsd) => statsd.listen().await,
            Self::Stdin(stdin) => stdin.listen().await,
            Self::Webhook(webhook) => webhook.listen().await,
            _ => pending().await,
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(_) => f.write_str("host"),
            Self::Process(process) => write!(f, "process {process}"),
            Self::Command(command) => write!(f, "command {command}"),
            Self::Http(http) => write!(f, "http {}", http.url()),
            Self::File(file) => write!(f, "file {}", file.path().display()),
            Self::Log(log) => write!(f, "log {}", log.path().display()),
            Self::Git(git) => write!(f, "git {}", git.repository().display()),
            Self::Prometheus(prometheus) => write!(f, "prometheus {}", prometheus.url()),
            Self::Statsd(statsd) => write!(f, "statsd {}", statsd.address()),
            Self::Stdin(_) => f.write_str("stdin"),
            Self::Webhook(webhook) => write!(f, "webhook {}", webhook.address()),
            Self::Rehearsal(_) => f.write_str("rehearsal"),
        }
    }
}

impl Readout {
    /// Nothing but a fault.
    pub fn fault(about: impl Into<String>, why: impl Into<Reason>) -> Self {
        Self { readings: Vec::new(), faults: vec![ProbeFault::new(about, why)] }
    }

    /// Takes a value for an indicator, or notes why there is none. Whether it was taken.
    fn take(&mut self, indicator: &IndicatorId, now: Moment, value: Result<f64, ProbeFault>) -> bool {
        let reading = value.and_then(|value| {
            Reading::new(indicator.clone(), now, value)
                .map_err(|fault| ProbeFault::new(indicator.as_str(), Reason::own(fault.to_string())))
        });
        let is_taken = reading.is_ok();
        match reading {
            Ok(reading) => self.readings.push(reading),
            Err(fault) => self.faults.push(fault.on(indicator)),
        }
        is_taken
    }

    /// The same where there may be nothing to say yet; a fault is about the indicator. Whether it was taken.
    fn take_any(&mut self, indicator: &IndicatorId, now: Moment, value: Result<Option<f64>, Reason>) -> bool {
        match value {
            Ok(None) => false,
            Ok(Some(value)) => self.take(indicator, now, Ok(value)),
            Err(why) => self.take(indicator, now, Err(ProbeFault::new(indicator.as_str(), why))),
        }
    }
}

impl Readout {
    /// Says something of the reading that was taken last.
    fn note(&mut self, note: String) {
        if let Some(last) = self.readings.pop() {
            self.readings.push(last.marked(Mark { quality: Quality::Good, note: Some(note) }));
        }
    }
}

impl ProbeFault {
    /// `why` it was not possible to read what `about` names.
    pub fn new(about: impl Into<String>, why: impl Into<Reason>) -> Self {
        let Reason { said, details } = why.into();
        Self { about: about.into(), said, why: details, concerns: None }
    }

    /// The same about one indicator and no other.
    pub fn on(self, indicator: &IndicatorId) -> Self {
        self.about_these(vec![indicator.clone()])
    }

    /// The same about these indicators, or about none.
    fn about_these(self, indicators: Vec<IndicatorId>) -> Self {
        Self { concerns: Some(indicators), ..self }
    }
}
