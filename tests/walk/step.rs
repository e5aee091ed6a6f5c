//! From the probe of an agent's process to a lamp on a screen.

use std::time::Duration;

use cybernet::picture::{Aspect, Lamp, Picture};
use tests::{
    folder::{Folder, UNHURRIED},
    process::Process,
    room::Room,
    screen::Screen,
    series::{calm_minute, reading},
    team::TeamAgent,
    wait::until,
};
use vsm::{
    indicator::Direction,
    signal::{Kind, Signal},
};

const AGENT: &str = r#"version = 1
agent = "press-host"
rehearsal = true

[[probe]]
kind = "rehearsal"
cadence = "200ms"
past = "30s"

[[probe.series]]
indicator = "press.scrap"
level = 40.0
noise = 1.0
script = [{ at = "2s", step = 12.0 }]

[[probe.series]]
indicator = "press.idle"
level = 10.0
noise = 0.5
"#;

#[tokio::test]
async fn a_step_in_an_agents_readings_lights_the_right_lamp() {
    let folder = Folder::of_plant(&["press.scrap", "press.idle"], "200ms", "");
    folder.write("agent.toml", AGENT);
    let room = Room::open(&folder).await;
    let mut screen = Screen::join(room.address()).await;
    let door = format!("ws://{}/api/v1/agent", room.address());
    let arguments = ["run", "--config", &folder.file("agent.toml"), "--room", &door];
    let _agent = Process::start("synco-agent", folder.path(), arguments);

    let (lamp, signal) = screen.until("a level on press.scrap", step_of_scrap).await;
    assert_eq!((lamp.unit.as_str(), lamp.direction), ("press", Some(Direction::Pain)));
    assert_eq!((signal.kind, signal.direction, signal.rehearsed), (Kind::Level, Direction::Pain, true));
    assert!((8.0..16.0).contains(&signal.size), "a step of 12 was measured as {}", signal.size);

    let trace = screen.until("the trace of press.scrap", |picture| picture.traces.get("press.scrap").cloned()).await;
    assert!(trace.points.iter().any(|point| point.0 == signal.onset_at), "the onset is not in the trace: {trace:?}");
    assert_eq!(trace.ahead.len(), 3);
    assert_eq!(screen.picture().lamps["press.idle"].aspect, Aspect::Calm);
    assert!(screen.picture().rehearsal, "the readings are rehearsed and the picture says so");

    let asked = until("the picture for scripts shows the same", async || step_of_scrap(&room.picture().await)).await;
    assert_eq!((asked.0, asked.1.id), (lamp, signal.id));
}

#[tokio::test]
async fn the_team_whose_agent_reports_the_indicator_hears_of_its_signal_and_no_other_team_does() {
    let folder = Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let mut ours = TeamAgent::join(room.address(), "press-host").await;
    let mut theirs = TeamAgent::join(room.address(), "kiln-host").await;
    theirs.deliver(1, &calm_minute("kiln.heat")).await;
    let minute = calm_minute("press.scrap");
    ours.deliver(1, &minute).await;
    let off = reading("press.scrap", minute[59].measured_at + Duration::from_secs(1), 130.0);
    ours.deliver(2, std::slice::from_ref(&off)).await;
    let signal = match ours.signals.pop() {
        Some(signal) => signal,
        None => ours.hear_signal().await,
    };
    assert_eq!((signal.indicators, signal.onset_at), (vec![off.indicator], off.measured_at));
    // Whatever was on its way to the other team would come before this answer.
    theirs.deliver(2, &[]).await;
    assert_eq!(theirs.signals, []);
}

/// The lamp and the signal, once the lamp says level.
fn step_of_scrap(picture: &Picture) -> Option<(Lamp, Signal)> {
    let lamp = picture.lamps.get("press.scrap").filter(|lamp| lamp.aspect == Aspect::Level)?;
    let signal = picture.signals.get(lamp.signal.as_ref()?)?;
    Some((lamp.clone(), signal.clone()))
}
