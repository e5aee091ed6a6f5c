//! An agent that floods the room costs the others nothing.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flooding_agent_waits_for_the_disk_and_the_others_are_served_meanwhile() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "readings_a_second = 10000000");
    let room = Room::open(&folder).await;
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
    assert!(0 < flooded.load(Ordering::Relaxed), "the flood was received too");
}

fn some_readings(indicator: &str, batch: u64, count: u64) -> Vec<Reading> {
    let start = now() - Duration::from_secs(86_400);
    (0..count).map(|n| reading(indicator, start + Duration::from_millis(batch * FLOOD + n), 100.0)).collect()
}
