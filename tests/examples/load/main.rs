//! The load program: agents and screens against a room of its own, on loopback, and what the room makes of them.
//!
//! It measures the optimised `synco` that lies beside it, on a fresh archive in the system's temporary folder, and stops
//! by itself. Agents and screens share the machine with the room, so the readings a second are a lower bound.

mod agents;
mod beside;
mod gauge;
mod json;
mod past;
mod posts;
mod probe;
mod prometheus;

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use clap::Parser;
use tests::{folder::Folder, room::Room, screen::Screen, socket::Socket, wait::until};
use tokio::{
    runtime,
    task::{self, JoinHandle, JoinSet},
};

use crate::{
    agents::{Load, Tally},
    gauge::{Gauge, Quantiles},
};

/// Puts a room under load and says what it takes.
#[derive(Clone, Debug, Parser)]
#[command(name = "load")]
struct Arguments {
    /// How many agents connect.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    agents: u64,
    /// How many indicators each agent has.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    indicators: u64,
    /// Readings a second of each indicator; 0 for as many as the room takes.
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    rate: f64,
    /// For how long, in seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// So many seconds at the beginning are not timed and not counted: indicators are heard for the first time.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    settle: u64,
    /// How many screens follow; the first one is where changes are timed.
    #[arg(long, default_value_t = 1)]
    screens: u64,
    /// How many indicators of each agent are essential: every reading of them is a change on every screen.
    #[arg(long, default_value_t = 0)]
    essential: u64,
    /// Readings in a batch.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    batch: u64,
    /// How many shards the room has; one for each processor, unless said.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=64))]
    shards: Option<u64>,
    /// Send by remote write of this version, a request at a time for each sender, instead of by the agents' socket.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=2))]
    remote_write: Option<u8>,
    /// Send JSON to `POST /api/v1/readings` instead, likewise.
    #[arg(long, conflicts_with = "remote_write")]
    json: bool,
    /// Meanwhile ask for the history of one indicator, which has ten weeks of it.
    #[arg(long)]
    history: bool,
    /// Afterwards send the same by remote write 1.0 to Debian's Prometheus, whichever way the room is sent it, and say what a
    /// reading costs there.
    #[arg(long)]
    beside_prometheus: bool,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    println!("{}", describe(&arguments));
    let shards = arguments.shards.map_or_else(String::new, |shards| format!("\nshards = {shards}"));
    let folder = Folder::of_plant(&[], "1s", &format!("readings_a_second = 10000000{shards}"));
    let essential = |agent| (0..arguments.indicators.min(arguments.essential)).map(move |i| agents::name(agent, i));
    probe::describe_in(&folder, (0..arguments.agents).flat_map(essential));
    if arguments.remote_write.is_some() || arguments.json {
        folder.append("organisation.toml", &prometheus::sources(arguments.agents, arguments.indicators));
    }
    let mut room = Room::open(&folder).await;
    if arguments.history {
        past::fill(room.address()).await;
    }
    let from = Instant::now() + Duration::from_secs(arguments.settle);
    let span = from..from + Duration::from_secs(arguments.seconds);

    let timed = (0 < arguments.screens).then(|| aside(probe::run(room.address(), span.clone())));
    let mut watching = watch_all(&room, arguments.screens).await;
    let asking = arguments.history.then(|| aside(past::ask(room.address(), span.clone())));
    let before = tokio::spawn(gauge::read_at(from, room.process().id()));
    let tally = send(&arguments, &room, span.clone()).await;
    let before = before.await.expect("the room is there to be read");
    let after = Gauge::read(room.process().id());
    let changes = match timed {
        Some(timed) => timed.await.expect("the timed screen follows to the end"),
        None => Vec::new(),
    };
    let ours = report("room", &tally, &before, &after, Some(changes));
    if let Some(asking) = asking {
        tell_past(asking.await.expect("history is asked to the end"));
    }
    watching.shutdown().await;
    let code = room.close().await;
    println!("the room stopped with exit code {}", code.map_or("none".to_owned(), |code| code.to_string()));
    if arguments.beside_prometheus {
        compare(&arguments, load(&arguments, &room, span), ours).await;
    }
}

/// Runs on a thread of its own: who times an answer is not to wait behind those who send.
fn aside<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a thread can wait for sockets");
    task::spawn_blocking(move || runtime.block_on(task))
}

/// Puts Prometheus under the same load, and says what a reading costs there beside what it cost the room.
async fn compare(arguments: &Arguments, load: Load, ours: f64) {
    let seconds = Duration::from_secs;
    let (settle, lasts) = (seconds(arguments.settle), seconds(arguments.seconds));
    let beside::Beside { tally, before, after } = beside::run(&load, arguments.agents, settle, lasts).await;
    println!("\nprometheus, the same by remote write 1.0, which it acknowledges before the disk has it");
    let theirs = report("prometheus", &tally, &before, &after, None);
    println!("a reading costs the room {:.2} of what it costs prometheus", ours / theirs);
}

fn load(arguments: &Arguments, room: &Room, span: Range<Instant>) -> Load {
    let Arguments { indicators, rate, batch, .. } = *arguments;
    Load { room: room.address(), indicators, rate, batch, span }
}

/// Runs every agent to its end and adds up what they saw.
async fn send(arguments: &Arguments, room: &Room, span: Range<Instant>) -> Tally {
    let load = load(arguments, room, span.clone());
    let before = room.figure("synco_readings_taken_total").await;
    let mut agents = JoinSet::new();
    for agent in 0..arguments.agents {
        match arguments.remote_write {
            None if arguments.json => agents.spawn(json::run(load.clone(), agent)),
            None => agents.spawn(agents::run(load.clone(), agent)),
            Some(version) => agents.spawn(prometheus::run(load.clone(), agent, version)),
        };
    }
    let mut sum = Tally::default();
    while let Some(tally) = agents.join_next().await {
        sum += tally.expect("an agent runs to its end");
    }
    sum.lasted = span.start.elapsed();
    let taken = before as u64 + sum.received + sum.unsettled;
    until("the room has counted everything", async || {
        (taken as f64 <= room.figure("synco_readings_taken_total").await).then_some(())
    })
    .await;
    sum
}

/// Screens but for the one that is timed.
async fn watch_all(room: &Room, screens: u64) -> JoinSet<()> {
    let mut watching = JoinSet::new();
    for _ in 1..screens {
        let socket = Socket::connect(room.address(), Screen::PATH).await;
        watching.spawn(watch(socket));
    }
    watching
}

fn tell_past(past::Answers { day, weeks }: past::Answers) {
    println!("a day of history    {}", Quantiles::of(day));
    println!("ten weeks of it     {}", Quantiles::of(weeks));
}

/// A screen that takes every frame and looks at none.
async fn watch(mut socket: Socket) {
    while socket.hear().await.is_some() {}
}

/// Says what was seen; gives the processor time of a reading, in microseconds.
fn report(whose: &str, tally: &Tally, before: &Gauge, after: &Gauge, changes: Option<Vec<Duration>>) -> f64 {
    let seconds = tally.lasted.as_secs_f64();
    let processor = after.processor - before.processor;
    let a_reading = processor.as_secs_f64() * 1e6 / tally.received.max(1) as f64;
    let share = 100.0 * processor.as_secs_f64() / seconds;
    println!(
        "readings received   {:>12.0} a second, {} in {seconds:.1} s",
        tally.received as f64 / seconds,
        tally.received
    );
    println!("processor of {whose:<10} {a_reading:>8.2} µs a reading, {share:.0} % of one processor");
    println!("acknowledged after  {}", Quantiles::of(tally.acknowledged.clone()));
    if let Some(changes) = changes {
        println!("on a screen after   {}", Quantiles::of(changes));
    }
    println!("memory of {whose:<10} {:>11.1} MB, at most {:.1} MB", after.resident, after.most_resident);
    a_reading
}

fn describe(arguments: &Arguments) -> String {
    let Arguments { agents, indicators, rate, settle, seconds, screens, batch, remote_write, json, .. } = arguments;
    let rate = if *rate == 0.0 {
        "as many readings as the room takes".to_owned()
    } else {
        format!("{rate} readings a second each")
    };
    let senders = match remote_write {
        Some(version) => format!("senders by remote write {version}.0"),
        None if *json => "senders by JSON".to_owned(),
        None => "agents".to_owned(),
    };
    format!(
        "{agents} {senders} x {indicators} indicators, {rate}, batches of {batch}, {screens} screens, {seconds} s after {settle} s"
    )
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.0..=1e6).contains(&rate) => Ok(rate),
        _ => Err("a number from 0 to 1000000 is right".to_owned()),
    }
}
