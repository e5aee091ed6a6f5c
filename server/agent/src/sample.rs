//! When a probe is read: once a cadence, and never longer than it may take.
//!
//! Not all at the same moment: each probe has its own place within its cadence, which its name gives it, so it is the same
//! after a restart, and a thousand agents do not knock at once.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;
use vsm::{reading::Reading, time::Moment};

use crate::{
    chance, clock,
    faults::OfProbe,
    gate::Gate,
    happening::{ProbeFailing, ProbeWell},
    probe::{Probe, ProbeFault, Readout, Reason},
};

/// One probe and its cadence.
pub struct Sampler {
    name: String,
    probe: Probe,
    gate: Gate,
    limit: Duration,
    ticks: Ticks,
    /// What could not be read the last time, by what it is about.
    failing: BTreeMap<String, ProbeFault>,
    /// Where the room hears of it.
    told: Option<OfProbe>,
}

/// When a probe is read, and how long that may take.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// The time between two readings.
    pub cadence: Duration,
    /// The longest time for one reading.
    pub time_limit: Duration,
    /// When the second reading comes, counted from the first.
    pub first_pause: Duration,
}

impl Rhythm {
    /// The same pause before every reading.
    pub fn even(cadence: Duration, time_limit: Duration) -> Self {
        Self { cadence, time_limit, first_pause: cadence }
    }

    /// A rhythm in which a probe of this name has its own place, counted from the epoch; it begins at `now`.
    ///
    /// The first pause is between a half and one and a half cadences.
    pub fn placed(name: &str, cadence: Duration, time_limit: Duration, now: Moment) -> Self {
        let millis = i64::try_from(cadence.as_millis()).unwrap_or(i64::MAX).max(1);
        let place = (chance::uniform(chance::seed(name), 0) * millis as f64) as i64;
        let until = (place - now.unix_millis().rem_euclid(millis)).rem_euclid(millis);
        let until = if until < millis / 2 { until.saturating_add(millis) } else { until };
        Self { cadence, time_limit, first_pause: Duration::from_millis(until.unsigned_abs()) }
    }
}

/// Wakes at once, after the first pause, and then once a cadence; a wake that is missed is left out.
struct Ticks {
    is_first: bool,
    interval: Interval,
}

/// Hands in the readings of a probe until `stop`: its past, if it has one, then one list a cadence.
pub async fn run(mut sampler: Sampler, hand_in: mpsc::Sender<Vec<Reading>>, stop: CancellationToken) {
    if stop.run_until_cancelled(sampler.deliver_past(&hand_in)).await.is_none() {
        return;
    }
    while let Some(readout) = stop.run_until_cancelled(sampler.tick()).await {
        let Readout { readings, faults } = readout;
        sampler.note(faults);
        if !readings.is_empty() && hand_in.send(readings).await.is_err() {
            return;
        }
    }
}

impl Sampler {
    /// Wakes for the first time at once; a wake that is missed is left out. Needs a running tokio.
    pub fn new(probe: Probe, rhythm: Rhythm, gate: Gate) -> Self {
        let ticks = Ticks::new(rhythm);
        let (name, failing) = (probe.to_string(), BTreeMap::new());
        Self { name, probe, gate, limit: rhythm.time_limit, ticks, failing, told: None }
    }

    /// Has the room hear what cannot be read.
    pub fn telling(self, told: OfProbe) -> Self {
        Self { told: Some(told), ..self }
    }

    /// Does not wait longer than this for its second reading and those after it. A script keeps its own time.
    pub fn hurry(&mut self, longest: Duration) {
        if !matches!(self.probe, Probe::Rehearsal(_)) {
            let pause = self.ticks.interval.period().min(longest);
            self.ticks = Ticks::new(Rhythm::even(pause, self.limit));
        }
    }

    /// What is read.
    pub fn probe(&self) -> &Probe {
        &self.probe
    }

    /// Listens until the next wake, reads the probe, lets pass what may leave, and has the room hear what could
    /// not be read.
    pub async fn tick(&mut self) -> Readout {
        tokio::select! {
            () = self.ticks.tick() => (),
            () = self.probe.listen() => (),
        }
        let late = |_| {
            let why = Reason::own(format!("no answer within {:?}", self.limit));
            Readout::fault(format!("{}, time limit", self.name), why)
        };
        let now = clock::now();
        let readout = timeout(self.limit, self.probe.read(now)).await.unwrap_or_else(late);
        let passed = self.gate.pass(readout, now);
        self.told.iter().for_each(|told| told.note(&passed));
        passed
    }

    async fn deliver_past(&mut self, hand_in: &mpsc::Sender<Vec<Reading>>) {
        let Probe::Rehearsal(rehearsal) = &self.probe else { return };
        for readings in rehearsal.past() {
            if hand_in.send(readings).await.is_err() {
                return;
            }
        }
    }

    fn note(&mut self, faults: Vec<ProbeFault>) {
        let faults: BTreeMap<_, _> = faults.into_iter().map(|fault| (fault.about.clone(), fault)).collect();
        for fault in faults.values().filter(|fault| !self.failing.contains_key(&fault.about)) {
            ProbeFailing { probe: &self.name, fault }.emit();
        }
        for about in self.failing.keys().filter(|about| !faults.contains_key(*about)) {
            ProbeWell { probe: &self.name, about }.emit();
        }
        self.failing = faults;
    }
}

impl Ticks {
    fn new(rhythm: Rhythm) -> Self {
        let mut interval = interval_at(Instant::now() + rhythm.first_pause, rhythm.cadence);
        interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { is_first: true, interval }
    }

    async fn tick(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.interval.tick().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use config::agent::{StatsdSeries, StatsdServer, Take};

    use super::*;
    use crate::probe::{command::Command, rehearsal::Rehearsal, statsd::Statsd};

    const DAY: Duration = Duration::from_secs(86_400);

    fn sampler(probe: Probe, cadence: Duration) -> Sampler {
        Sampler::new(probe, Rhythm::even(cadence, cadence), Gate::default())
    }

    #[tokio::test]
    async fn the_past_comes_first_then_a_list_a_cadence_and_stop_ends_it() {
        let series = config::agent::RehearsedSeries {
            indicator: vsm::id::IndicatorId::parse("a").unwrap(),
            level: 5.0,
            noise: 0.0,
            swing: None,
            floor: None,
            ceiling: None,
            script: Vec::new(),
        };
        let cadence = Duration::from_millis(10);
        let rehearsal = Rehearsal::new(clock::now(), cadence, 30 * cadence, vec![series]);
        let (hand_in, mut handed) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let sampler = sampler(Probe::Rehearsal(rehearsal), cadence);
        let task = tokio::spawn(run(sampler, hand_in, stop.clone()));
        assert_eq!(handed.recv().await.unwrap().len(), 30);
        assert_eq!(handed.recv().await.unwrap()[0].value(), 5.0);
        assert_eq!(handed.recv().await.unwrap().len(), 1);
        stop.cancel();
        while handed.recv().await.is_some() {}
        task.await.unwrap();
    }

    #[tokio::test]
    async fn a_fault_is_remembered_until_it_is_gone() {
        let rehearsal = Rehearsal::new(Moment::default(), DAY, Duration::ZERO, Vec::new());
        let mut sampler = sampler(Probe::Rehearsal(rehearsal), DAY);
        sampler.note(vec![ProbeFault::new("disk", "gone"), ProbeFault::new("load", "unknown")]);
        sampler.note(vec![ProbeFault::new("disk", "still gone")]);
        assert_eq!(sampler.failing.into_keys().collect::<Vec<_>>(), ["disk"]);
    }

    #[tokio::test]
    async fn a_probe_that_hangs_is_a_fault_and_no_zero() {
        let indicators = [(config::agent::CommandQuantity::ExitCode, vsm::id::IndicatorId::parse("a").unwrap())];
        let hanging = Command::new(config::agent::Command {
            program: "sleep".into(),
            arguments: vec!["1000".to_owned()],
            folder: ".".into(),
            finder: config::agent::Finder::Whole,
            indicators: indicators.into(),
        });
        let rhythm = Rhythm::even(DAY, Duration::from_millis(20));
        let readout = Sampler::new(Probe::Command(hanging), rhythm, Gate::default()).tick().await;
        assert_eq!(readout.readings, []);
        assert_eq!(readout.faults, [ProbeFault::new("command sleep 1000, time limit", "no answer within 20ms")]);
    }

    #[tokio::test]
    async fn what_hangs_is_told_for_every_indicator_of_its_probe() {
        let ids = ["a", "b"].map(|name| vsm::id::IndicatorId::parse(name).unwrap());
        let quantities = [config::agent::CommandQuantity::ExitCode, config::agent::CommandQuantity::Duration];
        let hanging = Command::new(config::agent::Command {
            program: "sleep".into(),
            arguments: vec!["1000".to_owned()],
            folder: ".".into(),
            finder: config::agent::Finder::Whole,
            indicators: quantities.into_iter().zip(ids.clone()).collect(),
        });
        let rhythm = Rhythm::even(DAY, Duration::from_millis(20));
        let (faults, mut told) = crate::faults::Faults::new();
        let sampler = Sampler::new(Probe::Command(hanging), rhythm, Gate::default()).telling(faults.of_probe(ids));
        let (hand_in, _handed) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(sampler, hand_in, stop.clone()));
        told.changed().await.unwrap();
        let words = told.borrow().iter().map(|(id, why)| format!("{id}: {why}")).collect::<Vec<_>>();
        assert_eq!(words, ["a: no answer within 20ms", "b: no answer within 20ms"]);
        stop.cancel();
        task.await.unwrap();
    }

    #[tokio::test]
    async fn between_two_readings_a_probe_listens() {
        let indicator = vsm::id::IndicatorId::parse("depth").unwrap();
        let series = vec![StatsdSeries { name: "depth".to_owned(), take: Take::Gauge, indicator }];
        let statsd = Statsd::bind(StatsdServer { listen: "127.0.0.1:0".parse().unwrap(), series }).unwrap();
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(statsd.address()).unwrap();
        let mut sampler = sampler(Probe::Statsd(statsd), Duration::from_millis(10));
        let value = loop {
            socket.send(b"depth:7|g").unwrap();
            if let [reading] = &sampler.tick().await.readings[..] {
                break reading.value();
            }
        };
        assert_eq!(value, 7.0);
    }

    #[test]
    fn each_name_has_its_own_place_in_the_cadence_and_keeps_it_after_a_restart() {
        let cadence = Duration::from_secs(60);
        let second_reading = |name: &str, begins: i64| {
            let now = Moment::from_unix_millis(begins);
            let pause = Rhythm::placed(name, cadence, cadence, now).first_pause;
            assert!(cadence / 2 <= pause && pause < cadence * 3 / 2, "{pause:?}");
            (now + pause).unix_millis().rem_euclid(60_000)
        };
        let place = second_reading("payments/host", 1_763_600_000_000);
        for begins in [-1, 0, 12_345, 1_763_600_059_999] {
            assert_eq!(second_reading("payments/host", begins), place);
        }
        let places: std::collections::BTreeSet<i64> =
            (0..100).map(|agent| second_reading(&format!("agent-{agent}/host"), 0) / 6_000).collect();
        assert_eq!(places.len(), 10, "a hundred agents come in every tenth of the cadence");
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_wake_is_at_once_the_second_after_a_pause_and_then_one_a_cadence() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let mut ticks = Ticks::new(Rhythm { cadence: 10 * second, time_limit: second, first_pause: 7 * second });
        let mut woken = Vec::new();
        for _ in 0..4 {
            ticks.tick().await;
            woken.push((Instant::now() - start).as_secs());
        }
        assert_eq!(woken, [0, 7, 17, 27]);
    }
}
