//! The database file: how it is claimed, opened and brought to the newest schema.

use std::{
    cmp::Ordering,
    fs::{self, File, TryLockError},
    path::Path,
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::fault::ArchiveFault;

pub(crate) const FILE: &str = "archive.sqlite3";
const LOCK: &str = "lock";

/// One step each, named after what it adds; the version of a schema is the number of steps taken to it, so their order
/// is what counts. A step that was released never changes and never moves.
const MIGRATIONS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_acts.sql"),
    include_str!("schema_history.sql"),
    include_str!("schema_pieces.sql"),
    include_str!("schema_ranges.sql"),
    include_str!("schema_annotations.sql"),
];

/// Several batches to a page, so that little of it stays empty; holds only for a file that is made now.
const PAGES: &str = "PRAGMA page_size = 8192";

/// The log is folded into the file every 1,000 pages (8 MiB), and is cut back to 64 MiB when a long one was.
const SETTINGS: &str = "
    PRAGMA fullfsync = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = 67108864;
";

/// A commit is on disk when it returns.
const DURABLE: &str = "PRAGMA synchronous = FULL";

/// A commit waits for the disk only where that is asked for; nothing that was committed is ever half there.
const AT_EASE: &str = "PRAGMA synchronous = NORMAL";

/// More than all the statements there are, so that none is prepared again and again.
const STATEMENTS: usize = 64;

/// Makes the folder where it is missing, and locks it for this process until the file returned is dropped.
///
/// The lock lies in a file of its own: to close any other handle of the database file in this process would let go
/// of the locks SQLite holds on it.
pub(crate) fn claim(folder: &Path) -> Result<File, ArchiveFault> {
    let fault = |source| ArchiveFault::Folder { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(fault)?;
    let lock = File::options().create(true).append(true).open(folder.join(LOCK)).map_err(fault)?;
    match lock_soon(&lock) {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(ArchiveFault::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(fault(source)),
    }
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

/// Opens the database of a claimed folder, with the newest schema this program knows.
pub(crate) fn open(folder: &Path) -> Result<Connection, ArchiveFault> {
    let mut database = Connection::open(folder.join(FILE))?;
    database.execute_batch(PAGES)?;
    let found: String = database.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if found != "wal" {
        return Err(ArchiveFault::NoWriteAheadLog { folder: folder.to_owned(), found });
    }
    database.execute_batch(SETTINGS)?;
    database.execute_batch(DURABLE)?;
    database.set_prepared_statement_cache_capacity(STATEMENTS);
    migrate(&mut database)?;
    Ok(database)
}

/// Where another connection folds the write-ahead log into the file, a commit does so only if that is long overdue.
const FOLDED_ELSEWHERE: &str = "PRAGMA wal_autocheckpoint = 4000";

/// Opens the database of a connection once more, for a second one who writes now and then, and who takes over the work
/// of folding the write-ahead log into the file.
pub(crate) fn open_beside(first: &Connection) -> Result<Connection, ArchiveFault> {
    let database = Connection::open(first.path().unwrap_or_default())?;
    database.execute_batch(SETTINGS)?;
    database.execute_batch(AT_EASE)?;
    database.set_prepared_statement_cache_capacity(STATEMENTS);
    first.execute_batch(FOLDED_ELSEWHERE)?;
    Ok(database)
}

/// Opens the database of a folder that another may be writing in, of any schema. Nothing is waited for long: readers and
/// the writer of a write-ahead log do not stand in each other's way.
pub(crate) fn open_for_reading(folder: &Path) -> Result<Connection, ArchiveFault> {
    let file = folder.join(FILE);
    if !file.is_file() {
        return Err(ArchiveFault::NoArchive { folder: folder.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(file, flags)?;
    database.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(database)
}

/// Holds the schema of a database that is only read against the one this program knows.
pub(crate) fn current(database: &Connection) -> Result<(), ArchiveFault> {
    let newest = MIGRATIONS.len() as i64;
    let found: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found.cmp(&newest) {
        Ordering::Less => Err(ArchiveFault::OlderSchema { found, newest }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(ArchiveFault::NewerSchema { found, newest }),
    }
}

/// An empty database with the newest schema, in memory.
pub(crate) fn pattern() -> Result<Connection, ArchiveFault> {
    let mut database = Connection::open_in_memory()?;
    migrate(&mut database)?;
    Ok(database)
}

fn migrate(database: &mut Connection) -> Result<(), ArchiveFault> {
    let newest = MIGRATIONS.len() as i64;
    let found: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if !(0..=newest).contains(&found) {
        return Err(ArchiveFault::NewerSchema { found, newest });
    }
    for (version, step) in (1..).zip(MIGRATIONS).filter(|(version, _)| found < *version) {
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
