//! A room that watches one indicator, and the readings to play to it.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::time::Duration;

use cybernet::picture::{Aspect, Lamp};
use opsroom::opsroom::Opsroom;
use vsm::{
    id::{IndicatorId, UnitId},
    indicator::{Good, Indicator},
    organisation::Organisation,
    reading::Reading,
    signal::Signal,
    time::Moment,
    unit::Unit,
};

/// The second `i` of the rehearsal.
pub(crate) fn at(i: i32) -> Moment {
    Moment::from_unix_millis(1_763_600_000_000 + i64::from(i) * 1000)
}

/// A level of 100 with noise of one standard deviation, the same at every run.
pub(crate) fn steady(i: i32) -> f64 {
    100.0 + noise(0, i)
}

/// Noise of mean 0 and one standard deviation: twelve uniform numbers less six.
pub(crate) fn noise(seed: i32, i: i32) -> f64 {
    let mut state = (i.wrapping_add(seed.wrapping_mul(1_000_003)) as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut uniform = || {
        state ^= state >> 33;
        state = state.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        state ^= state >> 29;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let sum: f64 = (0..12).map(|_| uniform()).sum();
    sum - 6.0
}

pub(crate) fn indicator() -> Indicator {
    let unit = UnitId::parse("payments").unwrap();
    let id = IndicatorId::parse("payments.latency").unwrap();
    let cadence = Some(Duration::from_secs(1));
    Indicator { cadence, measure: "ms".to_owned(), good: Good::Down, ..Organisation::unowned(id, unit) }
}

pub(crate) fn organisation(indicator: Indicator) -> Organisation {
    let unit = |id: &str, parent: Option<&str>| Unit {
        id: UnitId::parse(id).unwrap(),
        name: id.to_owned(),
        parent: parent.map(|parent| UnitId::parse(parent).unwrap()),
        owner: id.to_owned(),
        allowance: Duration::from_secs(900),
        time_zone: None,
    };
    let units = vec![unit("marea", None), unit("payments", Some("marea"))];
    Organisation {
        name: "Marea".to_owned(),
        time_zone: "UTC".to_owned(),
        holidays: Vec::new(),
        root: units[0].id.clone(),
        units,
        indicators: [(indicator.id.clone(), indicator)].into(),
        families: Vec::new(),
    }
}

/// A room and the indicator whose readings are played to it, one a second.
pub(crate) struct Rehearsal {
    pub(crate) room: Opsroom,
    pub(crate) indicator: IndicatorId,
    played: i32,
}

impl Rehearsal {
    pub(crate) fn of(good: Good) -> Self {
        Self::with(|indicator| indicator.good = good)
    }

    pub(crate) fn with(change: impl FnOnce(&mut Indicator)) -> Self {
        let mut indicator = indicator();
        change(&mut indicator);
        let id = indicator.id.clone();
        Self { room: Opsroom::new(organisation(indicator), at(0)), indicator: id, played: 0 }
    }

    /// Plays readings and writes down the lamp after each.
    pub(crate) fn play(&mut self, values: impl IntoIterator<Item = f64>) -> String {
        let mut lamps = String::new();
        for value in values {
            self.take(self.played, value);
            self.played += 1;
            lamps.push(letter(self.lamp().aspect));
        }
        lamps
    }

    /// One reading, measured and received at second `i`.
    pub(crate) fn take(&mut self, i: i32, value: f64) {
        let reading = Reading::new(self.indicator.clone(), at(i), value).unwrap();
        self.room.take(&[reading], at(i.max(self.played)), false);
    }

    /// The one signal that is open.
    pub(crate) fn signal(&self) -> Signal {
        let signals = &self.room.picture().signals;
        assert_eq!(signals.len(), 1, "one signal is open");
        signals.values().next().unwrap().clone()
    }

    pub(crate) fn lamp(&self) -> &Lamp {
        &self.room.picture().lamps[&self.indicator]
    }
}

fn letter(aspect: Aspect) -> char {
    match aspect {
        Aspect::Calm => '.',
        Aspect::Transient => 't',
        Aspect::Level => 'L',
        Aspect::Slope => 'S',
        Aspect::Variance => 'V',
        Aspect::Silent => '-',
        Aspect::Young => '?',
        Aspect::Muted => 'm',
    }
}
