//! At least once on the wire, exactly once in the result.

use cybernet::agent::ToAgent;
use tests::{folder::Folder, room::Room, series::calm_minute, team::TeamAgent, wait::until};

#[tokio::test]
async fn a_batch_sent_twice_is_answered_twice_and_counted_once() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let minute = calm_minute("press.scrap");
    for _ in 0..2 {
        agent.send(7, &minute).await;
    }
    for _ in 0..2 {
        assert_eq!(agent.hear().await, Some(ToAgent::Received { sequence: 7, refused: vec![] }));
    }
    let counted = async || {
        let figures = ["synco_batches_taken_total", "synco_batches_repeated_total", "synco_readings_taken_total"];
        let [taken, repeated, readings] = figures.map(|name| room.figure(name));
        ((taken.await, repeated.await, readings.await) == (1.0, 1.0, 60.0)).then_some(())
    };
    until("one batch is counted, and one repetition", counted).await;
    assert_eq!(room.close().await, Some(0));
    let archived = room.archived();
    assert_eq!(archived.len(), 1);
    assert_eq!((archived[0].agent.as_str(), archived[0].sequence, &archived[0].readings), ("press-host", 7, &minute));
}

#[tokio::test]
async fn the_room_says_where_it_is_whenever_an_agent_comes_back_and_counts_each_agent_by_itself() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let mut room = Room::open(&folder).await;
    let minute = calm_minute("press.scrap");
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    assert_eq!(agent.received, 0);
    agent.deliver(3, &minute[..10]).await;
    // Gaps are allowed: the sequence is the agent's own count.
    agent.deliver(8, &minute[10..20]).await;
    drop(agent);

    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    assert_eq!(agent.received, 8);
    assert_eq!(TeamAgent::join(room.address(), "kiln-host").await.received, 0);
    agent.deliver(9, &minute[20..]).await;
    assert_eq!(room.close().await, Some(0));
    room.open_again().await;
    assert_eq!(TeamAgent::join(room.address(), "press-host").await.received, 9);
}
