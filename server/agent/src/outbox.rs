//! Where readings wait until the room has them: files in a folder, bounded, that survive `kill -9`.
//!
//! Every reading has an ordinal, and ordinals only rise. A batch on the wire says the ordinals of its first reading and of
//! its last, its sequence, and the room takes each ordinal once. So whatever the room says it has can be forgotten, what is
//! new may go before what is old, everything else is sent again in whatever batches, and each reading counts once.

mod bounds;
mod folder;
mod greeting;
pub mod keeper;
mod losses;
mod record;
mod segment;
mod settled;

use std::{collections::VecDeque, fs::File, io, path::PathBuf};

use cybernet::{agent::Lost, ordinals::Ordinals};
use vsm::{reading::Reading, time::Moment};

pub use self::{bounds::Bounds, greeting::Standing};
use self::{
    folder::Folder,
    losses::Losses,
    segment::{Cursor, Segment, Writer},
};
use crate::happening::ReadingsLost;

/// The most files that wait for the disk; what is beyond them is a bulk that the system writes by itself.
const MOST_UNSYNCED: usize = 16;
/// At how many places reading goes on without a search: where what is new is read, and where the backlog is.
const CURSORS: usize = 2;

/// The readings of one agent that are not yet known to be on the room's disk.
pub struct Outbox {
    folder: Folder,
    bounds: Bounds,
    /// What it was told last of this machine's clock.
    now: Moment,
    /// Oldest first; their ordinals do not overlap.
    segments: VecDeque<Segment>,
    /// Appends to the last segment; none if the next reading begins a new one.
    writer: Option<Writer>,
    cursors: Vec<Cursor>,
    /// Written to since the last sync.
    unsynced: Vec<File>,
    /// The room has these, or they are lost. Everything up to its mark is no longer here.
    settled: Ordinals,
    /// The mark on the disk.
    marked: u64,
    /// What is written down of `settled` beside that mark.
    noted: Option<Ordinals>,
    /// Whether a room has ever welcomed what this folder holds.
    greeted: bool,
    /// The ordinal of the newest reading there ever was; 0 if there was none.
    newest: u64,
    newest_at_open: u64,
    handed_out: u64,
    losses: Losses,
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
    /// `now` is the time by this machine's clock. Fails if another process has it open.
    pub fn open(folder: PathBuf, bounds: Bounds, now: Moment) -> Result<Self, OutboxFault> {
        let folder = Folder::open(folder)?;
        let segments = folder.segments()?;
        let mark = folder.mark()?;
        let before_first = segments.front().map_or(0, |oldest| oldest.first - 1);
        let noted = settled::read(&folder.settled_path());
        let mut settled = noted.clone();
        settled.insert([1, before_first.max(mark.unwrap_or(0))]);
        let newest = segments.back().map_or(0, Segment::last).max(settled.highest());
        let losses = folder.losses();
        let mut outbox = Self {
            folder,
            bounds,
            now,
            segments,
            writer: None,
            cursors: Vec::new(),
            unsynced: Vec::new(),
            settled,
            marked: mark.unwrap_or(0),
            noted: Some(noted).filter(|noted| *noted != Ordinals::default()),
            greeted: mark.is_some(),
            newest,
            newest_at_open: newest,
            handed_out: 0,
            losses,
        };
        outbox.sweep();
        outbox.make_room();
        Ok(outbox)
    }

    /// Puts readings behind the others. They survive the process at once and the machine after the next [`Self::sync`].
    pub fn push(&mut self, readings: &[Reading], now: Moment) -> io::Result<()> {
        self.now = now;
        let mut rest = readings;
        while !rest.is_empty() {
            let space = self.space()?;
            let taken = self.append(&rest[..rest.len().min(space)])?;
            self.make_room();
            rest = &rest[taken..];
        }
        Ok(())
    }

    /// The time has come to `now`: what has waited too long goes.
    pub fn pass(&mut self, now: Moment) {
        self.now = now;
        self.make_room();
        self.losses.write_soon();
    }

    /// The oldest readings above the ordinal `after` up to the ordinal `upto`, at most `limit`; `None` if there are none.
    ///
    /// A record that was damaged is passed over, counted as lost, and its ordinal stays taken.
    pub fn next(&mut self, after: u64, upto: u64, limit: usize) -> io::Result<Option<Run>> {
        let start = after.max(self.settled.mark()).saturating_add(1);
        let mut from = start;
        while let Some(at) = self.segments.iter().position(|one| 0 < one.count && from <= one.last()) {
            let segment = &self.segments[at];
            let begin = from.max(segment.first);
            let Some(more) = upto.checked_sub(begin) else { break };
            let limit = limit.max(1).min(usize::try_from(more).unwrap_or(usize::MAX).saturating_add(1));
            let cursor = self.cursors.iter().position(|one| one.stands_before(segment, begin));
            match segment.read(cursor.map(|at| self.cursors.swap_remove(at)), begin, limit) {
                Ok(Some((run, _))) if upto < run.first => break,
                Ok(Some((run, cursor))) => return Ok(Some(self.hand_out(start, run, cursor, upto))),
                Ok(None) => from = segment.last() + 1,
                Err(why) if why.kind() == io::ErrorKind::NotFound => self.give_up(at),
                Err(why) => return Err(why),
            }
        }
        self.hole(start, upto.min(self.newest) + 1);
        Ok(None)
    }

    /// How many readings wait.
    pub fn pending(&self) -> u64 {
        self.segments.iter().map(|segment| segment.waiting(&self.settled)).sum()
    }

    /// What has been lost here that no room has heard of yet.
    pub fn lost(&self) -> Option<Lost> {
        self.losses.untold()
    }

    /// A room has heard that so many readings were lost.
    pub fn told_lost(&mut self, readings: u64) {
        self.losses.told(readings, self.now);
    }

    /// Readings could not be kept; `why` is what the disk said.
    pub fn lose(&mut self, count: u64, why: String) {
        if 0 < count {
            self.losses.add(count, self.now);
            ReadingsLost { count, why }.emit();
        }
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

    /// How many readings fit into the last segment, which is begun if there is none; at least one.
    fn space(&mut self) -> io::Result<usize> {
        let largest = self.bounds.readings_a_file();
        let is_old = |writer: &Writer| self.bounds.span_of_a_file() <= self.now.since(writer.begun_at);
        let is_full = |last: &Segment| largest <= last.count || self.bounds.bytes_a_file() <= last.bytes;
        if self.segments.back().is_some_and(is_full) || self.writer.as_ref().is_some_and(is_old) {
            self.seal();
        }
        if self.writer.is_none() {
            let segment = self.folder.segment(self.newest + 1, self.now);
            self.writer = Some(Writer::create(&segment.path, self.now)?);
            self.segments.push_back(segment);
        }
        let used = self.segments.back().map_or(0, |last| last.count);
        Ok(usize::try_from(largest - used).unwrap_or(usize::MAX))
    }

    /// Appends as many of the readings as the last segment has bytes for, at least one; answers how many.
    fn append(&mut self, readings: &[Reading]) -> io::Result<usize> {
        let (Some(writer), Some(segment)) = (&mut self.writer, self.segments.back_mut()) else { return Ok(0) };
        let most = usize::try_from(self.bounds.bytes_a_file().saturating_sub(segment.bytes)).unwrap_or(usize::MAX);
        let mut lines = Vec::with_capacity(most.min(readings.len() * 64));
        let mut taken = 0;
        for (index, reading) in (segment.count..).zip(readings) {
            record::write(index, reading, &mut lines);
            taken += 1;
            if most <= lines.len() {
                break;
            }
        }
        writer.append(&lines)?;
        segment.count += taken as u64;
        segment.bytes += lines.len() as u64;
        segment.newest_at = self.now;
        self.newest = segment.last();
        Ok(taken)
    }

    /// The next reading begins a new segment.
    fn seal(&mut self) {
        let file = self.writer.take().and_then(|mut writer| writer.unsynced());
        self.unsynced.extend(file.filter(|_| self.unsynced.len() < MOST_UNSYNCED));
    }

    /// The readings that were found from the ordinal `start` on, none of them above `upto`.
    fn hand_out(&mut self, start: u64, mut run: Run, cursor: Cursor, upto: u64) -> Run {
        if run.last() <= upto {
            self.cursors.push(cursor);
            let too_many = self.cursors.len().saturating_sub(CURSORS);
            self.cursors.drain(..too_many);
        } else {
            run.readings.truncate((upto - run.first + 1) as usize);
        }
        self.hole(start, run.first);
        self.handed_out = self.handed_out.max(run.last());
        run
    }

    /// The file of a segment is gone.
    fn give_up(&mut self, at: usize) {
        if at + 1 == self.segments.len() {
            self.seal();
        }
        self.segments.remove(at);
    }

    /// Removes the files that hold nothing any more, all but the one that is written; and but the last if older readings
    /// wait, because its name is what tells even an older agent how far ordinals have come.
    fn sweep(&mut self) {
        let is_needed = self.writer.is_some() || self.settled.mark() < self.segments.back().map_or(0, Segment::last);
        let swept = self.segments.len().saturating_sub(usize::from(is_needed));
        for at in (0..swept).rev() {
            if self.segments[at].waiting(&self.settled) == 0 {
                self.segments.remove(at).into_iter().for_each(Segment::remove);
            }
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
