//! What a replay shows: one page that holds everything it needs, with the trace of each series and what was said of it.
//!
//! Reading order: [`glance`] (one row as the page sees it), [`section`] (what is gathered of a series: `reduce`,
//! `episodes`, `closeups`, `calibration`), `series` (how that is shown: `plot` with `draw` and
//! `ticks`, `held`, all in `words`), and `page` (all series together).

mod calibration;
mod closeups;
mod draw;
mod episodes;
mod glance;
mod held;
mod page;
mod plot;
mod reduce;
pub(super) mod section;
mod series;
mod ticks;
mod words;

use std::{
    cmp::Reverse,
    fs::{self, File},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;

use section::{Section, Summary};

/// A page being made. Its series wait in a file of their own until all are known.
#[derive(Debug)]
pub(super) struct Report {
    path: PathBuf,
    zone: TimeZone,
    series: Vec<Written>,
    waiting: File,
    unread: Vec<(String, String)>,
}

/// A series, and where it waits.
#[derive(Debug)]
struct Written {
    summary: Summary,
    start: u64,
    length: u64,
}

impl Report {
    /// A page that will be written to `path`.
    ///
    /// # Errors
    /// If nothing can wait in the folder of temporary files.
    pub(super) fn new(path: &Path, zone: Option<&TimeZone>) -> io::Result<Self> {
        let zone = zone.cloned().unwrap_or(TimeZone::UTC);
        Ok(Self { path: path.to_owned(), zone, series: Vec::new(), waiting: tempfile::tempfile()?, unread: Vec::new() })
    }

    /// Adds a series that has been replayed.
    pub(super) fn add(&mut self, section: &Section) -> io::Result<()> {
        let start = self.waiting.stream_position()?;
        let id = self.series.len();
        let html = series::html(id, section, &self.zone);
        self.waiting.write_all(html.as_bytes())?;
        self.series.push(Written { summary: section.summary(id), start, length: html.len() as u64 });
        Ok(())
    }

    /// Tells of a file that could not be replayed.
    pub(super) fn miss(&mut self, name: &str, why: &impl ToString) {
        self.unread.push((name.to_owned(), why.to_string()));
    }

    /// Writes the page: first what would have said the most.
    pub(super) fn close(mut self) -> io::Result<()> {
        self.series.sort_by_key(|Written { summary, .. }| Reverse((summary.sustained, summary.sudden)));
        let mut page = BufWriter::new(File::create(&self.path)?);
        let (summaries, places): (Vec<_>, Vec<_>) =
            self.series.into_iter().map(|Written { summary, start, length }| (summary, (start, length))).unzip();
        page.write_all(page::before(&summaries, &self.unread, &self.zone).as_bytes())?;
        for (start, length) in places {
            self.waiting.seek(SeekFrom::Start(start))?;
            io::copy(&mut (&self.waiting).take(length), &mut page)?;
        }
        page.write_all(page::after().as_bytes())?;
        page.flush()
    }
}

/// Why a page cannot be written to `path`: it would be written over what is read or written else, or its folder is
/// not there.
pub(super) fn in_the_way<'a>(path: &Path, others: impl IntoIterator<Item = &'a Path>) -> Option<String> {
    if path.is_dir() {
        return Some("is a folder; the name of a file is right, as report.html".to_owned());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Some(format!("there is no folder {}; make it first or choose another", folder.display()));
    }
    let place = place(path);
    let other = others.into_iter().find(|other| place.is_some() && self::place(other) == place)?;
    Some(format!("would be written over {}; choose another name for --report", other.display()))
}

/// A file by the folder it really lies in, also where it is not there yet.
fn place(path: &Path) -> Option<PathBuf> {
    if let Ok(found) = fs::canonicalize(path) {
        return Some(found);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}
