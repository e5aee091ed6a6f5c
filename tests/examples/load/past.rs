//! How fast history answers while the room is under load: one indicator with ten weeks of minutes, asked again and again.

use std::{
    net::SocketAddr,
    ops::Range,
    time::{Duration, Instant},
};

use serde_json::Value;
use tests::{
    series::{noise, now, reading},
    team::TeamAgent,
};
use tokio::time::{MissedTickBehavior, interval};

const INDICATOR: &str = "kiln.past";
const MINUTE: Duration = Duration::from_secs(60);
const DAY_MS: i64 = 86_400_000;
const WEEKS: u64 = 10;
/// Readings in a batch of what is sent beforehand.
const BATCH: u64 = 5000;
const EVERY: Duration = Duration::from_millis(150);

/// How long the answers took.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// A day of readings, as many as there are.
    pub(crate) day: Vec<Duration>,
    /// Ten weeks in a thousand points.
    pub(crate) weeks: Vec<Duration>,
}

/// Sends ten weeks of an indicator, one reading a minute, and waits until the room has them.
pub(crate) async fn fill(room: SocketAddr) {
    let mut agent = TeamAgent::join(room, "load-past").await;
    let minutes = WEEKS * 7 * 24 * 60;
    let from = now() - MINUTE * minutes as u32;
    for (sequence, begin) in (1..).zip((0..minutes).step_by(BATCH as usize)) {
        let minute = |i| reading(INDICATOR, from + MINUTE * i as u32, 100.0 + noise(7, i));
        agent.send(sequence, &(begin..minutes.min(begin + BATCH)).map(minute).collect::<Vec<_>>()).await;
        agent.hear().await.expect("the room takes them");
    }
}

/// Asks for a day and for ten weeks in turn, as long as it counts.
pub(crate) async fn ask(room: SocketAddr, span: Range<Instant>) -> Answers {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client can be made");
    let (mut answers, mut ticks) = (Answers::default(), interval(EVERY));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tokio::time::sleep_until(span.start.into()).await;
    while Instant::now() < span.end {
        for (days, points, took) in [(1, 2000, &mut answers.day), (7 * WEEKS as i64, 1000, &mut answers.weeks)] {
            ticks.tick().await;
            let to = now().unix_millis();
            let from = to - days * DAY_MS;
            let url =
                format!("http://{room}/api/v1/indicators/{INDICATOR}/history?from={from}&to={to}&points={points}");
            let asked_at = Instant::now();
            let answer = client.get(&url).send().await.expect("the room answers");
            let body = answer.bytes().await.expect("the whole of it");
            took.push(asked_at.elapsed());
            let history: Value = serde_json::from_slice(&body).expect("history is JSON");
            let count = history["points"].as_array().map_or(0, Vec::len);
            assert!(points / 2 < count, "{count} points of {days} days");
        }
    }
    answers
}
