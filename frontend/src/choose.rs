//! What deserves the eye: the most urgent signal of each place, the order of the feed, the counts.

use cybernet::{
    outage::Because,
    picture::{Aspect, Lamp, Picture},
};
use vsm::{
    indicator::Direction,
    signal::{Signal, State, Tier},
    time::Moment,
};

use crate::{
    geometry::{
        algedonic::Holder,
        lamp::{Course, Face, Look, Tone},
    },
    recursion::{MOST_OPERATIONS, Place, Recursion, SYSTEMS, Stand},
    silence,
    words::{self, Counts},
};

/// What hangs in one place of the drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seat {
    /// Its lamp; none where nothing is heard.
    pub face: Option<Face>,
    /// Whether it holds a signal that asks for somebody, or one left from here.
    pub hot: bool,
    /// Whether it holds a signal that pleases.
    pub better: bool,
    /// How many signals stand here beside the one that is shown.
    pub more: usize,
    /// Whether something here is silent because nothing comes from its source.
    pub out: bool,
}

/// Every place of the drawing, and the paths that signals climbed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seats {
    /// In the order of [`SYSTEMS`].
    pub systems: [Seat; SYSTEMS.len()],
    /// From the top.
    pub operations: [Seat; MOST_OPERATIONS],
    /// Between an operation and the next, from the top.
    pub seams: [Seat; MOST_OPERATIONS],
    /// The operation a path begins in, and where it ends.
    pub climbs: Vec<(usize, Holder)>,
}

/// An open signal of this recursion and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// The signal.
    pub signal: &'a Signal,
    /// Where it stands.
    pub stand: Stand,
}

/// The open signals of a recursion, the most urgent first: what asks for somebody, what was sudden, what pleases; of
/// each the least time left, then the largest.
///
/// The order does not depend on the time of day, so nothing moves unless a signal comes, goes or is revised.
pub fn open<'a>(picture: &'a Picture, recursion: &Recursion<'a>) -> Vec<Open<'a>> {
    let stand = |signal| Some(Open { signal, stand: recursion.stand(signal)? });
    let mut open: Vec<_> = picture.signals.values().filter_map(stand).collect();
    let urgency = |signal: &Signal| {
        let ends_at = signal.allowance.map_or(i64::MAX, |allowance| allowance.ends_at.unix_millis());
        (signal.rank(), ends_at)
    };
    open.sort_by(|a, b| {
        let bigger = b.signal.sd.abs().total_cmp(&a.signal.sd.abs());
        urgency(a.signal).cmp(&urgency(b.signal)).then(bigger).then_with(|| a.signal.id.cmp(&b.signal.id))
    });
    open
}

/// How many signals of which sort are open.
pub fn counts(open: &[Open<'_>]) -> Counts {
    let count = |counts: Counts, open: &Open<'_>| match open.signal {
        signal if signal.asks() => {
            let climbing = counts.climbing + usize::from(climbed(signal));
            Counts { open: counts.open + 1, climbing, ..counts }
        }
        signal if signal.direction == Direction::Pain => Counts { sudden: counts.sudden + 1, ..counts },
        _ => Counts { better: counts.better + 1, ..counts },
    };
    open.iter().fold(Counts::default(), count)
}

/// What hangs where.
pub fn seats(picture: &Picture, recursion: &Recursion<'_>, open: &[Open<'_>], now: Moment) -> Seats {
    let mut seats = Seats::default();
    for lamp in picture.lamps.values() {
        if let Some(place) = recursion.place(&lamp.unit, lamp.system) {
            let seat = seats.at(place);
            if rank(seat.face.as_ref().map(|face| face.look)) < rank(Some(look(lamp))) {
                seat.face = Some(resting(picture, lamp, now));
            }
            seat.out |= matches!(lamp.because, Some(Because::Outage { .. }));
        }
    }
    for open in open {
        seats.stand(picture, open, now);
    }
    seats
}

/// The face of a signal at `now`. Where its lamp is silent, nobody knows whether it still is as it was: it is hatched.
pub fn face(picture: &Picture, signal: &Signal, now: Moment) -> Face {
    let silent = silent(picture, signal);
    Face {
        look: silent.map_or_else(|| Look::Kind(signal.kind, course(signal)), look),
        tone: if signal.direction == Direction::Pain { Tone::Pain } else { Tone::Pleasure },
        used: signal.allowance.map(|allowance| (allowance.used(now) * 100.0).clamp(0.0, 100.0) as u8),
        held: signal.state == State::Acknowledged,
        climbed: climbed(signal),
        sudden: signal.tier == Tier::Sudden,
        age: silent.map(|lamp| words::age(now.since(lamp.since))),
        why: silent.and_then(|lamp| silence::why(picture, lamp)),
    }
}

/// The lamp of the indicator that a signal was seen on, where that is silent.
pub fn silent<'p>(picture: &'p Picture, signal: &Signal) -> Option<&'p Lamp> {
    let lamp = signal.indicators.first().and_then(|id| picture.lamps.get(id));
    lamp.filter(|lamp| lamp.aspect == Aspect::Silent)
}

/// Which way a signal went.
pub fn course(signal: &Signal) -> Course {
    if signal.size < 0.0 { Course::Down } else { Course::Up }
}

/// Whether a signal has left the unit it arose in.
fn climbed(signal: &Signal) -> bool {
    signal.state == State::Escalated || signal.held_by != signal.unit
}

impl Seats {
    fn at(&mut self, place: Place) -> &mut Seat {
        match place {
            Place::System(i) => &mut self.systems[i],
            Place::Operation(i) => &mut self.operations[i],
            Place::Seam(i) => &mut self.seams[i],
        }
    }

    /// Both operations of a seam are hot.
    fn heat(&mut self, place: Place) {
        if let Place::Seam(i) = place {
            self.operations.iter_mut().skip(i).take(2).for_each(|seat| seat.hot = true);
        }
        self.at(place).hot = true;
    }

    /// Signals come most urgent first, so the first that stands in a place is the one that is shown.
    fn stand(&mut self, picture: &Picture, open: &Open<'_>, now: Moment) {
        let Open { signal, stand } = *open;
        if stand.at != Some(stand.origin) {
            let seat = self.at(stand.origin);
            if !seat.face.as_ref().is_some_and(Face::is_signal) {
                seat.face = Some(Face { look: Look::Origin, tone: Tone::Pain, ..Face::default() });
            }
        }
        if signal.asks() {
            self.heat(stand.origin);
            stand.at.into_iter().for_each(|place| self.heat(place));
        }
        self.climbs.extend(stand.climb.filter(|climb| !self.climbs.contains(climb)));
        let Some(place) = stand.at else { return };
        let seat = self.at(place);
        match &seat.face {
            Some(shown) if shown.is_signal() => seat.more += 1,
            _ => seat.face = Some(face(picture, signal, now)),
        }
        seat.better |= signal.direction == Direction::Pleasure;
    }
}

/// The look of a lamp without its signal: the signals of a picture say themselves how they look.
fn look(lamp: &Lamp) -> Look {
    match lamp.aspect {
        Aspect::Silent => Look::Silent,
        Aspect::Young => Look::Young,
        Aspect::Muted => Look::Muted,
        Aspect::Calm | Aspect::Transient | Aspect::Level | Aspect::Slope | Aspect::Variance => Look::Calm,
    }
}

fn resting(picture: &Picture, lamp: &Lamp, now: Moment) -> Face {
    let look = look(lamp);
    let age = (look == Look::Silent).then(|| words::age(now.since(lamp.since)));
    Face { look, age, why: silence::why(picture, lamp), ..Face::default() }
}

/// Which of two resting lamps speaks for their place: silence always, youth only where nothing is known better.
fn rank(look: Option<Look>) -> u8 {
    match look {
        None => 0,
        Some(Look::Muted) => 1,
        Some(Look::Young) => 2,
        Some(Look::Silent) => 4,
        Some(Look::Calm | Look::Origin | Look::Kind(..)) => 3,
    }
}

#[cfg(test)]
mod tests {
    use cybernet::faults::Why;
    use vsm::{
        id::UnitId,
        signal::{Allowance, Kind},
    };

    use super::*;
    use crate::sample::{self, NOW, minutes};

    fn seated(picture: &Picture) -> Seats {
        let recursion = Recursion::of(picture, None).unwrap();
        seats(picture, &recursion, &open(picture, &recursion), NOW)
    }

    fn looks(seats: &Seats) -> Vec<&'static str> {
        let shown = |seat: &Seat| seat.face.as_ref().map_or("-", |face| face.look.name());
        seats.systems.iter().chain(&seats.operations[..3]).map(shown).collect()
    }

    #[test]
    fn a_place_nobody_reports_from_has_no_lamp() {
        assert_eq!(looks(&seated(&sample::picture())), ["-", "calm", "calm", "-", "-", "calm", "calm", "-"]);
    }

    #[test]
    fn a_signal_lights_its_operation_and_makes_it_hot() {
        let seats = seated(&sample::alarm([sample::signal("cards.accepted", "cards")]));
        assert_eq!(looks(&seats)[6], "level-down");
        assert!(seats.operations[1].hot && !seats.operations[0].hot);
        assert_eq!(seats.operations[1].face.as_ref().and_then(|face| face.used), Some(8));
    }

    #[test]
    fn one_silent_team_is_visible_among_calm_ones() {
        let mut picture = sample::picture();
        let lamp = picture.lamps.values_mut().find(|lamp| lamp.indicator.as_str() == "cards.accepted").unwrap();
        (lamp.aspect, lamp.since) = (Aspect::Silent, NOW - minutes(13));
        let seats = seated(&picture);
        assert_eq!(looks(&seats)[6], "silent");
        assert_eq!(seats.operations[1].face.as_ref().unwrap().sentence(), "silent for 13 min");
    }

    #[test]
    fn a_signal_whose_indicator_is_silent_is_hatched_keeps_its_clock_and_says_why() {
        let mut picture = sample::alarm([sample::signal("cards.accepted", "cards")]);
        let why = Some(Because::Told(Why::new("no answer within 5s")));
        sample::hush(&mut picture, "cards.accepted", NOW - minutes(13), why);
        let seats = seated(&picture);
        assert_eq!((looks(&seats)[6], seats.operations[1].more), ("silent", 0));
        let face = seats.operations[1].face.as_ref().unwrap();
        let says = "pain silent for 13 min 8 % of the allowance used, no answer within 5s";
        assert_eq!((face.sentence().as_str(), face.blink(), face.tone), (says, Some(1), Tone::Pain));
        let other = sample::signal("payments.errors", "payments");
        picture.signals.insert(other.id.clone(), other);
        assert_eq!(seated(&picture).operations[1].more, 1, "both are counted");
    }

    #[test]
    fn time_left_comes_first_and_pleasure_last() {
        let pain = |id: &str, unit: &str, left| Signal {
            allowance: Some(Allowance { started_at: NOW, ends_at: NOW + minutes(left) }),
            ..sample::signal(id, unit)
        };
        let better =
            Signal { direction: Direction::Pleasure, allowance: None, ..sample::signal("marea.load", "marea") };
        let picture =
            sample::alarm([better, pain("cards.accepted", "cards", 30), pain("payments.errors", "payments", 5)]);
        let recursion = Recursion::of(&picture, None).unwrap();
        let open = open(&picture, &recursion);
        let order: Vec<_> = open.iter().map(|open| open.signal.indicators[0].as_str()).collect();
        assert_eq!(order, ["payments.errors", "cards.accepted", "marea.load"]);
        assert_eq!(counts(&open), Counts { open: 2, better: 1, ..Counts::default() });
        assert_eq!(seats(&picture, &recursion, &open, NOW).operations[1].more, 1, "two signals in one circle");
    }

    #[test]
    fn what_was_sudden_stands_behind_all_that_have_a_clock_and_heats_nothing() {
        let sudden = Signal {
            tier: Tier::Sudden,
            kind: Kind::Transient,
            sd: -40.0,
            allowance: None,
            ..sample::signal("checkout.latency", "checkout")
        };
        let picture = sample::alarm([sudden, sample::signal("cards.accepted", "cards")]);
        let recursion = Recursion::of(&picture, None).unwrap();
        let open = open(&picture, &recursion);
        assert_eq!(open[1].signal.tier, Tier::Sudden);
        assert_eq!(counts(&open), Counts { open: 1, sudden: 1, ..Counts::default() });
        let seats = seats(&picture, &recursion, &open, NOW);
        assert_eq!([0, 1].map(|i| seats.operations[i].hot), [false, true]);
        let face = seats.operations[0].face.as_ref().unwrap();
        assert_eq!((face.sentence().as_str(), face.blink()), ("pain transient sudden, no clock", None));
    }

    #[test]
    fn a_joint_signal_heats_both_operations_and_shows_one_lamp() {
        let mut signal = sample::signal("checkout.latency", "checkout");
        signal.indicators.extend(sample::signal("cards.accepted", "cards").indicators);
        let seats = seated(&sample::alarm([signal]));
        assert_eq!(seats.seams[0].face.as_ref().map(|face| face.look.name()), Some("level-down"));
        assert_eq!([0, 1, 2].map(|i| seats.operations[i].hot), [true, true, false]);
        assert_eq!(looks(&seats)[5..7], ["calm", "calm"]);
    }

    #[test]
    fn a_climbed_signal_leaves_a_dot_and_stands_in_three() {
        let held_by = UnitId::parse("marea").unwrap();
        let state = State::Escalated;
        let seats =
            seated(&sample::alarm([Signal { held_by, state, ..sample::signal("payments.errors", "payments") }]));
        assert_eq!((looks(&seats)[2], looks(&seats)[6]), ("level-down", "origin"));
        assert!(seats.systems[2].face.as_ref().unwrap().climbed);
        assert_eq!(seats.climbs, [(1, Holder::Three)]);
    }
}
