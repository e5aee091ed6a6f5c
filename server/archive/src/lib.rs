//! The only crate that knows a database: the journal, the snapshots, the history and the record of one room.
//!
//! # What lives in it
//!
//! - The **journal**: every batch of readings as it was received and every act on a signal, one compact row each, in
//!   order.
//! - The **snapshots**: what the detector believed at a position of the journal; the newest two. They are written in
//!   pieces by a [`Keeper`], beside the one who takes the journal.
//! - The **history**: what each indicator measured and what had been forecast of it, in compressed columns, and the
//!   minutes and hours that come of it. How it gets there, and how a restart fills what is missing exactly once, is told
//!   in `history.rs`.
//! - The **annotations**: what was said of readings that are in no doubt, as that something was deployed.
//! - The **record**: what became of signals, one line each, under a key.
//!
//! # Guarantees
//!
//! - What [`Archive::append`] returned is on disk: it survives `kill -9` and a loss of power. One call is one
//!   transaction and one wait for the disk, however many batches it takes (group commit).
//! - So is what [`Archive::append_act`] returned; it lies behind everything that was appended before.
//! - A sequence of an agent is taken once: within a call, across calls and across restarts. Where an agent gives every
//!   reading an ordinal, each ordinal is, in whatever batches it comes; what is in is a mark and at most 128 ranges above
//!   it, in the same transaction as the entries ([`Archive::deliver`]).
//! - [`Archive::replay`] gives what was appended, in order, bit for bit, holding one entry in memory at a time.
//! - [`Archive::history`] gives what [`Archive::keep_history`] took, values bit for bit, or aggregates that keep the
//!   extremes; the same before and after anything that [`Archive::tidy`] does but dropping what is too old.
//! - Nothing damaged is passed off as good: rows and snapshots carry a CRC-32 of all they hold. A damaged snapshot
//!   can be told from a good one, and another one is kept; a damaged row of the journal is a fault that names its position; a damaged row of
//!   history is named in the answer, and costs what lay in it.
//! - One process at a time writes. A second one is refused with words; [`Reader`], [`backup`] and [`check`] read beside
//!   it, and neither waits for the other.
//!
//! An archive blocks and belongs to one thread, and its keeper to another; whoever needs it in an asynchronous program gives it a thread.
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
//! # What it weighs and takes
//!
//! A week of 100 series as a host has them (per cent and milliseconds with one decimal, counts, bytes), a reading every
//! 5 s, in bytes a reading:
//!
//! | | regular | up to 1 s late |
//! |---|---|---|
//! | readings in chunks: whole pages, with their indices | 1.20 | 2.74 |
//! | minutes and hours | 0.48 | 0.48 |
//! | forecasts, where they are kept | 2.03 | 2.03 |
//! | `cargo run --release -p archive --example weigh -- 100 7` | ` 0` | ` 1000` |
//!
//! The last argument, ` 1`, adds forecasts. Noise that is twice as strong takes an eighth of a byte more.
//!
//! Answers, on one of two shared cores that had other work (`cargo bench -p archive`):
//!
//! | question | time |
//! |---|---|
//! | a day of readings, one a second, with forecasts: 86,400 points | 4.1 ms |
//! | the same in 1,000 points | 0.2 ms |
//! | two weeks in minutes: 20,160 points | 1.3 ms |
//! | ten weeks in hours: 1,680 points | 0.2 ms |
//!
//! A minute of 100,000 indicators, a reading every 30 s with its forecast, is kept in 80 ms: 0.4 us a reading, off the
//! way of the reading. Tidied up after the day, an indicator takes half a millisecond.
//!
//! Reading order: [`Archive`], [`Entry`], [`Batch`], [`Delivery`], [`Snapshot`], [`Keeper`], [`History`], [`Policy`],
//! [`RecordEntry`], [`Reader`], [`ArchiveFault`].

mod archive;
mod around;
mod backup;
mod batch;
mod check;
mod codec;
mod database;
mod delivery;
mod entry;
mod fault;
mod history;
mod journal;
mod keeper;
mod reader;
mod record;
mod snapshots;
mod tidy;

pub use crate::{
    archive::Archive,
    around::LeftOut,
    backup::{Backup, backup},
    batch::{Batch, Position, Taken},
    check::{Fault, Report, check},
    codec::Damage,
    delivery::{Delivery, Frame},
    entry::Entry,
    fault::ArchiveFault,
    history::{Aggregate, Annotation, Annotations, Band, History, MOST_ANNOTATIONS, PastReading, Points, Resolution},
    keeper::Keeper,
    reader::Reader,
    record::RecordEntry,
    snapshots::{Kept, Snapshot},
    tidy::{Policy, Tidied},
};
