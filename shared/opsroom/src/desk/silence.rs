//! Why lamps are silent: what their agent says, or one outage of their source; and why nothing is taken in at all.
//!
//! An outage begins when the link to an agent has been gone for a few seconds and something it reports is silent, or when
//! all that a source reports is silent and nobody says why. It is over when the source is there and an indicator that was
//! silent speaks again, or when nothing of it is silent any more.

use std::collections::{BTreeMap, BTreeSet};

use cybernet::{
    ailment::Ailment,
    faults::Why,
    outage::{Because, Lack, MOST_OUTAGES, Outage},
    picture::{Change, Lamp},
};
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

use super::{Desk, clock::CORRECTED};
use crate::sources::{Link, RETURNS_WITHIN, Source, Word};

/// What a source has to do with silence.
struct Silence {
    /// Those that are silent and have no reason of their own.
    silent: BTreeSet<IndicatorId>,
    /// How many of its indicators hang at all.
    hung: usize,
    /// When the last of them fell silent.
    newest: Moment,
}

impl Desk {
    /// Hears of a source at `at`; what follows from it is seen with the next tick.
    pub fn hear(&mut self, source: &AgentId, word: Word, at: Moment) {
        match word {
            Word::Came => self.sources.come(source, at),
            Word::Went => self.sources.go(source, at),
            Word::Reports(indicators) => self.report(source, &indicators),
            Word::Faults(faults) => {
                let concerned = self.sources.tell(source, faults);
                concerned.iter().for_each(|indicator| self.light_again(indicator));
            }
        }
    }

    /// Hears at `at` why the room takes nothing in, or that it does again.
    pub fn ail(&mut self, why: Option<Why>, at: Moment) {
        let since = self.picture.ailment.as_ref().map_or(at, |ailment| ailment.since);
        let ailment = why.map(|why| Ailment { since, why });
        if self.picture.ailment != ailment {
            self.change(Change::Ailment(ailment));
        }
    }

    /// Notes that a source reports these.
    pub fn note_source(&mut self, source: &AgentId, readings: &[Reading]) {
        self.report(source, readings.iter().map(|reading| &reading.indicator));
    }

    fn report<'i>(&mut self, source: &AgentId, indicators: impl IntoIterator<Item = &'i IndicatorId>) {
        let taken_over = self.sources.report(source, indicators);
        taken_over.iter().for_each(|indicator| self.light_again(indicator));
    }

    /// Begins and ends outages, by what has changed since this was done last.
    pub(super) fn settle(&mut self, now: Moment) {
        for source in self.sources.take_stirred() {
            self.settle_source(&source, now);
            self.sources.drop_empty(&source);
        }
    }

    fn settle_source(&mut self, id: &AgentId, now: Moment) {
        if self.sources.get(id).is_some_and(|source| self.is_too_early(id, source.link, now)) {
            return self.sources.look_again(id.clone());
        }
        if self.sources.get(id).is_some_and(|source| matches!(source.link, Link::Gone { .. })) {
            let concerned = self.sources.forget_told(id);
            concerned.iter().for_each(|indicator| self.light_again(indicator));
        }
        let outage = self.sources.get(id).and_then(|source| self.outage(id, source));
        match (self.picture.outages.get(id), outage) {
            (None, Some(outage)) => self.begin(outage),
            (Some(before), Some(outage)) if *before != outage => self.change(Change::Outage(outage)),
            (Some(_), None) => {
                self.change(Change::OutageOver(id.clone()));
                self.light_all(id);
            }
            (None, None) | (Some(_), Some(_)) => (),
        }
    }

    /// What is silent refers to it from now on; what falls silent later does so from the start.
    fn begin(&mut self, outage: Outage) {
        let source = outage.source.clone();
        if MOST_OUTAGES <= self.picture.outages.len() {
            // Until a place is free.
            return self.sources.look_again(source);
        }
        self.change(Change::Outage(outage));
        self.sources.falls_silent(&source);
        self.light_all(&source);
    }

    /// The outage that a source has now.
    fn outage(&self, id: &AgentId, source: &Source) -> Option<Outage> {
        let has_gone = matches!(source.link, Link::Gone { .. });
        if !has_gone && !self.picture.outages.contains_key(id) && self.is_any_explained(source) {
            return None;
        }
        let Silence { silent, hung, newest } = self.silence(source);
        let before = self.picture.outages.get(id);
        let (why, since) = match source.link {
            _ if silent.is_empty() => return None,
            Link::Gone { at, seen: true, .. } => (Lack::Link, at),
            Link::Gone { at, seen: false, .. } => (Lack::Link, at.min(newest)),
            _ if silent.len() == hung || before.is_some_and(|_| !source.spoke) => (Lack::Readings, newest),
            _ => return None,
        };
        let since = before.map_or(since, |before| before.since);
        let units: BTreeSet<_> = silent.iter().map(|id| self.picture.lamps[id].unit.clone()).collect();
        let (units, indicators) = (units.into_iter().collect(), silent.len());
        Some(Outage { source: id.clone(), why, since, units, indicators })
    }

    /// Whether a link has only just gone, or come without an outage before it. What lies further ahead was said by a clock
    /// that was put right since.
    fn is_too_early(&self, id: &AgentId, link: Link, now: Moment) -> bool {
        let is_ahead = |heeded_from| now < heeded_from && heeded_from <= now + RETURNS_WITHIN + CORRECTED;
        match link {
            Link::Gone { heeded_from, .. } => is_ahead(heeded_from),
            Link::Up { heeded_from, .. } => is_ahead(heeded_from) && !self.picture.outages.contains_key(id),
            Link::Never => false,
        }
    }

    /// Whether an indicator of a source speaks, or has its own reason not to. The first that is found will do.
    fn is_any_explained(&self, source: &Source) -> bool {
        let speaks = |id| self.standings.get(id).is_some_and(|standing| !standing.silent);
        source.reports.iter().any(|id| speaks(id) || self.sources.why(id).is_some())
    }

    fn silence(&self, source: &Source) -> Silence {
        let lamps = source.reports.iter().filter_map(|id| Some((self.picture.lamps.get(id)?, self.standings.get(id)?)));
        let lamps: Vec<_> = lamps.collect();
        let has_reason = |lamp: &Lamp| self.sources.why(&lamp.indicator).is_some();
        let silent = lamps.iter().filter(|(lamp, standing)| standing.silent && !has_reason(lamp));
        let silent: BTreeMap<_, _> = silent.map(|(lamp, standing)| (lamp.indicator.clone(), standing.since)).collect();
        let newest = silent.values().copied().max().unwrap_or_default();
        Silence { hung: lamps.len(), newest, silent: silent.into_keys().collect() }
    }

    /// Why an indicator is silent.
    pub(super) fn because(&self, indicator: &IndicatorId) -> Option<Because> {
        if let Some(why) = self.sources.why(indicator) {
            return Some(Because::Told(why.clone()));
        }
        let outage = self.sources.owner(indicator).filter(|owner| self.picture.outages.contains_key(*owner))?;
        Some(Because::Outage { outage: outage.clone() })
    }

    fn light_all(&mut self, source: &AgentId) {
        let reports = self.sources.get(source).map(|source| source.reports.clone()).unwrap_or_default();
        reports.iter().for_each(|indicator| self.light_again(indicator));
    }

    /// Shows another reason of a silence.
    fn light_again(&mut self, indicator: &IndicatorId) {
        if let Some(since) = self.picture.lamps.get(indicator).map(|lamp| lamp.since) {
            self.light(indicator, since);
        }
    }
}
