//! Silence has a reason: what an agent cannot read, or one outage for all that a source reports.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use cybernet::{
    agent::Hello,
    faults::{Fault, Why},
    outage::{Because, Lack, Outage},
    picture::{Aspect, Lamp, Picture},
};
use serde_json::json;
use tests::{
    folder::Folder,
    http,
    room::Room,
    screen::Screen,
    series::{now, reading},
    team::{TeamAgent, hello},
    tokens,
    wait::until,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};
use vsm::id::{IndicatorId, UnitId};

use crate::{
    crash::plain,
    outbox::{self, start_agent},
};

/// What a probe asks, which answers as long as it is told to.
struct Target {
    address: SocketAddr,
    answers: Arc<AtomicBool>,
    listening: JoinHandle<()>,
}

impl Target {
    async fn open(at: &str) -> Self {
        let listener = TcpListener::bind(at).await.expect("the port is free");
        let address = listener.local_addr().expect("a listener knows where it listens");
        let answers = Arc::new(AtomicBool::new(true));
        let listening = tokio::spawn(listen(listener, Arc::clone(&answers)));
        Self { address, answers, listening }
    }

    async fn close(self) -> String {
        self.listening.abort();
        self.listening.await.ok();
        self.address.to_string()
    }
}

async fn listen(listener: TcpListener, answers: Arc<AtomicBool>) {
    let mut asked = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        asked.spawn(answer(stream, Arc::clone(&answers)));
    }
}

async fn answer(mut stream: TcpStream, answers: Arc<AtomicBool>) {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).await;
    if !answers.load(SeqCst) {
        std::future::pending::<()>().await;
    }
    if read.is_ok() {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.ok();
    }
}

/// An agent that asks a target and looks at a file.
fn probes(target: SocketAddr) -> String {
    format!(
        "version = 1\nagent = \"plant-host\"\n\
         [[probe]]\nkind = \"http\"\ncadence = \"1s\"\ntime_limit = \"500ms\"\n\
         url = \"http://{target}/health?key=hunter2\"\nindicators = {{ latency = \"kiln.heat\" }}\n\
         [[probe]]\nkind = \"file\"\ncadence = \"1s\"\npath = \"agent.toml\"\nindicators = {{ size = \"press.scrap\" }}\n"
    )
}

#[tokio::test]
async fn a_lamp_whose_probe_hangs_or_whose_target_is_gone_says_so_until_it_reads_again() {
    let target = Target::open("127.0.0.1:0").await;
    let folder = Folder::of_plant(&["kiln.heat", "press.scrap"], "1s", "");
    folder.write("agent.toml", &probes(target.address));
    let room = Room::open(&folder).await;
    let agent = start_agent(&folder, &room);
    let mut screen = Screen::join(room.address()).await;
    screen.until("both lamps", |picture| (picture.lamps.len() == 2).then_some(())).await;

    target.answers.store(false, SeqCst);
    let says = |words: &str| Some(Because::Told(Why::new(words)));
    let hangs = says("no answer within 500ms");
    screen.until("it hangs", |picture| silent(picture, "kiln.heat").filter(|lamp| lamp.because == hangs)).await;
    let log = plain(&agent.logs("no reading: ").await);
    assert!(log.contains("no answer within 500ms"), "the agent's own log says it too: {log}");

    let address = target.close().await;
    let gone = says("no connection: Connection refused");
    screen.until("it is gone", |picture| silent(picture, "kiln.heat").filter(|lamp| lamp.because == gone)).await;
    let answer = room.get("/api/v1/picture").await.body;
    assert!(answer.contains(r#""because":"no connection: Connection refused""#), "{answer}");
    assert!(!answer.contains("hunter2"), "{answer}");
    assert_eq!(tests::room::picture(&room.get("/api/v1/picture").await).outages.len(), 0, "the agent is well");

    let _target = Target::open(&address).await;
    let reads = |picture: &Picture| lamp(picture, "kiln.heat").filter(|lamp| lamp.aspect != Aspect::Silent);
    assert_eq!(screen.until("it reads again", reads).await.because, None);
}

#[tokio::test]
async fn an_agent_that_is_killed_is_one_outage_even_for_a_room_that_restarts_until_it_is_back() {
    let folder = Folder::of_plant(&["press.scrap", "press.idle", "kiln.heat"], "100ms", "");
    folder.write("agent.toml", outbox::AGENT);
    let mut room = Room::open(&folder).await;
    let mut agent = start_agent(&folder, &room);
    let mut screen = Screen::join(room.address()).await;
    screen.until("all lamps", |picture| (picture.lamps.len() == 3).then_some(())).await;
    agent.kill();
    let gone = screen.until("an outage", outage_of_all).await;
    assert_eq!((gone.source.as_str(), gone.why), ("plant-host", Lack::Link));
    assert_eq!(gone.units.iter().map(UnitId::as_str).collect::<Vec<_>>(), ["kiln", "press"]);
    let picture = room.picture().await;
    assert_eq!(picture.outages.values().collect::<Vec<_>>(), [&gone], "one fault for the source");
    assert!(picture.lamps.values().all(|lamp| refers(lamp, "plant-host")), "{:?}", picture.lamps);

    room.kill();
    room.open_again().await;
    let again = until("an outage after the restart", async || outage_of_all(&room.picture().await)).await;
    assert_eq!(again.source, gone.source);
    assert_eq!(room.close().await, Some(0));
    room.open_again().await;
    assert_eq!(outage_of_all(&room.picture().await), Some(again), "a room that closed in good order shows it at once");

    let _agent = start_agent(&folder, &room);
    until_all_speak(&room).await;
}

#[tokio::test]
async fn a_script_from_which_nothing_comes_any_more_is_an_outage_too() {
    let folder = Folder::of_plant(&["press.scrap"], "1s", "");
    let room = Room::open(&folder).await;
    let send = async || {
        let readings = json!([["press.scrap", now().unix_millis(), 1.0]]);
        let body = json!({ "agent": "nightly", "readings": readings }).to_string();
        assert_eq!(http::post(room.address(), "/api/v1/readings", &body).await.status, 200);
    };
    send().await;
    let outage = until("an outage", async || room.picture().await.outages.values().next().cloned()).await;
    assert_eq!((outage.to_string().as_str(), outage.indicators), ("nothing comes from nightly", 1));
    let counted = async || (room.figure("synco_outages").await == 1.0).then_some(());
    until("it is counted", counted).await;
    send().await;
    until("it is over", async || room.picture().await.outages.is_empty().then_some(())).await;
}

#[tokio::test]
async fn an_agent_says_nothing_of_the_silence_of_another_unit() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], "1s", "tls = \"proxy\"");
    let (press, kiln) =
        (tokens::add(&folder, "press-host", "press").await, tokens::add(&folder, "kiln-host", "kiln").await);
    let room = Room::open(&folder).await;
    let join = async |name: &str, token: String| {
        let hello = Hello { token: Some(token), ..hello(name) };
        TeamAgent::ask_in(room.address(), &hello).await.expect("it is welcome")
    };
    let (mut press, mut kiln) = (join("press-host", press).await, join("kiln-host", kiln).await);
    press.deliver(1, &[reading("press.scrap", now(), 1.0)]).await;
    kiln.deliver(1, &[reading("kiln.heat", now(), 1.0)]).await;
    let fault = |name| Fault {
        indicator: IndicatorId::parse(name).expect("a name"),
        why: Why::new("on strike, says ada@example.com"),
    };
    press.tell_faults(&["press.scrap", "kiln.heat"].map(fault)).await;
    let both = async || {
        let picture = room.picture().await;
        Some((silent(&picture, "press.scrap")?, silent(&picture, "kiln.heat")?))
    };
    let (press, kiln) = until("both are silent", both).await;
    assert_eq!(press.because, Some(Because::Told(Why::new("on strike, says …"))));
    assert_ne!(kiln.because, press.because);
    assert_eq!(room.figure("synco_faults_refused_total").await, 1.0);
    room.process().logs("kiln.heat belongs to unit kiln; the token of press-host is for press").await;
}

fn lamp(picture: &Picture, name: &str) -> Option<Lamp> {
    picture.lamps.get(name).cloned()
}

fn silent(picture: &Picture, name: &str) -> Option<Lamp> {
    lamp(picture, name).filter(|lamp| lamp.aspect == Aspect::Silent)
}

pub(crate) fn refers(lamp: &Lamp, source: &str) -> bool {
    matches!(&lamp.because, Some(Because::Outage { outage }) if outage.as_str() == source)
}

/// The outage of all three indicators.
pub(crate) fn outage_of_all(picture: &Picture) -> Option<Outage> {
    picture.outages.values().find(|outage| outage.indicators == 3).cloned()
}

/// Waits until all three indicators are heard.
pub(crate) async fn until_all_speak(room: &Room) {
    until("every lamp speaks", async || all_speak(&room.picture().await)).await;
}

fn all_speak(picture: &Picture) -> Option<()> {
    let speaks = |lamp: &Lamp| lamp.aspect != Aspect::Silent && lamp.because.is_none();
    let all = picture.lamps.len() == 3 && picture.lamps.values().all(speaks);
    (all && picture.outages.is_empty()).then_some(())
}
