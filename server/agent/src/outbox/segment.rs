//! One file of an outbox: lines that are only appended, read in order; a damaged one costs no other.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use cybernet::ordinals::Ordinals;
use vsm::{reading::Reading, time::Moment};

use super::{Run, record};
use crate::clock;

/// No record is longer, in bytes; a name, a note and what JSON may make of them, and one more behind a damaged end.
const LONGEST_LINE: u64 = 32 << 10;

/// Readings with consecutive ordinals, some of which may be damaged.
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// The ordinal of the first, from 1.
    pub(super) first: u64,
    pub(super) count: u64,
    /// How long the file is.
    pub(super) bytes: u64,
    /// When the last was appended, by this machine's clock.
    pub(super) newest_at: Moment,
}

/// Where the last reading ended, so that the next one need not search.
pub(super) struct Cursor {
    records: Records,
    /// The first ordinal of its segment.
    segment: u64,
    /// The ordinal of the record it stands before.
    next: u64,
    /// A record that was read before its turn, with its ordinal: there is a hole before it.
    ahead: Option<(u64, Reading)>,
}

impl Segment {
    /// A file as it was found. A last line without its end was torn when the process died and does not count.
    pub(super) fn found(path: PathBuf, first: u64) -> io::Result<Self> {
        let file = File::open(&path)?;
        let found = file.metadata()?;
        let mut records = Records::of(file);
        while records.next()?.is_some() {}
        let newest_at = found.modified().map(clock::moment)?;
        Ok(Self { path, first, count: records.index, bytes: found.len(), newest_at })
    }

    /// The ordinal of the last; the one before the first if it is empty.
    pub(super) fn last(&self) -> u64 {
        self.first + self.count - 1
    }

    /// How many of it wait: those that are not settled.
    pub(super) fn waiting(&self, settled: &Ordinals) -> u64 {
        if self.count == 0 { 0 } else { self.count - settled.count([self.first, self.last()]) }
    }

    /// At most `limit` readings from the ordinal `from` on, or from the first one behind it that is not damaged;
    /// `None` if the segment has none. A `cursor` stands before that ordinal.
    pub(super) fn read(&self, cursor: Option<Cursor>, from: u64, limit: usize) -> io::Result<Option<(Run, Cursor)>> {
        let mut cursor = match cursor {
            Some(cursor) => cursor,
            None => {
                let records = Records::of(File::open(&self.path)?);
                Cursor { records, segment: self.first, next: self.first, ahead: None }
            }
        };
        let mut run: Option<Run> = None;
        while run.as_ref().is_none_or(|run| run.readings.len() < limit) {
            let Some((ordinal, reading)) = cursor.reading(from)?.filter(|(ordinal, _)| *ordinal <= self.last()) else {
                break;
            };
            let here = run.get_or_insert_with(|| Run { first: ordinal, readings: Vec::new() });
            if ordinal != here.first + here.readings.len() as u64 {
                cursor.ahead = Some((ordinal, reading));
                break;
            }
            here.readings.push(reading);
        }
        Ok(run.map(|run| {
            cursor.next = run.last() + 1;
            (run, cursor)
        }))
    }

    /// Removes the file. If the system will not, the mark still says that it is forgotten.
    pub(super) fn remove(self) {
        if let Err(why) = std::fs::remove_file(&self.path) {
            tracing::warn!(file = %self.path.display(), %why, "an outbox file that is no longer needed stays");
        }
    }
}

impl Cursor {
    /// Whether it stands before this ordinal of this segment.
    pub(super) fn stands_before(&self, segment: &Segment, ordinal: u64) -> bool {
        (self.segment, self.next) == (segment.first, ordinal)
    }

    /// The next reading that can be read, at `from` or behind it, with its ordinal.
    fn reading(&mut self, from: u64) -> io::Result<Option<(u64, Reading)>> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        while let Some((index, json)) = self.records.next()? {
            let ordinal = self.segment.saturating_add(index);
            if from <= ordinal
                && let Some(reading) = record::read(&self.records.line[json])
            {
                return Ok(Some((ordinal, reading)));
            }
        }
        Ok(None)
    }
}

/// The records of a file, in order, without those that are damaged.
struct Records {
    lines: BufReader<File>,
    line: Vec<u8>,
    /// The place in the file of the record that comes next.
    index: u64,
}

impl Records {
    fn of(file: File) -> Self {
        Self { lines: BufReader::with_capacity(64 << 10, file), line: Vec::with_capacity(128), index: 0 }
    }

    /// The place of the next sound record in the file, and where its JSON lies in the line; `None` at the end.
    fn next(&mut self) -> io::Result<Option<(u64, Range<usize>)>> {
        loop {
            self.line.clear();
            let length = self.lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut self.line)?;
            let is_whole = self.line.ends_with(b"\n");
            if !is_whole && (length as u64) < LONGEST_LINE {
                return Ok(None);
            }
            if let Some(sound) = record::find(&self.line) {
                // Where a damaged line has swallowed or made an end of line, the record itself knows its place.
                let index = sound.index.unwrap_or(self.index);
                self.index = index.saturating_add(1);
                return Ok(Some((index, sound.json)));
            }
            self.index += u64::from(is_whole);
        }
    }
}

/// Appends to the newest segment.
pub(super) struct Writer {
    file: File,
    length: u64,
    is_synced: bool,
    /// When the file was begun, by this machine's clock.
    pub(super) begun_at: Moment,
}

impl Writer {
    /// Begins a file, in place of one that might be there without a whole line.
    pub(super) fn create(path: &Path, now: Moment) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
        Ok(Self { file, length: 0, is_synced: true, begun_at: now })
    }

    /// Appends lines, all or none of them.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        self.is_synced = false;
        if let Err(why) = self.file.write_all(lines) {
            self.file.set_len(self.length)?;
            self.file.seek(io::SeekFrom::Start(self.length))?;
            return Err(why);
        }
        self.length += lines.len() as u64;
        Ok(())
    }

    /// The file, if it has been written to since the last time.
    pub(super) fn unsynced(&mut self) -> Option<File> {
        if std::mem::replace(&mut self.is_synced, true) {
            return None;
        }
        self.file.try_clone().ok()
    }
}
