//! `ExportMetricsServiceRequest` as JSON: field names in camel case, whole numbers of 64 bits as text.
//!
//! Lists are read item by item, so that a body becomes no larger in memory than a few times its length.

use std::{borrow::Cow, str};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{NOTHING_RECORDED, Point, kind_of_histogram, kind_of_sum, moment, start, told::Told};
use crate::senders::{
    exponential::{self, Side, Whole},
    point::{Fault, Histogram, Kind, Label, Sample, Series, Value},
};

/// Items that are still text.
type Raw<'a> = Vec<&'a RawValue>;

/// Gives every data point of a request to `take`, in order; what comes before a fault has then been given.
///
/// # Errors
/// What cannot be read.
pub fn read(body: &[u8], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
    let text = str::from_utf8(body).map_err(|error| Fault(format!("text that is not UTF-8: {error}")))?;
    let request: Request<'_> = parse(text)?;
    for resource_metrics in request.resource_metrics {
        let ResourceMetrics { resource, scope_metrics } = parse(resource_metrics.get())?;
        let resource = labels(resource.attributes)?;
        for scope in scope_metrics {
            let ScopeMetrics { metrics } = parse(scope.get())?;
            metrics.into_iter().try_for_each(|metric| parse::<Metric<'_>>(metric.get())?.give(&resource, take))?;
        }
    }
    Ok(())
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault(error.to_string()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow, default)]
    resource_metrics: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceMetrics<'a> {
    #[serde(borrow, default)]
    resource: Resource<'a>,
    #[serde(borrow, default)]
    scope_metrics: Raw<'a>,
}

#[derive(Default, Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    attributes: Raw<'a>,
}

#[derive(Deserialize)]
struct ScopeMetrics<'a> {
    #[serde(borrow, default)]
    metrics: Raw<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    gauge: Option<Data<'a>>,
    #[serde(borrow)]
    sum: Option<Data<'a>>,
    #[serde(borrow)]
    histogram: Option<Data<'a>>,
    #[serde(borrow)]
    exponential_histogram: Option<Data<'a>>,
    #[serde(borrow)]
    summary: Option<Data<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    #[serde(borrow, default)]
    data_points: Raw<'a>,
    #[serde(borrow)]
    aggregation_temporality: Option<Told<'a>>,
    #[serde(default)]
    is_monotonic: bool,
}

impl Metric<'_> {
    fn give(self, resource: &[Label<'_>], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
        let temporality = |data: &Data<'_>| data.aggregation_temporality.as_ref().map_or(Ok(0), Told::temporality);
        let (data, kind) = if let Some(data) = self.gauge {
            (data, Kind::Gauge)
        } else if let Some(data) = self.sum {
            let kind = kind_of_sum(data.is_monotonic, temporality(&data)?);
            (data, kind)
        } else if let Some(data) = self.histogram.or(self.exponential_histogram) {
            let kind = kind_of_histogram(temporality(&data)?);
            (data, kind)
        } else if let Some(data) = self.summary {
            (data, Kind::Counter)
        } else {
            return Ok(());
        };
        data.data_points.into_iter().try_for_each(|point| {
            let (sample, labels) = parse::<DataPoint<'_>>(point.get())?.sample()?;
            Point { metric: &self.name, kind, resource, labels, sample }.give(take)
        })
    }
}

/// A data point of any kind; which fields it has tells which.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataPoint<'a> {
    #[serde(borrow)]
    start_time_unix_nano: Option<Told<'a>>,
    #[serde(borrow)]
    time_unix_nano: Option<Told<'a>>,
    #[serde(borrow)]
    as_double: Option<Told<'a>>,
    #[serde(borrow)]
    as_int: Option<Told<'a>>,
    #[serde(borrow)]
    count: Option<Told<'a>>,
    #[serde(borrow)]
    sum: Option<Told<'a>>,
    #[serde(borrow, default)]
    bucket_counts: Vec<Told<'a>>,
    #[serde(borrow, default)]
    explicit_bounds: Vec<Told<'a>>,
    #[serde(borrow)]
    scale: Option<Told<'a>>,
    #[serde(borrow)]
    zero_count: Option<Told<'a>>,
    #[serde(borrow)]
    zero_threshold: Option<Told<'a>>,
    #[serde(borrow)]
    positive: Option<Buckets<'a>>,
    #[serde(borrow)]
    negative: Option<Buckets<'a>>,
    #[serde(borrow, default)]
    attributes: Raw<'a>,
    #[serde(borrow)]
    flags: Option<Told<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Buckets<'a> {
    #[serde(borrow)]
    offset: Option<Told<'a>>,
    #[serde(borrow, default)]
    bucket_counts: Vec<Told<'a>>,
}

impl<'a> DataPoint<'a> {
    fn sample(self) -> Result<(Sample, Vec<Label<'a>>), Fault> {
        let whole = |told: &Option<Told<'_>>| told.as_ref().map_or(Ok(0), Told::whole);
        let value = if whole(&self.flags)? & NOTHING_RECORDED != 0 { Value::Ended } else { self.value()? };
        let (at, started_at) = (moment(whole(&self.time_unix_nano)?), start(whole(&self.start_time_unix_nano)?));
        Ok((Sample { at, started_at, value }, labels(self.attributes)?))
    }

    fn value(&self) -> Result<Value, Fault> {
        if let Some(number) = self.as_double.as_ref().or(self.as_int.as_ref()) {
            return number.real().map(Value::Number);
        }
        let Some(count) = &self.count else { return Ok(Value::Number(f64::NAN)) };
        let (count, sum) = (count.real()?, self.sum.as_ref().map(Told::real).transpose()?);
        let Some(scale) = &self.scale else {
            let (bounds, buckets) = (reals(&self.explicit_bounds)?, reals(&self.bucket_counts)?);
            return Ok(Value::Histogram(Histogram { count, sum, bounds, buckets }));
        };
        let real = |told: &Option<Told<'_>>| told.as_ref().map_or(Ok(0.0), Told::real);
        let (zeros, near_zero) = (real(&self.zero_count)?, real(&self.zero_threshold)?);
        let side = |side: &Option<Buckets<'_>>| side.as_ref().map_or(Ok(Side::default()), Buckets::side);
        let (negative, positive) = (side(&self.negative)?, side(&self.positive)?);
        let whole = Whole { count, sum, scale: scale.signed()?, near_zero, zeros };
        Ok(Value::Histogram(exponential::with_bounds(whole, &negative, &positive)))
    }
}

impl Buckets<'_> {
    fn side(&self) -> Result<Side, Fault> {
        let offset = self.offset.as_ref().map_or(Ok(0), Told::signed)?;
        Ok(Side::in_a_row(offset, reals(&self.bucket_counts)?))
    }
}

fn reals(told: &[Told<'_>]) -> Result<Vec<f64>, Fault> {
    told.iter().map(Told::real).collect()
}

#[derive(Deserialize)]
struct KeyValue<'a> {
    #[serde(borrow, default)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<AnyValue<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyValue<'a> {
    #[serde(borrow)]
    string_value: Option<Cow<'a, str>>,
    bool_value: Option<bool>,
    #[serde(borrow)]
    int_value: Option<Told<'a>>,
    #[serde(borrow)]
    double_value: Option<Told<'a>>,
}

/// The attributes whose values are text or numbers.
fn labels(attributes: Raw<'_>) -> Result<Vec<Label<'_>>, Fault> {
    let mut labels = Vec::new();
    for attribute in attributes {
        let KeyValue { key, value } = parse(attribute.get())?;
        let Some(AnyValue { string_value, bool_value, int_value, double_value }) = value else { continue };
        let number = || int_value.or(double_value).map(Told::written);
        let value = string_value.or_else(|| bool_value.map(|it| it.to_string().into())).or_else(number);
        labels.extend(value.map(|value| (key, value)));
    }
    Ok(labels)
}
