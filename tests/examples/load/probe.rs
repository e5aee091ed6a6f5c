//! From a reading to its change on a screen: one agent, one essential indicator, one screen that looks at the clock.

use std::{
    collections::HashMap,
    net::SocketAddr,
    ops::Range,
    time::{Duration, Instant},
};

use cybernet::{picture::Change, screen::ToScreen, trace::Trace};
use tests::{
    folder::Folder,
    screen::Screen,
    series::{noise, now, reading},
    socket::Socket,
    team::TeamAgent,
};
use tokio::time::{MissedTickBehavior, interval};
use vsm::time::Moment;

const INDICATOR: &str = "kiln.probe";
/// No multiple of the time between two frames, so that readings fall anywhere between them.
const EVERY: Duration = Duration::from_millis(237);
/// How long the last reading may take.
const AFTER: Duration = Duration::from_secs(5);

/// How many units a unit may have in it.
const LINES_IN_A_HALL: usize = 9;

/// Adds the indicator to the organisation, and others, each of a unit of its own. Essential, so that every reading of them
/// is a change.
pub(crate) fn describe_in(folder: &Folder, others: impl Iterator<Item = String>) {
    let mut organisation = std::fs::read_to_string(folder.at("organisation.toml")).expect("it was just written");
    organisation += &essential(INDICATOR, "kiln");
    for (number, id) in others.enumerate() {
        let (hall, line) = (format!("hall-{}", number / LINES_IN_A_HALL), format!("line-{number}"));
        if number.is_multiple_of(LINES_IN_A_HALL) {
            organisation += &unit(&hall, "plant");
        }
        organisation += &unit(&line, &hall);
        organisation += &essential(&id, &line);
    }
    folder.write("organisation.toml", &organisation);
}

fn unit(id: &str, parent: &str) -> String {
    format!("\n[[unit]]\nid = \"{id}\"\nparent = \"{parent}\"\nname = \"{id}\"\nowner = \"Line team\"\n")
}

fn essential(id: &str, unit: &str) -> String {
    format!(
        "\n[[indicator]]\nid = \"{id}\"\nname = \"Probe\"\nunit = \"{unit}\"\nsystem = \"3\"\ncadence = \"1s\"\n\
         essential = true\n"
    )
}

/// Sends readings until the end and gives how long each took to the screen that was sent in the time that counts.
pub(crate) async fn run(room: SocketAddr, span: Range<Instant>) -> Vec<Duration> {
    let end = span.end;
    let mut agent = TeamAgent::join(room, "load-probe").await;
    let mut screen = Socket::connect(room, Screen::PATH).await;
    // What is sent before the first picture comes with the picture, and cannot be timed.
    screen.hear().await.expect("a room shows a picture first");
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sent, mut took) = (HashMap::new(), Vec::new());
    let mut sequence = 0;
    while Instant::now() < end || (!sent.is_empty() && Instant::now() < end + AFTER) {
        tokio::select! {
            _ = ticks.tick(), if Instant::now() < end => {
                sequence += 1;
                let reading = reading(INDICATOR, now(), 100.0 + noise(3, sequence));
                sent.insert(reading.measured_at, Instant::now());
                agent.send(sequence, &[reading]).await;
            }
            heard = agent.hear() => drop(heard.expect("the room stays")),
            frame = screen.hear() => {
                let arrived = Instant::now();
                let moments = moments(&frame.expect("the room stays"));
                let came = moments.into_iter().filter_map(|at| sent.remove(&at)).filter(|sent_at| span.start <= *sent_at);
                took.extend(came.map(|sent_at| arrived - sent_at));
            }
        }
    }
    assert!(sent.is_empty(), "{} readings never came to the screen", sent.len());
    took
}

/// When the readings of the indicator that a frame brings were measured. A screen that fell behind is given a picture.
fn moments(frame: &str) -> Vec<Moment> {
    let of = |trace: Trace| trace.points.iter().map(|point| point.0).collect();
    let moments = |change| match change {
        Change::Step(step) if step.indicator.as_str() == INDICATOR => vec![step.point.0],
        Change::Trace(trace) if trace.indicator.as_str() == INDICATOR => of(trace),
        _ => Vec::new(),
    };
    match serde_json::from_str(frame) {
        Ok(ToScreen::Changes(changes)) => changes.changes.into_iter().flat_map(moments).collect(),
        Ok(ToScreen::Picture(picture)) => {
            picture.traces.into_values().filter(|it| it.indicator.as_str() == INDICATOR).flat_map(of).collect()
        }
        _ => Vec::new(),
    }
}
