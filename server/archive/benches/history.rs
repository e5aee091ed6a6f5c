//! What a question to history costs, and what keeping it does.

use std::hint::black_box;

use archive::{Archive, Band, Batch, PastReading, Points, Policy, Taken};
use criterion::{Criterion, criterion_group, criterion_main};
use tempfile::TempDir;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

const DAY: i64 = 24 * 60 * 60 * 1000;
const START: i64 = 20_000 * DAY;
const MOST: usize = 100_000;

fn at(millis: i64) -> Moment {
    Moment::from_unix_millis(millis)
}

fn past(name: &IndicatorId, millis: i64, k: i64) -> (IndicatorId, PastReading) {
    // One decimal, noisy, the same in every run.
    let value = (k.wrapping_mul(2_654_435_761).rem_euclid(1 << 16) % 211) as f64 / 10.0;
    let reading = Reading::new(name.clone(), at(millis), value).expect("a finite value");
    (name.clone(), PastReading::of(&reading, Band::new(value + 0.3, value - 2.0, value + 2.0)))
}

fn keep(archive: &mut Archive, readings: &[(IndicatorId, PastReading)]) {
    let agent = AgentId::parse("host").expect("a name");
    let sequence = archive.last_taken(&agent) + 1;
    let batch = Batch { agent, sequence, received_at: at(START), rehearsal: false, readings: Vec::new() };
    let after = archive.history_position().expect("a position");
    let Taken::Now(up_to) = archive.append(&[batch]).expect("room on the disk")[0] else { panic!("taken before") };
    archive.keep_history(after, up_to, readings).expect("a stretch that follows");
}

/// An archive with `days` days of one indicator, everything where it belongs.
fn filled(days: i64, cadence: i64) -> (Archive, TempDir, IndicatorId) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    let load = IndicatorId::parse("plant/load").expect("a name");
    for day in 0..days {
        let moments = (0..DAY / cadence).map(|k| (START + day * DAY + k * cadence, k));
        let readings: Vec<_> = moments.map(|(millis, k)| past(&load, millis, k)).collect();
        keep(&mut archive, &readings);
        let policy = Policy { raw: std::time::Duration::from_secs(30 * 24 * 60 * 60), ..Policy::default() };
        while archive.tidy(&policy, at(START + (day + 1) * DAY), 1_000_000).expect("a tidy archive").more {}
    }
    (archive, folder, load)
}

fn count(archive: &Archive, load: &IndicatorId, days: i64, most: usize) -> usize {
    let history = archive.history(load, at(START)..at(START + days * DAY), most).expect("an archive that reads");
    match history.expect("a known indicator").points {
        Points::Raw(readings) => readings.len(),
        Points::Aggregated { aggregates, .. } => aggregates.len(),
    }
}

fn ask(criterion: &mut Criterion) {
    let cases = [
        ("a day at 1 s, raw, with forecasts", 1, 1_000, MOST),
        ("a day at 5 s, raw, with forecasts", 1, 5_000, MOST),
        ("a day at 1 s, in 1,000 points", 1, 1_000, 1_000),
        ("ten weeks at 5 s, in hours", 70, 5_000, 2_000),
        ("ten weeks at 5 s, in 1,000 points", 70, 5_000, 1_000),
        ("two weeks at 5 s, in minutes", 14, 5_000, 30_000),
    ];
    for (name, days, cadence, most) in cases {
        let (archive, _folder, load) = filled(days, cadence);
        println!("{name}: {} points", count(&archive, &load, days, most));
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| count(black_box(&archive), &load, days, most));
        });
    }
}

fn keep_and_tidy(criterion: &mut Criterion) {
    let names: Vec<_> = (0..1000).map(|k| IndicatorId::parse(&format!("plant/machine-{k}")).expect("a name")).collect();
    let folder = TempDir::new().expect("a temporary folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    let mut minute = 0;
    criterion.bench_function("keep and tidy a minute of 1,000 indicators at 5 s", |bencher| {
        bencher.iter(|| {
            let moments = (0..12).map(|k| START + minute * 60_000 + k * 5_000);
            let readings: Vec<_> =
                moments.flat_map(|millis| names.iter().map(move |name| past(name, millis, millis / 5_000))).collect();
            keep(&mut archive, &readings);
            minute += 1;
            while archive.tidy(&Policy::default(), at(START + minute * 60_000), 100_000).expect("a tidy archive").more {
            }
        });
    });
}

criterion_group!(benches, ask, keep_and_tidy);
criterion_main!(benches);
