//! Rows of a recorded series: CSV with a header and the columns `timestamp` and `value`.

use std::io::{self, BufRead};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use opsroom::hindcast::At;

/// A line longer than this is no row of a series.
const LONGEST: usize = 64 * 1024;

/// A row that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The timestamp as it stands in the file.
    pub timestamp: String,
    /// The same as a moment.
    pub at: At,
    /// The value; none where it is missing.
    pub value: Option<f64>,
}

/// A file being read, in bounded memory.
#[derive(Debug)]
pub struct Rows<'a, R> {
    from: R,
    zone: Option<&'a TimeZone>,
    timestamp: usize,
    value: usize,
    line: usize,
    bytes: Vec<u8>,
}

impl<'a, R: BufRead> Rows<'a, R> {
    /// Reads the header. An error says which column is missing.
    pub fn open(from: R, zone: Option<&'a TimeZone>) -> io::Result<Self> {
        let mut rows = Self { from, zone, timestamp: 0, value: 0, line: 0, bytes: Vec::new() };
        rows.next_line()?;
        let header = String::from_utf8_lossy(&rows.bytes);
        let header = header.trim_start_matches('\u{feff}');
        let column = |name: &str| {
            let found = fields(header).position(|field| field.eq_ignore_ascii_case(name));
            found.ok_or_else(|| {
                let words = format!("no column {name:?} in the first line; a header `timestamp,value` is right");
                io::Error::new(io::ErrorKind::InvalidData, words)
            })
        };
        (rows.timestamp, rows.value) = (column("timestamp")?, column("value")?);
        Ok(rows)
    }

    /// Reads up to so many rows; none are left when none came. `refuse` hears the number and the fault of each line
    /// that cannot be read.
    pub fn read(&mut self, count: usize, into: &mut Vec<Row>, mut refuse: impl FnMut(usize, String)) -> io::Result<()> {
        while into.len() < count && self.next_line()? {
            let line = String::from_utf8_lossy(&self.bytes);
            if line.trim().is_empty() {
                continue;
            }
            match self.row(&line) {
                Ok(row) => into.push(row),
                Err(why) => refuse(self.line, why),
            }
        }
        Ok(())
    }

    fn next_line(&mut self) -> io::Result<bool> {
        self.bytes.clear();
        self.line += 1;
        loop {
            let waiting = self.from.fill_buf()?;
            if waiting.is_empty() {
                return Ok(!self.bytes.is_empty());
            }
            let end = waiting.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(waiting.len());
            // What is too long is read to its end and refused for what is left of it.
            let kept = taken.min(LONGEST - self.bytes.len());
            self.bytes.extend_from_slice(&waiting[..kept]);
            self.from.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                // An empty line is a line.
                if self.bytes.is_empty() {
                    self.bytes.push(b' ');
                }
                return Ok(true);
            }
        }
    }

    fn row(&self, line: &str) -> Result<Row, String> {
        let field = |column: usize| fields(line).nth(column);
        let (timestamp, value) = field(self.timestamp).zip(field(self.value)).ok_or_else(|| {
            format!("{} fields, the header has at least {}", fields(line).count(), self.timestamp.max(self.value) + 1)
        })?;
        let at = self.at(timestamp)?;
        let value = if value.is_empty() { None } else { Some(number(value)?) };
        Ok(Row { timestamp: timestamp.to_owned(), at, value })
    }

    fn at(&self, text: &str) -> Result<At, String> {
        let moment = moment(text).ok_or_else(|| {
            format!("not a timestamp: {text:?}; 2014-04-01 00:00:00, RFC 3339 or Unix seconds are right")
        })?;
        let offset = self.zone.map_or(0, |zone| zone.to_offset(moment).seconds());
        Ok(At { offset, ..At::utc(moment.as_millisecond()) })
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Timestamp::from_millisecond((seconds * 1e3) as i64).ok().filter(|_| seconds.is_finite());
    }
    text.parse().ok().or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()))
}

fn number(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value: &f64| value.is_finite());
    value.ok_or_else(|| format!("not a finite number: {text:?}; leave the value empty where a reading is missing"))
}

/// The fields of a line without the spaces and quotes around them; no field of a series holds a comma.
fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(|field| field.trim().trim_matches('"').trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, zone: Option<&TimeZone>) -> (Vec<Row>, Vec<(usize, String)>) {
        let mut rows = Rows::open(text.as_bytes(), zone).expect("the header is sound");
        let (mut read, mut faults) = (Vec::new(), Vec::new());
        rows.read(100, &mut read, |line, why| faults.push((line, why))).expect("a text can be read");
        (read, faults)
    }

    #[test]
    fn three_ways_to_write_a_moment_are_the_same() {
        let text =
            "\u{feff}host,value,timestamp\r\na,1,2014-04-01 00:00:00\r\na,,2014-04-01T02:00:00+02:00\na,3,1396310400\n";
        let (rows, faults) = read(text, None);
        assert_eq!(faults, []);
        assert!(rows.iter().all(|row| row.at == At::utc(1_396_310_400_000)));
        assert_eq!(rows.iter().map(|row| row.value).collect::<Vec<_>>(), [Some(1.0), None, Some(3.0)]);
    }

    #[test]
    fn the_local_clock_follows_the_zone_across_a_clock_change() {
        let zone = TimeZone::get("Europe/Berlin").expect("the zone is known");
        let (rows, _) = read("timestamp,value\n2026-03-29 00:59:00,1\n2026-03-29 01:00:00,1\n", Some(&zone));
        assert_eq!(rows.iter().map(|row| row.at.offset).collect::<Vec<_>>(), [3600, 7200]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line_and_the_rest_is_read() {
        let text = "timestamp,value\nsoon,1\n\n2014-04-01 00:00:00,much\n2014-04-01 00:05:00,inf\n2014-04-01 00:10:00\n1396310400,7\n";
        let (rows, faults) = read(text, None);
        assert_eq!(rows.len(), 1);
        let lines: Vec<_> = faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert!(
            faults[0].1.contains("not a timestamp: \"soon\"") && faults[1].1.contains("not a finite number: \"much\"")
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let fault = Rows::open("time,value\n".as_bytes(), None).expect_err("there is no timestamp");
        assert!(fault.to_string().contains("no column \"timestamp\""));
    }
}
