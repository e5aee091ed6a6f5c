//! What the room tells about itself: each happening is a log line and a counter in one.

mod ailing;
mod faults;
mod judged;
mod lost;
mod slow;

use std::{fmt::Display, net::SocketAddr, time::Duration};

use metrics::{counter, gauge, histogram};
use tracing::{debug, info, warn};
use vsm::{act::Act, id::AgentId};

pub use self::{
    ailing::{ArchiveAiling, JournalDamaged},
    faults::FaultsRefused,
    judged::Judged,
    lost::{OwnReadingsLost, ReadingsLost},
    slow::{CommitTook, FrameTook, InboxStandsFull},
};
use crate::{brief::brief, senders::book::Report, sparingly::Anywhere};

/// So many refusals are told one by one, and then for a while only counted: a peer that is refused comes again, and the
/// log is for people.
const TOLD: u32 = 20;
const TOLD_EVERY: Duration = Duration::from_secs(10);

static REFUSALS: Anywhere = Anywhere::some(TOLD, TOLD_EVERY);
static SAMPLES: Anywhere = Anywhere::some(TOLD, TOLD_EVERY);

/// The room is open.
pub struct Opened {
    /// Where it listens.
    pub at: SocketAddr,
    /// Indicators under watch, from the archive.
    pub watched: usize,
    /// Batches and acts of the journal that were taken in again after the last snapshot.
    pub replayed: u64,
}

impl Opened {
    /// Tells it.
    pub fn emit(self) {
        // A figure that is there from the start can be watched from the start.
        for name in [
            "synco_readings_taken_total",
            "synco_readings_refused_total",
            "synco_readings_unwatched_total",
            "synco_readings_lost_total",
            "synco_faults_refused_total",
            "synco_refusals_total",
            "synco_slow_commits_total",
            "synco_slow_frames_total",
            "synco_journal_damaged_total",
            "synco_batches_taken_total",
            "synco_batches_repeated_total",
            "synco_acts_taken_total",
            "synco_samples_taken_total",
            "synco_samples_refused_total",
            "synco_samples_repeated_total",
            "synco_samples_unmapped_total",
        ] {
            counter!(name).absolute(0);
        }
        for name in ["synco_agents", "synco_screens", "synco_signals_open", "synco_outages", "synco_archive_ailing"] {
            gauge!(name).set(0.0);
        }
        info!(at = %self.at, watched = self.watched, replayed = self.replayed, "room is open");
    }
}

/// An agent came or went.
pub struct AgentLink<'a> {
    /// Who.
    pub agent: &'a AgentId,
    /// Whether its readings are rehearsed.
    pub rehearsal: bool,
}

impl AgentLink<'_> {
    /// Tells that it came.
    pub fn emit_came(&self) {
        gauge!("synco_agents").increment(1.0);
        info!(agent = %self.agent, rehearsal = self.rehearsal, "agent came");
    }

    /// Tells that it went.
    pub fn emit_went(&self) {
        gauge!("synco_agents").decrement(1.0);
        info!(agent = %self.agent, "agent went");
    }
}

/// A peer said what the room does not take.
pub struct Refusal<'a> {
    /// Who, as far as known.
    pub who: &'a str,
    /// What was found and what would be right.
    pub why: &'a str,
}

impl Refusal<'_> {
    /// Counts it. The log hears of some, with the number of those it did not hear of since the last.
    pub fn emit(self) {
        counter!("synco_refusals_total").increment(1);
        if let Some(left_out) = REFUSALS.pass() {
            warn!(who = &*brief(self.who), why = &*brief(self.why), left_out, "refused");
        }
    }
}

/// Single readings of a batch were not taken.
pub struct ReadingsRefused<'a> {
    /// Whose.
    pub agent: &'a AgentId,
    /// How many.
    pub count: usize,
    /// Why the first was not.
    pub first: &'a str,
}

impl ReadingsRefused<'_> {
    /// Counts it. The log hears of it only with the number of times it did not hear of it since the last.
    pub fn emit(self, left_out: Option<u64>) {
        counter!("synco_readings_refused_total").increment(self.count as u64);
        if let Some(left_out) = left_out {
            warn!(agent = %self.agent, count = self.count, first = &*brief(self.first), left_out, "readings refused");
        }
    }
}

/// A sender that is no agent was heard; what it sent is on disk.
pub struct SenderHeard<'a> {
    /// Its name.
    pub source: &'a str,
    /// What became of its samples.
    pub report: &'a Report,
}

impl SenderHeard<'_> {
    /// Counts it. The log hears only of what was refused, and not each time.
    pub fn emit(self) {
        let Report { samples, histograms, repeated, unmapped, why, .. } = self.report;
        let refused = self.report.refused();
        counter!("synco_samples_taken_total").increment(samples + histograms - refused);
        counter!("synco_samples_refused_total").increment(refused);
        counter!("synco_samples_repeated_total").increment(*repeated);
        counter!("synco_samples_unmapped_total").increment(*unmapped);
        if let Some((why, left_out)) = why.as_ref().zip(why.as_ref().and_then(|_| SAMPLES.pass())) {
            warn!(source = self.source, refused, first = &*brief(why), left_out, "samples refused");
        }
    }
}

/// Readings of indicators that nobody has described were kept and not judged: the room watches no more of them.
pub struct ReadingsUnwatched {
    /// How many since the last.
    pub count: u64,
    /// How many indicators that nobody has described the room watches.
    pub most: usize,
}

impl ReadingsUnwatched {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_readings_unwatched_total").increment(self.count);
        warn!(
            count = self.count,
            most = self.most,
            "readings kept but not judged: too many indicators that nobody has described; put them into the organisation"
        );
    }
}

/// A part of the room ended before it was told to.
pub struct PartEnded {
    /// Its name.
    pub part: &'static str,
}

impl PartEnded {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_parts_ended_total").increment(1);
        tracing::error!(part = self.part, "a part of the room ended by itself; the room closes");
    }
}

/// The room closes without its last snapshot.
pub struct ClosedInHaste {
    /// How long was waited for it, in seconds.
    pub seconds: u64,
}

impl ClosedInHaste {
    /// Tells it.
    pub fn emit(self) {
        warn!(seconds = self.seconds, "no last snapshot in time; the next room reads the journal instead");
    }
}

/// Batches are on disk.
pub struct Committed {
    /// How many were new.
    pub batches: u64,
    /// How many had been taken before.
    pub repeated: u64,
    /// Readings in the new ones.
    pub readings: u64,
    /// How long the disk took, in seconds.
    pub seconds: f64,
}

impl Committed {
    /// Tells it; the log would only repeat the counters.
    pub fn emit(self) {
        counter!("synco_batches_taken_total").increment(self.batches);
        counter!("synco_batches_repeated_total").increment(self.repeated);
        counter!("synco_readings_taken_total").increment(self.readings);
        histogram!("synco_commit_seconds").record(self.seconds);
        CommitTook(self.seconds).emit();
    }
}

/// An act on a signal is on disk.
pub struct Acted<'a> {
    /// The act.
    pub act: &'a Act,
}

impl Acted<'_> {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_acts_taken_total").increment(1);
        info!(signal = %self.act.signal, act = self.act.answer.name(), "act taken");
    }
}

/// What the room has learned was written down.
pub struct WrittenDown {
    /// How many watches.
    pub watches: usize,
    /// How much that is, in bytes.
    pub bytes: usize,
    /// How long it took, with rests.
    pub took: Duration,
}

impl WrittenDown {
    /// Tells it.
    pub fn emit(self) {
        gauge!("synco_snapshot_bytes").set(self.bytes as f64);
        gauge!("synco_snapshot_seconds").set(self.took.as_secs_f64());
        counter!("synco_snapshots_total").increment(1);
        debug!(watches = self.watches, bytes = self.bytes, took = ?self.took, "what was learned is written down");
    }
}

/// The archive could not do what it was asked to.
pub struct ArchiveFailed<'a> {
    /// What was asked.
    pub what: &'a str,
    /// What it said.
    pub error: &'a dyn Display,
}

impl ArchiveFailed<'_> {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_archive_failures_total").increment(1);
        tracing::error!(what = self.what, error = %self.error, "archive failed");
    }
}

/// A screen came or went.
pub struct ScreenLink;

impl ScreenLink {
    /// Tells that it came.
    pub fn emit_came(&self) {
        gauge!("synco_screens").increment(1.0);
    }

    /// Tells that it went.
    pub fn emit_went(&self) {
        gauge!("synco_screens").decrement(1.0);
    }
}

/// A screen fell behind and was given a fresh picture.
pub struct ScreenLagged {
    /// How often it was told something and missed it.
    pub tellings: u64,
}

impl ScreenLagged {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_screens_lagged_total").increment(1);
        info!(tellings = self.tellings, "a screen fell behind; it gets a fresh picture");
    }
}

/// How the picture stands, told with every frame.
pub struct Pictured {
    /// Open signals.
    pub signals: usize,
    /// Sources from which nothing comes.
    pub outages: usize,
    /// Lamps.
    pub lamps: usize,
    /// Changes in the frame.
    pub changes: usize,
}

impl Pictured {
    /// Tells it.
    pub fn emit(self) {
        gauge!("synco_signals_open").set(self.signals as f64);
        gauge!("synco_outages").set(self.outages as f64);
        gauge!("synco_lamps").set(self.lamps as f64);
        counter!("synco_changes_total").increment(self.changes as u64);
    }
}
