//! Looks at the inboxes of the room's parts: how much waits in each, and which stands full.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use metrics::{SharedString, gauge};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::happening::InboxStandsFull;

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After so many looks in a row an inbox that is full stands full.
const STANDS_AFTER: u64 = 3;

/// The part whose inbox keeps everybody waiting who reports.
pub const JOURNAL: &str = "journal";

/// The inboxes that are looked at.
#[derive(Default)]
pub struct Inboxes(Vec<Inbox>);

/// Whether the journal's inbox has stood full; every clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Pressure(Arc<AtomicBool>);

impl Pressure {
    /// Whether who reports had better wait than stand in line.
    pub fn is_high(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Says so.
    pub fn set(&self, is_high: bool) {
        self.0.store(is_high, Relaxed);
    }
}

struct Inbox {
    part: SharedString,
    /// How many wait in it, and how many it holds; none once its part has gone.
    look: Box<dyn Fn() -> Option<(usize, usize)> + Send>,
    full_for: u64,
}

impl Inboxes {
    /// Looks at one more, without keeping it open.
    pub fn add<T: Send + 'static>(&mut self, part: impl Into<SharedString>, inbox: &mpsc::Sender<T>) {
        let inbox = inbox.downgrade();
        let look = move || {
            let inbox = inbox.upgrade()?;
            Some((inbox.max_capacity() - inbox.capacity(), inbox.max_capacity()))
        };
        self.0.push(Inbox { part: part.into(), look: Box::new(look), full_for: 0 });
    }

    /// Looks once a second until `stop`; the doors hear of the journal's by `pressure`.
    pub async fn watch(mut self, pressure: Pressure, stop: CancellationToken) {
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(look.tick()).await.is_some() {
            for inbox in &mut self.0 {
                let stands_full = inbox.look();
                if *inbox.part == *JOURNAL {
                    pressure.set(stands_full);
                }
            }
        }
    }
}

impl Inbox {
    /// Whether it has stood full for some time.
    fn look(&mut self) -> bool {
        let Some((waiting, most)) = (self.look)() else { return false };
        gauge!("synco_inbox_waiting", "part" => self.part.clone()).set(waiting as f64);
        self.full_for = if waiting == most { self.full_for + 1 } else { 0 };
        if self.full_for == STANDS_AFTER {
            InboxStandsFull { part: self.part.clone(), waiting, seconds: self.full_for * LOOK_EVERY.as_secs() }.emit();
        }
        STANDS_AFTER <= self.full_for
    }
}

#[cfg(test)]
mod tests {
    use tokio::{task, time::sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_inbox_that_is_full_for_some_time_stands_full_until_somebody_reads_it() {
        let (to_journal, mut inbox) = mpsc::channel(2);
        let (mut inboxes, stop) = (Inboxes::default(), CancellationToken::new());
        inboxes.add(JOURNAL, &to_journal);
        let pressure = Pressure::default();
        let watching = task::spawn(inboxes.watch(pressure.clone(), stop.clone()));
        let after = async |millis| {
            sleep(Duration::from_millis(millis)).await;
            pressure.is_high()
        };
        to_journal.send(1).await.unwrap();
        assert!(!after(9_500).await, "it is not full");
        to_journal.send(2).await.unwrap();
        assert!(!after(2_000).await && after(1_000).await);
        inbox.recv().await.unwrap();
        assert!(!after(1_000).await);
        drop(to_journal);
        inbox.recv().await.unwrap();
        assert_eq!(inbox.recv().await, None, "who looks at it keeps it not open");
        stop.cancel();
        watching.await.unwrap();
    }
}
