//! What a reading costs, in time and memory.

use std::{hint::black_box, mem::size_of};

use criterion::{Criterion, criterion_group, criterion_main};
use cyberstride::{Monitor, Setting};

/// A seeded noisy series: sums of the digits of a linear congruential generator, near enough to normal.
fn series(length: usize) -> Vec<f64> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..length).map(|_| 100.0 + (0..12).map(|_| uniform()).sum::<f64>() - 6.0).collect()
}

fn observe(criterion: &mut Criterion) {
    println!("a monitor takes {} bytes", size_of::<Monitor>());
    let series = series(4096);
    let mut monitor = Monitor::new(Setting::Room);
    let mut next = series.iter().cycle();
    criterion.bench_function("observe a reading", |bencher| {
        bencher.iter(|| monitor.observe(black_box(next.next().copied().unwrap_or_default())));
    });
    criterion.bench_function("forecast with an interval", |bencher| {
        bencher.iter(|| monitor.forecast(black_box(1)).map(|forecast| forecast.interval(0.95)));
    });
}

criterion_group!(benches, observe);
criterion_main!(benches);
