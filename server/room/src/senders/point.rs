//! What every sender says, whatever its protocol: samples of series.

use std::borrow::Cow;

use vsm::time::Moment;

/// Name and value; both are text that the sender chose.
pub type Label<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A series as its sender names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Series<'a> {
    /// The name of the metric.
    pub metric: &'a str,
    /// In the order of their names, each of which is there once.
    pub labels: &'a [Label<'a>],
    /// What its numbers are.
    pub kind: Kind,
}

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// The sender does not say.
    Unknown,
    /// Each stands for itself.
    Gauge,
    /// A count since some beginning; one that fell began anew.
    Counter,
    /// How much was counted since the one before.
    Growth,
}

/// What a series was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When it was measured.
    pub at: Moment,
    /// When the counting began, if the sender says so.
    pub started_at: Option<Moment>,
    /// What was measured.
    pub value: Value,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, which may be infinite or none at all.
    Number(f64),
    /// How many of many measurements lay where.
    Histogram(Histogram),
    /// Nothing, and nothing more will come of this series: a staleness marker.
    Ended,
}

/// How many of many measurements lay where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// How many there were.
    pub count: f64,
    /// Their sum, if it is known.
    pub sum: Option<f64>,
    /// Where one bucket ends and the next begins, rising.
    pub bounds: Vec<f64>,
    /// How many lay in each; one more than there are bounds, or none where they are not known.
    pub buckets: Vec<f64>,
}

impl Series<'_> {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_ref())
    }
}

/// What cannot be read, in words.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

impl Fault {
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Puts labels into the order of their names and takes those out that say nothing.
pub(super) fn in_order(labels: &mut Vec<Label<'_>>) -> Result<(), Fault> {
    labels.retain(|(_, value)| !value.is_empty());
    if !labels.is_sorted_by(|a, b| a.0 < b.0) {
        labels.sort_unstable();
    }
    match labels.array_windows().find(|[a, b]| a.0 == b.0) {
        Some([(name, _), _]) => Err(Fault(format!("a series with two labels {:?}; each is there once", shown(name)))),
        None => Ok(()),
    }
}

/// So much of a text as fits into a line.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}
