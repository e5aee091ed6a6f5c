//! An agent: which room it speaks to, what it keeps, and which probes it runs.

mod finder;
mod number;
mod plausible;
mod probe;
mod rehearsal;
mod token;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use vsm::{
    id::{AgentId, IndicatorId},
    itself,
};

#[cfg(test)]
pub(crate) use self::probe::kinds;
pub use self::{
    finder::{Finder, Pattern},
    number::Number,
    plausible::Plausible,
    probe::{
        Command, CommandQuantity, CountedLines, FileQuantity, FileToRead, GitQuantity, Headers, HostQuantity,
        HttpQuantity, HttpRequest, Labels, Log, Probe, Process, ProcessQuantity, Repository, Scrape, ScrapedSeries,
        Selector, Source, StatsdSeries, StatsdServer, Stdin, Take, Webhook, WebhookQuantity, Which,
    },
    rehearsal::{Event, Rehearsal, RehearsedSeries, Swing, What},
    token::Token,
};
use crate::{document, entry::Entry, fault::Fault, section::Section};

/// The keys by which a file is known to be an agent's.
pub(crate) const KEYS: [&str; 8] =
    ["agent", "room", "token", "token_file", "authorities", "rehearsal", "outbox", "probe"];

const ROOM: &str = "ws://127.0.0.1:1972/api/v1/agent";
const MOST_READINGS: u64 = 1_000_000;
const MEGABYTE: u64 = 1_000_000;
const MOST_MEGABYTES: u64 = 200;
/// More than a disk of a team's machine has.
const LARGEST_OUTBOX: u64 = 1_000_000;
const DAY: Duration = Duration::from_secs(86_400);
const KEEP_FOR: Duration = Duration::from_secs(30 * 86_400);
const MINUTE: Duration = Duration::from_secs(60);

/// What an agent needs to know before it starts.
#[derive(Clone, PartialEq)]
pub struct Agent {
    /// Its name at the door of the room.
    pub id: AgentId,
    /// The websocket of the room.
    pub room: String,
    /// What it shows at the door, if the room asks.
    pub token: Option<Token>,
    /// A file of certificates, in PEM, of authorities that this machine does not know: the room's own, for example.
    pub authorities: Option<PathBuf>,
    /// Whether what it sends is invented; the wall says so.
    pub rehearsal: bool,
    /// Where readings wait until the room has them.
    pub outbox: Outbox,
    /// What it reads.
    pub probes: Vec<Probe>,
    /// What the team knows of some of its indicators before they leave.
    pub plausible: BTreeMap<IndicatorId, Plausible>,
}

/// Where readings wait until the room has them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outbox {
    /// Its folder.
    pub folder: PathBuf,
    /// How many readings it keeps; beyond them the oldest go.
    pub most_readings: u64,
    /// How many bytes of the disk it takes for them; beyond these the oldest go.
    pub most_bytes: u64,
    /// How long a reading waits for the room before it goes.
    pub keep_for: Duration,
}

/// Without the token, which is nobody else's business.
impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, room, token: _, authorities, rehearsal, outbox, probes, plausible } = self;
        let mut agent = f.debug_struct("Agent");
        agent.field("id", id).field("room", room).field("authorities", authorities).field("rehearsal", rehearsal);
        agent.field("outbox", outbox).field("probes", probes).field("plausible", plausible).finish_non_exhaustive()
    }
}

/// Reads an agent, or says everything that is wrong with it.
pub fn read(file: &Path) -> Result<Agent, Vec<Fault>> {
    document::read(file, agent)
}

/// The same for text that is already here; `file` is its name in the faults, and its folder that of what it names.
pub fn parse(file: &Path, text: &str) -> Result<Agent, Vec<Fault>> {
    document::parse(file, text, agent)
}

pub(crate) fn agent(mut root: Section<'_>) -> Option<Agent> {
    let id = root.must("agent", r#""payments-host""#, Entry::source);
    let room = root.or("room", ROOM.to_owned(), |entry| entry.url(&["ws://", "wss://"]));
    let token = token::token(&mut root);
    let authorities = root.may("authorities", Entry::path);
    let rehearsal = root.or("rehearsal", false, Entry::truth);
    let default = Outbox {
        folder: root.report().folder().join("outbox"),
        most_readings: MOST_READINGS,
        most_bytes: MOST_MEGABYTES * MEGABYTE,
        keep_for: KEEP_FOR,
    };
    let outbox = root.or("outbox", default.clone(), |entry| outbox(entry.section()?, default));
    let written = root.sections("probe");
    let indicators = root.sections("indicator");
    root.finish();
    if written.is_empty() {
        root.fault("probe", "nothing is read; write one: [[probe]] and under it kind = \"host\"".to_owned());
    }
    let mut ledger = Ledger { rehearsal: rehearsal == Some(true), ..Ledger::default() };
    let probes: Vec<_> = written.into_iter().map(|section| probe::probe(section, &mut ledger)).collect();
    let probes: Option<Vec<Probe>> = probes.into_iter().collect();
    let indicators: Vec<_> = indicators.into_iter().map(plausible::indicator).collect();
    plausible::check(&indicators, &ledger);
    Some(Agent {
        id: id?,
        room: room?,
        token: token?,
        authorities: authorities?,
        rehearsal: rehearsal?,
        outbox: outbox?,
        probes: plausible::split(probes?, &indicators)?,
        plausible: plausible::by_indicator(&indicators)?,
    })
}

fn outbox(mut section: Section<'_>, default: Outbox) -> Option<Outbox> {
    let folder = section.or("folder", default.folder, Entry::path);
    let most_readings = section.or("most_readings", default.most_readings, |entry| {
        entry.check(Entry::natural, |most| 1 <= *most, |_| "an outbox holds at least 1".to_owned())
    });
    let most_megabytes = section.or("most_megabytes", MOST_MEGABYTES, |entry| {
        let wish = |_: &u64| format!("between 1 and {LARGEST_OUTBOX} is right");
        entry.check(Entry::natural, |most| (1..=LARGEST_OUTBOX).contains(most), wish)
    });
    let keep_for = section.or("keep_for", default.keep_for, |entry| entry.duration(MINUTE..=3650 * DAY));
    section.finish();
    let most_bytes = most_megabytes? * MEGABYTE;
    Some(Outbox { folder: folder?, most_readings: most_readings?, most_bytes, keep_for: keep_for? })
}

/// What the probes of one agent share: each indicator has one source, and only a rehearsal invents readings.
#[derive(Default)]
struct Ledger {
    rehearsal: bool,
    /// The line of the probe that reads standard input.
    stdin_taken: Option<usize>,
    /// The line on which each indicator was first named.
    taken: BTreeMap<IndicatorId, usize>,
}

impl Ledger {
    fn take(&mut self, entry: Entry<'_>) -> Option<IndicatorId> {
        let id = entry.clone().indicator()?;
        if itself::is_kept(&id) {
            return entry.fault(format!("found {entry}; names that begin with {} are the room's own", itself::PREFIX));
        }
        if let Some(line) = self.taken.get(&id) {
            return entry.fault(format!("\"{id}\" is read on line {line}; an indicator has one source"));
        }
        self.taken.insert(id.clone(), entry.line_number());
        Some(id)
    }
}

#[cfg(test)]
mod tests;
