//! What one agent can do to the door, and what it cannot.

use std::time::Duration;

use cybernet::agent::ToAgent;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    screen::Screen,
    series::{calm_minute, reading},
    socket::Socket,
    team::{TeamAgent, hello},
    wait::{PATIENCE, until},
};
use tokio::time::timeout;
use vsm::{reading::Reading, time::Moment};

use super::asked::knock;

const DOOR: &str = "/api/v1/agent";
const SEATS: usize = 1024;

#[tokio::test]
async fn a_team_whose_agent_sends_one_reading_a_frame_hears_first_too() {
    let folder = Folder::of_plant(&["press.scrap", "press.idle"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let (scrap, idle) = (calm_minute("press.scrap"), calm_minute("press.idle"));
    let pairs = scrap.iter().zip(&idle).flat_map(|(scrap, idle)| [scrap, idle]);
    let mut sequence = 0;
    for one in pairs {
        sequence += 1;
        agent.deliver(sequence, std::slice::from_ref(one)).await;
    }
    let off = reading("press.scrap", scrap[59].measured_at + Duration::from_secs(1), 130.0);
    agent.send(sequence + 1, std::slice::from_ref(&off)).await;
    agent.send(sequence + 2, &[reading("press.idle", off.measured_at, 100.0)]).await;
    for sequence in sequence + 1..=sequence + 2 {
        assert_eq!(agent.hear().await, Some(ToAgent::Received { sequence, refused: vec![] }));
    }
    if agent.signals.is_empty() {
        timeout(PATIENCE, agent.hear_signal()).await.expect("the team hears of it");
    }
    assert_eq!(agent.signals[0].indicators, [off.indicator]);
}

#[tokio::test]
async fn ten_thousand_refusals_fit_in_an_answer_and_in_a_line_of_the_log() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let mut agent = TeamAgent::join(room.address(), "wrong-clock").await;
    let far = Moment::from_unix_millis(4_102_444_800_000);
    let wrong: Vec<Reading> = vec![reading("press.scrap", far, 1.0); 10_000];
    for sequence in 1..=5 {
        let refused = agent.deliver(sequence, &wrong).await;
        assert_eq!(refused.len(), 101);
        assert_eq!((refused[100].index, refused[100].why.as_str()), (100, "and 9900 more were refused"));
    }
    let counted = async || (room.figure("synco_readings_refused_total").await == 50_000.0).then_some(());
    until("every refused reading is counted", counted).await;
    let lines = room.process().logged().lines().filter(|line| line.contains("readings refused")).count();
    assert!(lines <= 2, "at most one line in ten seconds, but {lines}");
}

#[tokio::test]
async fn a_sequence_without_a_next_is_refused_with_words() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    agent.deliver(i64::MAX as u64, &calm_minute("press.scrap")).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    assert_eq!(agent.received, i64::MAX as u64);
    agent.send(1 << 63, &[]).await;
    let why = "sequence 9223372036854775808; sequences end with 9223372036854775807".to_owned();
    assert_eq!(agent.hear().await, Some(ToAgent::Refused { why }));
    assert_eq!(agent.hear().await, None);
}

#[tokio::test]
async fn a_long_frame_before_the_welcome_is_refused_with_words() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let mut socket = Socket::connect(room.address(), DOOR).await;
    socket.say(" ".repeat(16_385)).await;
    let said = socket.hear().await.expect("the room says why");
    assert!(said.contains("a frame of 16385 bytes before the welcome; at most 16384 fit"), "{said}");
    assert_eq!(socket.hear().await, None);
}

#[tokio::test]
async fn an_agent_that_sends_and_never_reads_is_let_go_of() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let mut socket = Socket::connect_narrowly(room.address(), DOOR).await;
    socket.say(hello("deaf-host").encode()).await;
    let connected = async |count: f64| (room.figure("synco_agents").await == count).then_some(());
    until("the agent came", async || connected(1.0).await).await;
    // Each of them is answered with a hundred refusals.
    let wrong = format!(r#"["a",{},1]"#, u64::MAX / 4);
    let wrong = vec![wrong; 101].join(",");
    let sending = tokio::spawn(async move {
        for sequence in 1_u64.. {
            socket.say(format!(r#"{{"readings":{{"sequence":{sequence},"readings":[{wrong}]}}}}"#)).await;
        }
    });
    until("the agent is let go of", async || connected(0.0).await).await;
    sending.abort();
}

#[tokio::test]
async fn there_are_seats_for_so_many_agents_and_words_for_those_who_come_too_late() {
    let most = getrlimit(Resource::Nofile).maximum;
    // Every connection is an open file of this process too.
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).expect("a soft limit can be raised");
    let room = Room::open(&Folder::of_plant(&["press.scrap"], "1s", "")).await;
    let mut seated = Vec::with_capacity(SEATS);
    for _ in 0..SEATS {
        let (stream, answer) = knock(room.address(), DOOR).await.expect("the room answers");
        assert_eq!(answer.status, 101);
        seated.push(stream);
    }
    let (_stream, answer) = knock(room.address(), DOOR).await.expect("the room answers");
    assert_eq!((answer.status, answer.body.as_str()), (503, "all 1024 seats for agents are taken; come back later\n"));
    Screen::join(room.address()).await;
    seated.clear();
    let seat = async || knock(room.address(), DOOR).await.ok().filter(|(_, answer)| answer.status == 101);
    until("a seat is free again", seat).await;
}
