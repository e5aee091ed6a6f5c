//! How fast counters grow.

use std::collections::HashMap;

use vsm::time::Moment;

use super::text::Sample;

/// The last counts of the samples that make one indicator.
#[derive(Default)]
pub(super) struct Rates {
    before: Option<(Moment, HashMap<String, f64>)>,
}

impl Rates {
    /// The growth of all counters together since the last time, by second; nothing the first time.
    ///
    /// As Prometheus does it, a counter that fell has been reset and grew from zero, and one that is new has not grown.
    pub(super) fn per_second(&mut self, counters: &[&Sample<'_>], now: Moment) -> Option<f64> {
        let counts: HashMap<String, f64> = counters.iter().map(|sample| (sample.identity(), sample.value)).collect();
        let (then, before) = self.before.replace((now, counts))?;
        let seconds = now.since(then).as_secs_f64();
        if seconds <= 0.0 {
            return None;
        }
        let growth = |sample: &&Sample<'_>| {
            let before = before.get(&sample.identity())?;
            Some(if sample.value < *before { sample.value } else { sample.value - before })
        };
        let known: Vec<f64> = counters.iter().filter_map(growth).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / seconds)
    }
}
