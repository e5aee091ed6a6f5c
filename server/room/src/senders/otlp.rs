//! OTLP metrics: the request in both of its encodings, each as a pure function from bytes to samples.
//!
//! <https://opentelemetry.io/docs/specs/otlp> and the messages of `opentelemetry-proto`, version 1.

pub mod json;
pub mod protobuf;
mod told;

use vsm::time::Moment;

use super::point::{Fault, Kind, Label, Sample, Series, in_order};

/// What every sender's kit says of itself and nothing of what it measures; and the command line of a process, which may be
/// longer than all that tells one series from another.
const LEFT_OUT: [&str; 2] = ["telemetry.", "process.command"];
/// A data point with this flag says that there is none.
const NOTHING_RECORDED: u64 = 1;
/// The most attributes of a data point, those of its resource among them. Each is held against the others: thousands of them
/// would cost a point milliseconds, and a body has room for a million of both.
const MOST_ATTRIBUTES: usize = 128;
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
        let attributes = self.resource.len() + self.labels.len();
        if MOST_ATTRIBUTES < attributes {
            let words = format!("a data point with {attributes} attributes, those of its resource among them");
            return Err(Fault(format!("{words}; at most {MOST_ATTRIBUTES} fit")));
        }
        for label in self.resource.iter().filter(|(name, _)| !LEFT_OUT.iter().any(|of| name.starts_with(of))) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::senders::point::Value;

    fn labels(count: usize, prefix: &str) -> Vec<Label<'static>> {
        (0..count).map(|at| (format!("{prefix}{at}").into(), "x".into())).collect()
    }

    /// How many labels a data point has, or why it is refused.
    fn given(resource: usize, own: usize) -> Result<usize, Fault> {
        let (resource, labels) = (labels(resource, "r"), labels(own, "p"));
        let sample = Sample { at: moment(1), started_at: None, value: Value::Number(1.0) };
        let mut given = 0;
        let point = Point { metric: "m", kind: Kind::Gauge, resource: &resource, labels, sample };
        point.give(&mut |series, _| given = series.labels.len())?;
        Ok(given)
    }

    #[test]
    fn a_data_point_has_so_many_attributes_and_no_more() {
        assert_eq!(given(MOST_ATTRIBUTES - 2, 2), Ok(MOST_ATTRIBUTES));
        let words = "a data point with 129 attributes, those of its resource among them; at most 128 fit";
        assert_eq!(given(MOST_ATTRIBUTES, 1), Err(Fault(words.to_owned())));
    }
}
