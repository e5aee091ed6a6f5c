//! The room: where it listens, where it keeps what it has, and whose room it is.

mod beyond;

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Duration,
};

use vsm::{id::UnitId, organisation::Organisation, unit::Unit};

pub use self::beyond::{Certificate, NO_TLS, READINGS_A_SECOND, Tls};
use crate::{document, entry::Entry, fault::Fault, organisation, section::Section, senders::Senders};

/// The keys by which a file is known to be a room's.
pub(crate) const KEYS: [&str; 10] = [
    "listen",
    "archive",
    "organisation",
    "snapshot_every",
    "shards",
    "keep",
    "tls",
    "names",
    "readings_a_second",
    "watch_itself",
];

/// The year in which Chile's operations room was built.
const PORT: u16 = 1972;
const SECOND: Duration = Duration::from_secs(1);
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// More shards than processors are of no use, and a machine with more than these is not for a room.
const MOST_SHARDS: u64 = 64;
const WATCH_ITSELF: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What a room needs to know before it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// The door, for screens and agents alike.
    pub listen: SocketAddr,
    /// The folder of the archive.
    pub archive: PathBuf,
    /// The organisation whose room it is.
    pub organisation: Organisation,
    /// What it says of senders that are no agents.
    pub senders: Senders,
    /// The time between two snapshots of the detectors; a restart replays what came after the last.
    pub snapshot_every: Duration,
    /// How many threads judge, each its share of the indicators; none for one a processor.
    pub shards: Option<NonZeroUsize>,
    /// How long the archive keeps what.
    pub keep: Keep,
    /// Who speaks TLS for it; none where nobody does.
    pub tls: Option<Tls>,
    /// The names under which browsers ask for it through a proxy, in small letters; none where there is none.
    pub names: Vec<String>,
    /// How many readings a second one source may send.
    pub readings_a_second: u32,
    /// How often the room reports its own figures to itself; none if it does not.
    pub watch_itself: Option<Duration>,
}

impl Room {
    /// Whether only who shows a token may report: wherever somebody from beyond this machine can come in. Through a
    /// proxy on this machine everybody seems to come from it.
    pub fn is_locked(&self) -> bool {
        !self.listen.ip().is_loopback() || self.tls == Some(Tls::Proxy) || !self.names.is_empty()
    }
}

/// How long the archive keeps what, by age.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Keep {
    /// Batches as they were received; never less than a restart needs.
    pub journal: Duration,
    /// Readings as they came.
    pub readings: Duration,
    /// Minutes: least, mean, most and number of the readings of each.
    pub minutes: Duration,
    /// Hours, likewise.
    pub hours: Duration,
}

impl Default for Keep {
    /// A week of the journal, thirty days of readings, ninety of minutes, five years of hours.
    fn default() -> Self {
        Self { journal: 7 * DAY, readings: 30 * DAY, minutes: 90 * DAY, hours: 5 * 365 * DAY }
    }
}

/// The room without a file: on loopback, and nobody has described the organisation yet.
impl Default for Room {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            archive: PathBuf::from("archive"),
            organisation: unowned(),
            senders: Senders::default(),
            snapshot_every: SNAPSHOT_EVERY,
            shards: None,
            keep: Keep::default(),
            tls: None,
            names: Vec::new(),
            readings_a_second: READINGS_A_SECOND,
            watch_itself: Some(WATCH_ITSELF),
        }
    }
}

/// Reads a room and the organisation it names, or says everything that is wrong with both.
pub fn read(file: &Path) -> Result<Room, Vec<Fault>> {
    document::read(file, room)
}

/// The same for text that is already here; `file` is its name in the faults, and its folder that of what it names.
pub fn parse(file: &Path, text: &str) -> Result<Room, Vec<Fault>> {
    document::parse(file, text, room)
}

pub(crate) fn room(mut root: Section<'_>) -> Option<Room> {
    let default = Room::default();
    let tls = root.may("tls", beyond::tls);
    let names = root.or("names", default.names, |entry| entry.list(beyond::name));
    let readings_a_second = root.or("readings_a_second", default.readings_a_second, beyond::readings_a_second);
    let watch_itself = root.or("watch_itself", default.watch_itself, watch_itself);
    root.may("trusted_network", beyond::gone);
    let listen = root.or("listen", default.listen, |entry| entry.address("127.0.0.1:1972"));
    let archive = root.or("archive", root.report().folder().join(default.archive), Entry::path);
    let snapshot_every = root.or("snapshot_every", SNAPSHOT_EVERY, |entry| entry.duration(SECOND..=DAY));
    let organisation = root.or("organisation", (default.organisation, default.senders), organisation_in_file);
    let shards = root.may("shards", shards);
    let keep = root.or("keep", Keep::default(), |entry| keep(entry.section()?));
    root.finish();
    let (organisation, senders) = organisation?;
    beyond::ask_for_tls(&root, listen?, tls.as_ref()?);
    Some(Room {
        listen: listen?,
        archive: archive?,
        organisation,
        senders,
        snapshot_every: snapshot_every?,
        shards: shards?,
        keep: keep?,
        tls: tls?,
        names: names?,
        readings_a_second: readings_a_second?,
        watch_itself: watch_itself?,
    })
}

/// How many shards there are.
fn shards(entry: Entry<'_>) -> Option<NonZeroUsize> {
    let is_right = |count: &u64| (1..=MOST_SHARDS).contains(count);
    let count = entry.check(Entry::natural, is_right, |_: &u64| format!("between 1 and {MOST_SHARDS} is right"))?;
    NonZeroUsize::new(usize::try_from(count).ok()?)
}

/// A duration, or `false`.
fn watch_itself(entry: Entry<'_>) -> Option<Option<Duration>> {
    if entry.is_text() {
        return entry.duration(SECOND..=HOUR).map(Some);
    }
    let right = |_: &bool| "write how often, \"30s\", or false where the room does not watch itself".to_owned();
    entry.check(Entry::truth, |is_wanted| !is_wanted, right).map(|_| None)
}

/// Each for a day at least.
fn keep(mut section: Section<'_>) -> Option<Keep> {
    let default = Keep::default();
    let mut age = |key, default| section.or(key, default, |entry| entry.duration(DAY..=100 * 365 * DAY));
    let (journal, readings) = (age("journal", default.journal), age("readings", default.readings));
    let (minutes, hours) = (age("minutes", default.minutes), age("hours", default.hours));
    section.finish();
    Some(Keep { journal: journal?, readings: readings?, minutes: minutes?, hours: hours? })
}

fn organisation_in_file(entry: Entry<'_>) -> Option<(Organisation, Senders)> {
    let report = entry.report();
    let organisation = organisation::read_with_senders(&entry.path()?);
    organisation.map_err(|faults| report.adopt(faults)).ok()
}

fn unowned() -> Organisation {
    let root = UnitId::parse("room").expect("a word of small letters is a name");
    let unit = Unit {
        id: root.clone(),
        name: "This room".to_owned(),
        parent: None,
        owner: "nobody yet".to_owned(),
        allowance: organisation::ALLOWANCE,
        time_zone: None,
    };
    Organisation {
        name: "Unowned room".to_owned(),
        time_zone: "UTC".to_owned(),
        holidays: Vec::new(),
        root,
        units: vec![unit],
        indicators: Default::default(),
        families: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = document::parse(Path::new("room.toml"), text, room).unwrap_err();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_room_that_says_nothing_is_the_default_room() {
        let read = document::parse(Path::new("room.toml"), "version = 1", room).unwrap();
        assert_eq!(read, Room::default());
        assert_eq!(read.listen.to_string(), "127.0.0.1:1972");
    }

    #[test]
    fn what_a_room_names_is_relative_to_its_file() {
        let read = document::parse(Path::new("/etc/synco/room.toml"), "version = 1\narchive = \"past\"", room);
        assert_eq!(read.unwrap().archive, Path::new("/etc/synco/past"));
    }

    #[test]
    fn a_door_beyond_this_machine_speaks_tls_or_leaves_it_to_a_proxy() {
        let open = "version = 1\nlisten = \"0.0.0.0:80\"";
        assert_eq!(faults(open), [format!("room.toml:2: listen: 0.0.0.0:80 {NO_TLS}")]);
        let read = |more: &str| document::parse(Path::new("room.toml"), &format!("{open}\n{more}"), room).unwrap();
        assert_eq!(read("tls = \"proxy\"").tls, Some(Tls::Proxy));
        let own = Certificate { chain: PathBuf::from("a.pem"), key: PathBuf::from("a.key") };
        assert_eq!(read("tls = { certificate = \"a.pem\", key = \"a.key\" }").tls, Some(Tls::Own(own)));
    }

    #[test]
    fn what_is_wrong_beyond_this_machine_is_said_with_what_would_be_right() {
        let text = "version = 1\ntls = \"prox\"\nnames = [\"https://room.example.org\"]\nreadings_a_second = 1\n\
                    trusted_network = true";
        let faults = faults(text);
        let words =
            ["did you mean \"proxy\"?", "write a host as a browser shows it", "between 1000 and", "synco token add"];
        assert_eq!(faults.len(), words.len(), "{faults:?}");
        for (fault, words) in faults.iter().zip(words) {
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn a_room_is_locked_where_somebody_from_beyond_this_machine_can_come_in() {
        let locked = |text: &str| {
            document::parse(Path::new("room.toml"), &format!("version = 1\n{text}"), room).unwrap().is_locked()
        };
        assert!(!locked("") && !locked("tls = { certificate = \"a.pem\", key = \"a.key\" }"));
        assert!(locked("tls = \"proxy\"") && locked("names = [\"room.example.org\"]"));
        assert!(locked("tls = \"proxy\"\nlisten = \"[::]:1972\""));
    }

    #[test]
    fn a_room_watches_itself_as_often_as_it_is_told() {
        let read = |text: &str| document::parse(Path::new("room.toml"), &format!("version = 1\n{text}"), room);
        let every = |text: &str| read(text).unwrap().watch_itself.map(|every| every.as_secs());
        let written = ["", "watch_itself = \"5s\"", "watch_itself = false"];
        assert_eq!(written.map(every), [Some(30), Some(5), None]);
        for (text, fault) in [
            ("true", "found true; write how often, \"30s\", or false where the room does not watch itself"),
            ("30", "not true or false: 30; write one of the two without quotes"),
            ("\"2d\"", "found \"2d\"; between 1s and 1h is right"),
        ] {
            let text = format!("version = 1\nwatch_itself = {text}");
            assert_eq!(faults(&text), [format!("room.toml:2: watch_itself: {fault}")]);
        }
    }

    #[test]
    fn what_is_kept_is_kept_for_a_day_at_least() {
        let read = document::parse(Path::new("room.toml"), "version = 1\n[keep]\nreadings = \"2w\"", room);
        assert_eq!(read.unwrap().keep, Keep { readings: 14 * DAY, ..Keep::default() });
        let fault = "room.toml:3: keep.journal: found \"1h\"; between 1d and 36500d is right";
        assert_eq!(faults("version = 1\n[keep]\njournal = \"1h\""), [fault]);
    }

    #[test]
    fn every_fault_of_a_room_comes_at_once_and_those_of_its_organisation_after_them() {
        let text = "version = 1\nlisten = 1972\narchiv = \"x\"\nsnapshot_every = \"1ms\"\norganisation = \"none.toml\"";
        let faults = faults(text);
        assert_eq!(
            faults[..3],
            [
                "room.toml:2: listen: not text: 1972; write it in quotes",
                "room.toml:3: archiv: no field \"archiv\"; did you mean \"archive\"?",
                "room.toml:4: snapshot_every: found \"1ms\"; between 1s and 1d is right",
            ]
        );
        assert!(faults[3].starts_with("none.toml: "), "{faults:?}");
        assert_eq!(faults.len(), 4);
    }
}
