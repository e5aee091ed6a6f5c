//! A small organisation for the tests: Marea with Checkout, Payments (which holds Cards) and Search.

use std::{collections::BTreeMap, time::Duration};

use cybernet::{
    outage::{Because, Lack, Outage},
    picture::{Aspect, Lamp, Picture},
    starting::{Starting, Step},
    trace::{Band, Point, Trace},
};
use vsm::{
    id::{AgentId, IndicatorId, UnitId},
    indicator::{Direction, Good, Indicator},
    organisation::Organisation,
    signal::{Allowance, Expected, Kind, Signal, SignalId, State, Tier, Voice},
    subsystem::{Layer, Subsystem},
    time::Moment,
    unit::Unit,
};

/// Friday, 20 November 2026, 14:44:06 UTC.
pub(crate) const NOW: Moment = Moment::from_unix_millis(1_795_185_846_000);

pub(crate) fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

/// A room that starts and is so far.
pub(crate) fn starting(share: f64) -> Starting {
    let entries = (share * 100.0) as u64;
    Starting { step: Step::Replays, entries, of: 100, share, seconds: 2.0, words: "the room starts".to_owned() }
}

fn unit(id: &str, name: &str, parent: Option<&str>) -> Unit {
    let parse = |name| UnitId::parse(name).expect("a sample name is a name");
    Unit {
        id: parse(id),
        name: name.to_owned(),
        parent: parent.map(parse),
        owner: format!("{name} crew"),
        allowance: minutes(60),
        time_zone: None,
    }
}

fn indicator(id: &str, name: &str, unit: &str, system: Subsystem) -> Indicator {
    let id = IndicatorId::parse(id).expect("a sample name is a name");
    Indicator {
        name: name.to_owned(),
        unit: UnitId::parse(unit).expect("a sample name is a name"),
        system,
        measure: "%".to_owned(),
        cadence: Some(Duration::from_secs(1)),
        good: Good::Up,
        essential: system == Subsystem::Control,
        ..Organisation::unowned(id.clone(), UnitId::parse(unit).expect("a sample name is a name"))
    }
}

fn lamp(of: &Indicator) -> Lamp {
    Lamp {
        indicator: of.id.clone(),
        unit: of.unit.clone(),
        system: of.system,
        aspect: Aspect::Calm,
        direction: None,
        since: NOW - minutes(90),
        signal: None,
        rehearsed: false,
        because: None,
    }
}

/// A quiet picture: one calm lamp for every indicator.
pub(crate) fn picture() -> Picture {
    let units = vec![
        unit("marea", "Marea", None),
        unit("checkout", "Checkout", Some("marea")),
        unit("payments", "Payments", Some("marea")),
        unit("cards", "Cards", Some("payments")),
        unit("search", "Search", Some("marea")),
    ];
    let indicators = [
        indicator("checkout.latency", "Checkout latency", "checkout", Subsystem::Operation),
        indicator("payments.errors", "Payments errors", "payments", Subsystem::Operation),
        indicator("cards.accepted", "Cards accepted", "cards", Subsystem::Operation),
        indicator("marea.load", "Load", "marea", Subsystem::Control),
        indicator("marea.market", "Market", "marea", Subsystem::Intelligence),
    ];
    let organisation = Organisation {
        name: "Marea".to_owned(),
        time_zone: "UTC".to_owned(),
        holidays: Vec::new(),
        root: units[0].id.clone(),
        units,
        indicators: indicators.iter().map(|i| (i.id.clone(), i.clone())).collect(),
        families: Vec::new(),
    };
    let lamps = indicators.iter().map(|i| (i.id.clone(), lamp(i))).collect();
    let traces = indicators.iter().map(|i| (i.id.clone(), trace(&i.id))).collect();
    Picture { lamps, traces, ..Picture::new(organisation, NOW) }
}

/// Ten readings around 90, one a minute, the newest now.
fn trace(indicator: &IndicatorId) -> Trace {
    let point = |i: u64| Point::new(NOW - minutes(9 - i), 90.0 + (i % 2) as f64, Some(Band(88.0, 90.0, 92.0)));
    Trace {
        indicator: indicator.clone(),
        points: (0..10).map(point).collect(),
        ahead: vec![Band(87.0, 90.0, 93.0); 3],
        notes: Vec::new(),
    }
}

/// A step down that hurts, raised five minutes ago with an hour to go.
pub(crate) fn signal(indicator: &str, unit: &str) -> Signal {
    let indicator = IndicatorId::parse(indicator).expect("a sample name is a name");
    let unit = UnitId::parse(unit).expect("a sample name is a name");
    let onset_at = NOW - minutes(6);
    Signal {
        id: SignalId::new(&indicator, onset_at),
        held_by: unit.clone(),
        unit,
        system: Subsystem::Operation,
        layer: Layer::Object,
        kind: Kind::Level,
        probability: 0.972,
        direction: Direction::Pain,
        tier: Tier::Sustained,
        voice: Voice::Jump,
        score: 0.74,
        seen: 91.3,
        size: -4.5,
        sd: -4.1,
        expected: Expected { lower: 94.0, mean: 95.8, upper: 97.6 },
        raised_at: NOW - minutes(5),
        onset_at,
        state: State::Raised,
        allowance: Some(Allowance::start(NOW - minutes(5), minutes(60))),
        indicators: vec![indicator],
        runbook: None,
        rehearsed: false,
        useful: false,
    }
}

/// The picture with these signals open and their lamps lit.
pub(crate) fn alarm(signals: impl IntoIterator<Item = Signal>) -> Picture {
    let mut picture = picture();
    for signal in signals {
        if let Some(lamp) = picture.lamps.get_mut(&signal.indicators[0]) {
            lamp.aspect = Aspect::Level;
            lamp.direction = Some(signal.direction);
            lamp.signal = Some(signal.id.clone());
        }
        picture.signals.insert(signal.id.clone(), signal);
    }
    picture
}

/// Lets the lamp of an indicator be silent.
pub(crate) fn hush(picture: &mut Picture, indicator: &str, since: Moment, because: Option<Because>) {
    let lamp = picture.lamps.values_mut().find(|lamp| lamp.indicator.as_str() == indicator).expect("it has a lamp");
    (lamp.aspect, lamp.since, lamp.because) = (Aspect::Silent, since, because);
}

/// Payments and its Cards are silent because their host is gone.
pub(crate) fn gone() -> Picture {
    let mut picture = picture();
    let source = AgentId::parse("payments-host").expect("a sample name is a name");
    for indicator in ["payments.errors", "cards.accepted"] {
        hush(&mut picture, indicator, NOW - minutes(2), Some(Because::Outage { outage: source.clone() }));
    }
    let units = ["cards", "payments"].map(|unit| UnitId::parse(unit).expect("a sample name is a name")).to_vec();
    let outage = Outage { source: source.clone(), why: Lack::Link, since: NOW - minutes(3), units, indicators: 2 };
    picture.outages.insert(source, outage);
    picture
}

/// An empty organisation of one unit, as a room without a configuration has it.
pub(crate) fn bare() -> Picture {
    let root = unit("room", "Room", None);
    let organisation = Organisation {
        name: "Room".to_owned(),
        time_zone: "UTC".to_owned(),
        holidays: Vec::new(),
        root: root.id.clone(),
        units: vec![root],
        indicators: BTreeMap::new(),
        families: Vec::new(),
    };
    Picture::new(organisation, NOW)
}
