//! What an agent had to let go is known at the room.

use cybernet::agent::Lost;
use tests::{
    folder::Folder,
    room::Room,
    series::{below, now},
    team::TeamAgent,
    wait::until,
};

use crate::{
    crash::plain,
    outbox::{self, newest, received, start_agent},
};

#[tokio::test]
async fn the_room_logs_and_counts_what_an_agent_says_that_it_lost_and_tells_it_so() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let room = Room::open(&folder).await;
    assert_eq!(room.figure("synco_readings_lost_total").await, 0.0);
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    agent.tell_lost(Lost { readings: 40, since: now() }).await;
    let line = plain(&room.process().logs("readings were lost").await);
    agent.tell_lost(Lost { readings: 2, since: now() }).await;
    assert_eq!(room.figure("synco_readings_lost_total").await, 42.0);
    assert!(line.contains("agent=press-host") && line.contains("count=40"), "{line}");
}

#[tokio::test]
async fn what_an_outbox_drops_while_there_is_no_room_is_counted_there_to_the_last_reading() {
    let folder = Folder::of_plant(&["press.scrap"], "100ms", "");
    folder.write("agent.toml", &format!("{}\n[outbox]\nmost_readings = 40\n", outbox::AGENT));
    let mut room = Room::open(&folder).await;
    room.kill();
    let mut agent = start_agent(&folder, &room);
    let enough = 60 + below(30, 1);
    until("the outbox has dropped some", async || (enough <= newest(&folder)).then_some(())).await;
    room.open_again().await;
    let heard = async || Some(room.figure("synco_readings_lost_total").await).filter(|lost| 0.0 < *lost);
    let lost = until("the room hears of it", heard).await;
    until("the room has the rest", async || (enough < received(&folder)).then_some(())).await;
    agent.terminate();
    assert_eq!((agent.ended().await, room.close().await), (Some(0), Some(0)));
    let archived = room.archived();
    let first = archived[0].sequence - archived[0].readings.len() as u64;
    assert_eq!(first as f64, lost, "what is missing before the first reading in the archive");
}
