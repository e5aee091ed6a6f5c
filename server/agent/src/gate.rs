//! What is known of readings before they leave: what cannot be stays here, what is hard to believe leaves with a mark.

use std::collections::BTreeMap;

use config::agent::Plausible;
use cybernet::batch::LONGEST_NOTE;
use vsm::{
    id::IndicatorId,
    reading::{Mark, Quality, Reading},
    time::Moment,
};

use crate::probe::{ProbeFault, Readout, Reason};

/// Looks at each reading of a probe.
#[derive(Default)]
pub struct Gate {
    plausible: BTreeMap<IndicatorId, Plausible>,
    /// The reading before, of those that may not jump.
    before: BTreeMap<IndicatorId, f64>,
}

impl Gate {
    /// A gate for the indicators of which something is known.
    pub fn new(plausible: BTreeMap<IndicatorId, Plausible>) -> Self {
        Self { plausible, before: BTreeMap::new() }
    }

    /// Lets pass what may leave. What is withheld is a fault about its indicator.
    pub fn pass(&mut self, readout: Readout, now: Moment) -> Readout {
        let mut passed = Readout { readings: Vec::with_capacity(readout.readings.len()), faults: readout.faults };
        for reading in readout.readings {
            match self.judge(reading, now) {
                Ok(reading) => passed.readings.push(reading),
                Err(fault) => passed.faults.push(fault),
            }
        }
        passed
    }

    fn judge(&mut self, reading: Reading, now: Moment) -> Result<Reading, ProbeFault> {
        let Some(plausible) = self.plausible.get(&reading.indicator) else { return Ok(reading) };
        let value = reading.value();
        let withheld = |why: String| {
            let why = Reason::own(format!("withheld: {why}"));
            Err(ProbeFault::new(reading.indicator.as_str(), why).on(&reading.indicator))
        };
        if let Some(why) = plausible.number.and_then(|number| number.refuses(value)) {
            return withheld(format!("{value} {why}"));
        }
        if let Some((least, most)) = plausible.range.filter(|(least, most)| !(*least..=*most).contains(&value)) {
            return withheld(format!("{value} lies outside of what can be, {least} to {most}"));
        }
        let age = now.since(reading.measured_at);
        if let Some(limit) = plausible.stale_after.filter(|limit| *limit < age) {
            return withheld(format!("measured {age:?} ago, which is more than {limit:?}"));
        }
        let Some(most) = plausible.most_jump else { return Ok(reading) };
        let before = self.before.insert(reading.indicator.clone(), value);
        match before.filter(|before| most < (value - before).abs()) {
            Some(before) => {
                let doubt = format!("{} from {before} in one reading; up to {most} is believed", value - before);
                // What was said of it goes with it, as far as there is room.
                let said = reading.annotation().filter(|said| said.len() + doubt.len() + 2 <= LONGEST_NOTE);
                let note = said.map(|said| format!("{doubt}; {said}")).unwrap_or(doubt);
                Ok(reading.marked(Mark { quality: Quality::Doubtful, note: Some(note) }))
            }
            None => Ok(reading),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use config::agent::Number;

    use super::*;

    const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);

    fn load() -> IndicatorId {
        IndicatorId::parse("load").unwrap()
    }

    fn gate(plausible: Plausible) -> Gate {
        Gate::new(BTreeMap::from([(load(), plausible)]))
    }

    /// What becomes of a value measured so many seconds ago: its mark, or why it stays here.
    fn judged(gate: &mut Gate, value: f64, seconds: u64) -> Result<Option<String>, String> {
        let reading = Reading::new(load(), NOW - Duration::from_secs(seconds), value).unwrap();
        let passed = gate.pass(Readout { readings: vec![reading], faults: Vec::new() }, NOW);
        match (&passed.readings[..], &passed.faults[..]) {
            ([reading], []) => Ok(reading.mark.clone().and_then(|mark| mark.note)),
            ([], [fault]) => Err(fault.to_string()),
            other => panic!("neither one reading nor one fault: {other:?}"),
        }
    }

    #[test]
    fn what_nothing_is_known_of_passes() {
        assert_eq!(judged(&mut Gate::default(), f64::MAX, 1_000_000), Ok(None));
    }

    #[test]
    fn what_cannot_be_stays_here_with_its_reason() {
        let mut gate = gate(Plausible { range: Some((0.0, 100.0)), ..Plausible::default() });
        assert_eq!([judged(&mut gate, 0.0, 0), judged(&mut gate, 100.0, 0)], [Ok(None), Ok(None)]);
        let why = "load: withheld: 100.5 lies outside of what can be, 0 to 100";
        assert_eq!(judged(&mut gate, 100.5, 0), Err(why.to_owned()));
    }

    #[test]
    fn a_number_of_another_kind_stays_here_with_its_reason() {
        let mut gate = gate(Plausible { number: Some(Number::Count), ..Plausible::default() });
        assert_eq!(judged(&mut gate, 3.0, 0), Ok(None));
        let why = "load: withheld: 2.5 is no count, which is whole and not below 0";
        assert_eq!(judged(&mut gate, 2.5, 0), Err(why.to_owned()));
    }

    #[test]
    fn what_is_old_stays_here() {
        let mut gate = gate(Plausible { stale_after: Some(Duration::from_secs(60)), ..Plausible::default() });
        assert_eq!(judged(&mut gate, 1.0, 60), Ok(None));
        assert_eq!(
            judged(&mut gate, 1.0, 61),
            Err("load: withheld: measured 61s ago, which is more than 60s".to_owned())
        );
    }

    #[test]
    fn a_jump_is_doubted_once_and_believed_where_it_stays() {
        let mut gate = gate(Plausible { most_jump: Some(5.0), range: Some((0.0, 50.0)), ..Plausible::default() });
        let doubt = "15 from 5 in one reading; up to 5 is believed".to_owned();
        let values = [1.0, 5.0, 20.0, 21.0].map(|value| judged(&mut gate, value, 0));
        assert_eq!(values, [Ok(None), Ok(None), Ok(Some(doubt)), Ok(None)]);
        // What is withheld is nothing from which one could jump.
        assert!(judged(&mut gate, 90.0, 0).is_err());
        assert_eq!(judged(&mut gate, 22.0, 0), Ok(None));
    }
}
