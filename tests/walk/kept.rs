//! Where tokens are kept: in a file of the agent's own, and in a copy of the archive.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use cybernet::agent::Hello;
use tests::{
    folder::{Folder, UNHURRIED},
    process::Process,
    room::Room,
    team::{TeamAgent, hello},
    tokens,
    wait::until,
};

const AGENT: &str = r#"version = 1
agent = "press-host"
token_file = "room.token"
rehearsal = true

[[probe]]
kind = "rehearsal"
cadence = "100ms"
series = [{ indicator = "press.scrap", level = 40.0, noise = 1.0 }]
"#;

/// On loopback, and yet locked.
fn locked() -> Folder {
    Folder::of_plant(&["press.scrap"], UNHURRIED, "tls = \"proxy\"")
}

fn keep(folder: &Folder, token: &str, mode: u32) {
    folder.write("room.token", &format!("{token}\n"));
    fs::set_permissions(folder.at("room.token"), Permissions::from_mode(mode)).expect("it is ours");
}

fn start_agent(folder: &Folder, room: &Room) -> Process {
    let link = format!("ws://{}/api/v1/agent", room.address());
    Process::start("synco-agent", folder.path(), ["run", "--config", &folder.file("agent.toml"), "--room", &link])
}

async fn came(room: &Room, times: usize) {
    let came = async || (room.process().logged().matches("agent came").count() == times).then_some(());
    until(&format!("the agent has come {times} times"), came).await;
}

#[tokio::test]
async fn an_agent_shows_the_token_of_its_file_and_the_new_one_without_a_restart() {
    let folder = locked();
    folder.write("agent.toml", AGENT);
    let token = tokens::add(&folder, "press-host", "press").await;
    let room = Room::open(&folder).await;
    keep(&folder, &token, 0o600);
    let agent = start_agent(&folder, &room);
    came(&room, 1).await;
    tokens::revoke(&folder, "press-host").await;
    agent.logs("the token of press-host was revoked").await;
    let token = tokens::add(&folder, "press-host", "press").await;
    keep(&folder, &token, 0o600);
    came(&room, 2).await;
    assert!(!agent.logged().contains(&token), "{}", agent.logged());
}

#[tokio::test]
async fn a_token_that_others_may_read_is_not_shown() {
    let folder = locked();
    folder.write("agent.toml", AGENT);
    let token = tokens::add(&folder, "press-host", "press").await;
    let room = Room::open(&folder).await;
    keep(&folder, &token, 0o644);
    let mut agent = start_agent(&folder, &room);
    assert_eq!(agent.ended().await, Some(1));
    let logged = agent.logged();
    assert!(logged.contains("room.token: others may read or write it (mode 644); `chmod 600 "), "{logged}");
    assert!(!logged.contains(&token), "{logged}");
}

#[tokio::test]
async fn a_copy_of_an_archive_has_its_tokens_and_nobody_else_may_read_them() {
    let folder = locked();
    let token = tokens::add(&folder, "press-host", "press").await;
    let room = Room::open(&folder).await;
    let (archive, copy) = (room.archive().display().to_string(), folder.file("copy"));
    let mut backup = Process::start("synco", folder.path(), ["backup", "--archive", &archive, "--to", &copy]);
    assert_eq!(backup.ended().await, Some(0));
    let said = backup.said();
    assert!(said.contains("tokens.json: tokens copied beside them: 1; only who made the copy can read them"), "{said}");
    let kept = folder.at("copy").join("tokens.json");
    assert_eq!(fs::metadata(&kept).expect("it is there").permissions().mode() & 0o777, 0o600);
    drop(room);
    fs::rename(&archive, folder.at("lost")).expect("nobody has it open");
    fs::rename(&copy, &archive).expect("nobody has it open");
    let room = Room::open(&folder).await;
    let hello = Hello { token: Some(token), ..hello("press-host") };
    assert!(TeamAgent::ask_in(room.address(), &hello).await.is_ok());
}
