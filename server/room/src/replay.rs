//! `synco replay`: what the room would have said of series that were recorded before it was there.
//!
//! Reading order: [`rows`] (how a file is read), `pages` (how one is written), `report` (one page for people, with the
//! traces), and the walk over all files here.

mod pages;
mod report;
pub mod rows;

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::ValueEnum;
use jiff::tz::TimeZone;
use opsroom::hindcast::{Hindcast, Told};

use crate::cli::Failure;
use pages::Page;
use report::{Report, section::Section};
use rows::{Row, Rows};

/// What `replay` may be told.
#[derive(Clone, Debug, clap::Args)]
pub struct ReplayArgs {
    /// A CSV file with the columns timestamp and value, or a folder of such files.
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// The folder to write to: a file for each that was read, and disturbances.csv.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Also write one HTML page to look at: the trace of each series, its calibrated band and every disturbance.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// The time zone whose days the series follow, as Europe/Berlin.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub tz: Option<TimeZone>,
    /// The scale on which every series is judged, rather than the one worked out for it.
    #[arg(long, value_enum)]
    pub scale: Option<Scale>,
}

/// The scale on which a series behaves most like a trend with noise.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    Identity,
    /// Logarithm, for durations and costs.
    Log,
    /// Square root, for counts.
    Sqrt,
    /// Arc sine of the square root, for ratios between 0 and 1.
    AsinSqrt,
}

/// Rows that are judged in one go, so that the clock is read seldom.
const AT_ONCE: usize = 1024;

/// Rows of one file that are refused by name; of more, the number.
const TOLD: u64 = 20;

/// The list of disturbances, in the folder that is written to.
const DISTURBANCES: &str = "disturbances.csv";

/// Replays one file or all of a folder. Rows that cannot be read are refused with file and line; everything else is
/// still done.
pub fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let files = files(args)?;
    fs::create_dir_all(&args.out).map_err(|why| refused(&args.out, why))?;
    let mut report = report_of(args, &files)?;
    let mut list = BufWriter::new(File::create(args.out.join(DISTURBANCES))?);
    writeln!(list, "{}", pages::DISTURBANCE_COLUMNS)?;
    let mut sum = Sum::default();
    let mut faults = Vec::new();
    for (done, file) in files.iter().enumerate() {
        progress(done, files.len(), &file.name);
        let mut section = report.as_ref().map(|_| Section::new(&file.name));
        match replay(args, file, &mut list, &mut faults, section.as_mut()) {
            Ok(one) => {
                sum.add(&one);
                report.as_mut().zip(section).map_or(Ok(()), |(report, section)| report.add(&section))?;
            }
            Err(why) => {
                report.iter_mut().for_each(|report| report.miss(&file.name, &why));
                faults.push(format!("{}: {why}", file.path.display()));
            }
        }
    }
    list.flush()?;
    report.map_or(Ok(()), Report::close)?;
    progress(files.len(), files.len(), "");
    println!("{}", sum.words());
    if faults.is_empty() { Ok(()) } else { Err(Failure::Refused(faults)) }
}

/// The page to look at, where one was asked for.
fn report_of(args: &ReplayArgs, files: &[Input]) -> Result<Option<Report>, Failure> {
    let Some(path) = &args.report else { return Ok(None) };
    let written = files.iter().map(|file| args.out.join(&file.name)).chain([args.out.join(DISTURBANCES)]);
    let others: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).chain(written).collect();
    match report::in_the_way(path, others.iter().map(PathBuf::as_path)) {
        Some(why) => Err(refused(path, why)),
        None => Ok(Some(Report::new(path, args.tz.as_ref())?)),
    }
}

/// A file to read, and its path under the folder, with `/` between the names.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    name: String,
}

#[derive(Debug, Default)]
struct Sum {
    files: u64,
    readings: u64,
    disturbances: u64,
    judging: Duration,
}

impl Sum {
    fn add(&mut self, one: &Self) {
        self.files += 1;
        self.readings += one.readings;
        self.disturbances += one.disturbances;
        self.judging += one.judging;
    }

    fn words(&self) -> String {
        let nanos = self.judging.as_nanos() / u128::from(self.readings.max(1));
        let Self { files, readings, disturbances, .. } = self;
        format!("{files} files, {readings} readings, {disturbances} disturbances, {nanos} ns a reading")
    }
}

fn replay(
    args: &ReplayArgs,
    file: &Input,
    list: &mut impl Write,
    faults: &mut Vec<String>,
    mut section: Option<&mut Section>,
) -> io::Result<Sum> {
    let mut rows = Rows::open(BufReader::new(File::open(&file.path)?), args.tz.as_ref())?;
    let path = args.out.join(&file.name);
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut page = Page::open(BufWriter::new(File::create(path)?), &file.name)?;
    let mut hindcast = Hindcast::new(Told { scale: args.scale.map(Into::into), ..Told::default() });
    let (mut sum, mut unread) = (Sum::default(), Unread { path: &file.path, rows: 0, faults });
    let (mut read, mut judged) = (Vec::with_capacity(AT_ONCE), Vec::with_capacity(AT_ONCE));
    loop {
        rows.read(AT_ONCE, &mut read, |line, why| unread.hear(line, &why))?;
        if read.is_empty() {
            break;
        }
        let start = Instant::now();
        judged.extend(read.iter().map(|row: &Row| hindcast.observe(row.at, row.value)));
        sum.judging += start.elapsed();
        sum.readings += read.len() as u64;
        for (row, said) in read.drain(..).zip(judged.drain(..)) {
            page.write(&row, &said)?;
            section.iter_mut().for_each(|section| section.take(&row, &said));
        }
    }
    let unread = unread.tell();
    section.iter_mut().for_each(|section| section.unread = unread);
    sum.disturbances = page.close(list)?;
    Ok(sum)
}

/// The rows of one file that cannot be read: the first by name, of more the number.
struct Unread<'a> {
    path: &'a Path,
    rows: u64,
    faults: &'a mut Vec<String>,
}

impl Unread<'_> {
    fn hear(&mut self, line: usize, why: &str) {
        self.rows += 1;
        if self.rows <= TOLD {
            self.faults.push(format!("{}:{line}: {why}", self.path.display()));
        }
    }

    fn tell(self) -> u64 {
        if TOLD < self.rows {
            self.faults.push(format!("{}: {} more rows cannot be read", self.path.display(), self.rows - TOLD));
        }
        self.rows
    }
}

/// Every CSV file there is to read, in the order of the names.
fn files(args: &ReplayArgs) -> Result<Vec<Input>, Failure> {
    let kind = fs::metadata(&args.input).map_err(|why| refused(&args.input, why))?;
    let mut files = Vec::new();
    if kind.is_file() {
        let name = args.input.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push(Input { path: args.input.clone(), name });
    } else {
        collect(&args.input, "", &args.out, &mut files).map_err(|why| refused(&args.input, why))?;
        files.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if files.is_empty() {
        return Err(Failure::Refused(vec![format!("{}: no file *.csv in this folder", args.input.display())]));
    }
    let in_the_way = |file: &&Input| {
        let written = args.out.join(&file.name);
        file.name == DISTURBANCES
            || written.canonicalize().is_ok_and(|to| file.path.canonicalize().is_ok_and(|from| from == to))
    };
    match files.iter().find(in_the_way) {
        None => Ok(files),
        Some(file) => {
            let words = "would be written over; choose another name for it or another folder for --out";
            Err(Failure::Refused(vec![format!("{}: {words}", file.path.display())]))
        }
    }
}

fn collect(folder: &Path, prefix: &str, out: &Path, files: &mut Vec<Input>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            // What an earlier replay wrote into the folder is no input.
            if !out.canonicalize().is_ok_and(|out| path.canonicalize().is_ok_and(|path| path == out)) {
                collect(&path, &format!("{name}/"), out, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            files.push(Input { path, name });
        }
    }
    Ok(())
}

/// A line that is written over again, on a terminal only.
fn progress(done: usize, of: usize, name: &str) {
    const WIDE: usize = 30;
    if !io::stderr().is_terminal() {
        return;
    }
    let filled = WIDE * done / of.max(1);
    eprint!("\r\x1b[K[{}{}] {done}/{of} {name}", "#".repeat(filled), " ".repeat(WIDE - filled));
    if done == of {
        eprint!("\r\x1b[K");
    }
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|why| format!("{why}; a name as Europe/Berlin is right"))
}

fn refused(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::Refused(vec![format!("{}: {why}", path.display())])
}

impl From<Scale> for opsroom::hindcast::Scale {
    fn from(scale: Scale) -> Self {
        match scale {
            Scale::Identity => Self::Identity,
            Scale::Log => Self::Log,
            Scale::Sqrt => Self::Sqrt,
            Scale::AsinSqrt => Self::AsinSqrt,
        }
    }
}
