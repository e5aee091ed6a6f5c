//! What cannot be read now, of all probes: what the link tells the room.
//!
//! Each probe writes its own indicators, the link reads the whole. A fault about some indicators counts for those, a
//! fault about a probe for all that it could not read beside. Only our own words leave, as a
//! [`Reason`](crate::probe::Reason) has them.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use cybernet::faults::{Fault, Why};
use tokio::sync::watch;
use vsm::id::IndicatorId;

use crate::probe::{ProbeFault, Readout};

/// Every indicator that cannot be read, and why.
pub type Failing = BTreeMap<IndicatorId, Why>;

/// What the link reads.
pub type Told = watch::Receiver<Failing>;

/// Where every probe notes its faults; each clone is the same.
#[derive(Clone, Debug)]
pub struct Faults(watch::Sender<Failing>);

/// The part of it that belongs to one probe.
#[derive(Debug)]
pub struct OfProbe {
    faults: Faults,
    indicators: BTreeSet<IndicatorId>,
}

impl Faults {
    /// Nothing noted yet, and where it is read.
    pub fn new() -> (Self, Told) {
        let (sender, told) = watch::channel(Failing::new());
        (Self(sender), told)
    }

    /// The part of a probe that fills these indicators.
    pub fn of_probe(&self, indicators: impl IntoIterator<Item = IndicatorId>) -> OfProbe {
        OfProbe { faults: self.clone(), indicators: indicators.into_iter().collect() }
    }
}

impl OfProbe {
    /// Notes what a reading gave, in place of what was said before: one that gave nothing at all, as of a script that
    /// waits, leaves nothing to say. An input that has ended says so each time.
    pub fn note(&self, readout: &Readout) {
        let failing = self.failing(readout);
        self.faults.0.send_if_modified(|all| {
            let before = self.indicators.iter().filter_map(|id| Some((id.clone(), all.get(id)?.clone())));
            if before.collect::<Failing>() == failing {
                return false;
            }
            all.retain(|id, _| !self.indicators.contains(id));
            all.extend(failing);
            true
        });
    }

    fn failing(&self, Readout { readings, faults }: &Readout) -> Failing {
        let mut failing = Failing::new();
        for fault in faults {
            for id in fault.concerns.iter().flatten().filter(|id| self.indicators.contains(*id)) {
                failing.entry(id.clone()).or_insert_with(|| why(fault));
            }
        }
        if let Some(whole) = faults.iter().find(|fault| fault.concerns.is_none()).map(why) {
            for id in &self.indicators {
                failing.entry(id.clone()).or_insert_with(|| whole.clone());
            }
        }
        readings.iter().for_each(|reading| drop(failing.remove(&reading.indicator)));
        failing
    }
}

/// As the room is told it, which may be shown to everybody.
fn why(fault: &ProbeFault) -> Why {
    Why::new(&words::without_secrets(&fault.said))
}

/// The set as it is sent.
pub fn list(failing: &Failing) -> Vec<Fault> {
    let fault = |(indicator, why): (&IndicatorId, &Why)| Fault { indicator: indicator.clone(), why: why.clone() };
    failing.iter().map(fault).collect()
}

#[cfg(test)]
mod tests {
    use vsm::{reading::Reading, time::Moment};

    use super::*;

    fn id(name: &str) -> IndicatorId {
        IndicatorId::parse(name).unwrap()
    }

    fn readout(read: &[&str], faults: Vec<ProbeFault>) -> Readout {
        let reading = |name: &&str| Reading::new(id(name), Moment::default(), 1.0).unwrap();
        Readout { readings: read.iter().map(reading).collect(), faults }
    }

    fn told(told: &Told) -> Vec<(String, String)> {
        told.borrow().iter().map(|(id, why)| (id.to_string(), why.to_string())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect()
    }

    #[test]
    fn a_fault_of_a_probe_counts_for_all_that_it_could_not_read() {
        let (faults, all) = Faults::new();
        let (web, host) = (faults.of_probe(["web.latency", "web.status"].map(id)), faults.of_probe([id("host.load")]));
        web.note(&readout(&[], vec![ProbeFault::new("GET http://web/, time limit", "no answer within 5s")]));
        host.note(&readout(&["host.load"], vec![]));
        let both = [("web.latency", "no answer within 5s"), ("web.status", "no answer within 5s")];
        assert_eq!(told(&all), pairs(&both));
        web.note(&readout(&["web.status"], vec![ProbeFault::new("a line", "not a number")]));
        assert_eq!(told(&all), pairs(&[("web.latency", "not a number")]));
        web.note(&readout(&["web.status", "web.latency"], vec![ProbeFault::new("a line", "not a number")]));
        assert_eq!(told(&all), []);
    }

    #[test]
    fn a_fault_about_one_indicator_is_its_own() {
        let (faults, all) = Faults::new();
        let web = faults.of_probe(["web.latency", "web.value"].map(id));
        let missing = ProbeFault::new("web.value", "answered 503 Service Unavailable").on(&id("web.value"));
        web.note(&readout(&["web.latency"], vec![missing.clone()]));
        assert_eq!(told(&all), pairs(&[("web.value", "answered 503 Service Unavailable")]));
        web.note(&readout(&[], vec![missing, ProbeFault::new("GET", "timed out")]));
        let both = [("web.latency", "timed out"), ("web.value", "answered 503 Service Unavailable")];
        assert_eq!(told(&all), pairs(&both));
    }

    #[test]
    fn what_says_nothing_takes_back_what_was_said_and_what_says_the_same_is_no_news() {
        let (faults, mut all) = Faults::new();
        let script = faults.of_probe([id("script.value")]);
        let ended = || readout(&[], vec![ProbeFault::new("standard input", "it has ended")]);
        script.note(&ended());
        assert!(all.has_changed().unwrap());
        all.borrow_and_update();
        script.note(&ended());
        assert!(!all.has_changed().unwrap());
        assert_eq!(told(&all), pairs(&[("script.value", "it has ended")]));
        script.note(&Readout::default());
        assert_eq!(told(&all), []);
    }
}
