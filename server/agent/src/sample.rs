//! When a probe is read: once a cadence, and never longer than it may take.

use std::{collections::BTreeMap, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Interval, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use vsm::reading::Reading;

use crate::{
    clock,
    happening::{ProbeFailing, ProbeWell},
    probe::{Probe, ProbeFault, Readout},
};

/// The longest time for one reading, however slow the cadence.
const LONGEST: Duration = Duration::from_secs(5);

/// One probe and its cadence.
pub struct Sampler {
    name: String,
    probe: Probe,
    limit: Duration,
    ticks: Interval,
    /// What could not be read the last time, by what it is about.
    failing: BTreeMap<String, ProbeFault>,
}

/// Hands in the readings of a probe until `stop`: its past, if it has one, then one list a cadence.
pub async fn run(mut sampler: Sampler, hand_in: mpsc::Sender<Vec<Reading>>, stop: CancellationToken) {
    if stop.run_until_cancelled(sampler.deliver_past(&hand_in)).await.is_none() {
        return;
    }
    while let Some(readings) = stop.run_until_cancelled(sampler.tick()).await {
        if !readings.is_empty() && hand_in.send(readings).await.is_err() {
            return;
        }
    }
}

impl Sampler {
    /// Wakes for the first time at once; a wake that is missed is left out. Needs a running tokio.
    pub fn new(probe: Probe, cadence: Duration) -> Self {
        let mut ticks = interval(cadence);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { name: probe.to_string(), probe, limit: cadence.min(LONGEST), ticks, failing: BTreeMap::new() }
    }

    /// What is read.
    pub fn probe(&self) -> &Probe {
        &self.probe
    }

    /// Waits for the next wake and reads the probe. What it cannot read is told once and gives no reading.
    pub async fn tick(&mut self) -> Vec<Reading> {
        self.ticks.tick().await;
        let late = |_| Readout::fault("time limit", format!("no answer within {:?}", self.limit));
        let readout = timeout(self.limit, self.probe.read(clock::now())).await.unwrap_or_else(late);
        self.note(readout.faults);
        readout.readings
    }

    async fn deliver_past(&self, hand_in: &mpsc::Sender<Vec<Reading>>) {
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

#[cfg(test)]
mod tests {
    use vsm::time::Moment;

    use super::*;
    use crate::probe::rehearsal::Rehearsal;

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
        let sampler = Sampler::new(Probe::Rehearsal(rehearsal), cadence);
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
        let rehearsal = Rehearsal::new(Moment::default(), LONGEST, Duration::ZERO, Vec::new());
        let mut sampler = Sampler::new(Probe::Rehearsal(rehearsal), LONGEST);
        sampler.note(vec![ProbeFault::new("disk", "gone"), ProbeFault::new("load", "unknown")]);
        sampler.note(vec![ProbeFault::new("disk", "still gone")]);
        assert_eq!(sampler.failing.into_keys().collect::<Vec<_>>(), ["disk"]);
    }
}
