//! One file of an outbox: lines that are only appended, read in order.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, Write},
    path::{Path, PathBuf},
};

use vsm::reading::Reading;

use super::record;

/// No record is longer, in bytes; a name, a note and what JSON may make of them.
const LONGEST_LINE: u64 = 8 << 10;

/// Readings with consecutive ordinals.
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// The ordinal of the first, from 1.
    pub(super) first: u64,
    pub(super) count: u64,
}

/// Where the last reading ended, so that the next one need not search.
pub(super) struct Cursor {
    lines: BufReader<File>,
    /// The first ordinal of its segment.
    segment: u64,
    /// The ordinal of the line it stands before.
    next: u64,
}

impl Segment {
    /// A file as it was found. A last line without its end was torn when the process died and does not count.
    pub(super) fn found(path: PathBuf, first: u64) -> io::Result<Self> {
        let mut lines = BufReader::with_capacity(64 << 10, File::open(&path)?);
        let mut count = 0;
        loop {
            let bytes = lines.fill_buf()?;
            if bytes.is_empty() {
                return Ok(Self { path, first, count });
            }
            count += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            let length = bytes.len();
            lines.consume(length);
        }
    }

    /// The ordinal of the last; the one before the first if it is empty.
    pub(super) fn last(&self) -> u64 {
        self.first + self.count - 1
    }

    /// At most `limit` readings from the ordinal `from` on, which lies in this segment.
    ///
    /// Without a cursor in the answer, the line after the last reading is damaged, or the file is gone.
    pub(super) fn read(
        &self,
        cursor: Option<Cursor>,
        from: u64,
        limit: usize,
    ) -> io::Result<(Vec<Reading>, Option<Cursor>)> {
        let is_there = |cursor: &Cursor| cursor.segment == self.first && cursor.next == from;
        let cursor = match cursor.filter(is_there) {
            Some(cursor) => Some(cursor),
            None => self.seek(from)?,
        };
        let Some(mut cursor) = cursor else { return Ok((Vec::new(), None)) };
        let length = limit.min(usize::try_from(self.last() + 1 - from).unwrap_or(usize::MAX));
        let mut readings = Vec::with_capacity(length.min(1024));
        let mut line = Vec::with_capacity(128);
        while readings.len() < length {
            cursor.line(&mut line)?;
            let Some(reading) = record::read(&line) else { return Ok((readings, None)) };
            readings.push(reading);
        }
        Ok((readings, Some(cursor)))
    }

    /// Removes the file. If the system will not, the mark still says that it is forgotten.
    pub(super) fn remove(self) {
        if let Err(why) = std::fs::remove_file(&self.path) {
            tracing::warn!(file = %self.path.display(), %why, "an outbox file that is no longer needed stays");
        }
    }

    fn seek(&self, from: u64) -> io::Result<Option<Cursor>> {
        let lines = match File::open(&self.path) {
            Ok(file) => BufReader::new(file),
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(why),
        };
        let mut cursor = Cursor { lines, segment: self.first, next: self.first };
        let mut line = Vec::new();
        while cursor.next < from {
            cursor.line(&mut line)?;
        }
        Ok(Some(cursor))
    }
}

impl Cursor {
    fn line(&mut self, line: &mut Vec<u8>) -> io::Result<()> {
        line.clear();
        self.lines.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
        self.next += 1;
        Ok(())
    }
}

/// Appends to the newest segment.
pub(super) struct Writer {
    file: File,
    length: u64,
    is_synced: bool,
}

impl Writer {
    /// Begins a file, in place of one that might be there without a whole line.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
        Ok(Self { file, length: 0, is_synced: true })
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
