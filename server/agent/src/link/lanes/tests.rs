//! Who goes first, whatever is cut off when.

use std::collections::{BTreeSet, VecDeque};

use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::*;
use crate::outbox::{Bounds, Outbox, Run};

fn here(newest: u64, pending: u64) -> Standing {
    Standing { settled: 0, newest, pending }
}

/// Lets the next batch of a stretch leave, of `limit` readings at most, if there are any up to `newest`.
fn send(of: Stretch, lanes: &mut Lanes, limit: u64, newest: u64) -> Option<[u64; 2]> {
    let range = [of.after + 1, of.upto.min(newest).min(of.after + limit)];
    (range[0] <= range[1]).then(|| {
        lanes.leave(range, of);
        range
    })
}

#[test]
fn a_small_backlog_goes_in_order_gaps_first() {
    let mut lanes = Lanes::new(&Ordinals::of(100, &[[201, 300]]), here(350, 150), true, SMALL);
    assert!(!lanes.are_two() && lanes.backlog().is_none());
    let sent: Vec<_> = (0..4).filter_map(|_| send(lanes.lead(), &mut lanes, 60, 350)).collect();
    assert_eq!(sent, [[101, 160], [161, 200], [301, 350]]);
}

#[test]
fn a_large_backlog_is_overtaken_by_what_is_new_and_has_one_batch_in_four() {
    let newest = 50_000;
    let mut lanes = Lanes::new(&Ordinals::up_to(7), here(newest, newest - 7), true, SMALL);
    assert_eq!(lanes.lead(), Stretch { after: newest, upto: u64::MAX, is_backlog: false });
    let mut order = String::new();
    for round in 0..12 {
        let backlog = lanes.backlog().unwrap();
        let of = if lanes.is_turn_of_backlog() { backlog } else { lanes.lead() };
        send(of, &mut lanes, 10, newest + 10 * (round + 1)).unwrap();
        order.push(if of.is_backlog { 'b' } else { 'f' });
    }
    assert_eq!(order, "fffbfffbfffb");
    while let Some(backlog) = lanes.backlog() {
        send(backlog, &mut lanes, 1000, newest).unwrap();
    }
    assert_eq!(lanes.sent, Ordinals::up_to(newest + 90));
    assert_eq!(lanes.lead().after, newest + 90);
}

#[test]
fn after_a_short_cut_the_fresh_lane_goes_on_where_it_was_and_after_a_long_one_it_begins_anew() {
    let has = Ordinals::of(100, &[[60_001, 61_000]]);
    let soon = Lanes::new(&has, here(62_000, 60_900), true, SMALL);
    assert_eq!((soon.lead().after, soon.backlog().unwrap().upto), (61_000, 60_000));
    let mut late = Lanes::new(&has, here(90_000, 88_900), true, SMALL);
    assert_eq!((late.lead().after, late.backlog().unwrap().upto), (90_000, 60_000));
    while send(late.backlog().unwrap(), &mut late, 1000, 90_000) != Some([59_101, 60_000]) {}
    assert_eq!(late.backlog(), Some(Stretch { after: 61_000, upto: 90_000, is_backlog: true }));
}

#[test]
fn no_more_ranges_are_begun_than_a_room_keeps() {
    let ranges: Vec<_> = (1..=MOST_RANGES as u64).map(|k| [20_000 * k, 20_000 * k + 5]).collect();
    let highest = 20_000 * MOST_RANGES as u64 + 5;
    let lanes = Lanes::new(&Ordinals::of(3, &ranges), here(highest + 30_000, 1_000_000), true, SMALL);
    assert_eq!(lanes.lead().after, highest);
}

#[test]
fn to_a_room_that_does_not_hear_it_everything_goes_in_order() {
    let lanes = Lanes::new(&Ordinals::up_to(5), Standing { settled: 8, newest: 90_000, pending: 89_992 }, false, SMALL);
    assert_eq!((lanes.lead().after, lanes.backlog(), lanes.say_first()), (8, None, false));
}

proptest! {
    #[test]
    fn whatever_is_cut_off_when_everything_leaves_once_and_what_is_new_is_behind_no_more_than_one_batch(
        cuts in vec((1..40_000_u64, 0..60_u32), 1..8),
    ) {
        let (mut room, mut newest) = (Ordinals::default(), 0);
        for (more, batches) in cuts {
            newest += more;
            let pending = newest - room.count([1, newest]);
            let mut lanes = Lanes::new(&room, here(newest, pending), true, SMALL);
            let goes_in_order = !lanes.are_two();
            prop_assert_eq!(goes_in_order, pending <= SMALL);
            for _ in 0..batches {
                newest += 7;
                let turn = lanes.backlog().filter(|_| lanes.is_turn_of_backlog());
                let Some(range) = send(turn.unwrap_or(lanes.lead()), &mut lanes, 1000, newest) else { continue };
                prop_assert_eq!(room.count(range), 0, "sent twice");
                room.insert(range);
                prop_assert!(room.ranges().len() <= MOST_RANGES);
            }
            prop_assert_eq!(&lanes.sent, &room);
        }
        let mut lanes = Lanes::new(&room, here(newest, newest - room.count([1, newest])), true, SMALL);
        while let Some(range) = lanes.backlog().and_then(|of| send(of, &mut lanes, 1000, newest)) {
            prop_assert_eq!(room.count(range), 0, "sent twice");
            room.insert(range);
        }
        while let Some(range) = send(lanes.lead(), &mut lanes, 1000, newest) {
            room.insert(range);
        }
        prop_assert_eq!(room, Ordinals::up_to(newest));
    }
}

/// A small outbox, whose backlog is large from here on.
const FEW: u64 = 20;

fn open(folder: &TempDir) -> Outbox {
    let bounds =
        Bounds { most_readings: 2_000, most_bytes: 10_000_000, keep_for: std::time::Duration::from_secs(86_400) };
    Outbox::open(folder.path().join("outbox"), bounds, Moment::default()).unwrap()
}

fn readings(from: u64, to: u64) -> Vec<Reading> {
    let reading = |value| Reading::new(IndicatorId::parse("plant.output").unwrap(), Moment::default(), value as f64);
    (from..to).map(|value| reading(value).unwrap()).collect()
}

/// A batch on its way: what it stands for and the readings in it.
type Travelling = ([u64; 2], Vec<u64>);

/// The room's side: each ordinal once, and its disk.
#[derive(Default)]
struct Room {
    has: Ordinals,
    values: Vec<u64>,
}

impl Room {
    fn take(&mut self, ([first, last], values): &Travelling) {
        let new = (*first..=*last).rev().zip(values.iter().rev()).filter(|(ordinal, _)| !self.has.has(*ordinal));
        self.values.extend(new.map(|(_, value)| *value));
        self.has.insert([*first, *last]);
    }
}

/// An agent with an outbox, and what is between it and the room.
struct Agent {
    outbox: Outbox,
    lanes: Option<Lanes>,
    there: VecDeque<Travelling>,
    back: VecDeque<[u64; 2]>,
}

impl Agent {
    fn new(folder: &TempDir) -> Self {
        Self { outbox: open(folder), lanes: None, there: VecDeque::new(), back: VecDeque::new() }
    }

    fn connect(&mut self, room: &Room) {
        self.cut();
        let here = self.outbox.welcome(&room.has).unwrap();
        self.lanes = Some(Lanes::new(&room.has, here, true, FEW));
    }

    fn cut(&mut self) {
        self.lanes = None;
        self.there.clear();
        self.back.clear();
    }

    /// The next batch leaves, as a session sends it; whether there was one.
    fn send(&mut self, limit: usize) -> bool {
        let Some(lanes) = &mut self.lanes else { return false };
        let turn = lanes.backlog().filter(|_| lanes.is_turn_of_backlog());
        let mut of = turn.unwrap_or_else(|| lanes.lead());
        let mut run = self.outbox.next(of.after, of.upto, limit).unwrap();
        if let (None, Some(backlog)) = (&run, lanes.backlog()) {
            of = backlog;
            run = self.outbox.next(of.after, of.upto, limit).unwrap();
        }
        let (range, values) = match run {
            Some(Run { first, .. }) if of.after + 1 < first => ([of.after + 1, first - 1], Vec::new()),
            Some(run) => {
                let values = run.readings.iter().map(|reading| reading.value() as u64).collect();
                ([run.first, run.last()], values)
            }
            None if of.upto < u64::MAX => ([of.after + 1, of.upto], Vec::new()),
            None => return false,
        };
        lanes.leave(range, of);
        self.there.push_back((range, values));
        true
    }

    fn arrive(&mut self, room: &mut Room) -> bool {
        let Some(batch) = self.there.pop_front() else { return false };
        room.take(&batch);
        self.back.push_back(batch.0);
        true
    }

    fn hear(&mut self) -> bool {
        let Some(range) = self.back.pop_front() else { return false };
        self.outbox.forget(range).unwrap();
        true
    }
}

#[derive(Clone, Debug)]
enum Step {
    Push(u64),
    Connect,
    Cut,
    Send(usize),
    Arrive,
    Hear,
    Die,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1_u64..30).prop_map(Step::Push),
        2 => Just(Step::Connect),
        1 => Just(Step::Cut),
        6 => (1_usize..12).prop_map(Step::Send),
        5 => Just(Step::Arrive),
        3 => Just(Step::Hear),
        1 => Just(Step::Die),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_cut_off_killed_or_overtaken_the_room_has_each_reading_once_and_the_outbox_what_it_lacks(
        steps in vec(step(), 1..90),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (mut agent, mut room, mut pushed) = (Agent::new(&folder), Room::default(), 1);
        for step in steps {
            match step {
                Step::Push(count) => {
                    agent.outbox.push(&readings(pushed, pushed + count), Moment::default()).unwrap();
                    pushed += count;
                }
                Step::Connect => agent.connect(&room),
                Step::Cut => agent.cut(),
                Step::Send(limit) => _ = agent.send(limit),
                Step::Arrive => _ = agent.arrive(&mut room),
                Step::Hear => _ = agent.hear(),
                Step::Die => {
                    drop(agent);
                    agent = Agent::new(&folder);
                }
            }
            let here = agent.outbox.pending() + room.values.len() as u64;
            prop_assert!(pushed - 1 <= here, "forgotten before the room has it");
        }
        agent.connect(&room);
        while agent.send(7) || agent.arrive(&mut room) || agent.hear() {}
        let once: BTreeSet<u64> = room.values.iter().copied().collect();
        prop_assert_eq!((once.len(), once), (room.values.len(), (1..pushed).collect()));
        prop_assert_eq!((room.has, agent.outbox.pending(), agent.outbox.lost()), (Ordinals::up_to(pushed - 1), 0, None));
    }
}
