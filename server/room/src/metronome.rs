//! The metronome: what is told again and again.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use vsm::id::IndicatorId;

use crate::{clock, journal::Knock, shard::ToShard};

/// How often silence is looked for.
const TICK_EVERY: Duration = Duration::from_secs(1);

/// The traces that the desk wants from the shards.
pub type Wanted = watch::Receiver<BTreeSet<IndicatorId>>;

/// Tells the shards the time and when other traces are wanted, and the journal to look at history.
pub struct Metronome {
    shards: Arc<[mpsc::Sender<ToShard>]>,
    history: Knock,
}

impl Metronome {
    /// Speaks to these.
    pub fn new(shards: Arc<[mpsc::Sender<ToShard>]>, history: Knock) -> Self {
        Self { shards, history }
    }

    /// Runs until `stop`.
    pub async fn run(self, mut wanted: Wanted, stop: CancellationToken) {
        let mut tick = interval(TICK_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = tick.tick() => {
                    let now = clock::now();
                    self.tell(|| ToShard::Tick(now)).await;
                    self.history.knock();
                }
                Ok(()) = wanted.changed() => self.tell(|| ToShard::Follow).await,
            }
        }
    }

    /// A shard that is gone is missed elsewhere.
    async fn tell(&self, event: impl Fn() -> ToShard) {
        for shard in self.shards.iter() {
            shard.send(event()).await.ok();
        }
    }
}
