//! What runs: samplers hand in, one keeper owns the outbox, one link picks up.

use std::{sync::Arc, time::Duration};

use config::agent::Agent;
use cybernet::agent::{Hello, PROTOCOL};
use futures_util::future::try_join_all;
use rustls::ClientConfig;
use tokio::{
    sync::mpsc,
    task::JoinError,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vsm::reading::Reading;

use crate::{
    clock,
    faults::{Faults, Told},
    gate::Gate,
    link::{self, Link, Patience},
    outbox::{
        Bounds, Outbox, OutboxFault,
        keeper::{Keeper, Pickup},
    },
    probe::{self, CannotBeRead, Probe},
    sample::{self, Rhythm, Sampler},
    token::{self, TokenFault},
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
    /// There is no token to be shown.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// There is no place for the readings.
    #[error(transparent)]
    Outbox(#[from] OutboxFault),
    /// Something that is written cannot be read at all.
    #[error(transparent)]
    Probe(#[from] CannotBeRead),
}

impl App {
    /// Opens what `config` names. Needs a running tokio.
    pub fn bind(config: Agent) -> Result<Self, Refusal> {
        let tls = match link::check_address(&config.room, config.token.is_some()).map_err(Refusal::Room)? {
            true => Some(link::tls::trust(config.authorities.as_deref()).map_err(Refusal::Room)?),
            false => None,
        };
        // Read again at each hello; what is wrong with it now is said before anything runs.
        config.token.as_ref().map(token::shown).transpose()?;
        let (faults, told) = Faults::new();
        let samplers = samplers(&config, &faults)?;
        let outbox = outbox(&config.outbox)?;
        let (keeper, hand_in, pickup) = Keeper::new(outbox);
        Ok(Self { samplers, hand_in, keeper, link: link(config, tls, pickup, told) })
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

/// What the agent says first, but for its token.
pub fn hello(config: &Agent) -> Hello {
    Hello {
        protocol: PROTOCOL,
        agent: config.id.clone(),
        token: None,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rehearsal: config.rehearsal,
    }
}

/// One sampler for each probe, which notes what it cannot read; their clocks begin now. Needs a running tokio.
pub fn samplers(config: &Agent, faults: &Faults) -> Result<Vec<Sampler>, Refusal> {
    let telling = |sampler: Sampler, written: &config::agent::Probe| {
        sampler.telling(faults.of_probe(written.source.indicators()))
    };
    config.probes.iter().map(|written| Ok(telling(sampler(written, config)?, written))).collect()
}

fn outbox(written: &config::agent::Outbox) -> Result<Outbox, OutboxFault> {
    let config::agent::Outbox { folder, most_readings, most_bytes, keep_for } = written;
    let bounds = Bounds { most_readings: *most_readings, most_bytes: *most_bytes, keep_for: *keep_for };
    Outbox::open(folder.clone(), bounds, clock::now())
}

fn link(config: Agent, tls: Option<Arc<ClientConfig>>, pickup: Pickup, faults: Told) -> Link {
    let hello = hello(&config);
    Link { hello, token: config.token, room: config.room, tls, pickup, faults, patience: Patience::default() }
}

fn sampler(written: &config::agent::Probe, config: &Agent) -> Result<Sampler, Refusal> {
    let probe = probe::set_up(written, &config.room)?;
    let (cadence, time_limit) = (written.cadence, written.time_limit);
    let rhythm = match &probe {
        // A script says itself what happens when.
        Probe::Rehearsal(_) => Rhythm::even(cadence, time_limit),
        _ => Rhythm::placed(&format!("{}/{probe}", config.id), cadence, time_limit, clock::now()),
    };
    let known = |id| config.plausible.get(&id).map(|plausible| (id, *plausible));
    let gate = Gate::new(written.source.indicators().into_iter().filter_map(known).collect());
    Ok(Sampler::new(probe, rhythm, gate))
}
