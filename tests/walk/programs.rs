//! What the programs say when they cannot do what they are asked to, and with which exit code.

use std::fs;

use cybernet::picture::Aspect;
use tests::{folder::Folder, process::Process, room::Room, series::calm_minute, team::TeamAgent, wait::until};

/// Where `synco` is, for a start with variables.
fn program() -> String {
    let here = std::env::current_exe().expect("a program knows where it is");
    let built = here.ancestors().nth(2).expect("a test lies two folders deep in the target");
    built.join("synco").display().to_string()
}

/// Runs `synco` to its end: exit code, standard output, standard error.
async fn synco(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut process = Process::start("synco", folder.path(), arguments);
    let code = process.ended().await;
    (code, process.said(), process.logged())
}

#[tokio::test]
async fn a_second_room_on_the_same_archive_is_refused_with_words() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let room = Room::open(&folder).await;
    let archive = room.archive().display().to_string();
    let (code, said, logged) = synco(&folder, &["serve", "--listen", "127.0.0.1:0", "--archive", &archive]).await;
    assert_eq!((code, said.lines().nth(1)), (Some(1), None), "it never says that it is open");
    assert!(logged.contains("is in use; stop the process that writes in it, or choose another folder"), "{logged}");
    assert_eq!(room.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn an_archive_in_use_is_copied_and_checked_beside_the_room() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let room = Room::open(&folder).await;
    let (archive, copy) = (room.archive().display().to_string(), folder.file("copy"));
    let (code, said, logged) = synco(&folder, &["backup", "--archive", &archive, "--to", &copy]).await;
    assert_eq!((code, logged.as_str()), (Some(0), ""));
    assert!(said.contains(&format!("copied to {copy}")), "{said}");
    for whole in [&archive, &copy] {
        let (code, said, logged) = synco(&folder, &["archive", "check", "--archive", whole]).await;
        assert_eq!((code, logged.as_str()), (Some(0), ""));
        assert!(said.contains("no faults"), "{said}");
    }
    let (code, _, logged) = synco(&folder, &["backup", "--archive", &archive, "--to", &copy]).await;
    assert_eq!(code, Some(1));
    assert!(logged.contains("holds an archive already"), "{logged}");
    assert_eq!(room.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_room_whose_port_is_taken_says_so() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let room = Room::open(&folder).await;
    let taken = room.address().to_string();
    let (code, _, logged) = synco(&folder, &["serve", "--listen", &taken, "--archive", &folder.file("other")]).await;
    assert_eq!(code, Some(1));
    assert!(
        logged.contains(&format!("cannot listen at {taken}")) && logged.contains("--listen takes another"),
        "{logged}"
    );
}

#[tokio::test]
async fn a_broken_configuration_is_refused_with_every_fault_at_once() {
    let folder = Folder::of_plant(&["press.scrap", "oven.heat"], "soon", "");
    folder.write(
        "room.toml",
        "version = 1\nlistn = \"127.0.0.1:0\"\nsnapshot_every = 60\norganisation = \"organisation.toml\"\n",
    );
    let room = folder.file("room.toml");
    for arguments in [vec!["check", "--config", &room], vec!["serve", "--config", &room]] {
        let (code, said, logged) = synco(&folder, &arguments).await;
        assert_eq!((code, said.as_str()), (Some(1), ""), "{logged}");
        let faults: Vec<_> = logged.lines().filter(|line| line.contains(".toml:")).collect();
        let expected = ["listn: no field", "snapshot_every: not ", "cadence: ", "no unit \"oven\"", "cadence: "];
        assert_eq!(faults.len(), expected.len(), "{logged}");
        for words in expected {
            assert!(faults.iter().any(|fault| fault.contains(words)), "{words}: {logged}");
        }
    }
}

#[tokio::test]
async fn a_sound_configuration_is_called_sound_on_standard_output() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let (code, said, logged) = synco(&folder, &["check", "--config", &folder.file("room.toml")]).await;
    assert_eq!((code, logged.as_str()), (Some(0), ""));
    assert!(said.contains("no faults"), "{said}");
}

#[tokio::test]
async fn a_usage_error_exits_with_two() {
    let folder = Folder::empty();
    for arguments in [&["serve", "--nonsense"][..], &["no-such-command"], &["check"]] {
        assert_eq!(synco(&folder, arguments).await.0, Some(2), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_variable_that_cannot_be_followed_is_named_with_what_was_found_and_what_would_be_right() {
    let folder = Folder::empty();
    let mut process = Process::start("/usr/bin/env", folder.path(), ["RUST_LOG==[=", &program(), "version"]);
    assert_eq!(process.ended().await, Some(1));
    let logged = process.logged();
    for words in ["RUST_LOG: \"=[=\" does not say which log lines to write", "right would be a level, as `debug`"] {
        assert!(logged.contains(words), "{logged}");
    }
}

#[tokio::test]
async fn a_demo_that_is_told_to_end_while_it_starts_ends_well_and_clears_everything_away() {
    let (here, temporary) = (Folder::empty(), Folder::empty());
    let variable = format!("TMPDIR={}", temporary.path().display());
    let mut demo = Process::start("/usr/bin/env", here.path(), [&variable, &program(), "demo", "--port", "0"]);
    demo.says("Starting the room").await;
    demo.terminate();
    assert_eq!(demo.ended().await, Some(0), "{}", demo.logged());
    assert!(demo.said().ends_with("The demo is over.\n"), "{}", demo.said());
    assert_eq!(fs::read_dir(temporary.path()).expect("a folder can be read").count(), 0, "nothing is left");
    let left = temporary.path().display().to_string();
    let processes = fs::read_dir("/proc").expect("the processes can be listed").flatten();
    let lines = processes.filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok());
    assert_eq!(lines.filter(|line| line.contains(&left)).count(), 0, "no process is left");
}

#[tokio::test]
async fn a_room_beyond_loopback_needs_tls_and_tokens() {
    let folder = Folder::empty();
    let (code, _, logged) = synco(&folder, &["serve", "--listen", "0.0.0.0:0", "--archive", "archive"]).await;
    assert_eq!(code, Some(1));
    for words in
        ["tls = { certificate = ", "tls = \"proxy\"", "no token in archive/tokens.json", "synco token add NAME"]
    {
        assert!(logged.contains(words), "{words}: {logged}");
    }
}

#[tokio::test]
async fn a_room_without_a_configuration_takes_any_agent_and_puts_its_indicators_into_the_tray() {
    let folder = Folder::empty();
    let room = Room::open_without_configuration(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "anybody").await;
    agent.deliver(1, &calm_minute("somebody.s/own-number")).await;
    let calm = async || room.lamp("somebody.s/own-number").await.filter(|lamp| lamp.aspect == Aspect::Calm);
    let lamp = until("a calm lamp in the tray", calm).await;
    assert_eq!(lamp.unit.as_str(), "unowned");
    let picture = room.picture().await;
    assert!(picture.organisation.unit(&lamp.unit).is_some(), "the picture knows the tray");
    assert!(picture.organisation.indicators.contains_key(&lamp.indicator), "the picture knows the indicator");
}
