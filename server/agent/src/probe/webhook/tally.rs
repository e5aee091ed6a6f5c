//! What happened since the reading before.

use std::collections::{BTreeMap, VecDeque};

use config::agent::WebhookQuantity;
use vsm::time::Moment;

use super::{
    event::{Event, Kind, State},
    note::Note,
};

/// How many beginnings wait for their end; beyond them the oldest are forgotten.
const MOST_BEGUN: usize = 10_000;

/// Counts and durations, by kind of event.
#[derive(Default)]
pub(super) struct Tally {
    counts: BTreeMap<Kind, Count>,
    notes: BTreeMap<Kind, Note>,
    begun: BTreeMap<(Kind, String), Moment>,
    /// The same, the oldest first; some of them may have ended.
    order: VecDeque<(Kind, String)>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    begun: u64,
    ended: u64,
    failed: u64,
    timed: u64,
    seconds: f64,
}

impl Tally {
    /// Takes an event. What has begun under an id is timed when it ends under the same.
    pub(super) fn take(&mut self, event: Event) {
        self.notes.entry(event.kind).or_default().take(&event);
        let Event { kind, state, seconds, id, at, .. } = event;
        let key = id.map(|id| (kind, id));
        if state == State::Begun {
            self.counts.entry(kind).or_default().begun += 1;
            if let Some(key) = key {
                self.begin(key, at);
            }
            return;
        }
        let begun_at = key.and_then(|key| self.begun.remove(&key));
        let seconds = seconds.or_else(|| begun_at.map(|begun_at| at.since(begun_at).as_secs_f64()));
        let count = self.counts.entry(kind).or_default();
        count.ended += 1;
        count.failed += u64::from(state == State::Failed);
        count.timed += u64::from(seconds.is_some());
        count.seconds += seconds.unwrap_or_default();
    }

    /// A count, or a mean duration if there was any.
    pub(super) fn value(&self, quantity: WebhookQuantity) -> Option<f64> {
        use WebhookQuantity as Q;
        let count = |kind| self.counts.get(&kind).copied().unwrap_or_default();
        let mean = |kind| Some(count(kind)).filter(|it| 0 < it.timed).map(|it| it.seconds / it.timed as f64);
        match quantity {
            Q::Deploys => Some(count(Kind::Deploy).ended as f64),
            Q::DeploysFailed => Some(count(Kind::Deploy).failed as f64),
            Q::DeployDuration => mean(Kind::Deploy),
            Q::Pipelines => Some(count(Kind::Pipeline).ended as f64),
            Q::PipelinesFailed => Some(count(Kind::Pipeline).failed as f64),
            Q::PipelineDuration => mean(Kind::Pipeline),
            Q::Incidents => Some(count(Kind::Incident).begun as f64),
            Q::IncidentDuration => mean(Kind::Incident),
            Q::Pages => Some(count(Kind::Page).begun as f64),
            Q::PageDuration => mean(Kind::Page),
        }
    }

    /// What is said of the events of a quantity's kind, once.
    pub(super) fn note(&mut self, quantity: WebhookQuantity) -> Option<String> {
        use WebhookQuantity as Q;
        let kind = match quantity {
            Q::Deploys | Q::DeploysFailed | Q::DeployDuration => Kind::Deploy,
            Q::Pipelines | Q::PipelinesFailed | Q::PipelineDuration => Kind::Pipeline,
            Q::Incidents | Q::IncidentDuration => Kind::Incident,
            Q::Pages | Q::PageDuration => Kind::Page,
        };
        self.notes.remove(&kind)?.text()
    }

    /// Begins a new period; what has begun still waits for its end.
    pub(super) fn begin_again(&mut self) {
        self.counts.clear();
        self.notes.clear();
    }

    fn begin(&mut self, key: (Kind, String), at: Moment) {
        if self.begun.insert(key.clone(), at).is_none() {
            self.order.push_back(key);
        }
        while MOST_BEGUN < self.order.len() {
            if let Some(oldest) = self.order.pop_front() {
                self.begun.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_forgotten_in_the_end() {
        let mut tally = Tally::default();
        let event = |id: usize, state, at| Event {
            kind: Kind::Incident,
            state,
            seconds: None,
            id: Some(id.to_string()),
            name: None,
            link: None,
            at: Moment::from_unix_millis(at),
        };
        (0..=MOST_BEGUN).for_each(|id| tally.take(event(id, State::Begun, 0)));
        assert_eq!((tally.begun.len(), tally.order.len()), (MOST_BEGUN, MOST_BEGUN));
        tally.take(event(0, State::Ended, 5000));
        assert_eq!(tally.value(WebhookQuantity::IncidentDuration), None);
        tally.take(event(1, State::Ended, 5000));
        assert_eq!(tally.value(WebhookQuantity::IncidentDuration), Some(5.0));
    }
}
