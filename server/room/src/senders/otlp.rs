//! OTLP metrics: the request in both of its encodings, each as a pure function from bytes to samples.
//!
//! <https://opentelemetry.io/docs/specs/otlp> and the messages of `opentelemetry-proto`, version 1.

mod exponential;
pub mod json;
pub mod protobuf;
mod told;

use vsm::time::Moment;

use super::point::{Fault, Kind, Label, Sample, Series, in_order};

/// What every sender's kit says of itself and nothing of what it measures.
const OF_THE_KIT: &str = "telemetry.";
/// A data point with this flag says that there is none.
const NOTHING_RECORDED: u64 = 1;
const DELTA: u64 = 1;
const CUMULATIVE: u64 = 2;

/// One data point among its metric and resource.
struct Point<'p, 'a> {
    metric: &'p str,
    kind: Kind,
    resource: &'p [Label<'a>],
    /// Its own attributes, which come before those of the resource.
    labels: Vec<Label<'a>>,
    sample: Sample,
}

impl Point<'_, '_> {
    fn give(mut self, take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
        for label in self.resource.iter().filter(|(name, _)| !name.starts_with(OF_THE_KIT)) {
            if self.labels.iter().all(|(name, _)| name != &label.0) {
                self.labels.push(label.clone());
            }
        }
        in_order(&mut self.labels)?;
        if self.metric.is_empty() {
            return Err(Fault::new("a metric without a name"));
        }
        take(&Series { metric: self.metric, labels: &self.labels, kind: self.kind }, self.sample);
        Ok(())
    }
}

/// What the numbers of a sum are.
fn kind_of_sum(is_monotonic: bool, temporality: u64) -> Kind {
    match temporality {
        DELTA => Kind::Growth,
        CUMULATIVE if is_monotonic => Kind::Counter,
        _ => Kind::Gauge,
    }
}

/// What the counts of a histogram are.
fn kind_of_histogram(temporality: u64) -> Kind {
    if temporality == DELTA { Kind::Growth } else { Kind::Counter }
}

/// A moment of 0 was not said.
fn moment(nanos: u64) -> Moment {
    Moment::from_unix_millis(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

fn start(nanos: u64) -> Option<Moment> {
    (nanos != 0).then(|| moment(nanos))
}
