//! A room that listens beyond its machine: TLS, tokens, and agents as processes.

use std::net::SocketAddr;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use tests::{
    folder::{Folder, UNHURRIED},
    process::Process,
    tokens,
    wait::until,
};

const AGENT: &str = r#"version = 1
agent = "press-host"
rehearsal = true

[[probe]]
kind = "rehearsal"
cadence = "100ms"
series = [{ indicator = "press.scrap", level = 40.0, noise = 1.0 }]
"#;

/// A folder with a room that listens everywhere, and its certificate, of its own making.
fn open_to_all() -> (Folder, String) {
    let more = "listen = \"0.0.0.0:0\"\ntls = { certificate = \"room.pem\", key = \"room.key\" }";
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, more);
    let pem = certify(&folder, "room");
    (folder, pem)
}

/// Writes a certificate for 127.0.0.1 and its key, and gives the certificate.
fn certify(folder: &Folder, name: &str) -> String {
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate can be made");
    let CertifiedKey { cert, signing_key } = made;
    folder.write(&format!("{name}.pem"), &cert.pem());
    folder.write(&format!("{name}.key"), &signing_key.serialize_pem());
    cert.pem()
}

async fn open(folder: &Folder) -> (Process, u16) {
    let (config, archive) = (folder.file("room.toml"), folder.file("archive"));
    let mut room = Process::start("synco", folder.path(), ["serve", "--config", &config, "--archive", &archive]);
    let at: SocketAddr = room.says("listening https://").await.parse().expect("a room says where it listens");
    (room, at.port())
}

/// Starts the agent with these further lines.
fn start_agent(folder: &Folder, port: u16, more: &str) -> Process {
    folder.write("agent.toml", &AGENT.replacen("rehearsal = true", &format!("rehearsal = true\n{more}"), 1));
    let (room, outbox) = (format!("wss://127.0.0.1:{port}/api/v1/agent"), folder.file("outbox"));
    let config = folder.file("agent.toml");
    Process::start("synco-agent", folder.path(), ["run", "--config", &config, "--room", &room, "--outbox", &outbox])
}

async fn taken(port: u16, pem: &str) -> f64 {
    let authority = Certificate::from_pem(pem.as_bytes()).expect("a certificate in PEM");
    let client = Client::builder().no_proxy().tls_certs_only([authority]).build().expect("a client can be made");
    let page = client.get(format!("https://127.0.0.1:{port}/metrics")).send().await.expect("the room answers");
    let page = page.text().await.expect("an answer has a body");
    let value = page.lines().find_map(|line| line.strip_prefix("synco_readings_taken_total ")?.parse().ok());
    value.unwrap_or(0.0)
}

#[tokio::test]
async fn an_agent_that_shows_its_token_over_tls_is_taken_until_the_token_is_revoked() {
    let (folder, pem) = open_to_all();
    let token = tokens::add(&folder, "press-host", "press").await;
    let (mut room, port) = open(&folder).await;
    let agent = start_agent(&folder, port, &format!("token = \"{token}\"\nauthorities = \"room.pem\""));
    agent.logs("welcome").await;
    until("readings are taken", async || (0.0 < taken(port, &pem).await).then_some(())).await;
    tokens::revoke(&folder, "press-host").await;
    let words = agent.logs("the token of press-host was revoked").await;
    assert!(words.contains("`synco token add press-host --unit UNIT` makes a new one"), "{words}");
    assert!(!agent.logged().contains(&token) && !room.logged().contains(&token), "no secret stands in a log");
    room.terminate();
    assert_eq!(room.ended().await, Some(0), "{}", room.logged());
}

#[tokio::test]
async fn an_agent_speaks_to_no_room_for_which_nobody_it_trusts_vouches() {
    let (folder, _) = open_to_all();
    certify(&folder, "other");
    let token = tokens::add(&folder, "press-host", "press").await;
    let (room, port) = open(&folder).await;
    let agent = start_agent(&folder, port, &format!("token = \"{token}\"\nauthorities = \"other.pem\""));
    let words = agent.logs("no link").await;
    assert!(words.contains("vouches for the room: name its file as authorities = "), "{words}");
    assert!(!room.logged().contains("agent came"), "{}", room.logged());
}

#[tokio::test]
async fn a_certificate_that_is_renewed_is_shown_without_a_restart() {
    let (folder, old) = open_to_all();
    tokens::add(&folder, "press-host", "press").await;
    let (_room, port) = open(&folder).await;
    assert_eq!(taken(port, &old).await, 0.0);
    let new = certify(&folder, "room");
    assert_eq!(taken(port, &new).await, 0.0);
}

#[tokio::test]
async fn who_only_connects_keeps_nobody_waiting() {
    let (folder, pem) = open_to_all();
    tokens::add(&folder, "press-host", "press").await;
    let (_room, port) = open(&folder).await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("the room listens"));
    }
    assert_eq!(taken(port, &pem).await, 0.0);
}

#[tokio::test]
async fn a_room_beyond_its_machine_does_not_open_without_tokens() {
    let (folder, _) = open_to_all();
    let mut room = Process::start("synco", folder.path(), ["serve", "--config", &folder.file("room.toml")]);
    assert_eq!(room.ended().await, Some(1));
    let logged = room.logged();
    assert!(logged.contains("tokens.json; from beyond this machine") && logged.contains("synco token add"), "{logged}");
}
