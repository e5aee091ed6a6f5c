//! What stands in the feed: tiles of the most urgent signals, the future of the essential indicators, the memory.

use cybernet::{
    picture::{Lamp, Picture},
    trace,
};
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    numbers,
    signal::{Cleared, Signal, Tier},
    time::Moment,
};

use crate::{
    choose::{self, Open},
    civil::Civil,
    geometry::{
        lamp::Face,
        trace::{Band, Past, Story},
    },
    recursion::{Place, Recursion},
    silence, words,
};

/// How many signals the feed shows.
pub const TILES: usize = 3;
/// How many essential indicators stand under Future.
pub const ESSENTIALS: usize = 3;
/// How many lines the memory has.
pub const LINES: usize = 3;

/// One of the most urgent signals.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// The signal.
    pub signal: String,
    /// Its lamp.
    pub face: Face,
    /// The indicator it was seen on.
    pub name: String,
    /// What happened, how sure that is, and when it began; for how long it has been silent where it is.
    pub kind: String,
    /// The same with how unusual it is, or since when it is silent, where there is room.
    pub kind_and_size: String,
    /// Who has it; nothing where it asks for nobody.
    pub owner: String,
    /// Until when, after a comma; nothing without an allowance, and that it is sudden where it is.
    pub until: String,
    /// Why it is there, as one sentence, for those who hear the wall.
    pub reason: String,
    /// The last reading that is believed, with its unit of measure.
    pub value: String,
    /// Whether nothing is heard of it any more: then its trace and its value are what was, not what is.
    pub silent: bool,
    /// What was said when it began or nearest to that, where its trace shows it.
    pub note: String,
    /// Its trace.
    pub story: Story,
}

/// Where an essential indicator will be.
#[derive(Clone, Debug, PartialEq)]
pub struct Essential {
    /// The indicator.
    pub name: String,
    /// The interval after the last period ahead.
    pub value: String,
    /// The same with a decimal less.
    pub rough: String,
    /// Its trace.
    pub story: Story,
}

/// A signal that is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// When it was over.
    pub when: String,
    /// The indicator.
    pub name: String,
    /// What became of it.
    pub what: String,
}

/// What the feed is made from.
pub struct Source<'a> {
    /// The picture.
    pub picture: &'a Picture,
    /// The recursion that is shown.
    pub recursion: &'a Recursion<'a>,
    /// The calendar of the room.
    pub civil: &'a dyn Fn(Moment) -> Civil,
    /// The room's time.
    pub now: Moment,
}

impl Source<'_> {
    /// The most urgent signals.
    pub fn tiles(&self, open: &[Open<'_>]) -> Vec<Tile> {
        open.iter().take(TILES).map(|open| self.tile(open.signal)).collect()
    }

    fn tile(&self, signal: &Signal) -> Tile {
        let id = signal.indicators.first();
        let trace = id.and_then(|id| self.picture.traces.get(id));
        let last = trace.and_then(last);
        let silent = choose::silent(self.picture, signal);
        let [kind, kind_and_size] = silent.map_or_else(|| self.kinds(signal), |lamp| self.silences_of(lamp));
        let name = id.map(|id| self.name(id)).unwrap_or_default();
        let note = trace.and_then(|trace| note(trace, signal));
        let noted = note.map(|note| format!(" Noted {}: {}.", self.when(note.0), note.1)).unwrap_or_default();
        Tile {
            signal: signal.id.to_string(),
            face: choose::face(self.picture, signal, self.now),
            reason: format!("{name}: {}{}{noted}", self.unheard(silent), signal.reason(self.measure(id))),
            silent: silent.is_some(),
            note: note.map(|note| note.1.clone()).unwrap_or_default(),
            name,
            kind,
            kind_and_size,
            owner: self.owner(signal),
            until: self.until(signal),
            value: numbers::value(last.unwrap_or(signal.expected.mean + signal.size), self.measure(id)),
            story: trace.map(|trace| event(trace, signal)).unwrap_or_default(),
        }
    }

    /// What happened and when it began, and the same with how unusual it is.
    fn kinds(&self, signal: &Signal) -> [String; 2] {
        let (kind, onset) = (words::kind(signal), self.when(signal.onset_at));
        [format!("{kind}, {onset}"), format!("{kind}, {}, {onset}", signal.unusual())]
    }

    /// For how long a lamp has been silent, and the same with since when.
    fn silences_of(&self, lamp: &Lamp) -> [String; 2] {
        [self.silent_for(lamp), self.silent_since(lamp)]
    }

    /// That nothing is heard of a signal and why, as a sentence before all else; nothing where something is.
    fn unheard(&self, silent: Option<&Lamp>) -> String {
        let Some(lamp) = silent else { return String::new() };
        let why = silence::why(self.picture, lamp).map(|why| format!(", {why}")).unwrap_or_default();
        format!("{}{why}. Before: ", self.silent_since(lamp))
    }

    fn owner(&self, signal: &Signal) -> String {
        if signal.tier == Tier::Sudden {
            return String::new();
        }
        let unit: &UnitId = &signal.held_by;
        self.picture.organisation.unit(unit).map_or_else(|| unit.to_string(), |unit| unit.owner.clone())
    }

    fn until(&self, signal: &Signal) -> String {
        if signal.tier == Tier::Sudden {
            return signal.tier.words().to_owned();
        }
        let end = signal.allowance.map(|allowance| self.when(allowance.ends_at));
        end.map(|end| format!(", until {end}")).unwrap_or_default()
    }

    /// The essential indicators of this recursion that have a forecast, those of the unit itself first.
    pub fn essentials(&self) -> Vec<Essential> {
        self.foreseen().into_iter().filter_map(|(indicator, _)| self.essential(indicator)).collect()
    }

    /// How far ahead the essentials look, if they agree.
    pub fn ahead(&self) -> String {
        let mut cadences = self.foreseen().into_iter().map(|(indicator, _)| indicator.cadence);
        let first = cadences.next().flatten();
        words::ahead(first.filter(|first| cadences.all(|cadence| cadence == Some(*first))))
    }

    fn foreseen(&self) -> Vec<(&Indicator, Place)> {
        let indicators = self.picture.organisation.indicators.values();
        let foreseen = |i: &&Indicator| self.picture.traces.get(&i.id).is_some_and(|trace| !trace.ahead.is_empty());
        let placed = |i| Some((i, self.recursion.place(&Indicator::clone(i).unit, i.system)?));
        let mut all: Vec<_> = indicators.filter(|i| i.essential).filter(foreseen).filter_map(placed).collect();
        all.sort_by_key(|(_, place)| *place);
        all.truncate(ESSENTIALS);
        all
    }

    fn essential(&self, indicator: &Indicator) -> Option<Essential> {
        let trace = self.picture.traces.get(&indicator.id)?;
        let end = trace.ahead.last()?;
        Some(Essential {
            name: indicator.name.clone(),
            value: numbers::interval(end.0, end.2, &indicator.measure),
            rough: numbers::rough_interval(end.0, end.2, &indicator.measure),
            story: story(trace),
        })
    }

    /// The last signals that were cleared.
    pub fn memory(&self) -> Vec<Line> {
        let here = |cleared: &&Cleared| {
            let indicator = self.picture.organisation.indicators.get(&cleared.indicator);
            indicator.is_none_or(|indicator| self.recursion.place(&cleared.unit, indicator.system).is_some())
        };
        let line = |cleared: &Cleared| Line {
            when: self.when(cleared.cleared_at),
            name: self.name(&cleared.indicator),
            what: words::ending(cleared.kind, cleared.ending),
        };
        self.picture.memory.iter().filter(here).take(LINES).map(line).collect()
    }

    fn when(&self, moment: Moment) -> String {
        (self.civil)(moment).short((self.civil)(self.now))
    }

    /// What an indicator is called.
    pub(crate) fn name(&self, id: &IndicatorId) -> String {
        self.picture.organisation.indicators.get(id).map_or_else(|| id.to_string(), |indicator| indicator.name.clone())
    }

    fn measure(&self, id: Option<&IndicatorId>) -> &str {
        let indicator = id.and_then(|id| self.picture.organisation.indicators.get(id));
        indicator.map(|indicator| indicator.measure.as_str()).unwrap_or_default()
    }
}

/// The last reading that is believed; the last one where none is.
fn last(trace: &trace::Trace) -> Option<f64> {
    let believed = trace.points.iter().rev().find(|point| !point.3.doubtful);
    believed.or(trace.points.back()).map(|point| point.1)
}

/// A trace as it came.
fn story(trace: &trace::Trace) -> Story {
    let past = trace.points.iter().map(|trace::Point(_, value, forecast, mark)| Past {
        value: *value,
        band: forecast.map(band),
        doubtful: mark.doubtful,
    });
    Story { past: past.collect(), future: trace.ahead.iter().copied().map(band).collect(), ..Story::default() }
}

/// A trace with what a signal did to it.
fn event(trace: &trace::Trace, signal: &Signal) -> Story {
    let onset = trace.points.iter().position(|point| signal.onset_at <= point.0);
    let expected = Band { lower: signal.expected.lower, mean: signal.expected.mean, upper: signal.expected.upper };
    let notes = trace.notes.iter().filter_map(|note| step(trace, note.0)).collect();
    Story { onset: onset.map(|step| (step, expected)), notes, ..story(trace) }
}

/// Where a moment lies among the readings of a trace; none before the first, and at the last what came since.
fn step(trace: &trace::Trace, at: Moment) -> Option<f64> {
    let next = trace.points.partition_point(|point| point.0 <= at);
    let before = next.checked_sub(1)?;
    let Some(after) = trace.points.get(next) else { return Some(before as f64) };
    let since = trace.points[before].0;
    Some(before as f64 + at.since(since).as_secs_f64() / after.0.since(since).as_secs_f64())
}

/// What was said nearest to the onset of a signal, on its trace.
fn note<'a>(trace: &'a trace::Trace, signal: &Signal) -> Option<&'a trace::Note> {
    let shown = trace.notes.iter().filter(|note| step(trace, note.0).is_some());
    shown.min_by_key(|note| note.0.since(signal.onset_at).max(signal.onset_at.since(note.0)))
}

fn band(trace::Band(lower, mean, upper): trace::Band) -> Band {
    Band { lower, mean, upper }
}

#[cfg(test)]
mod tests {
    use vsm::signal::Ending;

    use super::*;
    use crate::sample::{self, NOW, minutes};

    fn with<T>(picture: &Picture, unit: Option<&str>, read: impl FnOnce(Source<'_>, &[Open<'_>]) -> T) -> T {
        let unit = unit.map(|unit| UnitId::parse(unit).unwrap());
        let recursion = Recursion::of(picture, unit.as_ref()).unwrap();
        let open = choose::open(picture, &recursion);
        read(Source { picture, recursion: &recursion, civil: &Civil::utc, now: NOW }, &open)
    }

    #[test]
    fn a_tile_says_what_since_when_who_and_until_when() {
        let picture = sample::alarm([sample::signal("cards.accepted", "cards")]);
        let tile = with(&picture, None, |source, open| source.tiles(open).remove(0));
        assert_eq!(tile.name, "Cards accepted");
        assert_eq!(tile.kind, "step down 97 %, 14:38");
        assert_eq!(tile.kind_and_size, "step down 97 %, 4.1 sd, 14:38");
        let reason = "Cards accepted: Step down, 97 % sure: 91.3 % seen, 94–98 % expected for 95 % of readings, 4.1 sd \
                      below; score 0.74, voice: jump; sustained.";
        assert_eq!(tile.reason, reason);
        assert_eq!((tile.owner.as_str(), tile.until.as_str()), ("Cards crew", ", until 15:39"));
        assert_eq!(tile.value, "91 %");
        assert_eq!(tile.story.onset.map(|(step, band)| (step, band.mean)), Some((3, 95.8)));
    }

    #[test]
    fn without_an_allowance_only_the_owner_is_named() {
        let signal = Signal { allowance: None, ..sample::signal("cards.accepted", "cards") };
        let tile = with(&sample::alarm([signal]), None, |source, open| source.tiles(open).remove(0));
        assert_eq!((tile.owner.as_str(), tile.until.as_str()), ("Cards crew", ""));
    }

    #[test]
    fn what_was_sudden_says_so_in_the_place_of_owner_and_time() {
        let signal = Signal { allowance: None, tier: Tier::Sudden, ..sample::signal("cards.accepted", "cards") };
        let tile = with(&sample::alarm([signal]), None, |source, open| source.tiles(open).remove(0));
        assert_eq!((tile.owner.as_str(), tile.until.as_str()), ("", "sudden, no clock"));
        assert!(tile.reason.ends_with("; sudden, no clock."), "{}", tile.reason);
    }

    #[test]
    fn a_tile_of_which_nothing_is_heard_says_so_in_place_of_kind_and_size() {
        let mut picture = sample::gone();
        let signal = sample::signal("cards.accepted", "cards");
        picture.signals.insert(signal.id.clone(), signal);
        let tile = with(&picture, None, |source, open| source.tiles(open).remove(0));
        assert_eq!((tile.kind.as_str(), tile.silent), ("silent 2 min", true));
        assert_eq!(tile.kind_and_size, "silent 2 min, since 14:42");
        assert_eq!(tile.face.why.as_deref(), Some("no link to agent payments-host"));
        let reason = "Cards accepted: silent 2 min, since 14:42, no link to agent payments-host. Before: Step down, ";
        assert!(tile.reason.starts_with(reason), "{}", tile.reason);
        assert_eq!(tile.until, ", until 15:39", "its clock goes on");
    }

    #[test]
    fn the_future_shows_essential_indicators_of_this_recursion_only() {
        let picture = sample::picture();
        let shown = |unit| with(&picture, unit, |source, _| (source.essentials(), source.ahead()));
        let (essentials, ahead) = shown(None);
        assert_eq!((essentials[0].name.as_str(), essentials[0].value.as_str()), ("Load", "87–93 %"));
        assert_eq!(ahead, "+3 s");
        assert!(shown(Some("payments")).0.is_empty());
    }

    #[test]
    fn the_memory_names_what_is_over() {
        let mut picture = sample::picture();
        let signal = sample::signal("cards.accepted", "cards");
        picture.memory.extend(signal.clear(NOW - minutes(12), Ending::Back));
        let line = with(&picture, None, |source, _| source.memory().remove(0));
        assert_eq!([line.when, line.name, line.what], ["14:32", "Cards accepted", "step back"]);
        assert!(with(&picture, Some("search"), |source, _| source.memory().is_empty()));
    }

    #[test]
    fn what_was_said_nearest_to_the_onset_stands_over_the_trace_and_in_the_sentence() {
        let mut picture = sample::alarm([sample::signal("payments.errors", "payments")]);
        let id = IndicatorId::parse("payments.errors").unwrap();
        let said = |minutes, text: &str| trace::Note(NOW - self::minutes(minutes), text.to_owned(), id.clone());
        let trace = picture.traces.get_mut(&id).unwrap();
        // Before all readings, near the onset six minutes ago, and after it.
        trace.notes = vec![said(60, "deploy 1.4.1"), said(7, "deploy 1.4.2"), said(1, "deploy 1.4.3")];
        let tile = with(&picture, None, |source, open| source.tiles(open).remove(0));
        assert_eq!((tile.note.as_str(), &tile.story.notes[..]), ("deploy 1.4.2", &[2.0, 8.0][..]));
        assert!(tile.reason.ends_with(" Noted 14:37: deploy 1.4.2."), "{}", tile.reason);
    }
}
