//! What an outbox had to let go, counted on its disk until a room has heard of it.

use std::{fs::OpenOptions, io, os::unix::fs::FileExt, path::PathBuf};

use cybernet::agent::Lost;
use vsm::time::Moment;

/// The count of readings that no room will ever see.
pub(super) struct Losses {
    path: PathBuf,
    counted: Counted,
    is_written: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counted {
    readings: u64,
    since: Moment,
    /// Holes up to this ordinal have been counted by an agent that did not write down what is settled.
    holes_upto: u64,
}

impl Losses {
    /// Goes on with what the file holds; one that is missing or damaged says nothing.
    pub(super) fn open(path: PathBuf) -> Self {
        let counted = std::fs::read(&path).ok().and_then(|text| read(&text)).unwrap_or_default();
        Self { path, counted, is_written: true }
    }

    /// What no room has heard of yet.
    pub(super) fn untold(&self) -> Option<Lost> {
        let Counted { readings, since, .. } = self.counted;
        (0 < readings).then_some(Lost { readings, since })
    }

    /// So many readings more went at `now`.
    pub(super) fn add(&mut self, count: u64, now: Moment) {
        if self.counted.readings == 0 {
            self.counted.since = now;
        }
        self.counted.readings += count;
        self.is_written = false;
        self.write_soon();
    }

    /// Holes up to this ordinal have been counted, whatever is written down elsewhere.
    pub(super) fn counted_upto(&self) -> u64 {
        self.counted.holes_upto
    }

    /// Every ordinal above `pivot` that is still here has been raised by `by`.
    pub(super) fn shift(&mut self, pivot: u64, by: u64) {
        if pivot < self.counted.holes_upto {
            self.counted.holes_upto = self.counted.holes_upto.saturating_add(by);
        }
    }

    /// A room has heard of so many; what came meanwhile is still to be told.
    pub(super) fn told(&mut self, readings: u64, now: Moment) {
        self.counted.readings = self.counted.readings.saturating_sub(readings);
        self.counted.since = now;
        self.is_written = false;
        self.write_soon();
    }

    /// Writes the count. A disk that is full takes it later; until then it is in memory.
    pub(super) fn write_soon(&mut self) {
        self.is_written = self.is_written || self.write().is_ok();
    }

    /// Always as many letters, so that the file is replaced in one step.
    fn write(&self) -> io::Result<()> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)?;
        let Counted { readings, since, holes_upto } = self.counted;
        let line = format!("{readings:020} {:020} {holes_upto:020}", since.unix_millis());
        file.write_all_at(format!("{:08x} {line}\n", crc32fast::hash(line.as_bytes())).as_bytes(), 0)
    }
}

fn read(text: &[u8]) -> Option<Counted> {
    let (checksum, line) = std::str::from_utf8(text).ok()?.strip_suffix('\n')?.split_once(' ')?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(line.as_bytes()) {
        return None;
    }
    let mut numbers = line.split(' ');
    let readings = numbers.next()?.parse().ok()?;
    let since = Moment::from_unix_millis(numbers.next()?.parse().ok()?);
    Some(Counted { readings, since, holes_upto: numbers.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);
    const LATER: Moment = Moment::from_unix_millis(1_763_600_009_000);

    #[test]
    fn what_was_lost_is_told_until_a_room_has_heard_it_and_survives_the_agent() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Losses::open(folder.path().join("lost"));
        let mut losses = open();
        assert_eq!(losses.untold(), None);
        losses.add(3, NOW);
        losses.add(4, LATER);
        assert_eq!(open().untold(), Some(Lost { readings: 7, since: NOW }));
        losses.told(3, LATER);
        assert_eq!(open().untold(), Some(Lost { readings: 4, since: LATER }));
        losses.told(4, LATER);
        assert_eq!(open().untold(), None);
    }

    #[test]
    fn a_count_that_was_damaged_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lost");
        Losses::open(path.clone()).add(3, NOW);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(Losses::open(path.clone()).untold(), None, "{at}");
        }
    }
}
