//! A part of the room is slower than it should be: counted each time, told now and then.

use std::time::Duration;

use metrics::{SharedString, counter};
use tracing::warn;

use crate::sparingly::Anywhere;

/// A commit that takes longer keeps agents waiting whom nobody else keeps.
const SLOW_COMMIT: f64 = 1.0;
const TELL_EVERY: Duration = Duration::from_secs(60);

static COMMITS: Anywhere = Anywhere::some(1, TELL_EVERY);
static FRAMES: Anywhere = Anywhere::some(1, TELL_EVERY);
/// Two: one inbox fills another.
static INBOXES: Anywhere = Anywhere::some(2, TELL_EVERY);

/// The disk took so long for a commit, in seconds.
pub struct CommitTook(pub f64);

impl CommitTook {
    /// Tells it, if that is long.
    pub fn emit(self) {
        if self.0 < SLOW_COMMIT {
            return;
        }
        counter!("synco_slow_commits_total").increment(1);
        if let Some(left_out) = COMMITS.pass() {
            warn!(
                seconds = self.0,
                left_out, "a commit was slow: nobody hears that readings were received until it is done"
            );
        }
    }
}

/// A frame for the screens was made.
pub struct FrameTook {
    /// How long it took.
    pub took: Duration,
    /// The time between two frames.
    pub of: Duration,
}

impl FrameTook {
    /// Tells it, if the next frame had to wait for it.
    pub fn emit(self) {
        if self.took <= self.of {
            return;
        }
        counter!("synco_slow_frames_total").increment(1);
        if let Some(left_out) = FRAMES.pass() {
            let (seconds, of) = (self.took.as_secs_f64(), self.of.as_secs_f64());
            warn!(seconds, of, left_out, "a frame took longer than its period: screens fall behind");
        }
    }
}

/// An inbox has stood full for some time.
pub struct InboxStandsFull {
    /// Whose.
    pub part: SharedString,
    /// How many wait in it.
    pub waiting: usize,
    /// For how long.
    pub seconds: u64,
}

impl InboxStandsFull {
    /// Tells it.
    pub fn emit(self) {
        let Self { part, waiting, seconds } = self;
        counter!("synco_full_inboxes_total", "part" => part.clone()).increment(1);
        if let Some(left_out) = INBOXES.pass() {
            warn!(%part, waiting, seconds, left_out, "an inbox stands full: whoever sends to this part waits");
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn only_what_is_slow_is_counted_and_each_time() {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            [0.2, 1.5, 3.0].into_iter().for_each(|seconds| CommitTook(seconds).emit());
            let of = Duration::from_millis(100);
            [99, 100, 101].into_iter().for_each(|ms| FrameTook { took: Duration::from_millis(ms), of }.emit());
            InboxStandsFull { part: "journal".into(), waiting: 64, seconds: 3 }.emit();
        });
        let page = recorder.handle().render();
        for line in [
            "synco_slow_commits_total 2\n",
            "synco_slow_frames_total 1\n",
            "synco_full_inboxes_total{part=\"journal\"} 1\n",
        ] {
            assert!(page.contains(line), "{page}");
        }
    }
}
