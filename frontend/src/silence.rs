//! What the feed says of silence where no signal takes the place: one line of an outage, and why a lamp is silent.

use std::collections::BTreeMap;

use cybernet::{
    outage::{Because, Lack, Outage},
    picture::{Aspect, Lamp, Picture},
};
use vsm::{id::AgentId, signal::Signal, time::Moment};

use crate::{
    feed::{Source, TILES},
    geometry::lamp::{Face, Look},
    recursion::{Place, Recursion},
    words,
};

/// What is silent, in three lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Hush {
    /// Whose it is: a source, or an indicator.
    pub of: String,
    /// Which of the two, as the stylesheet knows it: `outage` or `lamp`.
    pub sort: &'static str,
    /// Its lamp.
    pub face: Face,
    /// The units whose source it is, or the indicator.
    pub name: String,
    /// What is not there, or for how long.
    pub what: String,
    /// Since when and how much, or why.
    pub more: String,
    /// All of it in one sentence, for those who hear the wall.
    pub sentence: String,
}

/// What of the silences has no place in the feed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unseen {
    /// The source of the first outage of them; nothing where there is none.
    pub source: String,
    /// What is not there, in front of that: `no link to`.
    pub what: &'static str,
    /// How many further outages there are.
    pub more: usize,
}

/// What is silent in a recursion. It walks all lamps, so it is made once for a picture.
#[derive(Clone, Debug, Default)]
pub struct Silences<'p> {
    /// The outages, the oldest first, each with how many of its lamps hang here.
    pub outages: Vec<(&'p Outage, usize)>,
    /// The lamps that have a reason of their own or none, the last that fell silent first. A muted lamp is left out.
    pub lamps: Vec<&'p Lamp>,
}

/// The outages that concern a recursion, the oldest first, each with how many of its lamps hang here.
fn outages<'p>(picture: &'p Picture, recursion: &Recursion<'_>) -> Vec<(&'p Outage, usize)> {
    let mut hung: BTreeMap<&AgentId, usize> = BTreeMap::new();
    for lamp in picture.lamps.values().filter(|lamp| recursion.place(&lamp.unit, lamp.system).is_some()) {
        if let Some(Because::Outage { outage }) = &lamp.because {
            *hung.entry(outage).or_default() += 1;
        }
    }
    let known = |(source, lamps)| Some((picture.outages.get(source)?, lamps));
    let mut outages: Vec<_> = hung.into_iter().filter_map(known).collect();
    outages.sort_by_key(|(outage, _)| outage.since);
    outages
}

/// Why a lamp is silent, in words; none where it is not, or where nobody knows.
pub fn why(picture: &Picture, lamp: &Lamp) -> Option<String> {
    match lamp.because.as_ref()? {
        Because::Told(why) => Some(why.to_string()),
        Because::Outage { outage } => picture.outages.get(outage).map(ToString::to_string),
    }
}

impl<'p> Source<'p> {
    /// What is silent in this recursion.
    pub fn silences(&self) -> Silences<'p> {
        Silences { outages: outages(self.picture, self.recursion), lamps: self.silent_lamps() }
    }

    /// What is silent, for the places that signals leave free: outages first, then lamps.
    ///
    /// A lamp whose signal has a tile is silent there; here it stands only where it has a reason to tell.
    pub fn hushes(&self, silences: &Silences<'_>, taken: usize) -> Vec<Hush> {
        let outages = silences.outages.iter().map(|(outage, lamps)| self.outage(outage, *lamps));
        let of = |lamp: &Lamp, signal: &Signal| signal.indicators.first() == Some(&lamp.indicator);
        let has_tile = |lamp: &Lamp| self.picture.signals.values().any(|signal| of(lamp, signal));
        let is_told = |lamp: &Lamp| lamp.because.is_none() && has_tile(lamp);
        let lamps = silences.lamps.iter().filter(|lamp| !is_told(lamp)).map(|lamp| self.hush(lamp));
        outages.chain(lamps).take(TILES.saturating_sub(taken)).collect()
    }

    /// The outages for which the feed has no place.
    pub fn unseen(&self, silences: &Silences<'_>, taken: usize) -> Unseen {
        let mut unseen = silences.outages.iter().skip(TILES.saturating_sub(taken));
        let Some((outage, _)) = unseen.next() else { return Unseen::default() };
        let what = match outage.why {
            Lack::Link => "no link to",
            Lack::Readings => "nothing from",
        };
        Unseen { source: outage.source.to_string(), what, more: unseen.count() }
    }

    fn silent_lamps(&self) -> Vec<&'p Lamp> {
        let is_muted = |lamp: &Lamp| self.picture.organisation.indicators.get(&lamp.indicator).is_some_and(|i| i.muted);
        let refers = |lamp: &Lamp| matches!(lamp.because, Some(Because::Outage { .. }));
        let silent = self.picture.lamps.values().filter(|lamp| lamp.aspect == Aspect::Silent && !refers(lamp));
        let here = silent.filter(|lamp| self.recursion.place(&lamp.unit, lamp.system).is_some() && !is_muted(lamp));
        let mut lamps: Vec<_> = here.collect();
        lamps.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.indicator.cmp(&b.indicator)));
        lamps
    }

    fn outage(&self, outage: &Outage, lamps: usize) -> Hush {
        let (name, what) = (self.whose(outage), outage.to_string());
        let more = format!("since {}, {lamps} silent", self.moment(outage.since));
        let sentence = format!("{name}: {what} {more}");
        Hush { of: outage.source.to_string(), sort: "outage", face: silent(), name, what, more, sentence }
    }

    fn hush(&self, lamp: &Lamp) -> Hush {
        let name = self.name(&lamp.indicator);
        let more = why(self.picture, lamp).unwrap_or_else(|| "no reading came".to_owned());
        let what = self.silent_since(lamp);
        let sentence = format!("{name}: {what}, {more}");
        Hush { of: lamp.indicator.to_string(), sort: "lamp", face: silent(), name, what, more, sentence }
    }

    /// The operations of this recursion that the outage concerns, at most two by name.
    fn whose(&self, outage: &Outage) -> String {
        let of = |lamp: &&Lamp| matches!(&lamp.because, Some(Because::Outage { outage: of }) if *of == outage.source);
        let lamps = self.picture.lamps.values().filter(of);
        let mut places: Vec<Place> = lamps.filter_map(|lamp| self.recursion.place(&lamp.unit, lamp.system)).collect();
        places.sort_unstable();
        let mut names: Vec<&str> = places.into_iter().map(|place| self.recursion.name(place)).collect();
        names.dedup();
        match &names[..] {
            [first, _, rest @ ..] if !rest.is_empty() => format!("{first} +{}", rest.len() + 1),
            names => names.join(", "),
        }
    }

    /// `silent 3 min, since 14:41`, or without the age as long as that would be seconds: they would move for nothing.
    pub(crate) fn silent_since(&self, lamp: &Lamp) -> String {
        let since = self.moment(lamp.since);
        minutes(lamp, self.now)
            .map_or_else(|| format!("silent since {since}"), |age| format!("silent {age}, since {since}"))
    }

    /// The same in fewer words: `silent 3 min`.
    pub(crate) fn silent_for(&self, lamp: &Lamp) -> String {
        minutes(lamp, self.now).map_or_else(|| self.silent_since(lamp), |age| format!("silent {age}"))
    }
}

/// For how long a lamp has been silent; none below a minute.
fn minutes(lamp: &Lamp, now: Moment) -> Option<String> {
    let age = now.since(lamp.since);
    (60 <= age.as_secs()).then(|| words::age(age))
}

fn silent() -> Face {
    Face { look: Look::Silent, ..Face::default() }
}

#[cfg(test)]
mod tests {
    use cybernet::faults::Why;
    use vsm::id::UnitId;

    use super::*;
    use crate::{
        civil::Civil,
        sample::{self, NOW, gone, hush, minutes},
    };

    fn with<T>(picture: &Picture, unit: Option<&str>, read: impl FnOnce(Source<'_>) -> T) -> T {
        let unit = unit.map(|unit| UnitId::parse(unit).unwrap());
        let recursion = Recursion::of(picture, unit.as_ref()).unwrap();
        read(Source { picture, recursion: &recursion, civil: &Civil::utc, now: NOW })
    }

    fn lines(hushes: &[Hush]) -> Vec<[&str; 3]> {
        hushes.iter().map(|it| [&it.name, &it.what, &it.more].map(String::as_str)).collect()
    }

    #[test]
    fn an_outage_is_one_line_for_its_unit_whatever_is_silent_for_it() {
        let picture = gone();
        let hushes = with(&picture, None, |source| source.hushes(&source.silences(), 0));
        assert_eq!(lines(&hushes), [["Payments", "no link to agent payments-host", "since 14:41, 2 silent"]]);
        assert_eq!(hushes[0].sentence, "Payments: no link to agent payments-host since 14:41, 2 silent");
        let below = with(&picture, Some("payments"), |source| source.hushes(&source.silences(), 0));
        assert_eq!(below[0].name, "Cards, Payments");
        assert_eq!(with(&picture, Some("checkout"), |source| source.hushes(&source.silences(), 0)), []);
    }

    #[test]
    fn a_silent_lamp_says_since_when_and_why() {
        let mut picture = sample::picture();
        hush(&mut picture, "checkout.latency", NOW - minutes(3), Some(Because::Told(Why::new("no answer within 5s"))));
        hush(&mut picture, "marea.load", NOW - minutes(2), None);
        hush(&mut picture, "marea.market", NOW, None);
        let lines_of = with(&picture, None, |source| source.hushes(&source.silences(), 0));
        let expected = [
            ["Market", "silent since 14:44", "no reading came"],
            ["Load", "silent 2 min, since 14:42", "no reading came"],
            ["Checkout latency", "silent 3 min, since 14:41", "no answer within 5s"],
        ];
        assert_eq!(lines(&lines_of), expected);
        picture.organisation.indicators.values_mut().for_each(|indicator| indicator.muted = true);
        assert_eq!(
            with(&picture, None, |source| source.hushes(&source.silences(), 0)),
            [],
            "its team wants to hear nothing of it"
        );
    }

    #[test]
    fn what_its_tile_says_of_a_signal_is_not_said_again() {
        let mut picture = sample::alarm([sample::signal("cards.accepted", "cards")]);
        hush(&mut picture, "cards.accepted", NOW - minutes(3), None);
        assert_eq!(with(&picture, None, |source| source.hushes(&source.silences(), 1)), []);
        let why = Some(Because::Told(Why::new("no answer within 5s")));
        hush(&mut picture, "cards.accepted", NOW - minutes(3), why);
        let hushes = with(&picture, None, |source| source.hushes(&source.silences(), 1));
        assert_eq!(hushes[0].more, "no answer within 5s");
    }

    #[test]
    fn signals_come_first_and_what_has_no_place_is_said_at_the_foot() {
        let picture = gone();
        let at = |taken| {
            with(&picture, None, |source| {
                let silences = source.silences();
                (source.hushes(&silences, taken).len(), source.unseen(&silences, taken))
            })
        };
        assert_eq!(at(2), (1, Unseen::default()));
        assert_eq!(at(3), (0, Unseen { source: "payments-host".to_owned(), what: "no link to", more: 0 }));
    }
}
