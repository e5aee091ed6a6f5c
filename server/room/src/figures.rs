//! The room's own figures: recorded for `/metrics`, and overheard by the room itself.
//!
//! A happening counts once, through the one recorder of the process. What the room says of itself is what that recorder
//! was told, so that the wall and `/metrics` cannot differ.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SetRecorderError,
    SharedString, Unit,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// Readings that are on disk.
pub const TAKEN: &str = "synco_readings_taken_total";
/// What is refused: requests and connections, readings, samples.
pub const REFUSED: [&str; 3] = ["synco_refusals_total", "synco_readings_refused_total", "synco_samples_refused_total"];
/// Readings that never came, or that nobody judged.
pub const LOST: [&str; 2] = ["synco_readings_lost_total", "synco_readings_unwatched_total"];
/// How long the disk took for a commit, in seconds.
pub const COMMIT: &str = "synco_commit_seconds";
/// How long readings took from their receipt to their judgement, in seconds.
pub const LAG: &str = "synco_lag_seconds";

/// How often what was measured is brought into its summary; until then each number is kept.
const GATHERED_EVERY: Duration = Duration::from_secs(5);

/// What the recorder was told since the process began.
#[derive(Debug, Default)]
pub struct Overheard {
    /// Readings that are on disk.
    pub taken: AtomicU64,
    /// What was refused.
    pub refused: AtomicU64,
    /// Readings that were lost.
    pub lost: AtomicU64,
    /// Commits.
    pub commit: Worst,
    /// From receipt to judgement.
    pub lag: Worst,
}

/// The worst of some durations since it was asked for last.
#[derive(Debug, Default)]
pub struct Worst(AtomicU64);

impl Worst {
    /// In whole microseconds, one more than it was: 0 is none.
    fn note(&self, seconds: f64) {
        self.0.fetch_max((seconds.max(0.0) * 1e6) as u64 + 1, Relaxed);
    }

    /// The worst since the last time, in seconds, if there was any.
    pub fn take(&self) -> Option<f64> {
        let micros = self.0.swap(0, Relaxed).checked_sub(1)?;
        Some(micros as f64 / 1e6)
    }
}

/// Begins to record, once in a process; gives what answers at `/metrics`, and what was overheard.
///
/// # Errors
/// If somebody records already.
pub fn install() -> Result<(PrometheusHandle, Arc<Overheard>), SetRecorderError<Ears>> {
    let ears = Ears { recorder: PrometheusBuilder::new().build_recorder(), overheard: Arc::default() };
    let given = (ears.recorder.handle(), Arc::clone(&ears.overheard));
    metrics::set_global_recorder(ears)?;
    Ok(given)
}

/// Keeps the figures small, whether or not anybody asks for them, until `stop`.
pub async fn gather(figures: PrometheusHandle, stop: CancellationToken) {
    let mut tick = interval(GATHERED_EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        figures.run_upkeep();
    }
}

/// The recorder of Prometheus, and who overhears it.
#[derive(Debug)]
pub struct Ears {
    recorder: PrometheusRecorder,
    overheard: Arc<Overheard>,
}

/// One figure with its listener.
struct Told<T> {
    to: T,
    overheard: Arc<Overheard>,
    figure: for<'a> fn(&'a Overheard) -> Figure<'a>,
}

enum Figure<'a> {
    Sum(&'a AtomicU64),
    Worst(&'a Worst),
}

/// Which figure is overheard under a name, if any.
fn figure(name: &str) -> Option<for<'a> fn(&'a Overheard) -> Figure<'a>> {
    match name {
        TAKEN => Some(|heard| Figure::Sum(&heard.taken)),
        name if REFUSED.contains(&name) => Some(|heard| Figure::Sum(&heard.refused)),
        name if LOST.contains(&name) => Some(|heard| Figure::Sum(&heard.lost)),
        COMMIT => Some(|heard| Figure::Worst(&heard.commit)),
        LAG => Some(|heard| Figure::Worst(&heard.lag)),
        _ => None,
    }
}

impl CounterFn for Told<Counter> {
    fn increment(&self, value: u64) {
        self.to.increment(value);
        if let Figure::Sum(sum) = (self.figure)(&self.overheard) {
            sum.fetch_add(value, Relaxed);
        }
    }

    /// Only said of counters that begin.
    fn absolute(&self, value: u64) {
        self.to.absolute(value);
    }
}

impl HistogramFn for Told<Histogram> {
    fn record(&self, value: f64) {
        self.to.record(value);
        if let Figure::Worst(worst) = (self.figure)(&self.overheard) {
            worst.note(value);
        }
    }
}

impl Recorder for Ears {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.recorder.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        let to = self.recorder.register_counter(key, metadata);
        let Some(figure) = figure(key.name()) else { return to };
        Counter::from_arc(Arc::new(Told { to, overheard: Arc::clone(&self.overheard), figure }))
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.recorder.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        let to = self.recorder.register_histogram(key, metadata);
        let Some(figure) = figure(key.name()) else { return to };
        Histogram::from_arc(Arc::new(Told { to, overheard: Arc::clone(&self.overheard), figure }))
    }
}

#[cfg(test)]
mod tests {
    use metrics::{counter, histogram};

    use super::*;

    #[test]
    fn what_is_counted_is_overheard_and_still_counted() {
        let ears = Ears { recorder: PrometheusBuilder::new().build_recorder(), overheard: Arc::default() };
        metrics::with_local_recorder(&ears, || {
            counter!(TAKEN).absolute(0);
            counter!(TAKEN).increment(7);
            REFUSED.iter().for_each(|name| counter!(*name).increment(2));
            counter!("synco_batches_taken_total").increment(9);
            [0.25, 0.5, 0.125].into_iter().for_each(|seconds| histogram!(LAG).record(seconds));
            histogram!(COMMIT).record(0.0);
        });
        let heard = &ears.overheard;
        assert_eq!((heard.taken.load(Relaxed), heard.refused.load(Relaxed), heard.lost.load(Relaxed)), (7, 6, 0));
        assert_eq!((heard.lag.take(), heard.lag.take(), heard.commit.take()), (Some(0.5), None, Some(0.0)));
        let page = ears.recorder.handle().render();
        assert!(
            page.contains("synco_readings_taken_total 7\n") && page.contains("synco_lag_seconds_count 3\n"),
            "{page}"
        );
    }
}
