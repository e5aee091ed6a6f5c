//! What a process uses, as Linux counts it, and how durations are spread.

use std::{
    fmt, fs,
    time::{Duration, Instant},
};

/// Linux tells programs about processor time in hundredths of a second, on every architecture there is a room for.
const TICK: Duration = Duration::from_millis(10);

/// What a process has used.
pub(crate) struct Gauge {
    /// Processor time, user and system together.
    pub(crate) processor: Duration,
    /// Memory, in MB.
    pub(crate) resident: f64,
    /// The most it ever was, in MB.
    pub(crate) most_resident: f64,
}

/// Reads what a process has used by some moment, then.
pub(crate) async fn read_at(at: Instant, process: u32) -> Gauge {
    tokio::time::sleep_until(at.into()).await;
    Gauge::read(process)
}

impl Gauge {
    /// Reads `/proc`.
    pub(crate) fn read(process: u32) -> Self {
        let read = |file| fs::read_to_string(format!("/proc/{process}/{file}")).expect("the room runs on this Linux");
        let (stat, status) = (read("stat"), read("status"));
        // What follows the name, which may hold anything, in brackets: state is field 3, utime and stime 14 and 15.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks: u32 = fields[11..13].iter().filter_map(|field| field.parse::<u32>().ok()).sum();
        let megabytes = |name| {
            let line = status.lines().find_map(|line: &str| line.strip_prefix(name));
            let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            kilobytes.unwrap_or(f64::NAN) * 1024.0 / 1e6
        };
        Self { processor: TICK * ticks, resident: megabytes("VmRSS:"), most_resident: megabytes("VmHWM:") }
    }
}

/// How durations are spread.
pub(crate) struct Quantiles(Vec<Duration>);

impl Quantiles {
    pub(crate) fn of(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Self(durations)
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((share * last as f64).round() as usize).map_or(f64::NAN, |it| it.as_secs_f64() * 1e3)
    }
}

impl fmt::Display for Quantiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("           - not measured");
        }
        write!(
            f,
            "{:>12.1} ms p50, {:.1} ms p99, {:.1} ms at most, of {}",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0),
            self.0.len()
        )
    }
}
