//! One agent under load: batches at a pace, several in flight, each timed to its acknowledgement.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    ops::{AddAssign, Range},
    time::{Duration, Instant},
};

use cybernet::agent::ToAgent;
use tests::{
    series::{noise, now},
    team::TeamAgent,
};
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

/// How many batches wait for their acknowledgement at most.
const IN_FLIGHT: usize = 8;
/// So many values of noise are made once and used again and again.
const NOISE: u64 = 4096;

/// What each agent does.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) room: SocketAddr,
    pub(crate) indicators: u64,
    /// Readings a second of each indicator; 0 for as many as the room takes.
    pub(crate) rate: f64,
    pub(crate) batch: u64,
    /// When it is timed and counted; it begins before, and ends with it.
    pub(crate) span: Range<Instant>,
}

/// What agents saw.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) received: u64,
    /// The same of what was sent before it was timed.
    pub(crate) unsettled: u64,
    /// From the first batch to the last acknowledgement.
    pub(crate) lasted: Duration,
    /// From sending a batch to its acknowledgement.
    pub(crate) acknowledged: Vec<Duration>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.received += other.received;
        self.unsettled += other.unsettled;
        self.acknowledged.extend(other.acknowledged);
    }
}

impl Tally {
    /// A batch that was sent then is acknowledged now, with so many readings received.
    pub(crate) fn note(&mut self, span: &Range<Instant>, sent_at: Instant, received: u64) {
        if sent_at < span.start {
            self.unsettled += received;
            return;
        }
        self.received += received;
        self.acknowledged.push(sent_at.elapsed());
    }
}

/// Sends until the end and waits for what is in flight then.
pub(crate) async fn run(load: Load, number: u64) -> Tally {
    let mut agent = TeamAgent::join(load.room, &format!("load-{number}")).await;
    let mut source = Source::new(&load, number);
    let mut pace = pace(&load);
    let mut flying: VecDeque<(Instant, u64)> = VecDeque::new();
    let mut tally = Tally::default();
    let mut sequence = 0;
    loop {
        let over = load.span.end <= Instant::now();
        if over && flying.is_empty() {
            return tally;
        }
        tokio::select! {
            () = due(&mut pace), if !over && flying.len() < IN_FLIGHT => {
                let readings = source.next();
                sequence += 1;
                flying.push_back((Instant::now(), readings.len() as u64));
                agent.send(sequence, &readings).await;
            }
            heard = agent.hear(), if !flying.is_empty() => match heard {
                Some(ToAgent::Received { refused, .. }) => {
                    let (sent_at, count) = flying.pop_front().expect("what is acknowledged was in flight");
                    tally.note(&load.span, sent_at, count - refused.len() as u64);
                    agent.signals.clear();
                }
                Some(ToAgent::SlowDown { millis }) => sleep(Duration::from_millis(millis)).await,
                other => panic!("agent {number} heard {other:?}"),
            },
        }
    }
}

pub(crate) fn pace(load: &Load) -> Option<Interval> {
    let a_second = load.rate * load.indicators as f64;
    (0.0 < a_second).then(|| {
        let mut pace = interval(Duration::from_secs_f64(load.batch as f64 / a_second));
        // What the room could not take at its time is not made up for: the figures say so.
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pace
    })
}

pub(crate) async fn due(pace: &mut Option<Interval>) {
    match pace {
        Some(pace) => drop(pace.tick().await),
        None => tokio::task::yield_now().await,
    }
}

/// Readings of all indicators in turn.
pub(crate) struct Source {
    names: Vec<IndicatorId>,
    noise: Vec<f64>,
    made: u64,
    batch: u64,
    /// Of the last reading. Who sends more than one reading of an indicator in a millisecond runs ahead of the clock; the
    /// room takes five minutes of that.
    measured_at: Moment,
}

/// What an agent calls one of its indicators.
pub(crate) fn name(agent: u64, indicator: u64) -> String {
    format!("load.a{agent}.i{indicator}")
}

impl Source {
    pub(crate) fn new(load: &Load, number: u64) -> Self {
        let name = |i| IndicatorId::parse(&name(number, i)).expect("letters and digits are a name");
        Self {
            names: (0..load.indicators).map(name).collect(),
            noise: (0..NOISE).map(|i| noise(number, i)).collect(),
            made: 0,
            batch: load.batch,
            measured_at: now(),
        }
    }

    pub(crate) fn next(&mut self) -> Vec<Reading> {
        self.measured_at = self.measured_at.max(now());
        (0..self.batch).map(|_| self.one()).collect()
    }

    fn one(&mut self) -> Reading {
        let turn = (self.made % self.names.len() as u64) as usize;
        // A reading is judged only if it is newer than the one before it of its indicator.
        if turn == 0 {
            self.measured_at = self.measured_at + Duration::from_millis(1);
        }
        let value = 100.0 + self.noise[(self.made.wrapping_mul(31) % NOISE) as usize];
        self.made += 1;
        Reading::new(self.names[turn].clone(), self.measured_at, value).expect("noise is finite")
    }
}
