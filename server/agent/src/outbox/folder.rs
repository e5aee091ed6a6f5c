//! The folder of an outbox: its files by their names, its lock, and the mark of what the room has.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use vsm::time::Moment;

use super::{OutboxFault, losses::Losses, segment::Segment};

/// The folder, for one process at a time.
pub(super) struct Folder {
    path: PathBuf,
    /// Locked as long as it is open; the system lets go of it when the process dies.
    _lock: File,
}

const SUFFIX: &str = ".readings";
const DIGITS: usize = 20;

impl Folder {
    pub(super) fn open(path: PathBuf) -> Result<Self, OutboxFault> {
        let fault = |doing, source| OutboxFault::Disk { doing, folder: path.clone(), source };
        fs::create_dir_all(&path).map_err(|why| fault("make a folder for", why))?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"));
        let lock = lock.map_err(|why| fault("write", why))?;
        match lock_soon(&lock) {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OutboxFault::InUse(path)),
            Err(TryLockError::Error(why)) => Err(fault("lock", why)),
        }
    }

    /// The segments, oldest first.
    pub(super) fn segments(&self) -> Result<VecDeque<Segment>, OutboxFault> {
        let found = fs::read_dir(&self.path).and_then(|entries| {
            let paths = entries.map(|entry| Ok(entry?.path()));
            let named =
                paths.filter_map(|path: io::Result<_>| path.map(|path| Some((ordinal(&path)?, path))).transpose());
            let mut named = named.collect::<io::Result<Vec<_>>>()?;
            named.sort_unstable();
            named.into_iter().map(|(first, path)| Segment::found(path, first)).collect::<io::Result<Vec<_>>>()
        });
        let mut found = found.map_err(|source| self.fault("read", source))?;
        // What a failed write left behind a segment's end belongs to the ordinals of the next one.
        for at in 1..found.len() {
            let room = found[at].first - found[at - 1].first;
            found[at - 1].count = found[at - 1].count.min(room);
        }
        let (held, empty): (Vec<_>, Vec<_>) = found.into_iter().partition(|segment| 0 < segment.count);
        empty.into_iter().for_each(Segment::remove);
        Ok(held.into())
    }

    /// A segment that begins with the ordinal `first`, at `now`.
    pub(super) fn segment(&self, first: u64, now: Moment) -> Segment {
        Segment { path: self.segment_path(first), first, count: 0, bytes: 0, newest_at: now }
    }

    /// The file of the segment that begins with the ordinal `first`.
    pub(super) fn segment_path(&self, first: u64) -> PathBuf {
        self.path.join(format!("{first:0DIGITS$}{SUFFIX}"))
    }

    /// What had to go from this folder.
    pub(super) fn losses(&self) -> Losses {
        Losses::open(self.path.join("lost"))
    }

    /// The file of what is settled above the mark.
    pub(super) fn settled_path(&self) -> PathBuf {
        self.path.join("settled")
    }

    /// Up to where the room has everything; `None` if no room has ever said so.
    pub(super) fn mark(&self) -> Result<Option<u64>, OutboxFault> {
        match fs::read_to_string(self.mark_path()) {
            // One that cannot be read costs a repetition, which the room notices.
            Ok(mark) => Ok(Some(mark.trim().parse().unwrap_or(0))),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(self.fault("read", why)),
        }
    }

    /// Writes the mark, always as many digits, so that it is replaced in one step.
    pub(super) fn set_mark(&self, received: u64) -> io::Result<()> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.mark_path())?;
        file.write_all_at(format!("{received:0DIGITS$}\n").as_bytes(), 0)
    }

    fn mark_path(&self) -> PathBuf {
        self.path.join("received")
    }

    fn fault(&self, doing: &'static str, source: io::Error) -> OutboxFault {
        OutboxFault::Disk { doing, folder: self.path.clone(), source }
    }
}

/// The ordinal in the name of a segment; other files are none of ours.
fn ordinal(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_suffix(SUFFIX)?;
    digits.parse().ok().filter(|first| digits.len() == DIGITS && 0 < *first)
}

/// Takes the lock; waits a moment for one who is just letting go: a process that ends, or a child between fork and exec.
fn lock_soon(lock: &File) -> Result<(), TryLockError> {
    const MOMENT: Duration = Duration::from_millis(20);
    const MOMENTS: u32 = 50;
    for _ in 0..MOMENTS {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(MOMENT),
            decided => return decided,
        }
    }
    lock.try_lock()
}
