//! What of a batch its source may report, and a batch that came too early.

use std::collections::HashMap;

use cybernet::batch::{Batch, Refused};
use tokio::time::{Instant, sleep_until};
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::check;
use crate::doorkeeper::{Pass, refusal::TooFast};

/// What of a batch can be taken, in order, and what cannot, by its place.
pub(super) fn sift(batch: Batch, pass: &Pass, now: Moment) -> (Vec<Reading>, Vec<Refused>) {
    let batch = if pass.limits(&batch.readings) { only(batch, |name| pass.may_report(name)) } else { batch };
    checked(batch, now)
}

/// The same of what a script posts, which opens no more than its share of indicators that nobody has described.
pub(crate) fn sift_posted(batch: Batch, pass: &Pass, now: Moment) -> (Vec<Reading>, Vec<Refused>) {
    let mut asked: HashMap<IndicatorId, Result<(), String>> = HashMap::new();
    let may = |name: &IndicatorId| pass.may_report(name).and_then(|()| pass.may_open(name));
    checked(only(batch, |name| asked.entry(name.clone()).or_insert_with_key(may).clone()), now)
}

/// The same batch with the readings of indicators that may not be taken among the refused.
fn only(batch: Batch, mut may: impl FnMut(&IndicatorId) -> Result<(), String>) -> Batch {
    let Batch { readings, places, mut refused, .. } = batch;
    let (mut own, mut own_places) = (Vec::with_capacity(readings.len()), Vec::with_capacity(places.len()));
    for (reading, index) in readings.into_iter().zip(places) {
        match may(&reading.indicator) {
            Ok(()) => {
                own.push(reading);
                own_places.push(index);
            }
            Err(why) => refused.push(Refused { index, why }),
        }
    }
    Batch { readings: own, places: own_places, refused, ..batch }
}

fn checked(Batch { readings, places, refused, .. }: Batch, now: Moment) -> (Vec<Reading>, Vec<Refused>) {
    check::check(readings, places, refused, now)
}

/// A batch of a source that has to wait. Until it is due the door does not listen, so that a source that goes on sending
/// fills its own buffers and nobody else's.
pub(super) struct Held {
    batch: Batch,
    due: Instant,
}

impl Held {
    /// Holds a batch for as long as its source is to wait, and gives that in whole milliseconds.
    pub(super) fn back(batch: Batch, too_fast: TooFast) -> (Self, u64) {
        let wait = too_fast.wait();
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        (Self { batch, due: Instant::now() + wait }, millis)
    }
}

/// Waits until the batch that is held back is due, and gives it; never, while none is.
pub(super) async fn due(held: &mut Option<Held>) -> Batch {
    let Some(Held { due, .. }) = held else { return std::future::pending().await };
    sleep_until(*due).await;
    let Held { batch, .. } = held.take().expect("it was just waited for");
    batch
}
