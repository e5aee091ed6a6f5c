//! The whole wall at one moment, as plain values: what the board compares with what it already shows.

use std::time::Duration;

use cybernet::picture::Aspect;
use vsm::{id::UnitId, subsystem::Subsystem, time::Moment};

use crate::{
    address::Refusal,
    choose::{self, Seats},
    civil::Civil,
    feed::{Essential, Line, Source, Tile},
    link::{Link, Loss},
    recursion::Recursion,
    silence::{Hush, Unseen},
    store::PictureStore,
    words::{self, Counts, Head},
};

/// What the stylesheet calls the link to a room that takes nothing in.
const UNWRITTEN: &str = "unwritten";

/// The state of the wall.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum State {
    /// No picture has come yet.
    #[default]
    Loading,
    /// No signal is open.
    Quiet,
    /// A signal is open.
    Alarm,
    /// This screen cannot be shown.
    Refused,
}

/// What the drawing is built from; it is drawn anew only when this changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plan {
    /// The recursion, whose environment keeps its shape.
    pub recursion: String,
    /// The operations, from the top.
    pub operations: Vec<Operation>,
}

/// One operation of the drawing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Operation {
    /// Its unit's name on the wire; empty before the first picture.
    pub id: String,
    /// Its name beside the drawing.
    pub name: String,
    /// Whether it opens into a drawing of its own.
    pub opens: bool,
}

/// The line at the foot.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Foot {
    /// The organisation, and the recursion below it that is shown.
    pub place: Head,
    /// The level of this recursion, from 0, and how many there are.
    pub level: (usize, usize),
    /// How many indicators are silent.
    pub silent: usize,
    /// How many are muted.
    pub muted: usize,
    /// The outages that the feed has no place for.
    pub unseen: Unseen,
    /// Whether any lamp shows rehearsed readings.
    pub rehearsal: bool,
}

/// What is told of a lost link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lost {
    /// How loudly.
    pub loss: Loss,
    /// The age of the picture, in words.
    pub age: String,
    /// When it was lost, by the room's clock.
    pub at: String,
    /// The same with its date.
    pub on: String,
    /// What was the case then.
    pub then: String,
    /// What is done about it.
    pub now: String,
}

/// What is told of a room that takes nothing in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unwritten {
    /// Since when, by the room's clock.
    pub since: String,
    /// What its disk said.
    pub why: String,
}

/// Everything the wall shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Its state.
    pub state: State,
    /// The drawing.
    pub plan: Plan,
    /// The lamps of the drawing.
    pub seats: Seats,
    /// The headline.
    pub head: Head,
    /// The most urgent signals.
    pub tiles: Vec<Tile>,
    /// What is silent, in the places behind them.
    pub hushes: Vec<Hush>,
    /// How far the future is.
    pub ahead: String,
    /// The essential indicators.
    pub essentials: Vec<Essential>,
    /// The last signals that are over.
    pub memory: Vec<Line>,
    /// The line at the foot.
    pub foot: Foot,
    /// The age of a live picture, from two seconds up.
    pub age: Option<String>,
    /// The room's clock; empty before the first picture.
    pub clock: String,
    /// The link.
    pub link: &'static str,
    /// What is told of a lost link.
    pub lost: Option<Lost>,
    /// What is told of a room that is heard and takes nothing in.
    pub unwritten: Option<Unwritten>,
}

impl Plan {
    /// Before the first picture: Beer's five operations without a name.
    pub fn unknown() -> Self {
        Self { recursion: String::new(), operations: vec![Operation::default(); 5] }
    }
}

impl Shown {
    /// What a store shows at `now`, the screen's steady clock, in the recursion of `unit`.
    pub fn of(store: &PictureStore, unit: Option<&UnitId>, civil: &dyn Fn(Moment) -> Civil, now: Duration) -> Self {
        if let Some(why) = store.refusal() {
            return Self::refused(&Refusal { what: "Refused".to_owned(), why: why.to_owned() });
        }
        let (Some(picture), Some(at)) = (store.picture(), store.room_time(now)) else {
            return Self { head: Head::before(store.starting().map(|starting| starting.share)), ..Self::loading() };
        };
        let Some(recursion) = Recursion::of(picture, unit) else {
            let why = unit.map(ToString::to_string).unwrap_or_default();
            return Self::refused(&Refusal { what: "Unit not known".to_owned(), why });
        };
        let shown = Source { picture, recursion: &recursion, civil, now: at }.shown(store.link(), now);
        let Some(starting) = store.starting() else { return shown };
        let lost = shown.lost.map(|lost| Lost { now: words::starting(starting.share), ..lost });
        Self { lost, ..shown }
    }

    /// Before the first picture.
    pub fn loading() -> Self {
        Self { plan: Plan::unknown(), head: Head::waiting(), link: Link::Loading.name(), ..Self::default() }
    }

    /// A screen that cannot be shown, and why.
    pub fn refused(refusal: &Refusal) -> Self {
        let head = Head::new(refusal.what.clone(), refusal.why.clone());
        Self { state: State::Refused, head, ..Self::loading() }
    }
}

impl Source<'_> {
    fn shown(&self, link: Link, now: Duration) -> Shown {
        let open = choose::open(self.picture, self.recursion);
        let silences = self.silences();
        let counts = Counts { outages: silences.outages.len(), silent: silences.lamps.len(), ..choose::counts(&open) };
        let lost = self.lost(link, now, counts);
        let unwritten = self.unwritten(link);
        Shown {
            state: if open.is_empty() { State::Quiet } else { State::Alarm },
            plan: self.plan(),
            seats: choose::seats(self.picture, self.recursion, &open, self.now),
            head: self.head(link, now, counts),
            tiles: self.tiles(&open),
            hushes: self.hushes(&silences, open.len()),
            ahead: self.ahead(),
            essentials: self.essentials(),
            memory: self.memory(),
            foot: self.foot(self.unseen(&silences, open.len())),
            age: link.age(now).and_then(words::live),
            clock: (self.civil)(self.now).clock(),
            link: if unwritten.is_some() { UNWRITTEN } else { link.name() },
            lost,
            unwritten,
        }
    }

    fn plan(&self) -> Plan {
        let operation = |unit: &&vsm::unit::Unit| Operation {
            id: unit.id.to_string(),
            name: unit.name.clone(),
            opens: self.recursion.opens(unit),
        };
        let operations = self.recursion.operations.iter().map(operation).collect();
        Plan { recursion: self.recursion.focus.id.to_string(), operations }
    }

    fn head(&self, link: Link, now: Duration, counts: Counts) -> Head {
        match (link, link.age(now)) {
            (Link::Lost { .. }, Some(age)) => Head::lost(age, counts),
            _ if self.picture.ailment.is_some() => Head::unwritten(counts),
            _ => Head::of(counts, self.picture.steady_since.map(|since| self.moment(since))),
        }
    }

    /// `18:40` today, `Thu 18:40` before.
    pub(crate) fn moment(&self, moment: Moment) -> String {
        let (then, now) = ((self.civil)(moment), (self.civil)(self.now));
        if then.date() == now.date() { then.time() } else { format!("{} {}", then.short(now), then.time()) }
    }

    fn foot(&self, unseen: Unseen) -> Foot {
        let organisation = &self.picture.organisation;
        let below = self.recursion.focus.id != organisation.root;
        let of = |aspect: Aspect| {
            let here = |unit: &UnitId, system: Subsystem| self.recursion.place(unit, system).is_some();
            let lamps = self.picture.lamps.values().filter(|lamp| lamp.aspect == aspect);
            lamps.filter(|lamp| here(&lamp.unit, lamp.system)).count()
        };
        Foot {
            place: Head::new(
                organisation.name.clone(),
                if below { self.recursion.focus.name.clone() } else { String::new() },
            ),
            level: self.recursion.depth(),
            silent: of(Aspect::Silent),
            muted: of(Aspect::Muted),
            unseen,
            rehearsal: self.picture.rehearsal,
        }
    }

    /// A room that is not heard may be well again.
    fn unwritten(&self, link: Link) -> Option<Unwritten> {
        let ailment = self.picture.ailment.as_ref().filter(|_| matches!(link, Link::Live { .. }))?;
        Some(Unwritten { since: self.moment(ailment.since), why: ailment.why.to_string() })
    }

    fn lost(&self, link: Link, now: Duration, counts: Counts) -> Option<Lost> {
        let (loss, since) = link.loss(now)?;
        let at = (self.civil)(self.now - now.saturating_sub(since));
        Some(Lost {
            loss,
            age: words::age(link.age(now)?),
            at: at.exact(),
            on: format!("{} {}", at.date(), at.exact()),
            then: counts.then(),
            now: "Trying again".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use cybernet::{ailment::Ailment, faults::Why, picture::Picture, screen::ToScreen};

    use super::*;
    use crate::sample;

    const NOW: Duration = Duration::from_secs(1_000);

    fn store(picture: Picture) -> PictureStore {
        let mut store = PictureStore::default();
        store.receive(ToScreen::Picture(Box::new(picture)), NOW);
        store
    }

    fn shown(store: &PictureStore, unit: Option<&str>, now: Duration) -> Shown {
        let unit = unit.map(|unit| UnitId::parse(unit).unwrap());
        Shown::of(store, unit.as_ref(), &Civil::utc, now)
    }

    #[test]
    fn before_the_first_picture_the_wall_waits() {
        let shown = shown(&PictureStore::default(), None, NOW);
        assert_eq!((shown.state, shown.head), (State::Loading, Head::waiting()));
    }

    #[test]
    fn a_room_that_starts_is_told_of_instead_of_waiting_or_trying() {
        let mut waits = PictureStore::default();
        waits.asked(Some(sample::starting(0.25)));
        assert_eq!(shown(&waits, None, NOW).head, Head::new("Starting", "· 25 %"));
        let mut lost = store(sample::picture());
        lost.closed(NOW);
        let now = |store: &PictureStore| shown(store, None, NOW).lost.unwrap().now;
        assert_eq!(now(&lost), "Trying again");
        lost.asked(Some(sample::starting(0.25)));
        assert_eq!(now(&lost), "The room is starting, 25 %");
    }

    #[test]
    fn a_room_without_units_or_lamps_is_quiet() {
        let shown = shown(&store(sample::bare()), None, NOW);
        assert_eq!((shown.state, shown.head.strong.as_str()), (State::Quiet, "Steady"));
        assert_eq!(shown.plan.operations.len(), 1);
    }

    #[test]
    fn a_signal_alarms_the_recursions_it_belongs_to() {
        let store = store(sample::alarm([sample::signal("cards.accepted", "cards")]));
        let state = |unit| shown(&store, unit, NOW).state;
        assert_eq!([None, Some("payments"), Some("checkout")].map(state), [State::Alarm, State::Alarm, State::Quiet]);
    }

    #[test]
    fn an_unknown_unit_is_refused_by_name() {
        let shown = shown(&store(sample::picture()), Some("nobody"), NOW);
        assert_eq!((shown.state, shown.head), (State::Refused, Head::new("Unit not known", "nobody")));
    }

    #[test]
    fn a_lost_link_tells_its_age_and_when_and_what_was_then() {
        let mut store = store(sample::alarm([sample::signal("cards.accepted", "cards")]));
        store.closed(NOW);
        let shown = shown(&store, None, NOW + Duration::from_secs(245));
        assert_eq!(shown.head, Head::new("4 min old", "· then 1 open"));
        let lost = shown.lost.unwrap();
        assert_eq!((lost.loss, lost.on.as_str()), (Loss::Full, "Fri 20 Nov 14:44:06"));
        assert_eq!(shown.clock, "Fri 20 Nov 14:48", "the clock goes on");
        assert_eq!(lost.then, "1 open");
    }

    #[test]
    fn a_room_that_cannot_write_is_neither_live_nor_steady_until_the_link_is_lost_too() {
        let mut picture = sample::picture();
        let why = Why::new("database or disk is full");
        picture.ailment = Some(Ailment { since: sample::NOW - sample::minutes(4), why });
        let mut store = store(picture);
        let heard = shown(&store, None, NOW);
        assert_eq!((heard.link, heard.head), (UNWRITTEN, Head::new("Nothing taken in", "· then steady")));
        let words = Unwritten { since: "14:40".to_owned(), why: "database or disk is full".to_owned() };
        assert_eq!(heard.unwritten, Some(words));
        store.closed(NOW);
        let lost = shown(&store, None, NOW);
        assert_eq!((lost.link, lost.unwritten), ("lost", None));
    }

    #[test]
    fn a_wall_that_was_lost_does_not_call_an_outage_steady() {
        let mut store = store(sample::gone());
        let later = NOW + Duration::from_secs(245);
        assert_eq!(shown(&store, None, NOW).head, Head::new("1 outage", "· else steady"));
        store.closed(NOW);
        let shown = shown(&store, None, later);
        assert_eq!(shown.head, Head::new("4 min old", "· then 1 outage"));
        assert_eq!(shown.lost.unwrap().then, "1 outage");
    }

    #[test]
    fn a_lamp_that_is_silent_by_itself_is_counted_in_the_head() {
        let mut picture = sample::gone();
        sample::hush(&mut picture, "checkout.latency", sample::NOW - sample::minutes(13), None);
        let head = |picture| shown(&store(picture), None, NOW).head;
        assert_eq!(head(picture), Head::new("1 outage", "· 1 silent"));
        let mut picture = sample::picture();
        sample::hush(&mut picture, "checkout.latency", sample::NOW - sample::minutes(13), None);
        assert_eq!(head(picture), Head::new("1 silent", "· else steady"));
    }
}
