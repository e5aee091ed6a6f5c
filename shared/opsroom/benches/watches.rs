//! What a reading costs among few watches and among many, whose memory no cache holds.

use std::{collections::BTreeMap, hint::black_box, mem::size_of, sync::Arc, time::Duration};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use opsroom::{
    share::Share,
    watch::{State, Watch},
    watches::Watches,
};
use vsm::{
    id::{IndicatorId, UnitId},
    organisation::Organisation,
    reading::Reading,
    time::Moment,
    unit::Unit,
};

/// Readings in a batch.
const BATCH: usize = 1000;
/// Readings of each indicator before it is timed: as many as it takes to be known.
const KNOWN: i64 = 60;
const NEW_YEAR: Moment = Moment::from_unix_millis(1_767_225_600_000);

fn organisation() -> Organisation {
    let root = UnitId::parse("plant").expect("a name");
    let allowance = Duration::from_secs(60);
    let unit =
        Unit { id: root.clone(), name: "Plant".into(), parent: None, owner: "x".into(), allowance, time_zone: None };
    let (name, time_zone) = ("Plant".into(), "UTC".into());
    let (holidays, indicators, families) = (Vec::new(), BTreeMap::new(), Vec::new());
    Organisation { name, time_zone, holidays, root, units: vec![unit], indicators, families }
}

/// A batch for each thousand indicators, one after the other.
struct Round {
    names: Vec<IndicatorId>,
    second: i64,
    state: u64,
}

impl Round {
    fn of(indicators: usize) -> Self {
        let name = |i| IndicatorId::parse(&format!("load.a{}.i{}", i / 2000, i % 2000)).expect("a name");
        Self { names: (0..indicators).map(name).collect(), second: 0, state: 1 }
    }

    fn noise(&mut self) -> f64 {
        let mut sum = -3.0;
        for _ in 0..6 {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.state >> 11) as f64 / (1_u64 << 53) as f64;
        }
        100.0 + sum
    }

    fn next(&mut self) -> Vec<Vec<Reading>> {
        self.second += 1;
        let at = NEW_YEAR + Duration::from_millis(1000 * self.second as u64);
        let readings: Vec<_> = (0..self.names.len())
            .map(|i| Reading::new(self.names[i].clone(), at, self.noise()).expect("noise is finite"))
            .collect();
        readings.chunks(BATCH).map(<[Reading]>::to_vec).collect()
    }

    fn now(&self) -> Moment {
        NEW_YEAR + Duration::from_millis(1000 * self.second as u64)
    }
}

fn observe(criterion: &mut Criterion) {
    println!(
        "a watch takes {} bytes and what it has on the heap, its state {}",
        size_of::<Watch>(),
        size_of::<State>()
    );
    let mut group = criterion.benchmark_group("observe a reading");
    group.throughput(Throughput::Elements(BATCH as u64)).sample_size(20).measurement_time(Duration::from_secs(4));
    for indicators in [1000, 100_000] {
        let mut watches = Watches::new(Arc::new(organisation()), Share::WHOLE);
        let (mut round, mut out) = (Round::of(indicators), Vec::new());
        let mut observe = |batch: &[Reading], now| {
            for reading in batch {
                black_box(watches.observe(reading, now, false, &mut out));
            }
            out.clear();
        };
        for _ in 0..KNOWN {
            let batches = round.next();
            batches.iter().for_each(|batch| observe(batch, round.now()));
        }
        let mut waiting = Vec::new();
        group.bench_function(format!("among {indicators}"), |bencher| {
            bencher.iter_batched(
                || {
                    if waiting.is_empty() {
                        waiting = round.next();
                    }
                    (waiting.remove(0), round.now())
                },
                |(batch, now)| observe(&batch, now),
                criterion::BatchSize::PerIteration,
            );
        });
    }
}

criterion_group!(benches, observe);
criterion_main!(benches);
