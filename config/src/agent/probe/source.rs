//! What a probe reads, and which indicators it fills.

use std::collections::BTreeMap;

use vsm::id::IndicatorId;

use super::{
    Command, FileToRead, HostQuantity, HttpRequest, Log, Process, Repository, Scrape, StatsdServer, Stdin, Webhook,
};
use crate::agent::rehearsal::Rehearsal;

/// What a probe reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The machine on which the agent runs.
    Host(BTreeMap<HostQuantity, IndicatorId>),
    /// Processes on this machine.
    Process(Process),
    /// A program that is run.
    Command(Command),
    /// A page that is asked for over HTTP.
    Http(HttpRequest),
    /// A file as a whole.
    File(FileToRead),
    /// A file to which lines are added.
    Log(Log),
    /// A git repository.
    Git(Repository),
    /// A page of metrics in the text format of Prometheus.
    Prometheus(Scrape),
    /// What programs send to a port in the protocol of StatsD.
    Statsd(StatsdServer),
    /// What comes in on the agent's standard input.
    Stdin(Stdin),
    /// Events that are posted to a port.
    Webhook(Webhook),
    /// Invented readings, first of a past and then of a script.
    Rehearsal(Rehearsal),
}

impl Source {
    /// Every indicator that it fills.
    pub fn indicators(&self) -> Vec<IndicatorId> {
        let mut found = Vec::new();
        self.clone().retain(&mut |id| {
            found.push(id.clone());
            true
        });
        found
    }

    /// Whether it can be read once for some of its indicators and once for the others.
    ///
    /// What waits to be told cannot: it hears each thing once.
    pub(in crate::agent) fn can_be_split(&self) -> bool {
        !matches!(self, Self::Statsd(_) | Self::Stdin(_) | Self::Webhook(_) | Self::Rehearsal(_))
    }

    /// Keeps the indicators that are asked for.
    pub(in crate::agent) fn retain(&mut self, keep: &mut impl FnMut(&IndicatorId) -> bool) {
        match self {
            Self::Host(indicators) => indicators.retain(|_, id| keep(id)),
            Self::Process(process) => process.indicators.retain(|_, id| keep(id)),
            Self::Command(command) => command.indicators.retain(|_, id| keep(id)),
            Self::Http(http) => http.indicators.retain(|_, id| keep(id)),
            Self::File(file) => file.indicators.retain(|_, id| keep(id)),
            Self::Log(log) => log.series.retain(|series| keep(&series.indicator)),
            Self::Git(git) => git.indicators.retain(|_, id| keep(id)),
            Self::Prometheus(scrape) => scrape.series.retain(|series| keep(&series.indicator)),
            Self::Statsd(statsd) => statsd.series.retain(|series| keep(&series.indicator)),
            Self::Stdin(stdin) => stdin.indicators.retain(|id| keep(id)),
            Self::Webhook(webhook) => webhook.indicators.retain(|_, id| keep(id)),
            Self::Rehearsal(rehearsal) => rehearsal.series.retain(|series| keep(&series.indicator)),
        }
    }
}
