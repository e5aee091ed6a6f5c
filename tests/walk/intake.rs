//! What is brought is taken in on threads of its own, whichever way it comes.

use std::fs;

use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{now, reading},
    team::TeamAgent,
    wait::until,
};

#[tokio::test]
async fn what_agents_and_senders_bring_is_taken_in_on_threads_of_its_own() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let more_turns_than = async |before: u64| {
        let turns = || Some(turns_of(room.process().id(), "intake")).filter(|turns| before < *turns);
        until("the intake has had a turn", async || turns()).await
    };
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let mut turns = more_turns_than(0).await;
    agent.deliver(1, &[reading("press.scrap", now(), 1.0)]).await;
    turns = more_turns_than(turns).await;

    for path in ["/api/v1/readings", "/api/v1/write", "/v1/metrics"] {
        room.post(path).await;
        turns = more_turns_than(turns).await;
    }
}

/// How often the threads of a name had a turn on a processor.
fn turns_of(process: u32, name: &str) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process is there");
    let status = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("status")).unwrap_or_default();
    let named = |status: &String| status.starts_with(&format!("Name:\t{name}\n"));
    let turns = |status: String| -> u64 {
        let lines = status.lines().filter_map(|line| line.split_once("_ctxt_switches:\t"));
        lines.filter_map(|(_, count)| count.parse::<u64>().ok()).sum()
    };
    threads.filter_map(Result::ok).map(status).filter(named).map(turns).sum()
}
