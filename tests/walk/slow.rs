//! A room whose disk is slow, or that is asked too much of, counts it each time and tells it now and then.

use std::{path::Path, process::Stdio};

use cybernet::agent::ToAgent;
use reqwest::Response;
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    room::Room,
    series::{calm_minute, now},
    team::{TeamAgent, hello},
    wait::until,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::crash::{plain, seconds_pass};

const REFUSALS: u64 = 60;

#[tokio::test]
async fn a_commit_that_takes_long_is_told_and_counted_and_nothing_of_it_is_lost() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    assert_eq!(room.figure("synco_slow_commits_total").await, 0.0);
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let mut sequence = 0;
    // Something else may have stood before the commit, and have waited in its place.
    while room.figure("synco_slow_commits_total").await == 0.0 {
        sequence += 1;
        assert!(sequence < 5, "no commit was slow");
        let mut holds = hold(room.archive()).await;
        agent.send(sequence, &calm_minute("press.scrap")).await;
        seconds_pass(&room, 2).await;
        drop(holds.stdin.take());
        assert!(matches!(agent.hear().await, Some(ToAgent::Received { .. })));
        assert!(holds.wait().await.expect("it ends").success());
        let counted = async || (sequence as f64 <= room.figure("synco_batches_taken_total").await).then_some(());
        until("the batch is counted", counted).await;
    }
    let told = plain(&room.process().logs("a commit was slow").await);
    assert!(told.contains("nobody hears that readings were received until it is done"), "{told}");
}

#[tokio::test]
async fn while_the_journal_does_not_keep_up_whoever_reports_is_told_to_come_back_and_then_is_taken() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let answer = until("a round in which it does not keep up", async || {
        let agents = flood(&room).await;
        let mut holds = hold(room.archive()).await;
        let (full, failed) = (full(&room).await, room.figure(FAILED).await);
        for mut agent in agents {
            for sequence in 1..=IN_FLIGHT {
                agent.send(agent.received + sequence, &calm_minute("press.scrap")[..1]).await;
            }
            // It stays until the room lets go of it.
            tokio::spawn(async move { while agent.hear().await.is_some() {} });
        }
        let moved = async || (full < self::full(&room).await || failed < room.figure(FAILED).await).then_some(());
        until("the inbox stands full, or the journal gives up", moved).await;
        // What was committed together was not waiting; then it takes another round.
        let answer = if full < self::full(&room).await { Some(report(&room).await) } else { None };
        drop(holds.stdin.take());
        assert!(holds.wait().await.expect("it ends").success());
        answer.filter(|answer| answer.status() == 429)
    })
    .await;
    assert_eq!(answer.headers()["retry-after"], "1");
    let words = answer.text().await.expect("an answer has a body");
    assert!(words.contains("the room's journal does not keep up; come back in 1 s"), "{words}");
    room.process().logs("an inbox stands full").await;
    let taken = async || (report(&room).await.status() == 200).then_some(());
    until("it keeps up again", taken).await;
}

/// So many batches of an agent may be on their way; so many agents fill the journal's inbox more than once.
const IN_FLIGHT: u64 = 16;
const AGENTS: usize = 16;
const FAILED: &str = "synco_archive_failures_total";

async fn flood(room: &Room) -> Vec<TeamAgent> {
    let mut agents = Vec::new();
    for at in 0..AGENTS {
        agents.push(TeamAgent::join(room.address(), &format!("press-host-{at}")).await);
    }
    agents
}

async fn full(room: &Room) -> f64 {
    room.figure("synco_full_inboxes_total{part=\"journal\"}").await
}

async fn report(room: &Room) -> Response {
    let client = http::client();
    let body = format!(r#"{{"agent":"script","readings":[["press.scrap",{},1.0]]}}"#, now().unix_millis());
    let request = client.post(format!("http://{}/api/v1/readings", room.address())).body(body);
    request.send().await.expect("the room answers")
}

/// Holds what a commit needs, until its standard input is closed.
async fn hold(archive: &Path) -> Child {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/hold.py");
    let mut command = Command::new("python3");
    command.arg(client).arg(archive.join("archive.sqlite3")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut holds = command.kill_on_drop(true).spawn().expect("python3 is there; `cargo xtask test` installs it");
    let mut said = BufReader::new(holds.stdout.take().expect("it was asked for")).lines();
    assert_eq!(said.next_line().await.expect("it says so").as_deref(), Some("held"));
    holds
}

#[tokio::test]
async fn who_is_refused_again_and_again_is_counted_each_time_and_does_not_fill_the_log() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "")).await;
    for _ in 0..REFUSALS {
        assert!(TeamAgent::ask_in(room.address(), &hello("synco")).await.is_err());
    }
    let counted = async || (room.figure("synco_refusals_total").await == REFUSALS as f64).then_some(());
    until("each is counted", counted).await;
    let logged = plain(&room.process().logged());
    let told = logged.lines().filter(|line| line.contains(" refused ")).count() as u64;
    assert!((1..=REFUSALS / 2).contains(&told), "{told} of {REFUSALS} refusals are told: {logged}");
}

#[tokio::test]
async fn how_much_waits_for_each_part_is_shown() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "")).await;
    for part in ["journal", "shard 0", "desk"] {
        let line = format!("synco_inbox_waiting{{part=\"{part}\"}} ");
        let shown = async || room.get("/metrics").await.body.contains(&line).then_some(());
        until(&line, shown).await;
    }
}
