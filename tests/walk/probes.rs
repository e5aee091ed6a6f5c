//! The kinds of probes in the agent's own process: what they read of real things arrives in the history of a room.

mod command;
mod files;
mod git;
mod machine;
mod metrics;
mod stdin;

use std::process::Stdio;

use tests::{folder::Folder, process::Process, room::Room, wait::until};
use vsm::time::Moment;

use crate::outbox::arguments;

/// A room and an agent that speaks to it, in a folder in which lies what the agent reads.
struct Plant {
    agent: Process,
    room: Room,
    folder: Folder,
}

impl Plant {
    /// Starts both; at its first look the agent finds what is in the folder by now.
    async fn start(folder: Folder, probes: &str) -> Self {
        Self::start_fed(folder, probes, Stdio::null()).await
    }

    /// The same with something on the agent's standard input.
    async fn start_fed(folder: Folder, probes: &str, input: Stdio) -> Self {
        folder.write("agent.toml", &format!("version = 1\nagent = \"press-host\"\n{probes}"));
        let room = Room::open(&folder).await;
        let agent = Process::start_fed("synco-agent", folder.path(), arguments(&folder, room.address()), input);
        Self { agent, room, folder }
    }

    /// What has arrived of an indicator, in the order of time: when it was measured, and its value.
    async fn read(&self, indicator: &str) -> Vec<(i64, f64)> {
        self.room.past(indicator, Moment::default()).await
    }

    /// The values alone.
    async fn values(&self, indicator: &str) -> Vec<f64> {
        self.read(indicator).await.into_iter().map(|(_, value)| value).collect()
    }

    /// Waits until the values of an indicator are right, and gives them.
    async fn until(&self, indicator: &str, are_right: impl Fn(&[f64]) -> bool) -> Vec<f64> {
        let look = async || Some(self.values(indicator).await).filter(|values| are_right(values));
        until(&format!("the readings of {indicator} are right"), look).await
    }

    /// Waits until two more readings of an indicator have arrived, and gives the values of all.
    async fn twice_more(&self, indicator: &str) -> Vec<f64> {
        let before = self.values(indicator).await.len();
        self.until(indicator, |values| before + 2 <= values.len()).await
    }
}
