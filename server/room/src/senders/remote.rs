//! Prometheus remote write: the two messages there are, each as a pure function from bytes to samples.
//!
//! <https://prometheus.io/docs/specs/prw/remote_write_spec> and `_2_0`.

mod native;
pub mod version_1;
pub mod version_2;

use std::borrow::Cow;

use vsm::time::Moment;

use super::{
    point::{Fault, Label, Sample, Series, Value, in_order},
    protobuf::Fields,
};

/// The label that holds the name of the metric.
const NAME: &str = "__name__";
/// The value by which a sender says that nothing more will come of a series.
pub const STALE: u64 = 0x7ff0_0000_0000_0002;

/// The labels and samples of one series, reused from series to series.
#[derive(Default)]
struct Scratch<'a> {
    labels: Vec<Label<'a>>,
    samples: Vec<Sample>,
    /// Where the labels stand in the texts of the second version.
    refs: Vec<u64>,
}

impl<'a> Scratch<'a> {
    fn clear(&mut self) {
        self.labels.clear();
        self.samples.clear();
        self.refs.clear();
    }

    /// Gives every sample of the series on.
    fn give(&mut self, kind: super::point::Kind, take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
        in_order(&mut self.labels)?;
        let place = self.labels.iter().position(|(name, _)| name == NAME);
        let Some(place) = place else { return Err(Fault::new("a series without a label __name__")) };
        let (_, metric): (_, Cow<'a, str>) = self.labels.remove(place);
        let series = Series { metric: &metric, labels: &self.labels, kind };
        self.samples.drain(..).for_each(|sample| take(&series, sample));
        Ok(())
    }
}

/// A sample of either version; the start is there in the second only.
fn sample(mut fields: Fields<'_>) -> Result<Sample, Fault> {
    let (mut value, mut at, mut started_at) = (0.0, 0, 0);
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => value = wire.double()?,
            2 => at = wire.signed()?,
            3 => started_at = wire.signed()?,
            _ => (),
        }
    }
    let value = if value.to_bits() == STALE { Value::Ended } else { Value::Number(value) };
    Ok(Sample { at: Moment::from_unix_millis(at), started_at: start(started_at), value })
}

/// A moment of 0 was not said.
fn start(millis: i64) -> Option<Moment> {
    (millis != 0).then(|| Moment::from_unix_millis(millis))
}
