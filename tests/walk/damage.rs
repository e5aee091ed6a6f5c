//! A disk that damages what it keeps: the rest is there, and what is not is told.

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::FileExt,
    time::Duration,
};

use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{below, noise, now, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::reading::Reading;

use crate::{
    crash::{plain, replayed},
    outbox::{self, newest, start_agent, until_received, waiting},
};

/// What the archive's file is written in, in bytes.
const PAGE: u64 = 8192;
const BATCHES: u64 = 60;
const READINGS: u64 = 400;

#[tokio::test]
async fn a_broken_page_of_the_journal_costs_what_lay_on_it_and_the_room_opens_and_says_so() {
    for seed in 0..3 {
        let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
        let mut room = Room::open(&folder).await;
        let mut agent = TeamAgent::join(room.address(), "press-host").await;
        for sequence in 1..=BATCHES {
            agent.deliver(sequence, &some_readings(sequence)).await;
        }
        room.kill();
        // Opened and closed once more, the archive is one file.
        assert_eq!(room.archived().len() as u64, BATCHES);
        let file = room.archive().join("archive.sqlite3");
        let pages = fs::metadata(&file).expect("the archive has a file").len() / PAGE;
        // The first pages hold the schema, the last one takes what comes next.
        let page = pages / 3 + below(pages / 3, seed);
        let file = OpenOptions::new().write(true).open(&file).expect("it can be written");
        file.write_all_at(&[0; PAGE as usize], page * PAGE).expect("it can be written");

        room.open_again().await;
        let told = plain(&room.process().logs("the journal is damaged").await);
        let damaged = room.figure("synco_journal_damaged_total").await;
        assert!((1.0..10.0).contains(&damaged), "page {page} of {pages}: {damaged} entries; {told}");
        assert_eq!(replayed(&room).await as f64 + damaged, BATCHES as f64, "page {page} of {pages}");
        let mut agent = TeamAgent::join(room.address(), "press-host").await;
        assert_eq!(agent.received, BATCHES);
        agent.deliver(BATCHES + 1, &some_readings(BATCHES + 1)).await;
        assert_eq!(room.close().await, Some(0));
    }
}

#[tokio::test]
async fn a_torn_record_of_an_outbox_costs_that_record_and_the_room_hears_of_it() {
    let folder = Folder::of_plant(&["press.scrap"], "100ms", "");
    folder.write("agent.toml", outbox::AGENT);
    let mut room = Room::open(&folder).await;
    room.kill();
    let mut agent = start_agent(&folder, &room);
    until("the outbox takes readings in", async || (40 <= newest(&folder)).then_some(())).await;
    agent.kill();
    let mut taken_in = waiting(&folder);
    let file = folder.at("outbox").join("00000000000000000001.readings");
    let mut bytes = fs::read(&file).expect("the first file of the outbox");
    // Within the first half, so that it is not the last record, which the kill may have torn.
    let at = below(bytes.len() as u64 / 2, 5) as usize;
    let hit = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
    bytes[at] ^= 0x10;
    fs::write(&file, bytes).expect("it can be written");
    taken_in.remove(&hit);
    let last = *taken_in.last_key_value().expect("there were some").0;

    room.open_again().await;
    let mut agent = start_agent(&folder, &room);
    until_received(&folder, last).await;
    let told = async || (room.figure("synco_readings_lost_total").await == 1.0).then_some(());
    until("the room hears of one lost reading", told).await;
    agent.terminate();
    assert_eq!((agent.ended().await, room.close().await), (Some(0), Some(0)));
    let archived = room.archived();
    let ordinals = archived.iter().flat_map(|batch| {
        let first = batch.sequence + 1 - batch.readings.len() as u64;
        first..=batch.sequence
    });
    let ordinals: Vec<u64> = ordinals.take_while(|ordinal| *ordinal <= last).collect();
    assert_eq!(ordinals, (1..=last).filter(|ordinal| *ordinal != hit).collect::<Vec<_>>());
}

fn some_readings(part: u64) -> Vec<Reading> {
    let start = now() - Duration::from_secs(86_400);
    let at = |n| start + Duration::from_secs(part * READINGS + n);
    (0..READINGS).map(|n| reading("press.scrap", at(n), 100.0 + noise(part, n))).collect()
}
