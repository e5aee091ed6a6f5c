//! The end of a file that grows, is cut short, or is put aside for a new one.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    os::unix::fs::{FileExt, MetadataExt},
    path::PathBuf,
};

use crate::probe::lines::{LONGEST_LINE, Lines};

/// By how many bytes before the place where reading goes on a file is known again.
const REMEMBERED: usize = 64;

/// Follows what lies at a path.
pub(super) struct Tail {
    path: PathBuf,
    /// Whether the path has been looked at; a file that appears later is new from its beginning.
    is_watched: bool,
    open: Option<Open>,
    lines: Lines,
}

/// The file that is read.
struct Open {
    file: File,
    /// Where reading goes on, in bytes from the beginning.
    at: u64,
    /// What stands right before.
    remembered: Vec<u8>,
}

impl Tail {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, is_watched: false, open: None, lines: Lines::default() }
    }

    /// Hands on the lines that ended since the time before, reading at most `most` bytes; how many bytes wait.
    ///
    /// None the first time, which goes to the end of what is there and reads no more than a line of it. A file that was
    /// cut short is read from its beginning; one that was put aside is read to its end, and then the new one.
    pub(super) fn follow(&mut self, most: u64, mut hand_on: impl FnMut(&str)) -> io::Result<Option<u64>> {
        let was_watched = std::mem::replace(&mut self.is_watched, true);
        let file = File::open(&self.path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "not a file"));
        }
        if !was_watched {
            self.open = Some(Open::at_the_last_line(file, metadata.len())?);
            return Ok(None);
        }
        let mut left = most;
        if let Some(open) = &mut self.open {
            if open.is(&metadata)? {
                open.begin_again_if_cut(metadata.len(), &mut self.lines)?;
            } else {
                open.read(&mut left, &mut self.lines, &mut hand_on)?;
                if left == 0 {
                    return open.waits().map(Some);
                }
                self.lines.finish(&mut hand_on);
                self.open = None;
            }
        }
        let open = self.open.get_or_insert(Open { file, at: 0, remembered: Vec::new() });
        open.read(&mut left, &mut self.lines, &mut hand_on)?;
        open.waits().map(Some)
    }
}

impl Open {
    /// A file whose last line, if it has not ended, is still to be read.
    fn at_the_last_line(file: File, length: u64) -> io::Result<Self> {
        let from = length.saturating_sub(LONGEST_LINE as u64);
        let mut end = vec![0; (length - from) as usize];
        file.read_exact_at(&mut end, from)?;
        let begins = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        let remembered = end[begins.saturating_sub(REMEMBERED)..begins].to_vec();
        Ok(Self { file, at: from + begins as u64, remembered })
    }

    fn is(&self, there: &std::fs::Metadata) -> io::Result<bool> {
        let open = self.file.metadata()?;
        Ok((open.dev(), open.ino()) == (there.dev(), there.ino()))
    }

    /// A file that is shorter than what was read of it, or says something else there, has been written anew.
    fn begin_again_if_cut(&mut self, length: u64, lines: &mut Lines) -> io::Result<()> {
        let mut there = vec![0; self.remembered.len()];
        let is_cut = length < self.at || {
            self.file.read_exact_at(&mut there, self.at - self.remembered.len() as u64)?;
            there != self.remembered
        };
        if is_cut {
            *lines = Lines::default();
            (self.at, self.remembered) = (0, Vec::new());
        }
        Ok(())
    }

    /// Reads on, up to the end or until nothing is `left`.
    fn read(&mut self, left: &mut u64, lines: &mut Lines, mut hand_on: impl FnMut(&str)) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.at))?;
        let mut buffer = [0; 32 << 10];
        loop {
            let most = usize::try_from(*left).unwrap_or(buffer.len()).min(buffer.len());
            let read = match self.file.read(&mut buffer[..most]) {
                Ok(0) => return Ok(()),
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            lines.feed(&buffer[..read], &mut hand_on);
            (self.at, *left) = (self.at + read as u64, *left - read as u64);
            self.remember(&buffer[..read]);
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.remembered.extend_from_slice(&bytes[bytes.len().saturating_sub(REMEMBERED)..]);
        let surplus = self.remembered.len().saturating_sub(REMEMBERED);
        self.remembered.drain(..surplus);
    }

    fn waits(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len().saturating_sub(self.at))
    }
}
