//! The only crate that knows a database: the journal, the snapshots and the record of one room.
//!
//! # What lives in it
//!
//! - The **journal**: every batch of readings as it was received and every act on a signal, one compact row each, in
//!   order.
//! - The **snapshots**: what the detector believed at a position of the journal; the newest two.
//! - The **record**: what became of signals, one line each, under a key.
//!
//! # Guarantees
//!
//! - What [`Archive::append`] returned is on disk: it survives `kill -9` and a loss of power. One call is one
//!   transaction and one wait for the disk, however many batches it takes (group commit).
//! - So is what [`Archive::append_act`] returned; it lies behind everything that was appended before.
//! - A sequence of an agent is taken once: within a call, across calls and across restarts.
//! - [`Archive::replay`] gives what was appended, in order, bit for bit, holding one entry in memory at a time.
//! - Nothing damaged is passed off as good: rows and snapshots carry a CRC-32 of all they hold. A damaged snapshot
//!   gives way to the older one; a damaged row of the journal is a fault that names its position.
//! - One process at a time writes. A second one is refused with words; tools may read beside it.
//!
//! An archive blocks and belongs to one thread; whoever needs it in an asynchronous program gives it a thread.
//!
//! # Files on disk
//!
//! | file | what |
//! |---|---|
//! | `archive.sqlite3` | the database (SQLite, schema version in `user_version`) |
//! | `archive.sqlite3-wal` | its write-ahead log: holds the newest commits, so a copy needs it too |
//! | `archive.sqlite3-shm` | index of that log; made anew when it is missing |
//! | `lock` | empty; locked by the process that writes |
//!
//! Reading order: [`Archive`], [`Entry`], [`Batch`], [`Snapshot`], [`RecordEntry`], [`ArchiveFault`].

mod archive;
mod around;
mod batch;
mod codec;
mod database;
mod entry;
mod fault;
mod journal;
mod record;
mod snapshots;

pub use crate::{
    archive::Archive,
    around::LeftOut,
    batch::{Batch, Position, Taken},
    codec::Damage,
    entry::Entry,
    fault::ArchiveFault,
    record::RecordEntry,
    snapshots::Snapshot,
};
