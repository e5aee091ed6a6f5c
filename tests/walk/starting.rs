//! A room that starts: from its first moment it answers on the listener that then serves it, and says how far it is.

use std::{path::Path, time::Duration};

use archive::{Archive, Batch};
use cybernet::starting::{Starting, Step, Unready};
use reqwest::{StatusCode, header};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    process::Process,
    room::Room,
    series::{noise, now, reading},
    wait::until,
};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use vsm::id::AgentId;

use crate::{asked, crash::replayed};

/// So much that it takes some seconds to be judged again.
const BATCHES: u64 = 300;
const READINGS: u64 = 1000;

#[tokio::test]
async fn a_room_says_how_far_it_is_until_it_is_open_and_nobody_is_turned_away() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "");
    fill(&folder.at("archive"), "press-host", BATCHES);
    let room = Room::start(&folder).await;
    let mut kept = TcpStream::connect(room.address()).await.expect("a room that starts takes connections");
    let first = ready(&mut kept).await.expect("it starts");
    everybody_is_told_to_come_back(&room).await;
    let (mut last, mut steps) = (first, 0);
    while let Some(starting) = ready(&mut kept).await {
        assert!(last.entries <= starting.entries && last.seconds <= starting.seconds, "{last:?}, then {starting:?}");
        assert!((0.0..=1.0).contains(&starting.share), "{starting:?}");
        if starting.step == Step::Replays {
            assert_eq!(starting.of, BATCHES);
        }
        steps += u32::from(last.entries < starting.entries);
        last = starting;
    }
    assert!(2 < steps, "it went on in {steps} steps");
    // The same connection, and the room behind it.
    assert_eq!(ask(&mut kept, "/api/v1/picture").await.status, 200);
    assert_eq!((room.figure("synco_open").await, replayed(&room).await), (1.0, BATCHES));
    assert_eq!(room.get("/healthz").await.body, "ok\n");
}

async fn everybody_is_told_to_come_back(room: &Room) {
    let alive = room.get("/healthz").await;
    assert!(alive.status == 200 && alive.body.starts_with("alive, but the room starts: "), "{alive:?}");
    assert!(room.get("/metrics").await.body.contains("synco_open 0\n"));
    assert!(room.get("/wall").await.status == 503 && room.get("/nowhere").await.status == 503);
    let client = http::client();
    let url = |path: &str| format!("http://{}{path}", room.address());
    let asked = client.get(url("/api/v1/picture")).send().await.expect("it answers");
    let posted = client.post(url("/api/v1/readings")).body("{}").send().await.expect("it answers");
    for answer in [asked, posted] {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
        let words = answer.text().await.expect("an answer has a body");
        assert!(words.contains("the room starts and reads what it has kept; come back soon"), "{words}");
    }
    for socket in ["/api/v1/agent", "/api/v1/screen"] {
        let (_, answer) = asked::knock(room.address(), socket).await.expect("it answers");
        assert_eq!(answer.status, 503, "{socket}");
    }
}

#[tokio::test]
async fn an_agent_that_comes_too_early_is_told_so_and_comes_back_by_itself() {
    let folder = Folder::of_plant(&["press.scrap"], "100ms", "");
    fill(&folder.at("archive"), "press-host", BATCHES);
    folder.write("agent.toml", crate::outbox::AGENT);
    let room = Room::start(&folder).await;
    let link = format!("ws://{}/api/v1/agent", room.address());
    let config = folder.file("agent.toml");
    let agent = Process::start("synco-agent", folder.path(), ["run", "--config", &config, "--room", &link]);
    let told = agent.logs("no link").await;
    assert!(told.contains("the room starts and reads what it has kept"), "{told}");
    agent.logs("the room starts").await;
    room.until_open().await;
    let taken = async || (0.0 < room.figure("synco_readings_taken_total").await).then_some(());
    until("the agent has come back", taken).await;
}

#[tokio::test]
async fn a_room_that_is_told_to_close_while_it_starts_closes() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    fill(&folder.at("archive"), "press-host", BATCHES);
    let mut room = Room::start(&folder).await;
    assert_eq!(room.close().await, Some(0));
    assert!(!room.process().logged().contains("room is open"));
}

/// Puts batches of yesterday into an archive that nobody has open, as of an agent.
pub(crate) fn fill(archive: &Path, agent: &str, batches: u64) {
    let mut archive = Archive::open(archive).expect("nobody has it open");
    let agent = AgentId::parse(agent).expect("a name");
    let start = now() - Duration::from_secs(86_400);
    let batch = |sequence: u64| Batch {
        agent: agent.clone(),
        sequence,
        received_at: start + Duration::from_secs(sequence),
        rehearsal: false,
        readings: (0..READINGS)
            .map(|n| {
                let at = start + Duration::from_millis(sequence * 1000 + n);
                reading(["press.scrap", "kiln.heat"][(n % 2) as usize], at, 100.0 + noise(sequence, n))
            })
            .collect(),
    };
    let batches: Vec<_> = (1..=batches).map(batch).collect();
    archive.append(&batches).expect("the disk takes it");
}

/// What `/readyz` says on a connection that is kept; none once the room is open.
async fn ready(kept: &mut TcpStream) -> Option<Starting> {
    let answer = ask(kept, "/readyz").await;
    if answer.status == 200 {
        assert_eq!(answer.body, "ready\n");
        return None;
    }
    assert_eq!(answer.status, 503);
    let Unready::Starting(starting) = serde_json::from_str(&answer.body).expect("it says how far it is");
    assert!(starting.words.starts_with("the room starts: "), "{starting:?}");
    Some(starting)
}

async fn ask(kept: &mut TcpStream, path: &str) -> tests::http::Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    kept.write_all(request.as_bytes()).await.expect("the connection is kept");
    asked::read(kept).await.expect("it answers")
}
