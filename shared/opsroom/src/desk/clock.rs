//! The room's clock as it goes on, and where it is put right after it was ahead: then nothing stays of tomorrow.

use std::time::Duration;

use cybernet::{
    outage::Outage,
    picture::{Change, Lamp},
};
use vsm::{
    signal::{Allowance, Signal},
    time::Moment,
};

use super::Desk;

/// A clock that says so much less than before has been put right; less than that, one may come a little behind another.
pub(crate) const CORRECTED: Duration = Duration::from_secs(5);

impl Desk {
    /// Lets the room's clock go on.
    pub fn tick(&mut self, now: Moment) {
        if now + CORRECTED < self.picture.at {
            self.picture.at = now;
            self.correct(now);
        }
        self.picture.at = self.picture.at.max(now);
        self.settle(now);
    }

    /// Nothing began later than `now`. Who was given time then is given it from now on.
    fn correct(&mut self, now: Moment) {
        let mut corrected = Vec::new();
        corrected.extend(self.picture.steady_since.filter(|since| now < *since).map(|_| Change::Steady(Some(now))));
        let lamps = self.picture.lamps.values().filter(|lamp| now < lamp.since);
        corrected.extend(lamps.map(|lamp| Change::Lamp(Lamp { since: now, ..lamp.clone() })));
        let outages = self.picture.outages.values().filter(|outage| now < outage.since);
        corrected.extend(outages.map(|outage| Change::Outage(Outage { since: now, ..outage.clone() })));
        let is_ahead = |allowance: &Allowance| now < allowance.started_at;
        let signals = self.picture.signals.values();
        let signals =
            signals.filter(|signal| now < signal.raised_at || signal.allowance.as_ref().is_some_and(is_ahead));
        let begun = |allowance: Allowance| match is_ahead(&allowance) {
            true => Allowance::start(now, allowance.ends_at.since(allowance.started_at)),
            false => allowance,
        };
        corrected.extend(signals.map(|signal| {
            let (raised_at, allowance) = (signal.raised_at.min(now), signal.allowance.map(begun));
            Change::Signal(Box::new(Signal { raised_at, allowance, ..signal.clone() }))
        }));
        corrected.into_iter().for_each(|change| self.change(change));
    }
}
