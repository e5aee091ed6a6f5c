//! `ExportMetricsServiceRequest` as a protocol buffer.

use std::borrow::Cow;

use super::{NOTHING_RECORDED, Point, kind_of_histogram, kind_of_sum, moment, start};
use crate::senders::{
    exponential::{self, Side, Whole},
    point::{Fault, Histogram, Kind, Label, Sample, Series, Value},
    protobuf::{Fields, Wire},
};

/// Gives every data point of a request to `take`, in order; what comes before a fault has then been given.
///
/// # Errors
/// What cannot be read.
pub fn read(body: &[u8], take: &mut impl FnMut(&Series<'_>, Sample)) -> Result<(), Fault> {
    each(Fields::of(body), 1, &mut |resource_metrics| {
        let mut resource = Vec::new();
        each(resource_metrics, 1, &mut |it| attributes(it, 1, &mut resource))?;
        each(resource_metrics, 2, &mut |scope| each(scope, 2, &mut |it| metric(it, &resource, take)))
    })
}

/// What a message has under one number, each a message again.
fn each<'a>(
    mut fields: Fields<'a>,
    wanted: u64,
    read: &mut impl FnMut(Fields<'a>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    while let Some((number, wire)) = fields.step()? {
        if number == wanted {
            read(wire.message()?)?;
        }
    }
    Ok(())
}

fn metric<'a>(
    fields: Fields<'a>,
    resource: &[Label<'a>],
    take: &mut impl FnMut(&Series<'_>, Sample),
) -> Result<(), Fault> {
    let (mut name, mut rest) = ("", fields);
    while let Some((number, wire)) = rest.step()? {
        if number == 1 {
            name = wire.text()?;
        }
    }
    let mut rest = fields;
    while let Some((number, wire)) = rest.step()? {
        let read = match number {
            5 | 7 => number_point,
            9 => histogram_point,
            10 => exponential_point,
            11 => summary_point,
            _ => continue,
        };
        let data = wire.message()?;
        let kind = kind(number, data)?;
        each(data, 1, &mut |point| {
            let (sample, labels) = read(point)?;
            Point { metric: name, kind, resource, labels, sample }.give(take)
        })?;
    }
    Ok(())
}

/// What the numbers of a metric are, by which of its fields holds them.
fn kind(number: u64, mut data: Fields<'_>) -> Result<Kind, Fault> {
    let (mut temporality, mut is_monotonic) = (0, false);
    while let Some((field, wire)) = data.step()? {
        match field {
            2 => temporality = wire.varint()?,
            3 => is_monotonic = wire.varint()? != 0,
            _ => (),
        }
    }
    Ok(match number {
        5 => Kind::Gauge,
        7 => kind_of_sum(is_monotonic, temporality),
        11 => Kind::Counter,
        _ => kind_of_histogram(temporality),
    })
}

/// What all data points have: their times and whether anything was recorded.
#[derive(Default)]
struct Head {
    started: u64,
    at: u64,
    flags: u64,
}

impl Head {
    fn sample(self, value: Value) -> Sample {
        let value = if self.flags & NOTHING_RECORDED == 0 { value } else { Value::Ended };
        Sample { at: moment(self.at), started_at: start(self.started), value }
    }

    /// Reads the times, which have the same numbers everywhere.
    fn read(&mut self, number: u64, wire: Wire<'_>) -> Result<(), Fault> {
        match number {
            2 => self.started = wire.fixed64()?,
            _ => self.at = wire.fixed64()?,
        }
        Ok(())
    }
}

type Read<'a> = Result<(Sample, Vec<Label<'a>>), Fault>;

fn number_point(mut fields: Fields<'_>) -> Read<'_> {
    let (mut head, mut value, mut labels) = (Head::default(), f64::NAN, Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match number {
            2 | 3 => head.read(number, wire)?,
            4 => value = wire.double()?,
            6 => value = wire.fixed64()?.cast_signed() as f64,
            7 => labels.extend(attribute(wire.message()?)?),
            8 => head.flags = wire.varint()?,
            _ => (),
        }
    }
    Ok((head.sample(Value::Number(value)), labels))
}

fn histogram_point(mut fields: Fields<'_>) -> Read<'_> {
    let (mut head, mut histogram, mut labels) = (Head::default(), Histogram::default(), Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match number {
            2 | 3 => head.read(number, wire)?,
            4 => histogram.count = wire.fixed64()? as f64,
            5 => histogram.sum = Some(wire.double()?),
            6 => wire.fixed64s(|count| histogram.buckets.push(count as f64))?,
            7 => wire.fixed64s(|bound| histogram.bounds.push(f64::from_bits(bound)))?,
            9 => labels.extend(attribute(wire.message()?)?),
            10 => head.flags = wire.varint()?,
            _ => (),
        }
    }
    Ok((head.sample(Value::Histogram(histogram)), labels))
}

fn exponential_point(mut fields: Fields<'_>) -> Read<'_> {
    let (mut head, mut labels) = (Head::default(), Vec::new());
    let mut whole = Whole::default();
    let (mut positive, mut negative) = (Side::default(), Side::default());
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => labels.extend(attribute(wire.message()?)?),
            2 | 3 => head.read(number, wire)?,
            4 => whole.count = wire.fixed64()? as f64,
            5 => whole.sum = Some(wire.double()?),
            6 => whole.scale = wire.zigzag()?,
            7 => whole.zeros = wire.fixed64()? as f64,
            8 => positive = side(wire.message()?)?,
            9 => negative = side(wire.message()?)?,
            10 => head.flags = wire.varint()?,
            14 => whole.near_zero = wire.double()?,
            _ => (),
        }
    }
    let histogram = exponential::with_bounds(whole, &negative, &positive);
    Ok((head.sample(Value::Histogram(histogram)), labels))
}

fn side(mut fields: Fields<'_>) -> Result<Side, Fault> {
    let (mut offset, mut counts) = (0, Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => offset = wire.zigzag()?,
            2 => wire.varints(|count| counts.push(count as f64))?,
            _ => (),
        }
    }
    Ok(Side::in_a_row(offset, counts))
}

/// Of a summary how many there were and their sum; its quantiles are over a time that nobody knows.
fn summary_point(mut fields: Fields<'_>) -> Read<'_> {
    let (mut head, mut histogram, mut labels) = (Head::default(), Histogram::default(), Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match number {
            2 | 3 => head.read(number, wire)?,
            4 => histogram.count = wire.fixed64()? as f64,
            5 => histogram.sum = Some(wire.double()?),
            7 => labels.extend(attribute(wire.message()?)?),
            8 => head.flags = wire.varint()?,
            _ => (),
        }
    }
    Ok((head.sample(Value::Histogram(histogram)), labels))
}

fn attributes<'a>(fields: Fields<'a>, wanted: u64, labels: &mut Vec<Label<'a>>) -> Result<(), Fault> {
    each(fields, wanted, &mut |it| attribute(it).map(|label| labels.extend(label)))
}

/// A label, if its value is text or a number.
fn attribute(mut fields: Fields<'_>) -> Result<Option<Label<'_>>, Fault> {
    let (mut name, mut value) = ("", None);
    while let Some((number, wire)) = fields.step()? {
        match number {
            1 => name = wire.text()?,
            2 => value = any_value(wire.message()?)?,
            _ => (),
        }
    }
    Ok(value.map(|value| (Cow::Borrowed(name), value)))
}

fn any_value(mut fields: Fields<'_>) -> Result<Option<Cow<'_, str>>, Fault> {
    let mut value = None;
    while let Some((number, wire)) = fields.step()? {
        value = match number {
            1 => Some(Cow::Borrowed(wire.text()?)),
            2 => Some(Cow::Borrowed(if wire.varint()? == 0 { "false" } else { "true" })),
            3 => Some(Cow::Owned(wire.signed()?.to_string())),
            4 => Some(Cow::Owned(wire.double()?.to_string())),
            _ => None,
        };
    }
    Ok(value)
}
