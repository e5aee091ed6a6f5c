//! Why lamps are silent: what an agent tells, and one outage for all that a source reports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod support;

use std::time::Duration;

use cybernet::{
    faults::{Fault, Why},
    outage::{Because, Lack, Outage},
    picture::{Change, Lamp, Picture},
};
use opsroom::{
    opsroom::Opsroom,
    sources::{RETURNS_WITHIN, Word},
};
use support::{at, indicator, organisation};
use vsm::{
    id::{AgentId, IndicatorId, UnitId},
    indicator::Indicator,
    organisation::Organisation,
    reading::Reading,
};

/// Cards stands in its own unit.
const NAMES: [&str; 3] = ["payments.latency", "payments.errors", "cards.accepted"];

/// A room with three indicators of one source, a reading of each a second.
struct House {
    room: Opsroom,
    source: AgentId,
}

fn marea() -> Organisation {
    let mut marea = organisation(indicator());
    let mut cards = marea.units[1].clone();
    (cards.id, cards.name) = (UnitId::parse("cards").unwrap(), "Cards".to_owned());
    marea.units.push(cards);
    for name in NAMES {
        let (id, unit) = (IndicatorId::parse(name).unwrap(), UnitId::parse(name.split('.').next().unwrap()).unwrap());
        let of = Indicator { id: id.clone(), unit, ..indicator() };
        marea.indicators.insert(id, of);
    }
    marea
}

impl House {
    /// Ten seconds of a source, as an agent where it is linked.
    fn after_ten_seconds(is_linked: bool) -> Self {
        let room = Opsroom::new(marea(), at(0));
        let mut house = Self { room, source: AgentId::parse("payments-host").unwrap() };
        if is_linked {
            house.hear(Word::Came, 0);
        }
        house.hear(Word::Reports(NAMES.map(|name| IndicatorId::parse(name).unwrap()).to_vec()), 0);
        (0..10).for_each(|i| house.read(&NAMES, i));
        house
    }

    fn hear(&mut self, word: Word, i: i32) -> Vec<Change> {
        self.room.hear(&self.source, word, at(i))
    }

    fn tell(&mut self, faults: &[(&str, &str)], i: i32) {
        let fault =
            |(name, why): &(&str, &str)| Fault { indicator: IndicatorId::parse(name).unwrap(), why: Why::new(why) };
        self.hear(Word::Faults(faults.iter().map(fault).collect()), i);
    }

    /// A reading of each of these in the second `i`, and the tick after it.
    fn read(&mut self, names: &[&str], i: i32) {
        let reading = |name: &&str| Reading::new(IndicatorId::parse(name).unwrap(), at(i), 1.0).unwrap();
        self.room.take(&names.iter().map(reading).collect::<Vec<_>>(), at(i), false);
        self.room.tick(at(i));
    }

    fn tick(&mut self, i: i32) -> Vec<Change> {
        self.room.tick(at(i))
    }

    fn restarted(self, i: i32) -> Self {
        let (learned, memory) = self.room.learned();
        let memory = serde_json::from_slice(&serde_json::to_vec(&memory).unwrap()).unwrap();
        Self { room: Opsroom::resume(marea(), learned, memory, at(i)), ..self }
    }

    fn picture(&self) -> &Picture {
        self.room.picture()
    }

    fn lamp(&self, name: &str) -> &Lamp {
        &self.picture().lamps[&IndicatorId::parse(name).unwrap()]
    }

    /// Why each lamp is silent, in a word: `w`ords, `o`utage, `-` for no reason, `.` for one that is not silent.
    fn reasons(&self) -> String {
        let reason = |name: &str| match self.lamp(name) {
            Lamp { because: Some(Because::Told(_)), .. } => 'w',
            Lamp { because: Some(Because::Outage { outage }), .. } if *outage == self.source => 'o',
            Lamp { aspect: cybernet::picture::Aspect::Silent, .. } => '-',
            _ => '.',
        };
        NAMES.map(reason).into_iter().collect()
    }

    fn outage(&self) -> Option<Outage> {
        assert!(self.picture().outages.len() <= 1, "one fault for one source");
        self.picture().outages.values().next().cloned()
    }
}

#[test]
fn a_silent_lamp_says_what_its_agent_says_and_forgets_it_with_the_next_reading() {
    let mut house = House::after_ten_seconds(true);
    house.tell(&[(NAMES[0], "no answer within 5s")], 10);
    assert_eq!(house.reasons(), "...", "a lamp that is not silent needs no reason");
    (10..16).for_each(|i| house.read(&NAMES[1..], i));
    assert_eq!(house.reasons(), "w..");
    assert_eq!(house.lamp(NAMES[0]).because, Some(Because::Told(Why::new("no answer within 5s"))));
    house.tell(&[(NAMES[0], "answered 503")], 16);
    assert_eq!(house.lamp(NAMES[0]).because, Some(Because::Told(Why::new("answered 503"))), "the set is whole");
    house.tell(&[], 17);
    assert_eq!(house.reasons(), "-..");
    house.read(&NAMES, 18);
    assert_eq!((house.reasons().as_str(), house.outage()), ("...", None));
}

#[test]
fn a_link_that_is_gone_is_one_outage_and_every_silent_lamp_refers_to_it() {
    let mut house = House::after_ten_seconds(true);
    house.hear(Word::Went, 10);
    house.tick(11);
    assert_eq!((house.reasons().as_str(), house.outage()), ("...", None), "nothing is silent yet");
    let changes = house.tick(16);
    let outage = house.outage().unwrap();
    assert_eq!((outage.why, outage.since, outage.indicators), (Lack::Link, at(10), 3));
    assert_eq!(outage.units.iter().map(UnitId::as_str).collect::<Vec<_>>(), ["cards", "payments"]);
    assert_eq!((house.reasons().as_str(), outage.to_string().as_str()), ("ooo", "no link to agent payments-host"));
    assert_eq!(changes.iter().filter(|change| matches!(change, Change::Outage(_))).count(), 1);
    assert!(house.tick(17).is_empty(), "it is told once");
}

#[test]
fn an_outage_is_over_when_the_agent_is_back_and_readings_come() {
    let mut house = House::after_ten_seconds(true);
    house.hear(Word::Went, 10);
    house.tick(16);
    house.hear(Word::Came, 20);
    house.tell(&[], 20);
    house.tick(21);
    let outage = house.outage().unwrap();
    assert_eq!((outage.why, outage.since), (Lack::Readings, at(10)), "it is there and says nothing");
    house.read(&NAMES[..1], 22);
    assert_eq!(
        (house.outage(), house.reasons().as_str()),
        (None, ".--"),
        "it works; the others have their own reasons"
    );
    house.tell(&[(NAMES[1], "gone"), (NAMES[2], "gone")], 22);
    assert_eq!(house.reasons(), ".ww");
}

#[test]
fn an_agent_that_is_back_and_says_why_nothing_comes_has_no_outage() {
    let mut house = House::after_ten_seconds(true);
    house.hear(Word::Went, 10);
    house.tick(16);
    house.hear(Word::Came, 20);
    house.tell(&NAMES.map(|name| (name, "connection refused")), 21);
    house.tick(22);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "www"));
}

#[test]
fn an_agent_that_is_back_at_once_has_no_outage() {
    let mut house = House::after_ten_seconds(true);
    house.tell(&[(NAMES[0], "gone")], 10);
    (10..16).for_each(|i| house.read(&NAMES[1..], i));
    house.hear(Word::Went, 16);
    // A tick may have been on its way for a while.
    for i in [14, 17] {
        house.tick(i);
        assert_eq!((house.outage(), house.reasons().as_str()), (None, "w.."));
    }
    house.hear(Word::Came, 18);
    house.tell(&[(NAMES[0], "gone")], 18);
    house.read(&NAMES[1..], 18);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "w.."));
}

#[test]
fn what_an_agent_said_holds_no_longer_than_its_link() {
    let mut house = House::after_ten_seconds(true);
    house.tell(&[(NAMES[0], "gone")], 10);
    (10..16).for_each(|i| house.read(&NAMES[1..], i));
    house.hear(Word::Went, 16);
    house.room.tick(at(16) + RETURNS_WITHIN);
    assert_eq!(house.reasons(), "ooo");
    assert_eq!(house.outage().unwrap().indicators, 3);
}

#[test]
fn of_two_connections_the_last_one_counts() {
    let mut house = House::after_ten_seconds(true);
    house.hear(Word::Came, 10);
    house.hear(Word::Went, 11);
    (10..20).for_each(|i| house.read(&NAMES[..2], i));
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "..-"));
    house.hear(Word::Went, 20);
    house.tick(26);
    assert_eq!(house.outage().map(|outage| (outage.why, outage.since)), Some((Lack::Link, at(20))));
}

#[test]
fn a_sender_that_has_no_link_has_an_outage_once_all_its_series_are_silent() {
    let mut house = House::after_ten_seconds(false);
    (10..16).for_each(|i| house.read(&NAMES[..1], i));
    assert_eq!((house.reasons().as_str(), house.outage()), (".--", None));
    house.tick(22);
    let outage = house.outage().unwrap();
    assert_eq!((outage.why, outage.indicators, house.reasons().as_str()), (Lack::Readings, 3, "ooo"));
    assert_eq!(outage.since, house.lamp(NAMES[0]).since, "since the last of them fell silent");
    house.read(&NAMES[2..], 30);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "--."));
}

#[test]
fn an_outage_is_there_after_a_restart_as_it_was_and_silence_keeps_its_age() {
    let mut house = House::after_ten_seconds(true);
    house.hear(Word::Went, 10);
    house.tick(16);
    let before = (house.outage(), house.lamp(NAMES[0]).clone());
    let mut house = house.restarted(500);
    assert_eq!((house.outage(), house.lamp(NAMES[0]).clone()), before, "at once");
    house.tick(501);
    assert_eq!((house.outage(), house.lamp(NAMES[0]).clone()), before, "and it stays");
    house.hear(Word::Came, 502);
    house.read(&NAMES, 503);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "..."));
}

#[test]
fn an_agent_that_does_not_come_back_to_a_room_that_was_closed_has_an_outage() {
    let house = House::after_ten_seconds(true);
    let mut house = house.restarted(500);
    house.tick(501);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "---"), "it may come back yet");
    house.tick(506);
    let outage = house.outage().unwrap();
    assert_eq!((outage.why, outage.since, house.reasons().as_str()), (Lack::Link, house.lamp(NAMES[0]).since, "ooo"));
}

#[test]
fn what_a_room_without_sources_remembered_is_understood() {
    let (learned, memory) = House::after_ten_seconds(true).room.learned();
    let mut memory = serde_json::to_value(&memory).unwrap();
    assert!(
        memory
            .as_object_mut()
            .unwrap()
            .remove("sources")
            .is_some_and(|sources| sources[0]["source"] == "payments-host")
    );
    assert!(memory.as_object_mut().unwrap().remove("outages").is_some());
    let room = Opsroom::resume(marea(), learned, serde_json::from_value(memory).unwrap(), at(20));
    assert_eq!((room.picture().lamps.len(), room.picture().outages.len()), (3, 0));
}

#[test]
fn a_replay_learns_from_the_journal_whose_indicators_are_whose() {
    let mut house = House { room: Opsroom::new(marea(), at(0)), source: AgentId::parse("payments-host").unwrap() };
    let readings = NAMES.map(|name| Reading::new(IndicatorId::parse(name).unwrap(), at(1), 1.0).unwrap());
    house.room.note_source(&house.source, &readings);
    house.room.take(&readings, at(1), false);
    house.tick(10);
    assert_eq!((house.outage().map(|outage| outage.why), house.reasons().as_str()), (Some(Lack::Readings), "ooo"));
}

#[test]
fn an_agent_that_comes_back_to_a_room_that_was_closed_has_no_outage_before_its_first_reading() {
    let mut house = House::after_ten_seconds(true).restarted(500);
    house.hear(Word::Came, 503);
    house.tick(507);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "---"));
    house.read(&NAMES, 508);
    house.tick(509);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "..."));
}

#[test]
fn an_agent_that_is_there_and_says_nothing_at_all_has_an_outage() {
    let mut house = House::after_ten_seconds(true);
    house.tick(20);
    let outage = house.outage().unwrap();
    assert_eq!((outage.why, outage.indicators, outage.since), (Lack::Readings, 3, house.lamp(NAMES[0]).since));
    house.hear(Word::Went, 30);
    house.tick(36);
    let gone = house.outage().unwrap();
    assert_eq!((gone.why, gone.since), (Lack::Link, outage.since), "it is the same one");
}

#[test]
fn who_takes_indicators_over_takes_over_their_silence() {
    let mut house = House::after_ten_seconds(true);
    let heir = AgentId::parse("new-host").unwrap();
    house.hear(Word::Went, 10);
    house.tick(16);
    let all = NAMES.map(|name| IndicatorId::parse(name).unwrap()).to_vec();
    house.room.hear(&heir, Word::Came, at(20));
    house.room.hear(&heir, Word::Reports(all), at(20));
    assert_eq!(house.reasons(), "---", "the outage of another is no reason");
    house.read(&NAMES, 21);
    assert_eq!((house.outage(), house.reasons().as_str()), (None, "..."));
    house.room.hear(&heir, Word::Went, at(22));
    house.tick(30);
    assert_eq!(house.outage().map(|outage| outage.source), Some(heir));
}

#[test]
fn a_screen_that_follows_the_changes_has_the_same_picture() {
    let mut screen = Picture::new(marea(), at(0));
    let mut house = House::after_ten_seconds(true);
    screen.clone_from(house.picture());
    let mut follow = |changes: Vec<Change>| {
        opsroom::coalesce::coalesce(changes).into_iter().for_each(|change| screen.apply(change));
        (screen.lamps.clone(), screen.outages.clone())
    };
    let steps: [fn(&mut House) -> Vec<Change>; 4] =
        [|it| it.hear(Word::Went, 10), |it| it.tick(16), |it| it.hear(Word::Came, 17), |it| it.tick(20)];
    for step in steps {
        let changes = step(&mut house);
        assert_eq!(follow(changes), (house.picture().lamps.clone(), house.picture().outages.clone()));
    }
}

#[test]
fn since_when_it_is_silent_is_told_once_when_a_backlog_is_over() {
    let mut house = House::after_ten_seconds(true);
    house.tick(3600);
    assert_eq!(house.lamp(NAMES[0]).aspect, cybernet::picture::Aspect::Silent);
    let reading = |i| Reading::new(IndicatorId::parse(NAMES[0]).unwrap(), at(i), 1.0).unwrap();
    for i in 0..10 {
        let now = at(3600 + i);
        let backlog: Vec<_> = (0..100).map(|k| reading(10 + 100 * i + k)).collect();
        house.room.take(&backlog, now, false);
        assert_eq!(house.room.tick(now), [], "second {i} of the backlog");
    }
    let since = house.lamp(NAMES[0]).since;
    house.tick(3612);
    assert_eq!(house.lamp(NAMES[0]).since, since + Duration::from_secs(1000));
}

#[test]
fn why_nothing_is_taken_in_is_told_once_with_since_when_until_it_is_over() {
    let (_, mut desk) = Opsroom::new(marea(), at(0)).split();
    let mut hear = |why: Option<&str>, i| {
        desk.ail(why.map(Why::new), at(i));
        (desk.take_changes().len(), desk.picture().ailment.clone().map(|it| (it.since, it.why.to_string())))
    };
    assert_eq!(hear(None, 1), (0, None));
    assert_eq!(hear(Some("disk is full"), 2), (1, Some((at(2), "disk is full".to_owned()))));
    assert_eq!(hear(Some("disk is full"), 3), (0, Some((at(2), "disk is full".to_owned()))));
    assert_eq!(hear(Some("disk I/O error"), 4), (1, Some((at(2), "disk I/O error".to_owned()))));
    assert_eq!(hear(None, 5), (1, None));
}
