//! What a request has changed about the series of a source, so that it can be undone.

use vsm::{id::IndicatorId, time::Moment};

use super::{
    growth::Last,
    open::{Open, Shelf},
};

/// One change of the series at a place.
pub(super) enum Change {
    /// It was opened.
    Opened(usize),
    /// It was closed: this it had been, and whether it was its indicator.
    Closed(usize, Box<Open>, bool),
    /// It became another indicator, ended or began again: this it had been.
    Turned { place: usize, indicator: IndicatorId, claim: Option<IndicatorId>, has_ended: bool },
    /// It was heard of: this was last known of it, and then it had been heard of.
    Heard { place: usize, last: Option<Last>, heard_at: Moment },
}

impl Shelf {
    /// Puts everything back as it was before the changes since they were last forgotten.
    pub(super) fn undo(&mut self) {
        for change in std::mem::take(&mut self.changes).into_iter().rev() {
            match change {
                Change::Opened(place) => drop(self.take_out(place)),
                Change::Closed(place, open, is_owner) => self.put_back(place, *open, is_owner),
                Change::Turned { place, indicator, claim, has_ended } => {
                    self.turn_back(place, indicator, claim, has_ended);
                }
                Change::Heard { place, last, heard_at } => {
                    let open = self.at(place);
                    (open.last, open.heard_at) = (last, heard_at);
                }
            }
        }
    }

    fn put_back(&mut self, place: usize, open: Open, is_owner: bool) {
        self.free.retain(|free| *free != place);
        if is_owner {
            self.owners.insert(open.indicator.clone(), place);
        }
        self.places.insert(open.key.clone(), place);
        *self.count(open.is_mapped) += 1;
        self.series[place] = Some(open);
    }

    fn turn_back(&mut self, place: usize, indicator: IndicatorId, claim: Option<IndicatorId>, has_ended: bool) {
        let now = self.at(place).indicator.clone();
        self.disown(&now, place);
        if !has_ended {
            self.owners.insert(indicator.clone(), place);
        }
        let open = self.at(place);
        (open.indicator, open.claim, open.has_ended) = (indicator, claim, has_ended);
    }
}
