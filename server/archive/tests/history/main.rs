//! What history promises: what was kept comes back, whole or in aggregates, whatever is done in the background.

mod annotations;
mod asking;
mod damage;
mod keeping;
mod retention;

use archive::{Archive, Band, Batch, History, PastReading, Points, Policy, Position, Taken, Tidied};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use std::{fs, time::Duration};
use tempfile::TempDir;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A midnight.
const MIDNIGHT: i64 = 20_000 * DAY;
/// More than any test keeps.
const ALL: usize = 1_000_000;

/// The same sixteen cases every time: each writes much.
fn sixteen() -> ProptestConfig {
    let (failure_persistence, rng_seed) = (None, RngSeed::Fixed(1));
    ProptestConfig { cases: 16, failure_persistence, rng_seed, ..ProptestConfig::default() }
}

/// An archive nobody has written in, and the folder it lives in.
fn fresh() -> (Archive, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    (Archive::open(folder.path()).expect("a new archive"), folder)
}

fn reopened(archive: Archive, folder: &TempDir) -> Archive {
    drop(archive);
    Archive::open(folder.path()).expect("the archive again")
}

/// A process that is gone leaves the files as they are at that moment.
fn killed(folder: &TempDir) -> (Archive, TempDir) {
    let rescued = TempDir::new().expect("a temporary folder");
    for file in fs::read_dir(folder.path()).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), rescued.path().join(file.file_name())).expect("a copy");
    }
    (Archive::open(rescued.path()).expect("what the process left"), rescued)
}

fn at(millis: i64) -> Moment {
    Moment::from_unix_millis(millis)
}

fn indicator(name: &str) -> IndicatorId {
    IndicatorId::parse(name).expect("a name")
}

fn reading(name: &str, millis: i64, value: f64) -> Reading {
    Reading::new(indicator(name), at(millis), value).expect("a finite value")
}

fn past(name: &str, millis: i64, value: f64) -> (IndicatorId, PastReading) {
    (indicator(name), PastReading::of(&reading(name, millis, value), None))
}

/// Takes a batch into the journal, and returns where it lies.
fn journal(archive: &mut Archive, readings: Vec<Reading>) -> Position {
    let agent = AgentId::parse("host").expect("a name");
    let sequence = archive.last_taken(&agent) + 1;
    let received_at = readings.last().map_or(at(0), |reading| reading.measured_at);
    let batch = Batch { agent, sequence, received_at, rehearsal: false, readings };
    match archive.append(&[batch]).expect("room on the disk")[..] {
        [Taken::Now(position)] => position,
        ref other => panic!("not taken: {other:?}"),
    }
}

/// Takes a batch into the journal, and `readings` into history as what it held.
fn keep(archive: &mut Archive, readings: &[(IndicatorId, PastReading)]) {
    let up_to = journal(archive, Vec::new());
    let after = archive.history_position().expect("a position");
    assert!(archive.keep_history(after, up_to, readings).expect("a stretch that follows"));
}

/// Readings of `name` from `from` on, one in each `cadence`, that go up and down.
fn series(name: &str, from: i64, cadence: i64, count: i64) -> Vec<(IndicatorId, PastReading)> {
    (0..count).map(|k| past(name, from + k * cadence, ((k * 37) % 101) as f64 / 10.0)).collect()
}

/// Nothing is ever too old.
fn forever() -> Policy {
    let ever = Duration::from_secs(u64::MAX / 1000);
    Policy { journal_age: ever, journal_bytes: u64::MAX, raw: ever, minutes: ever, hours: ever }
}

/// Does all that is to be done at `now`.
fn tidied(archive: &mut Archive, policy: &Policy, now: i64) -> Vec<Tidied> {
    let mut done = Vec::new();
    loop {
        done.push(archive.tidy(policy, at(now), 10_000).expect("a tidy archive"));
        assert!(done.len() < 100_000, "it never ends");
        if !done.last().is_some_and(|tidied| tidied.more) {
            return done;
        }
    }
}

fn ask(archive: &Archive, name: &str, from: i64, to: i64, most: usize) -> History {
    archive
        .history(&indicator(name), at(from)..at(to), most)
        .expect("an archive that reads")
        .expect("a known indicator")
}

/// Every reading of `name`.
fn raw(archive: &Archive, name: &str) -> Vec<PastReading> {
    let history = ask(archive, name, i64::MIN, i64::MAX, ALL);
    assert!(history.damaged.is_empty(), "{:?}", history.damaged);
    match history.points {
        Points::Raw(readings) => readings,
        other => panic!("not raw: {other:?}"),
    }
}

/// Start, minimum, maximum and count of each bucket, and how wide it is.
fn buckets(history: &History) -> (Duration, Vec<(i64, f64, f64, u64)>) {
    let Points::Aggregated { width, aggregates, .. } = &history.points else { panic!("raw: {history:?}") };
    (*width, aggregates.iter().map(|it| (it.begins_at.unix_millis(), it.min, it.max, it.count)).collect())
}

/// Equality of readings takes -0.0 for 0.0, history does not.
fn bits(readings: &[PastReading]) -> Vec<(i64, u64, Option<[u32; 3]>, bool)> {
    let band = |band: Band| [band.forecast, band.lower, band.upper].map(f32::to_bits);
    let bits = |it: &PastReading| (it.measured_at.unix_millis(), it.value().to_bits(), it.band.map(band), it.doubtful);
    readings.iter().map(bits).collect()
}
