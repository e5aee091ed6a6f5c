//! The link against a room made of a real socket.

#![allow(clippy::unwrap_used, reason = "what fails here is a test that fails")]

mod room;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use agent::{
    faults::Faults,
    link::{self, Link, Patience},
    outbox::{Bounds, Outbox, keeper::Keeper},
    probe::{ProbeFault, Readout},
};
use cybernet::{
    agent::{HEARS_FIRST, HEARS_LOST, Hello, Lost, PROTOCOL, ToAgent, ToRoom},
    batch::Refused,
    faults::{Fault, HEARS_FAULTS, Why},
    ordinals::Ordinals,
};
use futures_util::{SinkExt, StreamExt};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

use self::room::Room;

/// The agent's side, without probes.
struct Running {
    hand_in: mpsc::Sender<Vec<Reading>>,
    faults: Faults,
    stop: CancellationToken,
    tasks: [JoinHandle<()>; 2],
}

impl Running {
    fn start(room: &Room, folder: &Path, patience: Patience) -> Self {
        Self::start_as(room, folder, patience, false)
    }

    fn start_as(room: &Room, folder: &Path, patience: Patience, rehearsal: bool) -> Self {
        let (keeper, hand_in, pickup) = Keeper::new(open(folder, 100_000));
        let agent = AgentId::parse("payments-host").unwrap();
        let hello = Hello { protocol: PROTOCOL, agent, token: None, version: "0".to_owned(), rehearsal };
        let address = format!("ws://{}/api/v1/agent", room.door.local_addr().unwrap());
        let stop = CancellationToken::new();
        let (faults, told) = Faults::new();
        let link = Link { room: address, tls: None, hello, token: None, pickup, faults: told, patience };
        let link = link::run(link, stop.clone());
        Self { hand_in, faults, stop, tasks: [tokio::spawn(keeper.run()), tokio::spawn(link)] }
    }

    async fn push(&self, values: std::ops::Range<u64>) {
        self.hand_in.send(output(values)).await.unwrap();
    }

    /// Stops it and says what is left in the outbox.
    async fn stop(self, folder: &Path) -> u64 {
        self.stop.cancel();
        drop(self.hand_in);
        for task in self.tasks {
            task.await.unwrap();
        }
        open(folder, 100_000).pending()
    }
}

fn output(values: std::ops::Range<u64>) -> Vec<Reading> {
    let indicator = IndicatorId::parse("plant.output").unwrap();
    let reading = |value: u64| Reading::new(indicator.clone(), Moment::default(), value as f64).unwrap();
    values.map(reading).collect()
}

fn open(folder: &Path, most_readings: u64) -> Outbox {
    let bounds = Bounds { most_readings, most_bytes: 100_000_000, keep_for: Duration::from_secs(86_400) };
    Outbox::open(folder.to_owned(), bounds, Moment::default()).unwrap()
}

#[tokio::test]
async fn hello_comes_first_then_what_was_read_and_what_the_room_has_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    agent.push(1..4).await;
    assert_eq!(room.welcome(0).await.agent.as_str(), "payments-host");
    assert_eq!(room.upto(3).await, [1, 2, 3]);
    agent.push(4..6).await;
    assert_eq!(room.upto(5).await, [4, 5]);
    room.say(&ToAgent::Received { sequence: 5, refused: vec![Refused { index: 0, why: "no".to_owned() }] }).await;
    // The agent answers in order, so what it says after this it says with the receipt taken.
    agent.push(6..7).await;
    assert_eq!(room.upto(6).await, [6]);
    assert_eq!(agent.stop(folder.path()).await, 1);
}

#[tokio::test]
async fn what_was_sent_and_not_received_is_sent_again_and_nothing_twice_after_the_welcome() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    agent.push(1..2501).await;
    room.welcome(0).await;
    let first = room.batch().await;
    assert_eq!(first.readings.len(), 1000);
    room.socket = None;
    room.welcome(0).await;
    assert_eq!(room.upto(2500).await, (1..2501).collect::<Vec<_>>());
    room.socket = None;
    // All of it was on the room's disk; only the receipts were lost.
    room.welcome(2500).await;
    agent.push(2501..2503).await;
    assert_eq!(room.upto(2502).await, [2501, 2502]);
    assert_eq!(agent.stop(folder.path()).await, 2);
}

#[tokio::test]
async fn no_more_than_eight_batches_are_on_their_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    agent.push(1..10_001).await;
    room.welcome(0).await;
    let mut sequences = Vec::new();
    for _ in 0..8 {
        sequences.push(room.batch().await.sequence);
    }
    let ninth = tokio::time::timeout(Duration::from_millis(100), room.batch()).await;
    assert!(ninth.is_err());
    room.receive(sequences[0]).await;
    assert!(sequences[7] < room.batch().await.sequence);
    assert_eq!(agent.stop(folder.path()).await, 10_000 - sequences[0]);
}

#[tokio::test]
async fn a_new_folder_does_not_pass_its_readings_off_as_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    agent.push(1..4).await;
    room.welcome(1000).await;
    assert_eq!(room.upto(1003).await, [1, 2, 3]);
    agent.stop(folder.path()).await;
}

#[tokio::test]
async fn a_room_that_refuses_or_says_nothing_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let short = Duration::from_millis(400);
    let patience = Patience { welcome: short, answer: short, ..Patience::default() };
    let agent = Running::start(&room, folder.path(), patience);
    agent.push(1..2).await;
    room.accept().await;
    room.say(&ToAgent::Refused { why: "not today".to_owned() }).await;
    // No welcome, then no receipt: both links are given up by the agent.
    room.accept().await;
    room.welcome(0).await;
    assert_eq!(room.upto(1).await, [1]);
    room.welcome(0).await;
    assert_eq!(room.upto(1).await, [1]);
    assert_eq!(agent.stop(folder.path()).await, 1);
}

#[tokio::test]
async fn a_newer_room_may_say_more_than_this_agent_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    room.welcome(0).await;
    let socket = room.socket.as_mut().unwrap();
    socket.send(Message::text(r#"{"weather":{"sun":true}}"#)).await.unwrap();
    socket.send(Message::text(r#"{"slow_down":{"millis":1}}"#)).await.unwrap();
    agent.push(1..2).await;
    assert_eq!(room.upto(1).await, [1]);
    agent.stop(folder.path()).await;
}

#[tokio::test]
async fn a_room_that_hears_it_is_told_what_was_lost_until_it_answers_and_another_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let reading = |value| Reading::new(IndicatorId::parse("plant.output").unwrap(), Moment::default(), value).unwrap();
    open(folder.path(), 8).push(&[1.0; 20].map(reading), Moment::default()).unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    // This one does not hear it: what it hears first are readings.
    room.welcome(0).await;
    let first = room.batch().await;
    room.socket = None;
    room.hears = vec!["song".to_owned(), HEARS_LOST.to_owned()];
    for answers in [false, true] {
        // As long as it is not answered, it is told again.
        room.welcome(0).await;
        let Some(ToRoom::Lost(lost)) = room.hear().await else { panic!("nothing was lost") };
        let missing = first.sequence - first.readings.len() as u64;
        assert_eq!(lost, Lost { readings: missing, since: Moment::default() });
        if answers {
            room.say(&ToAgent::HeardLost { readings: missing }).await;
            // It hears in order, so the count was taken before this receipt.
            let batch = room.batch().await;
            room.receive(batch.sequence).await;
            agent.push(100..101).await;
            room.batch().await;
        }
        room.socket = None;
    }
    room.welcome(first.sequence).await;
    assert_eq!(room.batch().await.readings.len(), 1);
    agent.stop(folder.path()).await;
    assert_eq!(open(folder.path(), 100).lost(), None);
}

/// The next batch, as the first and the last ordinal it stands for, and the first of its values.
async fn span(room: &mut Room) -> ([u64; 2], Option<u64>) {
    let batch = room.batch().await;
    ([batch.first.unwrap(), batch.sequence], batch.readings.first().map(|reading| reading.value() as u64))
}

#[tokio::test]
async fn what_is_new_goes_ahead_of_a_large_backlog_to_a_room_that_hears_it_and_the_rest_after_it_once() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 100_000).push(&output(1..20_001), Moment::default()).unwrap();
    let mut room = Room::open().await;
    room.hears = vec![HEARS_FIRST.to_owned()];
    let agent = Running::start(&room, folder.path(), Patience::default());
    room.welcome(0).await;
    assert_eq!((span(&mut room).await.0, span(&mut room).await.0), ([1, 1000], [1001, 2000]));
    // Nothing of it is received, so no more of the backlog leaves; what is new does.
    agent.push(70_000..70_003).await;
    assert_eq!(span(&mut room).await, ([20_001, 20_003], Some(70_000)));
    room.receive(1000).await;
    assert_eq!(span(&mut room).await.0, [2001, 3000]);
    room.receive(2000).await;
    room.receive(20_003).await;
    assert_eq!(span(&mut room).await.0, [3001, 4000]);
    room.socket = None;

    // What was on its way has come or not: the room says what it has.
    agent.push(70_003..70_004).await;
    room.ranges = vec![[3001, 4000], [20_001, 20_003]];
    room.welcome(2000).await;
    let mut heard = [span(&mut room).await, span(&mut room).await, span(&mut room).await];
    heard.sort_unstable();
    assert_eq!(heard, [([2001, 3000], Some(2001)), ([4001, 4096], Some(4001)), ([20_004, 20_004], Some(70_003))]);
    assert_eq!(agent.stop(folder.path()).await, 20_004 - 2000 - 1000 - 3);
}

#[tokio::test]
async fn a_rehearsal_that_a_room_does_not_know_brings_its_past_first() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 100_000).push(&output(1..20_001), Moment::default()).unwrap();
    let mut room = Room::open().await;
    room.hears = vec![HEARS_FIRST.to_owned()];
    let agent = Running::start_as(&room, folder.path(), Patience::default(), true);
    room.welcome(0).await;
    agent.push(70_000..70_003).await;
    for batch in 0..4 {
        assert_eq!(span(&mut room).await.1, Some(1000 * batch + 1));
    }
    agent.stop(folder.path()).await;
}

#[tokio::test]
async fn what_is_gone_is_told_to_a_room_that_hears_it_so_that_nothing_is_missing_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = open(folder.path(), 100_000);
    outbox.welcome(&Ordinals::default()).unwrap();
    outbox.push(&output(1..9001), Moment::default()).unwrap();
    drop(outbox);
    std::fs::remove_file(folder.path().join(format!("{:020}.readings", 4097))).unwrap();
    let mut room = Room::open().await;
    (room.hears, room.ranges) = (vec![HEARS_FIRST.to_owned()], vec![[8000, 8500]]);
    let agent = Running::start(&room, folder.path(), Patience::default());
    room.welcome(3500).await;
    assert_eq!(span(&mut room).await, ([3501, 4096], Some(3501)));
    assert_eq!(span(&mut room).await, ([4097, 7999], None));
    assert_eq!(span(&mut room).await, ([8501, 9000], Some(8501)));
    assert_eq!(agent.stop(folder.path()).await, 596 + 500);
}

#[tokio::test]
async fn a_room_that_asks_for_a_pause_hears_nothing_until_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    room.welcome(0).await;
    agent.push(1..2).await;
    assert_eq!(room.upto(1).await, [1]);
    let asked_at = Instant::now();
    room.say(&ToAgent::SlowDown { millis: 700 }).await;
    room.receive(1).await;
    // What was on its way when the room asked may still arrive; so the agent has to have heard it first.
    room.socket.as_mut().unwrap().send(Message::Ping(Default::default())).await.unwrap();
    assert!(matches!(room.socket.as_mut().unwrap().next().await, Some(Ok(Message::Pong(_)))));
    agent.push(2..4).await;
    assert_eq!(room.upto(3).await, [2, 3]);
    assert!(Duration::from_millis(700) <= asked_at.elapsed(), "a batch came after {:?}", asked_at.elapsed());
    agent.stop(folder.path()).await;
}

#[tokio::test]
async fn a_room_that_hears_it_is_told_all_that_cannot_be_read_and_another_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let indicator = IndicatorId::parse("plant.output").unwrap();
    let mut room = Room::open().await;
    let agent = Running::start(&room, folder.path(), Patience::default());
    let probe = agent.faults.of_probe([indicator.clone()]);
    let fails = |why| probe.note(&Readout { readings: vec![], faults: vec![ProbeFault::new("GET", why)] });
    fails("no answer within 5s");
    // This one does not hear it: what it hears are readings.
    room.welcome(0).await;
    agent.push(1..2).await;
    assert_eq!(room.upto(1).await, [1]);
    room.socket = None;
    room.hears = vec![HEARS_FAULTS.to_owned()];
    let told = |why| vec![Fault { indicator: indicator.clone(), why: Why::new(why) }];
    for _ in 0..2 {
        room.welcome(1).await;
        assert_eq!(room.faults().await, told("no answer within 5s"), "the whole set after every welcome");
        room.socket = None;
    }
    room.welcome(1).await;
    room.faults().await;
    fails("password=hunter2 is wrong");
    assert_eq!(room.faults().await, told("password=… is wrong"));
    let reading = Reading::new(indicator.clone(), Moment::default(), 1.0).unwrap();
    probe.note(&Readout { readings: vec![reading], faults: vec![] });
    assert_eq!(room.faults().await, []);
    agent.stop(folder.path()).await;
}
