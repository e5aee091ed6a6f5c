//! One reading as one line of a file: a checksum, its place in the file, and JSON, so that a team can look into its outbox.

use std::ops::Range;

use vsm::{
    id::IndicatorId,
    reading::{Mark, Reading},
    time::Moment,
};

/// Digits of a CRC-32 in hexadecimal.
const CHECKSUM: usize = 8;

/// A record that is as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Sound {
    /// Its place in the file, from 0; older agents did not write it.
    pub(super) index: Option<u64>,
    /// Where its JSON lies in the line.
    pub(super) json: Range<usize>,
}

/// Appends the line of a reading. `index` is its place in the file, from 0.
pub(super) fn write(index: u64, reading: &Reading, lines: &mut Vec<u8>) {
    let row = (&reading.indicator, reading.measured_at, reading.value(), &reading.mark);
    let json = serde_json::to_string(&row).expect("names, numbers and notes are always JSON");
    let body = format!("{index} {json}");
    let checksum = crc32fast::hash(body.as_bytes());
    lines.extend_from_slice(format!("{checksum:08x} {body}\n").as_bytes());
}

/// Looks for a record in a line; `None` if there is none that is as it was written.
///
/// Where the end of a line is damaged, the next record stands behind it on the same line and is found there.
pub(super) fn find(line: &[u8]) -> Option<Sound> {
    let is_digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_hexdigit);
    let may_begin = |at: usize| line.get(at + CHECKSUM) == Some(&b' ') && (at..at + CHECKSUM).all(is_digit);
    let sound = |at: usize| {
        let Sound { index, json } = sound(&line[at..])?;
        Some(Sound { index, json: json.start + at..json.end + at })
    };
    (0..line.len()).filter(|at| may_begin(*at)).find_map(sound)
}

/// The reading of a record's JSON; `None` if this agent does not know it.
pub(super) fn read(json: &[u8]) -> Option<Reading> {
    let row: (IndicatorId, Moment, f64, Option<Mark>) = serde_json::from_slice(json).ok()?;
    let (indicator, measured_at, value, mark) = row;
    let reading = Reading::new(indicator, measured_at, value).ok()?;
    Some(match mark {
        Some(mark) => reading.marked(mark),
        None => reading,
    })
}

/// The record that is this whole line.
fn sound(line: &[u8]) -> Option<Sound> {
    let (checksum, body) = line.strip_suffix(b"\n")?.split_at_checked(CHECKSUM)?;
    let body = body.strip_prefix(b" ")?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    if checksum != crc32fast::hash(body) {
        return None;
    }
    let digits = body.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let index = std::str::from_utf8(&body[..digits]).ok()?.parse().ok();
    let before = CHECKSUM + 1 + if index.is_some() { digits + 1 } else { 0 };
    Some(Sound { index, json: before..line.len() - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(index: u64, value: f64) -> (Reading, Vec<u8>) {
        let reading = Reading::new(IndicatorId::parse("a.b").unwrap(), Moment::from_unix_millis(-7), value).unwrap();
        let reading = reading.marked(Mark { note: Some("a\nnote".to_owned()), ..Mark::default() });
        let mut lines = Vec::new();
        write(index, &reading, &mut lines);
        (reading, lines)
    }

    fn found(line: &[u8]) -> Option<(Option<u64>, Reading)> {
        find(line).and_then(|sound| Some((sound.index, read(&line[sound.json])?)))
    }

    #[test]
    fn a_reading_comes_back_to_the_last_bit_from_one_line() {
        for value in [0.1 + 0.2, -0.0, f64::MAX, f64::MIN_POSITIVE, 1e-320] {
            let (reading, line) = line(7, value);
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let (index, back) = found(&line).unwrap();
            assert_eq!((index, back.value().to_bits(), &back), (Some(7), value.to_bits(), &reading));
        }
    }

    #[test]
    fn a_line_that_was_cut_or_changed_anywhere_is_not_read() {
        let (_, line) = line(12, 231.5);
        for at in 0..line.len() {
            assert_eq!(found(&line[..at]), None);
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert_eq!(found(&changed), None, "{at}");
        }
    }

    #[test]
    fn a_record_behind_another_that_lost_its_end_is_found() {
        let (first, second) = (line(3, 1.0).1, line(4, 2.0));
        for cut in 1..first.len() {
            let glued = [&first[..cut], &second.1[..]].concat();
            assert_eq!(found(&glued), Some((Some(4), second.0.clone())), "{cut}");
        }
    }

    #[test]
    fn what_an_older_agent_wrote_is_read_and_has_no_place() {
        let json = br#"["a.b",5,1.5,null]"#;
        let line = [format!("{:08x} ", crc32fast::hash(json)).as_bytes(), json, b"\n"].concat();
        let (index, reading) = found(&line).unwrap();
        assert_eq!((index, reading.value()), (None, 1.5));
    }
}
