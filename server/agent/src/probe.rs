//! What is read: one kind of source each, behind one way of asking.
//!
//! A source that fails gives a fault and no reading, never a zero.

pub mod git;
pub mod host;
pub mod prometheus;
pub mod rehearsal;

use std::fmt;

use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use self::{git::Git, host::Host, prometheus::Prometheus, rehearsal::Rehearsal};

/// A source of readings.
pub enum Probe {
    /// This machine.
    Host(Host),
    /// A git repository on this machine.
    Git(Git),
    /// A page in Prometheus' text format.
    Prometheus(Prometheus),
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
    /// What was found.
    pub why: String,
}

impl Probe {
    /// Reads the source. The caller sets the time limit; dropping the future leaves nothing behind.
    pub async fn read(&mut self, now: Moment) -> Readout {
        match self {
            Self::Host(host) => host.read(now).await,
            Self::Git(git) => git.read(now).await,
            Self::Prometheus(prometheus) => prometheus.read(now).await,
            Self::Rehearsal(rehearsal) => rehearsal.read(now),
        }
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(_) => f.write_str("host"),
            Self::Git(git) => write!(f, "git {}", git.repository().display()),
            Self::Prometheus(prometheus) => write!(f, "prometheus {}", prometheus.url()),
            Self::Rehearsal(_) => f.write_str("rehearsal"),
        }
    }
}

impl Readout {
    /// Nothing but a fault.
    pub fn fault(about: impl Into<String>, why: impl Into<String>) -> Self {
        Self { readings: Vec::new(), faults: vec![ProbeFault::new(about, why)] }
    }

    /// Takes a value for an indicator, or notes why there is none.
    fn take(&mut self, indicator: &IndicatorId, now: Moment, value: Result<f64, ProbeFault>) {
        let reading = value.and_then(|value| {
            Reading::new(indicator.clone(), now, value)
                .map_err(|fault| ProbeFault::new(indicator.as_str(), fault.to_string()))
        });
        match reading {
            Ok(reading) => self.readings.push(reading),
            Err(fault) => self.faults.push(fault),
        }
    }
}

impl ProbeFault {
    /// `why` it was not possible to read what `about` names.
    pub fn new(about: impl Into<String>, why: impl Into<String>) -> Self {
        Self { about: about.into(), why: why.into() }
    }
}
