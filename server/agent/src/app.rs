//! What runs: samplers hand in, one keeper owns the outbox, one link picks up.

use std::time::Duration;

use config::agent::Agent;
use cybernet::agent::{Hello, PROTOCOL};
use futures_util::future::try_join_all;
use reqwest::Url;
use tokio::{
    sync::mpsc,
    task::JoinError,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vsm::reading::Reading;

use crate::{
    clock,
    link::{self, Link, Patience},
    outbox::{
        Outbox, OutboxFault,
        keeper::{Keeper, Pickup},
    },
    probe::{Probe, git::Git, host::Host, prometheus::Prometheus, rehearsal::Rehearsal},
    sample::{self, Sampler},
};

/// How long everything may take to stop.
const GRACE: Duration = Duration::from_millis(1500);

/// An agent that has all it needs: its outbox is open and its probes are set up, but nothing has been read or sent.
pub struct App {
    samplers: Vec<Sampler>,
    hand_in: mpsc::Sender<Vec<Reading>>,
    keeper: Keeper,
    link: Link,
}

/// Why an agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The room cannot be reached in this way.
    #[error("room: {0}")]
    Room(String),
    /// There is no place for the readings.
    #[error(transparent)]
    Outbox(#[from] OutboxFault),
    /// There is nothing to scrape at this address.
    #[error("prometheus url: {found:?}: {why}")]
    Url {
        /// As it was written.
        found: String,
        /// What is wrong with it.
        why: String,
    },
}

impl App {
    /// Opens what `config` names. Needs a running tokio.
    pub fn bind(config: Agent) -> Result<Self, Refusal> {
        link::check_address(&config.room).map_err(Refusal::Room)?;
        let samplers = samplers(&config)?;
        let outbox = Outbox::open(config.outbox.folder.clone(), config.outbox.most_readings)?;
        let (keeper, hand_in, pickup) = Keeper::new(outbox);
        Ok(Self { samplers, hand_in, keeper, link: link(config, pickup) })
    }

    /// Runs until `stop`, then reads no more, brings what it has to the disk and closes the socket.
    ///
    /// Fails only if one of its own tasks crashed.
    pub async fn run(self, stop: CancellationToken) -> Result<(), JoinError> {
        let tasks = TaskTracker::new();
        let mut handles = vec![tasks.spawn(self.keeper.run()), tasks.spawn(link::run(self.link, stop.clone()))];
        for sampler in self.samplers {
            handles.push(tasks.spawn(sample::run(sampler, self.hand_in.clone(), stop.clone())));
        }
        // The keeper ends when the last sampler and the link have.
        drop(self.hand_in);
        tasks.close();
        let overdue = async {
            stop.cancelled().await;
            sleep(GRACE).await;
        };
        let ended = tokio::select! {
            ended = try_join_all(handles) => ended.map(drop),
            () = overdue => Ok(()),
        };
        stop.cancel();
        timeout(GRACE / 4, tasks.wait()).await.ok();
        ended
    }
}

/// What the agent says first.
pub fn hello(config: &Agent) -> Hello {
    Hello {
        protocol: PROTOCOL,
        agent: config.id.clone(),
        token: config.token.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rehearsal: config.rehearsal,
    }
}

/// One sampler for each probe; their clocks begin now. Needs a running tokio.
pub fn samplers(config: &Agent) -> Result<Vec<Sampler>, Refusal> {
    config.probes.iter().map(|probe| sampler(probe, &config.room)).collect()
}

fn link(config: Agent, pickup: Pickup) -> Link {
    Link { hello: hello(&config), room: config.room, pickup, patience: Patience::default() }
}

fn sampler(probe: &config::agent::Probe, room: &str) -> Result<Sampler, Refusal> {
    use config::agent::Probe as Written;
    let (probe, cadence) = match probe.clone() {
        Written::Host { cadence, indicators } => (Probe::Host(Host::new(indicators)), cadence),
        Written::Git { cadence, repository, indicators } => (Probe::Git(Git::new(repository, indicators)), cadence),
        Written::Prometheus { cadence, url, series } => {
            let url = page(url, room)?;
            let fault = |why: reqwest::Error| Refusal::Url { found: url.to_string(), why: why.to_string() };
            (Probe::Prometheus(Prometheus::new(url.clone(), series).map_err(fault)?), cadence)
        }
        Written::Rehearsal { cadence, past, series } => {
            (Probe::Rehearsal(Rehearsal::new(clock::now(), cadence, past, series)), cadence)
        }
    };
    Ok(Sampler::new(probe, cadence))
}

/// Where to scrape: `written`, or else the room's own page.
fn page(written: Option<String>, room: &str) -> Result<Url, Refusal> {
    let found = written.clone().unwrap_or_else(|| room.replacen("ws://", "http://", 1));
    let refuse = |why: String| Refusal::Url { found: found.clone(), why };
    let mut url: Url = found.parse().map_err(|why| refuse(format!("{why}")))?;
    if url.scheme() != "http" {
        return Err(refuse("this agent scrapes http:// only".to_owned()));
    }
    if written.is_none() {
        url.set_path("/metrics");
        url.set_query(None);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_named_is_the_rooms_own() {
        let room = "ws://127.0.0.1:1972/api/v1/agent?x=1";
        assert_eq!(page(None, room).unwrap().as_str(), "http://127.0.0.1:1972/metrics");
        let named = page(Some("http://host:9100/m?x=1".to_owned()), room).unwrap();
        assert_eq!(named.as_str(), "http://host:9100/m?x=1");
    }

    #[test]
    fn what_cannot_be_scraped_is_refused_before_anything_runs() {
        let refusal = page(Some("https://host/metrics".to_owned()), "ws://room").unwrap_err().to_string();
        assert_eq!(refusal, "prometheus url: \"https://host/metrics\": this agent scrapes http:// only");
    }
}
