//! What a reading costs with everything on, and whether that stays so over a million of them.

use std::{hint::black_box, mem::size_of};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cyberstride::{At, Detector, Told};

/// Five minutes, in milliseconds.
const CADENCE: i64 = 300_000;
const BLOCK: u64 = 10_000;

/// Seeded noise, around a daily swing or not.
struct Series {
    state: u64,
    row: i64,
    swing: f64,
}

impl Series {
    fn new(swing: f64) -> Self {
        Self { state: 1, row: 0, swing }
    }

    fn next(&mut self) -> (At, f64) {
        let mut uniform = || {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let noise = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
        self.row += 1;
        let day = std::f64::consts::TAU * (self.row % 288) as f64 / 288.0;
        (At::utc(CADENCE * self.row), 100.0 + self.swing * day.sin() + noise)
    }
}

/// A detector after so many readings.
fn grown(swing: f64, readings: u64) -> (Detector, Series) {
    let (mut detector, mut series) = (Detector::new(&Told::default()), Series::new(swing));
    for _ in 0..readings {
        let (at, y) = series.next();
        detector.observe(&Told::default(), at, Some(y));
    }
    (detector, series)
}

fn observe(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("detector");
    group.throughput(Throughput::Elements(BLOCK));
    let cases = [("no pattern", 0.0, BLOCK), ("daily pattern", 10.0, BLOCK), ("after a million", 10.0, 1_000_000)];
    for (name, swing, readings) in cases {
        let (mut detector, mut series) = grown(swing, readings);
        let kept = postcard::to_stdvec(&detector).map_or(0, |snapshot| snapshot.len());
        println!("{name}: {} bytes and what it points to; a snapshot of {kept} bytes", size_of::<Detector>());
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || (0..BLOCK).map(|_| series.next()).collect::<Vec<_>>(),
                |block| {
                    for (at, y) in block.iter() {
                        black_box(detector.observe(&Told::default(), *at, Some(*y)));
                    }
                },
                criterion::BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, observe);
criterion_main!(benches);
