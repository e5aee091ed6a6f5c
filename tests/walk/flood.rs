//! An agent that floods the room costs the others nothing.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use archive::Batch;
use cybernet::agent::ToAgent;
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{now, reading},
    team::TeamAgent,
};
use vsm::reading::Reading;

/// Readings in each batch of the flood.
const FLOOD: u64 = 5_000;
/// What the other agent delivers meanwhile, one batch after the other.
const DELIVERIES: u64 = 20;
/// How many batches of the flood are on their way at once; more than wait at the door and in the journal's queue.
const ON_THEIR_WAY: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flooding_agent_waits_for_the_disk_and_the_others_are_served_meanwhile() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "readings_a_second = 10000000");
    let mut room = Room::open(&folder).await;
    let mut calm = TeamAgent::join(room.address(), "kiln-host").await;
    let mut flooding = TeamAgent::join(room.address(), "press-host").await;
    let (over, flooded) = (AtomicBool::new(false), AtomicU64::new(0));
    let flood = async {
        for sequence in 1.. {
            if over.load(Ordering::Relaxed) {
                break;
            }
            flooding.deliver(sequence, &some_readings("press.scrap", sequence, FLOOD)).await;
            flooded.store(sequence, Ordering::Relaxed);
        }
    };
    let others = async {
        for sequence in 1..=DELIVERIES {
            let refused = calm.deliver(sequence, &some_readings("kiln.heat", sequence, 1)).await;
            assert_eq!(refused, []);
        }
        over.store(true, Ordering::Relaxed);
    };
    // Every delivery has a deadline of its own.
    tokio::join!(flood, others);
    let flooded = flooded.load(Ordering::Relaxed);
    assert!(0 < flooded, "the flood was received too");
    let batches = room.figure("synco_batches_taken_total").await;
    assert_eq!(batches, (DELIVERIES + flooded) as f64);
    assert_eq!(room.close().await, Some(0));
    let archived = room.archived();
    assert_eq!(sequences(&archived, "kiln-host"), (1..=DELIVERIES).collect::<Vec<_>>());
    assert_eq!(sequences(&archived, "press-host"), (1..=flooded).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_sends_faster_than_the_disk_writes_is_not_heard_and_one_batch_of_another_overtakes_it() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "readings_a_second = 10000000");
    let mut room = Room::open(&folder).await;
    let mut calm = TeamAgent::join(room.address(), "kiln-host").await;
    let mut flooding = TeamAgent::join(room.address(), "press-host").await;
    let batches: Vec<_> = (1..=ON_THEIR_WAY).map(|it| some_readings("press.scrap", it, FLOOD)).collect();
    let (begun, begins) = tokio::sync::oneshot::channel();
    let flood = async {
        flooding.send(1, &batches[0]).await;
        begun.send(()).ok();
        for (sequence, readings) in (1..).zip(&batches).skip(1) {
            flooding.send(sequence, readings).await;
        }
        for sequence in 1..=ON_THEIR_WAY {
            assert_eq!(flooding.hear().await, Some(ToAgent::Received { sequence, refused: vec![] }));
        }
    };
    let other = async {
        begins.await.ok();
        calm.deliver(1, &some_readings("kiln.heat", 1, 1)).await;
    };
    tokio::join!(flood, other);
    assert_eq!(room.close().await, Some(0));
    let archived = room.archived();
    let place = archived.iter().position(|batch| batch.agent.as_str() == "kiln-host").expect("it arrived");
    assert_eq!(archived.len() as u64, ON_THEIR_WAY + 1);
    assert!((place as u64) < ON_THEIR_WAY, "it did not wait for the whole flood but stands behind {place} batches");
}

fn some_readings(indicator: &str, batch: u64, count: u64) -> Vec<Reading> {
    let start = now() - Duration::from_secs(86_400);
    (0..count).map(|n| reading(indicator, start + Duration::from_millis(batch * FLOOD + n), 100.0)).collect()
}

/// What the journal has of an agent, in order.
fn sequences(archived: &[Batch], agent: &str) -> Vec<u64> {
    let is_its = |batch: &&Batch| batch.agent.as_str() == agent;
    archived.iter().filter(is_its).map(|batch| batch.sequence).collect()
}
