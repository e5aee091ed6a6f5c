//! The series a source has open, each with the indicator that it is.

use std::{collections::HashMap, sync::Arc, time::Duration};

use config::senders::{FORGOTTEN_AFTER, Map, Source, Turn};
use serde::Serialize;
use vsm::{id::IndicatorId, time::Moment};

use super::{
    growth::{Last, usual},
    key::{check, texts, write_key},
    tray,
    undo::Change,
};
use crate::senders::point::{Series, shown};

/// A series that was not heard of for so long gives its indicator away, if another one has a claim to it; one that has
/// ended makes room.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(300);
/// How many series are listed.
const MOST_LISTED: usize = 1_000;

type Random = foldhash::fast::RandomState;

/// The series a source has open.
pub(super) struct Shelf {
    pub(super) source: Source,
    maps: Arc<[Map]>,
    pub(super) places: HashMap<Arc<[u8]>, usize, Random>,
    pub(super) series: Vec<Option<Open>>,
    pub(super) free: Vec<usize>,
    /// Which series an indicator is.
    pub(super) owners: HashMap<IndicatorId, usize, Random>,
    mapped: u64,
    unmapped: u64,
    key: Vec<u8>,
    /// What a request has changed so far.
    pub(super) changes: Vec<Change>,
}

/// A series and the indicator that it is.
pub(super) struct Open {
    pub(super) key: Arc<[u8]>,
    pub(super) indicator: IndicatorId,
    pub(super) turn: Turn,
    pub(super) is_mapped: bool,
    /// The indicator it would be, if another series were not it already.
    pub(super) claim: Option<IndicatorId>,
    pub(super) last: Option<Last>,
    pub(super) heard_at: Moment,
    /// Whether its sender has said that nothing more will come; it is remembered, in case the sender says all of it again.
    pub(super) has_ended: bool,
}

/// Where a series stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Opened {
    At(usize),
    /// No map names it, and its source keeps none of these.
    Nowhere,
}

/// A series in the tray, for people who write maps.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Listed {
    metric: String,
    labels: HashMap<String, String>,
    indicator: String,
    /// The indicator that a map says it is, and that another series is already.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<String>,
}

impl Shelf {
    pub(super) fn new(source: Source, maps: Arc<[Map]>) -> Self {
        Self {
            source,
            maps,
            places: HashMap::default(),
            series: Vec::new(),
            free: Vec::new(),
            owners: HashMap::default(),
            mapped: 0,
            unmapped: 0,
            key: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Where a series stands, which is opened if it is new and the source may open one more.
    pub(super) fn open(&mut self, series: &Series<'_>, now: Moment) -> Result<Opened, String> {
        write_key(series, &mut self.key);
        let Some(&place) = self.places.get(&self.key[..]) else { return self.open_new(series, now) };
        let open = self.at(place);
        let heard_at = std::mem::replace(&mut open.heard_at, now);
        let (last, claim, has_ended) = (open.last, open.claim.clone(), open.has_ended);
        self.changes.push(Change::Heard { place, last, heard_at });
        if has_ended {
            self.begin_again(place, series, now);
        } else if let Some(claim) = claim {
            self.claim(place, &claim, now);
        }
        Ok(Opened::At(place))
    }

    /// The series at a place that [`Shelf::open`] gave.
    pub(super) fn at(&mut self, place: usize) -> &mut Open {
        self.series[place].as_mut().expect("what was just opened is open")
    }

    /// Ends a series of which nothing more will come after `at`: another one may be its indicator.
    pub(super) fn end(&mut self, series: &Series<'_>, at: Moment) {
        write_key(series, &mut self.key);
        let Some(&place) = self.places.get(&self.key[..]) else { return };
        let open = self.at(place);
        if open.last.is_some_and(|last| at <= last.at) {
            return;
        }
        let indicator = open.indicator.clone();
        self.will_turn(place);
        self.at(place).has_ended = true;
        self.disown(&indicator, place);
    }

    /// Closes the series that were not heard of for long.
    pub(super) fn sweep(&mut self, now: Moment) {
        for place in 0..self.series.len() {
            let kept_for = |open: &Open| if open.has_ended { GIVEN_UP_AFTER } else { FORGOTTEN_AFTER };
            let is_forgotten = |open: &Open| open.heard_at + kept_for(open) < now;
            if self.series[place].as_ref().is_some_and(is_forgotten) {
                self.close(place);
            }
        }
    }

    /// How many are open that a map names, and how many others.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.mapped, self.unmapped)
    }

    /// The first of those in the tray: no map names them, or another series is already what it says.
    pub(super) fn in_the_tray(&self) -> Vec<Listed> {
        let open = self.series.iter().flatten().filter(|open| !open.is_mapped || open.claim.is_some());
        open.take(MOST_LISTED).map(Open::listed).collect()
    }

    fn open_new(&mut self, series: &Series<'_>, now: Moment) -> Result<Opened, String> {
        let wanted = self.mapped_to(series);
        let is_mapped = wanted.is_some();
        if !is_mapped && self.source.unmapped == 0 {
            return Ok(Opened::Nowhere);
        }
        check(series, &self.key)?;
        self.check_room(series, is_mapped)?;
        let key: Arc<[u8]> = self.key.as_slice().into();
        let (indicator, turn, claim) = match wanted {
            Some((indicator, turn)) if self.is_free(&indicator, now) => (indicator, turn, None),
            Some((indicator, turn)) => (self.in_tray(series, &key, now), turn, Some(indicator)),
            None => (self.in_tray(series, &key, now), usual(series.metric, series.kind), None),
        };
        *self.count(is_mapped) += 1;
        let open = Open { key, indicator, turn, is_mapped, claim, last: None, heard_at: now, has_ended: false };
        Ok(Opened::At(self.put(open)))
    }

    /// Puts a series where there is room, and it is its indicator.
    fn put(&mut self, open: Open) -> usize {
        let place = self.free.pop().unwrap_or(self.series.len());
        if place == self.series.len() {
            self.series.push(None);
        }
        self.places.insert(open.key.clone(), place);
        self.owners.insert(open.indicator.clone(), place);
        self.series[place] = Some(open);
        self.changes.push(Change::Opened(place));
        place
    }

    /// The indicator and the turn by the first map that names the series.
    fn mapped_to(&self, series: &Series<'_>) -> Option<(IndicatorId, Turn)> {
        let map = self.maps.iter().find(|map| map.names(series.metric, |name| series.label(name)))?;
        let blank = |name: &str| if name == "metric" { Some(series.metric) } else { series.label(name) };
        // What has no name that fits is as good as unnamed.
        let indicator = map.indicator.fill(blank).ok()?;
        Some((indicator, map.reading.unwrap_or_else(|| usual(series.metric, series.kind))))
    }

    fn in_tray(&mut self, series: &Series<'_>, key: &[u8], now: Moment) -> IndicatorId {
        let name = tray::name(series, key, false);
        if self.is_free(&name, now) { name } else { tray::name(series, key, true) }
    }

    /// Whether no series is this indicator; one that was not heard of for a while gives it away.
    fn is_free(&mut self, indicator: &IndicatorId, now: Moment) -> bool {
        let Some(&place) = self.owners.get(indicator) else { return true };
        let is_silent = |open: &Open| open.heard_at + GIVEN_UP_AFTER < now;
        if self.series[place].as_ref().is_none_or(is_silent) {
            self.close(place);
            return true;
        }
        false
    }

    /// Makes a series the indicator it has a claim to, if no other is that any more.
    fn claim(&mut self, place: usize, claim: &IndicatorId, now: Moment) {
        if !self.is_free(claim, now) {
            return;
        }
        self.will_turn(place);
        let open = self.at(place);
        let before = std::mem::replace(&mut open.indicator, claim.clone());
        open.claim = None;
        self.disown(&before, place);
        self.owners.insert(claim.clone(), place);
    }

    /// A series that had ended is its indicator again, if no other is that meanwhile.
    fn begin_again(&mut self, place: usize, series: &Series<'_>, now: Moment) {
        self.will_turn(place);
        let open = self.at(place);
        open.has_ended = false;
        let (indicator, key) = (open.indicator.clone(), open.key.clone());
        if self.is_free(&indicator, now) {
            self.owners.insert(indicator, place);
            return;
        }
        let in_tray = self.in_tray(series, &key, now);
        self.owners.insert(in_tray.clone(), place);
        let open = self.at(place);
        open.claim.get_or_insert(indicator);
        open.indicator = in_tray;
    }

    /// Remembers what the series at a place is before that changes.
    fn will_turn(&mut self, place: usize) {
        let Open { indicator, claim, has_ended, .. } = self.at(place);
        let (indicator, claim, has_ended) = (indicator.clone(), claim.clone(), *has_ended);
        self.changes.push(Change::Turned { place, indicator, claim, has_ended });
    }

    pub(super) fn disown(&mut self, indicator: &IndicatorId, place: usize) {
        if self.owners.get(indicator) == Some(&place) {
            self.owners.remove(indicator);
        }
    }

    fn check_room(&mut self, series: &Series<'_>, is_mapped: bool) -> Result<(), String> {
        let Source { id, series: most, unmapped } = self.source.clone();
        let most = if is_mapped { most } else { unmapped };
        if *self.count(is_mapped) < most {
            return Ok(());
        }
        let metric = shown(series.metric);
        Err(if is_mapped {
            format!(
                "a new series of {metric:?}, but source \"{id}\" has {most} open that a map names and may open no more; \
                 send fewer, or write [[source]] id = \"{id}\" series = {}",
                2 * most
            )
        } else {
            format!(
                "a new series of {metric:?}, which no map names, but source \"{id}\" has {most} of these open and may open \
                 no more; keep it back where it comes from, write a [[map]] for it, or [[source]] id = \"{id}\" \
                 unmapped = 0 to pass over all of them"
            )
        })
    }

    fn close(&mut self, place: usize) {
        if let Some((open, was_owner)) = self.take_out(place) {
            self.changes.push(Change::Closed(place, Box::new(open), was_owner));
        }
    }

    /// Takes a series out, and says whether it was its indicator.
    pub(super) fn take_out(&mut self, place: usize) -> Option<(Open, bool)> {
        let open = self.series[place].take()?;
        self.places.remove(&open.key);
        let was_owner = self.owners.get(&open.indicator) == Some(&place);
        self.disown(&open.indicator, place);
        *self.count(open.is_mapped) -= 1;
        self.free.push(place);
        Some((open, was_owner))
    }

    pub(super) fn count(&mut self, is_mapped: bool) -> &mut u64 {
        if is_mapped { &mut self.mapped } else { &mut self.unmapped }
    }
}

impl Open {
    fn listed(&self) -> Listed {
        let (metric, labels) = texts(&self.key);
        let claim = self.claim.as_ref().map(ToString::to_string);
        Listed { metric, labels, indicator: self.indicator.to_string(), claim }
    }
}
