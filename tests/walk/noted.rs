//! What a team says of its readings: from an event that is posted to an agent to the screens and to history, once.

use std::{fs, net::TcpListener};

use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    process::Process,
    room::Room,
    series::{calm_minute, now},
    team::TeamAgent,
    wait::until,
};

const DEPLOY: &str =
    r#"{"event":"deploy","state":"succeeded","version":"1.4.2","id":"run-7","link":"https://ci.example/7"}"#;
const SAID: &str = "deploy 1.4.2 https://ci.example/7";

/// A plant whose press tells its deploys, and whose scrap is on the wall.
fn plant() -> Folder {
    let folder = Folder::of_plant(&["press.deploys", "kiln.heat", "press.scrap"], UNHURRIED, "");
    folder.append("organisation.toml", "essential = true\n");
    folder
}

#[tokio::test]
async fn a_deploy_that_was_posted_while_the_room_was_gone_is_noted_once_whoever_is_killed() {
    let folder = plant();
    let mut room = Room::open(&folder).await;
    let minute = calm_minute("press.scrap");
    TeamAgent::join(room.address(), "press-host").await.deliver(1, &minute).await;
    until("history has them", async || history(&room).await).await;
    room.kill();
    // Free a moment ago.
    let listen = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port");
    let probe = format!("kind = \"webhook\"\ncadence = \"100ms\"\nlisten = \"{listen}\"");
    let of = "[probe.indicators]\ndeploys = \"press.deploys\"\ndeploys_failed = \"press.failed\"";
    folder.write("agent.toml", &format!("version = 1\nagent = \"press-events\"\n[[probe]]\n{probe}\n{of}\n"));
    let mut agent = start(&folder, &room);
    let posted = until("the agent listens", async || {
        tokio::net::TcpStream::connect(listen).await.ok()?;
        Some(http::post(listen, "/events", DEPLOY).await)
    });
    assert_eq!(posted.await.status, 202);
    until("it is in the outbox", async || outbox(&folder).contains(SAID).then_some(())).await;
    assert!(!outbox(&folder).contains("run-7"), "an id never leaves the agent");
    agent.kill();
    room.open_again().await;
    let _agent = start(&folder, &room);
    for _ in 0..2 {
        let noted = until("the room has it", async || annotations(&room, "?unit=press").await.pop()).await;
        assert_eq!(
            (&noted["indicator"], &noted["unit"], &noted["text"]),
            (&json!("press.deploys"), &json!("press"), &json!(SAID))
        );
        assert_eq!(annotations(&room, "").await.len(), 1, "once");
        let notes = until("it is beside the trace", async || {
            let trace = room.picture().await.traces.remove("press.scrap")?;
            (!trace.notes.is_empty()).then_some(trace.notes)
        });
        let notes: Vec<_> = notes.await.into_iter().map(|note| (note.0, note.1)).collect();
        assert_eq!(json!(notes), json!([[noted["at"], "deploy 1.4.2"]]));
        room.kill();
        room.open_again().await;
    }
}

#[tokio::test]
async fn a_script_says_what_happened_and_asks_what_was_said() {
    let folder = plant();
    let room = Room::open(&folder).await;
    let at = now();
    let row = |indicator: &str, note: &str| json!([indicator, at, 1.0, { "note": note }]);
    let doubted = json!(["kiln.heat", at, 2.0, { "quality": "doubtful", "note": "gauge changed" }]);
    let rows = [
        row("press.scrap", "oil changed"),
        row("press.scrap", "done by ada@example.com"),
        row("kiln.heat", "lit"),
        doubted,
    ];
    let body = json!({ "agent": "desk", "readings": rows }).to_string();
    for _ in 0..2 {
        let answer: Value =
            serde_json::from_str(&http::post(room.address(), "/api/v1/readings", &body).await.body).expect("JSON");
        assert_eq!((&answer["received"], &answer["refused"][0]["index"]), (&json!(3), &json!(1)));
        let why = answer["refused"][0]["why"].as_str().unwrap_or_default().to_owned();
        assert!(why.starts_with("its note: \"ada@example.com\" is a person's address"), "{why}");
    }
    until("both are there", async || (annotations(&room, "").await.len() == 2).then_some(())).await;
    for (query, said) in [
        ("?unit=press", vec!["oil changed"]),
        ("?unit=plant", vec!["lit", "oil changed"]),
        ("?unit=kiln&indicator=press.scrap", vec![]),
        ("?indicator=kiln.heat&limit=1", vec!["lit"]),
        ("?to=2020-01-01T00:00:00Z", vec![]),
    ] {
        let mut found: Vec<_> = annotations(&room, query).await.iter().map(|it| it["text"].clone()).collect();
        found.sort_by_key(Value::to_string);
        assert_eq!(found, said, "{query}");
    }
    let one: Value = serde_json::from_str(&room.get("/api/v1/annotations?limit=1").await.body).expect("JSON");
    assert_eq!((one["annotations"].as_array().map(Vec::len), &one["more"]), (Some(1), &json!(true)));
    let history = until("it stands beside history", async || history(&room).await).await;
    assert_eq!(history["notes"], json!([[at, "oil changed"]]));
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused_with_words() {
    let room = Room::open(&plant()).await;
    for (query, status, words) in [
        ("?unit=payments", 404, "no unit \\\"payments\\\"; there are plant, press, kiln"),
        ("?unit=Press", 400, "unit: not a name: \\\"Press\\\""),
        (
            "?indicator=press.steam",
            404,
            "no indicator \\\"press.steam\\\" was described or heard; GET /api/v1/indicators",
        ),
        ("?from=yesterday", 400, "from=\\\"yesterday\\\" is no moment"),
        ("?from=2026-11-21T09:30:00Z&to=5", 400, "from lies behind to"),
        ("?limit=0", 400, "limit=0; from 1 to 1000 can be given"),
        ("?colour=red", 400, "unknown field `colour`"),
    ] {
        let answer = room.get(&format!("/api/v1/annotations{query}")).await;
        assert!(answer.status == status && answer.body.contains(words), "{query}: {} {}", answer.status, answer.body);
    }
}

fn start(folder: &Folder, room: &Room) -> Process {
    let door = format!("ws://{}/api/v1/agent", room.address());
    let (config, outbox) = (folder.file("agent.toml"), folder.file("outbox"));
    Process::start("synco-agent", folder.path(), ["run", "--config", &config, "--room", &door, "--outbox", &outbox])
}

/// All that waits in the outbox.
fn outbox(folder: &Folder) -> String {
    let files = fs::read_dir(folder.at("outbox")).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_to_string(file.path()).ok()).collect()
}

async fn annotations(room: &Room, query: &str) -> Vec<Value> {
    let answer = room.get(&format!("/api/v1/annotations{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    answer["annotations"].as_array().cloned().expect("a list")
}

/// The past of the scrap, once there is any.
async fn history(room: &Room) -> Option<Value> {
    let answer = room.get("/api/v1/indicators/press.scrap/history").await;
    (answer.status == 200).then(|| serde_json::from_str(&answer.body).expect("JSON"))
}
