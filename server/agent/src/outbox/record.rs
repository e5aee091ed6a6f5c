//! One reading as one line of a file: a checksum, and the reading as JSON, so that a team can look into its outbox.

use vsm::{
    id::IndicatorId,
    reading::{Mark, Reading},
    time::Moment,
};

/// Digits of a CRC-32 in hexadecimal.
const CHECKSUM: usize = 8;

/// Appends the line of a reading.
pub(super) fn write(reading: &Reading, lines: &mut Vec<u8>) {
    let row = (&reading.indicator, reading.measured_at, reading.value(), &reading.mark);
    let json = serde_json::to_string(&row).expect("names, numbers and notes are always JSON");
    let checksum = crc32fast::hash(json.as_bytes());
    lines.extend_from_slice(format!("{checksum:08x} {json}\n").as_bytes());
}

/// Reads a line back; `None` if it is not as it was written.
pub(super) fn read(line: &[u8]) -> Option<Reading> {
    let (checksum, json) = line.strip_suffix(b"\n")?.split_at_checked(CHECKSUM)?;
    let json = json.strip_prefix(b" ")?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    if checksum != crc32fast::hash(json) {
        return None;
    }
    let row: (IndicatorId, Moment, f64, Option<Mark>) = serde_json::from_slice(json).ok()?;
    let (indicator, measured_at, value, mark) = row;
    let reading = Reading::new(indicator, measured_at, value).ok()?;
    Some(match mark {
        Some(mark) => reading.marked(mark),
        None => reading,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: f64) -> (Reading, Vec<u8>) {
        let reading = Reading::new(IndicatorId::parse("a.b").unwrap(), Moment::from_unix_millis(-7), value).unwrap();
        let reading = reading.marked(Mark { note: Some("a\nnote".to_owned()), ..Mark::default() });
        let mut lines = Vec::new();
        write(&reading, &mut lines);
        (reading, lines)
    }

    #[test]
    fn a_reading_comes_back_to_the_last_bit_from_one_line() {
        for value in [0.1 + 0.2, -0.0, f64::MAX, f64::MIN_POSITIVE, 1e-320] {
            let (reading, line) = line(value);
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            let back = read(&line).unwrap();
            assert_eq!((back.value().to_bits(), &back), (value.to_bits(), &reading));
        }
    }

    #[test]
    fn a_line_that_was_cut_or_changed_anywhere_is_not_read() {
        let (_, line) = line(231.5);
        for at in 0..line.len() {
            assert_eq!(read(&line[..at]), None);
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert_eq!(read(&changed), None, "{at}");
        }
    }
}
