//! What of a batch its source may report, and a batch that came too early.

use std::collections::HashMap;

use cybernet::batch::{Batch, Refused};
use tokio::time::{Instant, sleep_until};
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::check;
use crate::doorkeeper::{Pass, refusal::TooFast};

/// What of a batch can be taken, in order, and what cannot, by its place.
pub(crate) fn sift(batch: Batch, pass: &Pass, now: Moment) -> (Vec<Reading>, Vec<Refused>) {
    let Batch { readings, places, mut refused, .. } = batch;
    if !pass.limits(&readings) {
        return check::check(readings, places, refused, now);
    }
    let (mut own, mut own_places) = (Vec::with_capacity(readings.len()), Vec::with_capacity(places.len()));
    for (reading, index) in readings.into_iter().zip(places) {
        match pass.may_report(&reading.indicator) {
            Ok(()) => {
                own.push(reading);
                own_places.push(index);
            }
            Err(why) => refused.push(Refused { index, why }),
        }
    }
    check::check(own, own_places, refused, now)
}

/// The same batch with the readings among the refused whose indicators its source may not open.
pub(crate) fn hold_to_share(batch: Batch, pass: &Pass) -> Batch {
    let Batch { readings, places, mut refused, first, sequence } = batch;
    let mut asked: HashMap<IndicatorId, Option<String>> = HashMap::new();
    let (mut taken, mut taken_places) = (Vec::with_capacity(readings.len()), Vec::with_capacity(places.len()));
    for (reading, index) in readings.into_iter().zip(places) {
        let may_not = asked.entry(reading.indicator.clone()).or_insert_with_key(|name| pass.may_open(name).err());
        match may_not {
            Some(why) => refused.push(Refused { index, why: why.clone() }),
            None => {
                taken.push(reading);
                taken_places.push(index);
            }
        }
    }
    Batch { readings: taken, places: taken_places, refused, first, sequence }
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
