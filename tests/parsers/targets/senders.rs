//! What Prometheus and OpenTelemetry send, and what it was compressed with.

use std::{io::Write as _, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use room::senders::{
    book::Book,
    compressed,
    otlp::{json, protobuf},
    point::{Fault, Sample, Series, Value},
    protobuf::{Fields, Wire, put_bytes, put_varint},
    remote::{version_1, version_2},
};
use vsm::time::Moment;

use super::{at_most, within};

/// A label of two letters is two texts with their owners; a number of one byte is one of eight.
const GROWTH: usize = 100;
/// An item of JSON that is still text takes a pointer and a length, while its list grows.
const GROWTH_OF_JSON: usize = 200;

/// What is made whole is at most so large here, in bytes.
const MOST: usize = 1 << 16;
/// What a decompressor needs for itself, and the words of a refusal, in bytes.
const TOOLS: u64 = 128 << 10;
const WORDS: u64 = 1 << 10;
/// A block of Snappy and a stream of deflate make no more than this of a byte.
const GROWTH_OF_SNAPPY: usize = 64;
const GROWTH_OF_DEFLATE: usize = 1032;

/// When a request arrives.
const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);

type Take<'t> = &'t mut dyn FnMut(&Series<'_>, Sample);
type Parse = fn(&[u8], Take<'_>) -> Result<(), Fault>;

/// The body of a request of remote write 1.0.
pub(crate) fn remote_write_1(bytes: &[u8]) {
    message(bytes, |bytes, mut take| version_1::read(bytes, &mut take));
}

/// The body of a request of remote write 2.0.
pub(crate) fn remote_write_2(bytes: &[u8]) {
    message(bytes, |bytes, mut take| version_2::read(bytes, &mut take));
}

/// The body of a request of OTLP as a protocol buffer.
pub(crate) fn otlp_protobuf(bytes: &[u8]) {
    message(bytes, |bytes, mut take| protobuf::read(bytes, &mut take));
}

/// The body of a request of OTLP as JSON.
pub(crate) fn otlp_json(bytes: &[u8]) {
    request(GROWTH_OF_JSON, bytes, |bytes, mut take| json::read(bytes, &mut take));
}

/// A message that can be written down again, as far as the room writes protocol buffers: field by field.
fn message(bytes: &[u8], parse: Parse) {
    if request(GROWTH, bytes, parse) {
        let written = written(bytes).expect("it has just been read");
        assert_eq!(samples(&written, parse), samples(bytes, parse));
    }
}

/// Reads a request, twice into the same book; whether all of it could be read.
fn request(growth: usize, bytes: &[u8], parse: Parse) -> bool {
    let read = within(growth, bytes, || parse(bytes, &mut |series, _| sound(series)));
    let sources = config::senders::Senders::default().all();
    let mut book = Book::new(sources.into_iter().next().expect("there is one unless said"), Arc::from([]));
    let first = booked(bytes, parse, &mut book);
    let again = booked(bytes, parse, &mut book);
    assert!(again <= first, "{again} readings of what came again, {first} at first");
    read.is_ok()
}

/// How many readings came of a request.
fn booked(bytes: &[u8], parse: Parse, book: &mut Book) -> usize {
    let mut draft = book.draft(NOW);
    let mut came = 0;
    parse(bytes, &mut |series, sample| {
        came += usize::from(!matches!(sample.value, Value::Ended));
        draft.take(series, sample);
    })
    .ok();
    let readings = draft.readings.len();
    let report = draft.keep();
    assert!(readings <= 5 * came && report.readings == readings as u64, "{readings} readings of {came}: {report:?}");
    readings
}

fn sound(series: &Series<'_>) {
    assert!(!series.metric.is_empty(), "{series:?}");
    let sorted = series.labels.is_sorted_by(|one, next| one.0 < next.0);
    assert!(sorted && series.labels.iter().all(|(_, value)| !value.is_empty()), "{series:?}");
}

/// What a request holds, as text: nothing is equal to what is no number.
fn samples(bytes: &[u8], parse: Parse) -> Vec<String> {
    let mut samples = Vec::new();
    parse(bytes, &mut |series, sample| samples.push(format!("{series:?} {sample:?}"))).expect("it can be read");
    samples
}

fn written(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let (mut fields, mut written) = (Fields::of(bytes), Vec::new());
    while let Some((number, wire)) = fields.step()? {
        match wire {
            Wire::Varint(value) => put_varint(number, value, &mut written),
            Wire::Bytes(bytes) => put_bytes(number, bytes, &mut written),
            // Nothing that is read stands in one of these, outside of all messages.
            Wire::Fixed64(_) | Wire::Fixed32(_) => (),
        }
    }
    Ok(written)
}

/// A block of Snappy, which declares its size.
pub(crate) fn snappy(bytes: &[u8]) {
    let most = MOST.min(GROWTH_OF_SNAPPY * bytes.len());
    let whole = at_most(WORDS + most as u64, || compressed::snappy(bytes, MOST));
    if let Ok(whole) = whole {
        assert!(whole.len() <= most, "{} bytes", whole.len());
        assert_eq!(compressed::snappy(&block(&whole), MOST), Ok(whole));
    }
    assert_eq!(compressed::snappy(&block(bytes), bytes.len()), Ok(bytes.to_vec()));
}

/// A stream of gzip, which has to be read to know its size.
pub(crate) fn gzip(bytes: &[u8]) {
    let most = MOST.min(GROWTH_OF_DEFLATE * bytes.len());
    // Twice, for it grows by doubling, and the half is there until it is copied.
    let whole = at_most(TOOLS + 3 * most as u64, || compressed::gzip(bytes, MOST));
    if let Ok(whole) = whole {
        assert!(whole.len() <= most, "{} bytes", whole.len());
        assert_eq!(compressed::gzip(&zipped(&whole), MOST), Ok(whole));
    }
    assert_eq!(compressed::gzip(&zipped(bytes), bytes.len()), Ok(bytes.to_vec()));
}

fn block(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).expect("it is shorter than 4 GiB")
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes it")
}
