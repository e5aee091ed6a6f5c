//! What people write or have kept: configuration, and the rows of a recorded series.

use std::{fmt::Debug, io, path::Path, str, sync::LazyLock};

use config::Fault;
use jiff::tz::TimeZone;
use room::replay::rows::{Row, Rows};

use super::{at_most, within};

/// A row is several times as large as the letters it is made of, and so is a fault.
const GROWTH: usize = 100;
/// A field that nobody knows is a fault of some sentences, with its path and its file.
const GROWTH_OF_FAULTS: usize = 500;
/// What the tables of time zones, patterns and globs take, in bytes.
const AT_REST: u64 = 16 << 20;

static ZONE: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Berlin").expect("the table of time zones is built in"));

/// A file of `synco replay`.
pub(crate) fn replay(bytes: &[u8]) {
    let zone = Some(&*ZONE);
    let Ok((rows, faults)) = within(GROWTH, bytes, || read(bytes, zone, usize::MAX)) else { return };
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(rows.len() + faults.len() <= lines, "{} rows of {lines} lines", rows.len() + faults.len());
    assert!(rows.iter().all(|row| row.value.is_none_or(f64::is_finite)), "{rows:?}");
    assert_eq!(read(bytes, zone, 3).ok().as_ref(), Some(&(rows.clone(), faults)), "three rows at a time");
    let mut written = "timestamp,value\n".to_owned();
    for Row { timestamp, value, .. } in &rows {
        written += &format!("{timestamp},{}\n", value.map(|value| value.to_string()).unwrap_or_default());
    }
    assert_eq!(read(written.as_bytes(), zone, usize::MAX).ok(), Some((rows, Vec::new())), "{written}");
}

/// What was read, and the numbers of the lines that could not be, with their faults.
type Read = (Vec<Row>, Vec<(usize, String)>);

/// Reads a file, so many rows at a time.
fn read(bytes: &[u8], zone: Option<&TimeZone>, count: usize) -> io::Result<Read> {
    let mut rows = Rows::open(bytes, zone)?;
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    loop {
        let mut some = Vec::new();
        rows.read(count, &mut some, |line, why| faults.push((line, why)))?;
        if some.is_empty() {
            return Ok((all, faults));
        }
        all.append(&mut some);
    }
}

/// The file of a room. It lies where no other file is that it could name.
pub(crate) fn room(bytes: &[u8]) {
    document(bytes, "room.toml", config::room::parse);
}

/// The file of an organisation.
pub(crate) fn organisation(bytes: &[u8]) {
    document(bytes, "organisation.toml", config::organisation::parse);
}

/// The file of an agent.
pub(crate) fn agent(bytes: &[u8]) {
    document(bytes, "agent.toml", config::agent::parse);
}

type Parse<T> = fn(&Path, &str) -> Result<T, Vec<Fault>>;

fn document<T: Debug>(bytes: &[u8], name: &str, parse: Parse<T>) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let file = Path::new("/nowhere").join(name);
    let most = AT_REST + (GROWTH_OF_FAULTS * bytes.len()) as u64;
    let Err(faults) = at_most(most, || parse(&file, text)) else { return };
    assert!(!faults.is_empty(), "refused without a word");
    let lines = 1 + text.matches('\n').count();
    for fault in faults {
        assert!(fault.line.is_none_or(|line| (1..=lines).contains(&line)), "{fault} of {lines} lines");
        assert!(!fault.words.is_empty() && !fault.to_string().contains('\n'), "{fault:?}");
    }
}
