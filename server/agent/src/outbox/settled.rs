//! Which ordinals are settled: the room has them, or they are lost. Above the mark they stand in a file of their own.
//!
//! What is missing in that file, because the disk was full or the machine went down, costs a loss that is counted twice:
//! what is sent is decided by what the room says in its welcome, not by this.

use std::{fs, io, path::Path};

use cybernet::ordinals::Ordinals;

use super::Outbox;
use crate::happening::ReadingsLost;

/// The most ranges that are written down; the others are counted again after a restart.
const MOST_WRITTEN: usize = 1000;

/// What the file holds; one that is missing or damaged says nothing.
pub(super) fn read(path: &Path) -> Ordinals {
    let text = fs::read_to_string(path).unwrap_or_default();
    let parsed = text.trim_end().split_once(' ').and_then(|(checksum, json)| {
        let is_sound = u32::from_str_radix(checksum, 16).ok()? == crc32fast::hash(json.as_bytes());
        serde_json::from_str::<(u64, Vec<[u64; 2]>)>(json).ok().filter(|_| is_sound)
    });
    parsed.map(|(mark, ranges)| Ordinals::of(mark, &ranges)).unwrap_or_default()
}

/// Writes the file anew, in one step; without any ordinals it goes.
pub(super) fn write(path: &Path, settled: Option<&Ordinals>) -> io::Result<()> {
    let Some(settled) = settled else {
        return fs::remove_file(path)
            .or_else(|why| if why.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(why) });
    };
    let ranges = &settled.ranges()[..settled.ranges().len().min(MOST_WRITTEN)];
    let json = serde_json::to_string(&(settled.mark(), ranges))?;
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())))?;
    fs::rename(unfinished, path)
}

impl Outbox {
    /// The room has the ordinals from the first to the last of `range`, or knows that they will never come; the files that
    /// hold nothing else are removed.
    pub fn forget(&mut self, [first, last]: [u64; 2]) -> io::Result<()> {
        self.settled.insert([first, last.min(self.newest)]);
        self.settle()
    }

    /// Everything that is settled is written down, and takes no more of the disk than it must.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        self.folder.set_mark(self.settled.mark())?;
        (self.greeted, self.marked) = (true, self.settled.mark());
        self.note_settled();
        self.sweep();
        Ok(())
    }

    /// The ordinals from `from` up to before `found` cannot be read any more; what is news of that is counted as lost.
    pub(super) fn hole(&mut self, from: u64, found: u64) {
        let counted = from.max(self.losses.counted_upto() + 1);
        let Some(last) = found.checked_sub(1).filter(|last| from <= *last) else { return };
        let news = (last + 1).saturating_sub(counted) - self.settled.count([counted, last]);
        self.settled.insert([from, last]);
        // The room may be told that they are gone, and then has them.
        self.handed_out = self.handed_out.max(last);
        if 0 < news {
            self.losses.add(news, self.now);
            ReadingsLost { count: news, why: "a file of the outbox is damaged".to_owned() }.emit();
            self.note_settled();
        }
    }

    /// Writes down what the mark alone does not say. A disk that is full takes it later.
    pub(super) fn note_settled(&mut self) {
        let told = (self.settled != Ordinals::up_to(self.marked)).then_some(&self.settled);
        if told != self.noted.as_ref() && write(&self.folder.settled_path(), told).is_ok() {
            self.noted = told.cloned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_is_read_as_it_was_written_and_damage_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settled");
        assert_eq!(read(&path), Ordinals::default());
        let settled = Ordinals::of(7, &[[10, 20], [30, 30]]);
        write(&path, Some(&settled)).unwrap();
        assert_eq!(read(&path), settled);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() - 1 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, damaged).unwrap();
            assert_eq!(read(&path), Ordinals::default(), "{at}");
        }
        write(&path, None).unwrap();
        write(&path, None).unwrap();
        assert!(!path.exists());
    }
}
