//! The room: where it listens, where it keeps what it has, and whose room it is.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use vsm::{id::UnitId, organisation::Organisation, unit::Unit};

use crate::{document, entry::Entry, fault::Fault, organisation, section::Section, senders::Senders};

/// The keys by which a file is known to be a room's.
pub(crate) const KEYS: [&str; 6] = ["listen", "archive", "organisation", "snapshot_every", "trusted_network", "keep"];

/// The year in which Chile's operations room was built.
const PORT: u16 = 1972;
const SECOND: Duration = Duration::from_secs(1);
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
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
    /// How long the archive keeps what.
    pub keep: Keep,
    /// Whether everyone who can reach the door may come in, so that it may be open beyond this machine.
    pub trusted_network: bool,
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
            keep: Keep::default(),
            trusted_network: false,
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
    let trusted_network = root.or("trusted_network", false, Entry::truth);
    let listen = root.or("listen", default.listen, |entry| entry.address("127.0.0.1:1972"));
    let archive = root.or("archive", root.report().folder().join(default.archive), Entry::path);
    let snapshot_every = root.or("snapshot_every", SNAPSHOT_EVERY, |entry| entry.duration(SECOND..=DAY));
    let organisation = root.or("organisation", (default.organisation, default.senders), organisation_in_file);
    let keep = root.or("keep", Keep::default(), |entry| keep(entry.section()?));
    root.finish();
    keep_in(&root, listen?, trusted_network);
    let (organisation, senders) = organisation?;
    Some(Room {
        listen: listen?,
        archive: archive?,
        organisation,
        senders,
        snapshot_every: snapshot_every?,
        keep: keep?,
        trusted_network: trusted_network?,
    })
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

/// A door beyond this machine has to be meant: whoever comes through it can read and send.
fn keep_in(root: &Section<'_>, listen: SocketAddr, trusted_network: Option<bool>) {
    if listen.ip().is_loopback() || trusted_network != Some(false) {
        return;
    }
    let why = "is reached from beyond this machine, by everyone on that network";
    let right = "listen on 127.0.0.1, or write trusted_network = true if that is meant";
    root.fault("listen", format!("{listen} {why}; {right}"));
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
    fn a_door_beyond_this_machine_has_to_be_meant() {
        let open = "version = 1\nlisten = \"0.0.0.0:80\"";
        let fault = "room.toml:2: listen: 0.0.0.0:80 is reached from beyond this machine, by everyone on that network; \
                     listen on 127.0.0.1, or write trusted_network = true if that is meant";
        assert_eq!(faults(open), [fault]);
        let meant = format!("{open}\ntrusted_network = true");
        assert!(document::parse(Path::new("room.toml"), &meant, room).is_ok());
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
