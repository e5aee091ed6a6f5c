//! How many indicators that nobody has described each script has opened, since the room did.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use config::senders::{MOST_SERIES, Senders};
use vsm::id::{AgentId, IndicatorId};

/// Of so many sources it is known one by one; all others together open as many as one.
const MANY: usize = 4096;

/// What each has opened.
pub(super) struct Opened {
    /// How many a source may open that says so in the organisation.
    granted: HashMap<AgentId, u64>,
    /// By source; none stands for all that are too many.
    by: Mutex<HashMap<Option<AgentId>, HashSet<IndicatorId>>>,
}

impl Opened {
    /// Nothing yet.
    pub(super) fn new(senders: &Senders) -> Self {
        let granted = senders.sources.iter().map(|source| (source.id.clone(), source.unmapped)).collect();
        Self { granted, by: Mutex::default() }
    }

    /// Whether a source may report an indicator that nobody has described: it did before, or may open one more.
    pub(super) fn may(&self, source: &AgentId, indicator: &IndicatorId) -> Result<(), String> {
        let mut by = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        let known = Some(source.clone());
        let of = if by.contains_key(&known) || by.len() < MANY { known } else { None };
        let opened = by.entry(of).or_default();
        let most = self.granted.get(source).copied().unwrap_or(MOST_SERIES);
        if opened.contains(indicator) {
            return Ok(());
        }
        if most <= opened.len() as u64 {
            return Err(format!(
                "{indicator} is described by nobody, and {source} may open {most} of these; describe it, or write unmapped = \
                 {} under [[source]] id = \"{source}\"",
                most.saturating_add(MOST_SERIES)
            ));
        }
        opened.insert(indicator.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use config::senders::Source;

    use super::*;

    fn id(number: u64) -> IndicatorId {
        IndicatorId::parse(&format!("n{number}")).unwrap()
    }

    #[test]
    fn a_source_opens_as_many_as_it_may_and_goes_on_with_those_and_another_has_its_own() {
        let name = |name| AgentId::parse(name).unwrap();
        let sources = vec![Source { id: name("nightly"), series: 1, unmapped: 2 }];
        let opened = Opened::new(&Senders { sources, maps: Vec::new() });
        let may = |source, number| opened.may(&name(source), &id(number)).is_ok();
        assert_eq!([1, 2, 3, 1].map(|number| may("nightly", number)), [true, true, false, true]);
        assert_eq!([3, 4, 5].map(|number| may("hourly", number)), [true; 3]);
        let words = "n9 is described by nobody, and nightly may open 2 of these; describe it, or write unmapped = 1002 under \
                     [[source]] id = \"nightly\"";
        assert_eq!(opened.may(&name("nightly"), &id(9)), Err(words.to_owned()));
    }

    #[test]
    fn of_too_many_sources_those_that_come_late_share_what_one_may() {
        let opened = Opened::new(&Senders::default());
        let source = |number: usize| AgentId::parse(&format!("s{number}")).unwrap();
        (0..MANY).for_each(|number| opened.may(&source(number), &id(0)).unwrap());
        let taken = (0..2 * MOST_SERIES).filter(|&at| opened.may(&source(MANY + at as usize), &id(at)).is_ok());
        assert_eq!(taken.count() as u64, MOST_SERIES);
    }
}
