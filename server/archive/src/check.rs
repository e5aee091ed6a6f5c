//! Whether an archive is what was written: every row of every table is read and held against its checksum.

mod history;
mod room;

use std::{fmt, path::Path};

use rusqlite::{Connection, Row, params};

use crate::{codec::Damage, database, fault::ArchiveFault};

/// How many faults are told; of more, only how many.
const TOLD: usize = 1000;

/// What [`check`] found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// How many rows each table has, as far as they could be read.
    pub rows: Vec<(&'static str, u64)>,
    /// The first thousand faults, in the order of the tables.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub untold: u64,
}

/// One thing that is not as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The table, or `database` for the file as a whole.
    pub table: &'static str,
    /// The row: its position in the journal, otherwise its id or its key.
    pub row: Option<String>,
    /// What is wrong, in words.
    pub what: String,
}

/// Reads all of the archive in `folder`, which may be in use: what was committed when the check began.
///
/// # Errors
/// [`ArchiveFault::NoArchive`], [`ArchiveFault::OlderSchema`], [`ArchiveFault::NewerSchema`], or
/// [`ArchiveFault::Database`] if the file is no database. Whatever is wrong inside is in the report.
pub fn check(folder: &Path) -> Result<Report, ArchiveFault> {
    let database = database::open_for_reading(folder)?;
    database::current(&database)?;
    let moment = database.unchecked_transaction()?;
    let mut check = Check { database: &moment, report: Report::default() };
    check.file();
    check.schema(&database::pattern()?)?;
    check.room();
    check.history();
    Ok(check.report)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.row, self.table) {
            (Some(row), "journal") => write!(f, "journal, position {row}: {}", self.what),
            (Some(row), table) => write!(f, "{table}, row {row}: {}", self.what),
            (None, table) => write!(f, "{table}: {}", self.what),
        }
    }
}

/// A check that is going on.
struct Check<'a> {
    database: &'a Connection,
    report: Report,
}

impl Check<'_> {
    fn tell(&mut self, table: &'static str, row: Option<String>, what: impl Into<String>) {
        if self.report.faults.len() < TOLD {
            self.report.faults.push(Fault { table, row, what: what.into() });
        } else {
            self.report.untold += 1;
        }
    }

    /// Gives every row of `query`, whose first column is the row's id, to `each`, and tells what is wrong with it.
    fn walk<T: fmt::Display>(
        &mut self,
        table: &'static str,
        query: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), T>,
    ) {
        let (mut count, mut untold) = (0, 0);
        let mut wrong = Vec::new();
        let mut walk = || -> Result<(), rusqlite::Error> {
            let mut query = self.database.prepare(query)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                count += 1;
                match each(row) {
                    Err(what) if wrong.len() < TOLD => wrong.push((name(row), what.to_string())),
                    Err(_) => untold += 1,
                    Ok(()) => {}
                }
            }
            Ok(())
        };
        let walked = walk();
        wrong.into_iter().for_each(|(row, what)| self.tell(table, Some(row), what));
        self.report.untold += untold;
        if let Err(fault) = walked {
            self.tell(table, None, format!("cannot be read on after {count} rows: {fault}"));
        }
        self.report.rows.push((table, count));
    }

    /// Tells of each row that `query` gives: its name, and the words that are wrong with it.
    fn none(&mut self, table: &'static str, what: &str, query: &str) {
        let found = self.database.prepare(query).and_then(|mut query| {
            let rows = query.query_map([], |row| Ok(name(row)))?;
            rows.take(TOLD).collect::<Result<Vec<_>, _>>()
        });
        match found {
            Ok(rows) => rows.into_iter().for_each(|row| self.tell(table, Some(row), what)),
            Err(fault) => self.tell(table, None, format!("cannot be read: {fault}")),
        }
    }

    /// The pages and indices of the file.
    fn file(&mut self) {
        let found = self.database.prepare("PRAGMA integrity_check(100)").and_then(|mut query| {
            let lines = query.query_map([], |row| row.get::<_, String>(0))?;
            lines.collect::<Result<Vec<_>, _>>()
        });
        match found {
            Ok(lines) => {
                lines.into_iter().filter(|line| line != "ok").for_each(|line| self.tell("database", None, line));
            }
            Err(fault) => self.tell("database", None, fault.to_string()),
        }
    }

    /// Every table and index of `pattern` is there as it is there.
    fn schema(&mut self, pattern: &Connection) -> Result<(), ArchiveFault> {
        let mut query = pattern.prepare("SELECT type, name, ifnull(sql, '') FROM sqlite_schema ORDER BY name")?;
        let wanted = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for item in wanted {
            let (kind, name, sql): (String, String, String) = item?;
            let is_there = "SELECT count(*) FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND ifnull(sql, '') = ?3";
            let count = self.database.query_row(is_there, params![kind, name, sql], |row| row.get::<_, i64>(0));
            if !matches!(count, Ok(1)) {
                self.tell("database", None, format!("the {kind} {name} is missing or is not that of this schema"));
            }
        }
        Ok(())
    }
}

/// The first column of a row, in words.
fn name(row: &Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(rusqlite::types::ValueRef::Integer(number)) => number.to_string(),
        Ok(rusqlite::types::ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "without a name".to_owned(),
    }
}

/// A column that is not of the type the schema says.
fn column<T>(_: T) -> Damage {
    Damage::Column
}
