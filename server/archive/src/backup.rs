//! A copy of an archive, taken while it is written in.

use std::{
    fs::{self, File},
    path::Path,
    thread,
    time::Duration,
};

use rusqlite::{
    Connection,
    backup::{self, StepResult},
};

use crate::{
    database::{self, FILE},
    fault::ArchiveFault,
};

/// Under this name it grows; a copy that was broken off is never taken for an archive.
const UNFINISHED: &str = "archive.sqlite3.unfinished";
/// Pages copied in one step: 8 MiB.
const PAGES: i32 = 1024;
const MOMENT: Duration = Duration::from_millis(5);

/// How far a backup is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Backup {
    /// Pages of the database copied.
    pub pages: u64,
    /// Pages there are.
    pub of: u64,
}

/// Copies the archive in `from`, of this schema or an older one, to the folder `to`, which is made where it is missing:
/// all that was committed when it began and nothing that came later. The copy is an archive of its own, on disk when
/// this returns. `each` is told after every step.
///
/// Nobody who writes waits for it; their write-ahead log grows meanwhile, as none of it may be overwritten.
///
/// # Errors
/// [`ArchiveFault::NoArchive`], [`ArchiveFault::NotEmpty`] if `to` holds an archive, [`ArchiveFault::InUse`] if another
/// backup goes there, [`ArchiveFault::Folder`] or [`ArchiveFault::Database`] if it cannot be read or written.
pub fn backup(from: &Path, to: &Path, mut each: impl FnMut(Backup)) -> Result<Backup, ArchiveFault> {
    let source = database::open_for_reading(from)?;
    let _lock = database::claim(to)?;
    if to.join(FILE).exists() {
        return Err(ArchiveFault::NotEmpty { folder: to.to_owned() });
    }
    let unfinished = to.join(UNFINISHED);
    let fault = |source| ArchiveFault::Folder { folder: to.to_owned(), source };
    remove(&unfinished).map_err(fault)?;
    let done = copy(&source, &unfinished, &mut each)?;
    File::open(&unfinished).and_then(|file| file.sync_all()).map_err(fault)?;
    fs::rename(&unfinished, to.join(FILE)).map_err(fault)?;
    // The name is on disk once the folder is.
    File::open(to).and_then(|folder| folder.sync_all()).map_err(fault)?;
    Ok(done)
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

fn copy(source: &Connection, file: &Path, each: &mut impl FnMut(Backup)) -> Result<Backup, ArchiveFault> {
    // A transaction that has read holds on to what it saw: without it, every commit of another connection would send
    // the copy back to its beginning.
    let moment = source.unchecked_transaction()?;
    moment.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let mut target = Connection::open(file)?;
    // A copy that a crash breaks off is thrown away, so its steps need not wait for the disk.
    target.execute_batch("PRAGMA synchronous = OFF")?;
    let copying = backup::Backup::new(&moment, &mut target)?;
    loop {
        let step = copying.step(PAGES)?;
        let progress = copying.progress();
        let pages = |count: i32| u64::try_from(count).unwrap_or(0);
        let done = Backup { pages: pages(progress.pagecount - progress.remaining), of: pages(progress.pagecount) };
        each(done);
        match step {
            StepResult::Done => return Ok(done),
            // A checkpoint holds a page for a moment.
            StepResult::Busy | StepResult::Locked => thread::sleep(MOMENT),
            _ => {}
        }
    }
}
