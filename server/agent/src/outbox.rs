//! Where readings wait until the room has them: files in a folder, bounded, that survive `kill -9`.
//!
//! Every reading has an ordinal, and ordinals only rise. The sequence of a batch on the wire is the ordinal of its last
//! reading, and the room takes only sequences above the last it has. So whatever the room says it has can be
//! forgotten, everything after it is sent again in whatever batches, and each reading counts once.

mod folder;
mod greeting;
pub mod keeper;
mod record;
mod segment;

use std::{collections::VecDeque, fs::File, io, path::PathBuf};

use vsm::reading::Reading;

use self::{
    folder::Folder,
    segment::{Cursor, Segment, Writer},
};
use crate::happening::{ReadingsDropped, ReadingsLost};

/// The most readings in one file, so that what goes at once stays small.
const LARGEST_SEGMENT: u64 = 4096;
/// The most files that wait for the disk; what is beyond them is a bulk that the system writes by itself.
const MOST_UNSYNCED: usize = 16;

/// The readings of one agent that are not yet known to be on the room's disk.
pub struct Outbox {
    folder: Folder,
    most_readings: u64,
    /// Oldest first; their ordinals do not overlap.
    segments: VecDeque<Segment>,
    /// Appends to the last segment; none if the next reading begins a new one.
    writer: Option<Writer>,
    cursor: Option<Cursor>,
    /// Written to since the last sync.
    unsynced: Vec<File>,
    /// Everything up to this ordinal is no longer here.
    forgotten: u64,
    /// Whether a room has ever welcomed what this folder holds.
    greeted: bool,
    /// The ordinal of the newest reading there ever was; 0 if there was none.
    newest: u64,
    newest_at_open: u64,
    handed_out: u64,
}

/// Readings with consecutive ordinals, at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The ordinal of the first.
    pub first: u64,
    /// Oldest first.
    pub readings: Vec<Reading>,
}

/// Why an outbox could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OutboxFault {
    /// Another process has the folder.
    #[error("the outbox {} belongs to an agent that is running; stop it, or name another folder", .0.display())]
    InUse(PathBuf),
    /// The disk refused.
    #[error("cannot {doing} in the outbox {}: {source}", folder.display())]
    Disk {
        /// What was attempted.
        doing: &'static str,
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Run {
    /// The ordinal of the last reading.
    pub fn last(&self) -> u64 {
        self.first + self.readings.len().saturating_sub(1) as u64
    }
}

impl Outbox {
    /// Opens the outbox in `folder`, which is made if it is missing, and goes on where the last agent ended.
    ///
    /// `most_readings` is how many it holds before the oldest go. Fails if another process has it open.
    pub fn open(folder: PathBuf, most_readings: u64) -> Result<Self, OutboxFault> {
        let folder = Folder::open(folder)?;
        let segments = folder.segments()?;
        let mark = folder.mark()?;
        let before_first = segments.front().map_or(0, |oldest| oldest.first - 1);
        let forgotten = before_first.max(mark.unwrap_or(0));
        let newest = segments.back().map_or(0, Segment::last).max(forgotten);
        let mut outbox = Self {
            folder,
            most_readings: most_readings.max(1),
            segments,
            writer: None,
            cursor: None,
            unsynced: Vec::new(),
            forgotten,
            greeted: mark.is_some(),
            newest,
            newest_at_open: newest,
            handed_out: 0,
        };
        outbox.sweep();
        outbox.make_room();
        Ok(outbox)
    }

    /// Puts readings behind the others. They survive the process at once and the machine after the next [`Self::sync`].
    pub fn push(&mut self, readings: &[Reading]) -> io::Result<()> {
        let mut rest = readings;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.space()?));
            self.append(now)?;
            self.make_room();
            rest = later;
        }
        Ok(())
    }

    /// The oldest readings above the ordinal `after`, at most `limit`; `None` if there are none.
    pub fn next(&mut self, after: u64, limit: usize) -> io::Result<Option<Run>> {
        let start = after.max(self.forgotten).saturating_add(1);
        let holds_it = |segment: &Segment| 0 < segment.count && start <= segment.last();
        while let Some(at) = self.segments.iter().position(holds_it) {
            let segment = &self.segments[at];
            let first = start.max(segment.first);
            let (readings, cursor) = segment.read(self.cursor.take(), first, limit.max(1))?;
            self.cursor = cursor;
            let run = Run { first, readings };
            if self.cursor.is_none() {
                self.cut(at, first + run.readings.len() as u64);
            }
            if !run.readings.is_empty() {
                self.handed_out = self.handed_out.max(run.last());
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Forgets everything up to the ordinal `upto`; the files that hold nothing else are removed.
    pub fn forget(&mut self, upto: u64) -> io::Result<()> {
        self.forgotten = self.forgotten.max(upto.min(self.newest));
        self.greeted = true;
        self.folder.set_mark(self.forgotten)?;
        self.sweep();
        Ok(())
    }

    /// How many readings wait.
    pub fn pending(&self) -> u64 {
        self.segments.iter().map(|segment| segment.last().saturating_sub(self.forgotten.max(segment.first - 1))).sum()
    }

    /// What has to be synced so that everything pushed until now survives the machine.
    pub fn unsynced(&mut self) -> Vec<File> {
        if let Some(file) = self.writer.as_mut().and_then(Writer::unsynced) {
            self.unsynced.push(file);
        }
        std::mem::take(&mut self.unsynced)
    }

    /// Waits until everything is on the disk.
    pub fn sync(&mut self) -> io::Result<()> {
        self.unsynced().iter().try_for_each(File::sync_data)
    }

    /// How many readings fit into the last segment, which is begun if there is none.
    fn space(&mut self) -> io::Result<usize> {
        let largest = (self.most_readings / 8).clamp(1, LARGEST_SEGMENT);
        if self.segments.back().is_some_and(|last| largest <= last.count) {
            self.seal();
        }
        if self.writer.is_none() {
            let segment = self.folder.segment(self.newest + 1);
            self.writer = Some(Writer::create(&segment.path)?);
            self.segments.push_back(segment);
        }
        let used = self.segments.back().map_or(0, |last| last.count);
        Ok(usize::try_from(largest - used).unwrap_or(usize::MAX))
    }

    fn append(&mut self, readings: &[Reading]) -> io::Result<()> {
        let mut lines = Vec::with_capacity(readings.len() * 64);
        readings.iter().for_each(|reading| record::write(reading, &mut lines));
        let (Some(writer), Some(segment)) = (&mut self.writer, self.segments.back_mut()) else { return Ok(()) };
        writer.append(&lines)?;
        segment.count += readings.len() as u64;
        self.newest = segment.last();
        Ok(())
    }

    /// The next reading begins a new segment.
    fn seal(&mut self) {
        let file = self.writer.take().and_then(|mut writer| writer.unsynced());
        self.unsynced.extend(file.filter(|_| self.unsynced.len() < MOST_UNSYNCED));
    }

    /// The oldest go when there are too many.
    fn make_room(&mut self) {
        while self.most_readings < self.pending() && 1 < self.segments.len() {
            let before = self.pending();
            let oldest = self.segments.front().map_or(0, Segment::last);
            self.remove_oldest();
            self.forgotten = self.forgotten.max(oldest);
            ReadingsDropped { count: before - self.pending(), most: self.most_readings }.emit();
        }
    }

    /// The records of a segment from the ordinal `from` on cannot be read and are given up; their ordinals stay taken.
    fn cut(&mut self, at: usize, from: u64) {
        if at + 1 == self.segments.len() {
            self.seal();
        }
        let segment = &mut self.segments[at];
        ReadingsLost { count: segment.last() + 1 - from, why: format!("{} is damaged", segment.path.display()) }.emit();
        segment.count = from - segment.first;
    }

    /// Removes the files that hold nothing any more, all but the one that is written.
    fn sweep(&mut self) {
        let written = usize::from(self.writer.is_some());
        while written < self.segments.len() && self.segments.front().is_some_and(|one| one.last() <= self.forgotten) {
            self.remove_oldest();
        }
    }

    fn remove_oldest(&mut self) {
        if let Some(segment) = self.segments.pop_front() {
            segment.remove();
        }
    }
}

#[cfg(test)]
mod tests;
