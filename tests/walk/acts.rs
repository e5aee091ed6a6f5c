//! What people say of a signal: over HTTP and from a screen, on disk before it counts, the same after `kill -9`.

use std::time::Duration;

use archive::Entry;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    room::Room,
    screen::Screen,
    series::{noise, now, reading},
    socket::Socket,
    team::TeamAgent,
    wait::until,
};
use vsm::{
    act::Answer,
    reading::Reading,
    signal::{Ending, SignalId},
    time::Moment,
};

use super::{
    asked::ask,
    crash::{at_rest, replayed, seconds_pass},
};

pub(crate) const STEPS: [&str; 3] = ["press.scrap", "press.idle", "kiln.heat"];

#[tokio::test]
async fn people_answer_and_the_picture_follows_at_once() {
    let folder = Folder::of_plant(&STEPS, UNHURRIED, "");
    let room = Room::open(&folder).await;
    let start = now() - Duration::from_secs(3600);
    deliver(&room, 1, steps(start, 0..140)).await;
    let open = signals(&room, start).await;
    for (signal, act) in open.iter().zip(["new_normal", "false_alarm", "useful"]) {
        let answer = room.post(&format!("/api/v1/signals/{signal}/{act}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let taken = json(&answer.body)["taken"].clone();
        assert_eq!((&taken["signal"], &taken[act]), (&json!(signal), &json!({})));
    }
    let picture = room.picture().await;
    assert_eq!(picture.signals.keys().collect::<Vec<_>>(), [&open[2]]);
    assert!(picture.signals[&open[2]].useful, "every screen sees that it was");
    let endings = picture.memory.iter().map(|cleared| (cleared.id.clone(), cleared.ending));
    assert!(endings.eq([(open[1].clone(), Ending::FalseAlarm), (open[0].clone(), Ending::Settled)]));
    let listed = json(&room.get("/api/v1/signals").await.body);
    assert_eq!(listed["signals"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["cleared"][0]["ending"], json!("false_alarm"));
    let one = async |signal: &SignalId| json(&room.get(&format!("/api/v1/signals/{signal}")).await.body);
    assert_eq!(one(&open[2]).await["signal"], listed["signals"][0]);
    assert_eq!(one(&open[1]).await["cleared"], listed["cleared"][0]);
    assert_eq!(room.figure("synco_acts_taken_total").await, 3.0);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_what_was_found_and_what_there_is() {
    let folder = Folder::of_plant(&STEPS, UNHURRIED, "");
    let mut room = Room::open(&folder).await;
    let start = now() - Duration::from_secs(3600);
    deliver(&room, 1, steps(start, 0..140)).await;
    let open = signals(&room, start).await;
    let over = &open[1];
    assert_eq!(room.post(&format!("/api/v1/signals/{over}/false_alarm")).await.status, 200);
    let acts = "; the acts on a signal are new_normal, false_alarm and useful";
    for (path, status, why) in [
        (format!("{over}/useful"), 409, format!("signal {over} is over: it ended as a false alarm; ")),
        (format!("{}/acknowledge", open[0]), 400, format!("no act \"acknowledge\"{acts}")),
        (open[0].to_string(), 400, format!("no act \"\"{acts}")),
        ("press.scrap/useful".to_owned(), 400, "not a signal: \"press.scrap\"; ".to_owned()),
        ("press.scrap@7/useful".to_owned(), 404, "no signal press.scrap@7 is open; GET /api/v1/signals".to_owned()),
    ] {
        let answer = room.post(&format!("/api/v1/signals/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let refusal = json(&answer.body)["refused"]["why"].as_str().unwrap_or_default().to_owned();
        assert!(refusal.starts_with(&why), "{path}: {refusal}");
    }
    let with = http::post(room.address(), &format!("/api/v1/signals/{}/useful", open[0]), r#"{"by":"x"}"#).await;
    assert_eq!(with.status, 400, "{}", with.body);
    assert_eq!(room.get("/api/v1/signals/press.scrap@7").await.status, 404);
    let host = format!("Host: {}\r\n", room.address());
    let evil = ask(
        room.address(),
        "POST",
        &format!("/api/v1/signals/{}/useful", open[0]),
        &format!("{host}Origin: http://evil.example\r\n"),
    )
    .await;
    assert_eq!(evil.status, 403, "{}", evil.body);
    assert_eq!(room.close().await, Some(0));
    let acts = room.journal().into_iter().filter(|entry| matches!(entry, Entry::Act(_))).count();
    assert_eq!(acts, 1, "what was refused is not written down");
}

#[tokio::test]
async fn an_act_of_one_screen_is_a_change_on_every_screen() {
    let folder = Folder::of_plant(&STEPS, UNHURRIED, "");
    let room = Room::open(&folder).await;
    let start = now() - Duration::from_secs(3600);
    deliver(&room, 1, steps(start, 0..140)).await;
    let signal = signals(&room, start).await.remove(0);
    let (mut ours, mut theirs) = (Screen::join(room.address()).await, Screen::join(room.address()).await);
    ours.say(json!({ "act": { "signal": signal, "new_normal": {} } }).to_string()).await;
    for screen in [&mut ours, &mut theirs] {
        let ending = screen.until("the signal is over", |picture| picture.memory.front().map(|it| it.ending)).await;
        assert_eq!(ending, Ending::Settled);
    }
    let mut socket = Socket::connect(room.address(), Screen::PATH).await;
    for (said, words) in [
        (
            json!({ "act": { "signal": signal, "useful": {} } }),
            format!("signal {signal} is over: it ended as settled; "),
        ),
        (json!({ "act": { "signal": signal, "acknowledge": {} } }), "no act \"acknowledge\"; the acts on a".to_owned()),
        (json!("hello"), "not a message of screen protocol 1: ".to_owned()),
    ] {
        socket.say(said.to_string()).await;
        let why = refusal(&mut socket).await;
        assert!(why.starts_with(&words), "{said}: {why}");
    }
}

#[tokio::test]
async fn after_a_kill_behind_the_answer_the_picture_is_that_of_an_undisturbed_run() {
    let start = now() - Duration::from_secs(3600);
    let undisturbed = run(start, None).await;
    assert_ne!(undisturbed["memory"], json!([]));
    assert_eq!(run(start, Some("1h")).await, undisturbed, "killed right behind each answer");
    assert_eq!(run(start, Some("1s")).await, undisturbed, "with snapshots");
}

/// Plays steps up, two of which people answer, and then the same steps back; kills the room behind each answer.
async fn run(start: Moment, killed: Option<&str>) -> Value {
    let more = format!("snapshot_every = \"{}\"", killed.unwrap_or("1h"));
    let folder = Folder::of_plant(&STEPS, UNHURRIED, &more);
    let mut room = Room::open(&folder).await;
    deliver(&room, 1, steps(start, 0..140)).await;
    let open = signals(&room, start).await;
    for (signal, answer) in open.iter().zip([Answer::FalseAlarm, Answer::NewNormal, Answer::Useful]) {
        assert_eq!(room.post(&format!("/api/v1/signals/{signal}/{}", answer.name())).await.status, 200);
        if let Some(snapshots) = killed {
            kill(&mut room, snapshots).await;
        }
    }
    deliver(&room, 2, steps(start, 140..200)).await;
    let picture = at_rest(&room).await;
    assert_eq!(room.close().await, Some(0));
    hold_each_act_once(&room, &open);
    picture
}

async fn kill(room: &mut Room, snapshots: &str) {
    if snapshots == "1s" {
        seconds_pass(room, 3).await;
    }
    room.kill();
    room.open_again().await;
    let replayed = replayed(room).await;
    assert_eq!(replayed == 0, snapshots == "1s", "{replayed} entries were taken in again");
}

/// Acts lie in the journal behind the readings they answered, and nothing but the act does.
fn hold_each_act_once(room: &Room, open: &[SignalId]) {
    let journal = room.journal();
    assert!(matches!(journal.first(), Some(Entry::Batch(_))) && matches!(journal.last(), Some(Entry::Batch(_))));
    let acts = journal.into_iter().filter_map(|entry| match entry {
        Entry::Act(act) => Some((act.signal, act.answer)),
        Entry::Batch(_) => None,
    });
    let answers = [Answer::FalseAlarm, Answer::NewNormal, Answer::Useful];
    assert!(acts.eq(open.iter().cloned().zip(answers)));
}

pub(crate) async fn deliver(room: &Room, sequence: u64, readings: Vec<Reading>) {
    TeamAgent::join(room.address(), "plant-host").await.deliver(sequence, &readings).await;
}

/// The signals on the steps, once all of them are open.
pub(crate) async fn signals(room: &Room, start: Moment) -> Vec<SignalId> {
    let onset = start + Duration::from_secs(100);
    let expected: Vec<_> = STEPS.map(|id| SignalId::new(&reading(id, onset, 0.0).indicator, onset)).into();
    until("every step is a signal", async || {
        let signals = room.picture().await.signals;
        expected.iter().all(|signal| signals.contains_key(signal)).then_some(())
    })
    .await;
    expected
}

/// A reading of each a second: a level that steps up at second 100 and back down at second 160.
pub(crate) fn steps(start: Moment, seconds: std::ops::Range<u64>) -> Vec<Reading> {
    let level = |second: u64| if (100..160).contains(&second) { 112.0 } else { 100.0 };
    let round = |second: u64| {
        let at = start + Duration::from_secs(second);
        (0_u64..).zip(STEPS).map(move |(seed, id)| reading(id, at, level(second) + noise(seed, second)))
    };
    seconds.flat_map(round).collect()
}

/// The next refusal among what the room tells a screen.
async fn refusal(socket: &mut Socket) -> String {
    loop {
        let heard = json(&socket.hear().await.expect("the room goes on"));
        if let Some(why) = heard["refused"]["why"].as_str() {
            return why.to_owned();
        }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why} in {text}"))
}
