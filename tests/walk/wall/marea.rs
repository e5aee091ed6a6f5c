//! The organisation on the wall of these tests: Marea, with five units and an indicator for every subsystem.

use std::{fmt::Write, time::Duration};

use tests::{
    folder::Folder,
    series::{noise, now, reading},
};
use vsm::{reading::Reading, time::Moment};

/// So many readings lie behind each indicator, one a minute.
const PAST: u64 = 60;
/// The last of them is so many minutes old; the cadence is longer, so that nothing is silent.
const LATELY: u64 = 10;
const MINUTE: Duration = Duration::from_secs(60);
const CADENCE: &str = "cadence = \"15m\"";
const ORGANISATION: &str = include_str!("marea.toml");
const ROOM: &str = "version = 1\norganisation = \"organisation.toml\"\nwatch_itself = false\n";

/// An indicator, the level its series rests at, and its standard deviation.
const SERIES: [(&str, f64, f64); 13] = [
    ("marea.charter", 64.0, 0.4),
    ("marea.signups", 42.0, 2.0),
    ("marea.lead_time", 4.1, 0.2),
    ("marea.load", 74.0, 1.2),
    ("marea.rework", 13.0, 0.4),
    ("marea.findings", 32.0, 1.5),
    ("marea.collisions", 6.0, 0.3),
    ("checkout.latency", 320.0, 8.0),
    ("payments.acceptance", 95.8, 0.4),
    ("search.zero", 4.0, 0.1),
    ("search.clicks", 61.0, 1.0),
    ("mobile.queue", 7.0, 0.3),
    ("platform.builds", 11.0, 0.4),
];
/// What goes wrong in an alarm, and what gets better: how far a step goes, or how far a ramp in a reading.
const EVENTS: [(&str, &str, f64); 4] = [
    ("payments.acceptance", "step", -4.5),
    ("checkout.latency", "ramp", 24.0),
    ("mobile.queue", "step", 5.6),
    ("search.zero", "step", -1.2),
];

/// The readings of Marea, seen from one moment.
pub(crate) struct Marea {
    now: Moment,
}

impl Marea {
    /// As it is now.
    pub(crate) fn now() -> Self {
        Self { now: now() }
    }

    /// The files of a room that shows it.
    pub(crate) fn folder() -> Folder {
        let folder = Folder::empty();
        folder.write("organisation.toml", ORGANISATION);
        folder.write("room.toml", ROOM);
        folder
    }

    /// The files of a room and of an agent that rehearses an alarm, a reading a second; it begins after two.
    pub(crate) fn rehearsed() -> Folder {
        let folder = Self::folder();
        folder.write("organisation.toml", &ORGANISATION.replace(CADENCE, "cadence = \"1s\""));
        folder.write("agent.toml", &rehearsal());
        folder
    }

    /// An hour in which nothing happened to any indicator, which ends ten minutes ago.
    pub(crate) fn past(&self) -> Vec<Reading> {
        self.past_but(&[])
    }

    /// The same without some indicators.
    pub(crate) fn past_but(&self, without: &[&str]) -> Vec<Reading> {
        let ids = SERIES.iter().map(|series| series.0).filter(|id| !without.contains(id));
        ids.flat_map(|id| (0..PAST).map(|i| self.at(id, LATELY + PAST - 1 - i, 0.0))).collect()
    }

    /// Ten more readings of an indicator, the last of them now, each so far from where the series rests.
    pub(crate) fn lately(&self, id: &str, off: impl Fn(u64) -> f64) -> Vec<Reading> {
        (1..=LATELY).map(|i| self.at(id, LATELY - i, off(i))).collect()
    }

    /// Ten more readings of the four indicators to which something happens.
    pub(crate) fn alarm(&self) -> Vec<Reading> {
        let event = |(id, what, size): (&str, &str, f64)| {
            self.lately(id, |i| if what == "ramp" { size * i as f64 } else { size })
        };
        EVENTS.into_iter().flat_map(event).collect()
    }

    /// A reading so many minutes ago, so far from where its series rests.
    pub(crate) fn at(&self, id: &str, minutes: u64, off: f64) -> Reading {
        let seed = SERIES.iter().position(|series| series.0 == id).expect("an indicator of Marea");
        let (_, level, deviation) = SERIES[seed];
        let ago = Duration::from_secs(MINUTE.as_secs() * minutes);
        reading(id, self.now - ago, level + off + deviation * noise(seed as u64, minutes))
    }
}

fn rehearsal() -> String {
    let mut file = "version = 1\nagent = \"rehearsal\"\nrehearsal = true\n\
                    [[probe]]\nkind = \"rehearsal\"\ncadence = \"1s\"\npast = \"5m\"\n"
        .to_owned();
    for (id, level, deviation) in SERIES {
        writeln!(file, "[[probe.series]]\nindicator = \"{id}\"\nlevel = {level:?}\nnoise = {deviation:?}")
            .expect("a string takes everything");
        if let Some((_, what, size)) = EVENTS.into_iter().find(|event| event.0 == id) {
            let lasts = if what == "ramp" { ", lasts = \"20s\"" } else { "" };
            writeln!(file, "script = [{{ at = \"2s\", {what} = {size:?}{lasts} }}]")
                .expect("a string takes everything");
        }
    }
    file
}
