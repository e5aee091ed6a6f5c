//! The room ends when it is told to, whoever is connected.

use std::time::{Duration, Instant};

use tests::{folder::Folder, process::Process, room::Room, screen::Screen, series::calm_minute, team::TeamAgent};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// What a supervisor commonly grants before it kills.
const GRACE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_room_stops_within_its_grace_period_with_sockets_open_and_loses_nothing() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let screen = Screen::join(room.address()).await;
    let _paused = Screen::join_narrowly(room.address()).await;
    let _half_a_request = half_a_request(&room, "GET /api/v1/pict").await;
    let _half_a_handshake = half_a_request(&room, "GET /api/v1/screen HTTP/1.1\r\nUpgrade: websocket\r\n").await;
    let _silent_agent = TcpStream::connect(room.address()).await.expect("the room takes connections");
    let minute = calm_minute("press.scrap");
    agent.deliver(1, &minute).await;

    let asked_at = Instant::now();
    assert_eq!(room.close().await, Some(0));
    assert!(asked_at.elapsed() < GRACE, "it took {:?}", asked_at.elapsed());
    screen.until_closed().await;
    assert_eq!(agent.hear().await, None);
    assert_eq!(room.archived()[0].readings, minute);
}

#[tokio::test]
async fn an_agents_process_stops_when_it_is_asked_to_whether_its_room_is_there_or_not() {
    let folder = Folder::empty();
    folder.write("agent.toml", "version = 1\nagent = \"press-host\"\n[[probe]]\nkind = \"host\"\ncadence = \"1s\"\nindicators = { load = \"press.load\" }\n");
    // Nobody listens at this port, which no program is given by chance.
    let arguments = ["run", "--config", &folder.file("agent.toml"), "--room", "ws://127.0.0.1:9/api/v1/agent"];
    let mut agent = Process::start("synco-agent", folder.path(), arguments);
    agent.logs("no link").await;
    let asked_at = Instant::now();
    agent.terminate();
    assert_eq!(agent.ended().await, Some(0));
    assert!(asked_at.elapsed() < GRACE, "it took {:?}", asked_at.elapsed());
}

/// A client that never finishes what it has to say.
async fn half_a_request(room: &Room, half: &str) -> TcpStream {
    let mut stream = TcpStream::connect(room.address()).await.expect("the room takes connections");
    stream.write_all(half.as_bytes()).await.expect("the room listens");
    stream
}
