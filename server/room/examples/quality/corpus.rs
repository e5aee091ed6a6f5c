//! A labelled corpus: series as files, and the windows in which something is known to have happened.

use std::{
    collections::BTreeMap,
    fs::File,
    io::BufReader,
    path::Path,
    time::{Duration, Instant},
};

use opsroom::hindcast::{Hindcast, Row, Told};
use room::replay::rows::{self, Rows};

use crate::nab::Series;

/// A corpus after one pass over each of its series.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) files: Vec<Judged>,
}

/// One series and what was said of it.
pub(crate) struct Judged {
    pub(crate) name: String,
    pub(crate) labelled: Series,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) said: Vec<Row>,
    pub(crate) took: Duration,
}

type Fault = Box<dyn std::error::Error>;

impl Corpus {
    /// Judges every series that `windows.json` in the folder names, as a file under `data`.
    pub(crate) fn judge(name: &'static str, folder: &Path) -> Result<Self, Fault> {
        let windows: BTreeMap<String, Vec<[String; 2]>> =
            serde_json::from_reader(BufReader::new(File::open(folder.join("windows.json"))?))?;
        let judge = |(file, windows): (String, Vec<[String; 2]>)| {
            let path = folder.join("data").join(&file);
            judge(&path, file, &windows).map_err(|why| format!("{}: {why}", path.display()).into())
        };
        Ok(Self { name, files: windows.into_iter().map(judge).collect::<Result<_, Fault>>()? })
    }

    /// The labelled scores of every series, or of every other one from the given index on.
    pub(crate) fn labelled(&self, from: usize, step: usize) -> Vec<Series> {
        self.files.iter().skip(from).step_by(step).map(|file| file.labelled.clone()).collect()
    }

    /// Nanoseconds a reading.
    pub(crate) fn pace(&self) -> f64 {
        let took: Duration = self.files.iter().map(|file| file.took).sum();
        took.as_nanos() as f64 / self.files.iter().map(|file| file.said.len()).sum::<usize>() as f64
    }
}

fn judge(path: &Path, name: String, windows: &[[String; 2]]) -> Result<Judged, Fault> {
    let rows = read(path)?;
    let row_of = |stamp: &String| {
        let found =
            rows.iter().position(|row| row.timestamp[..19.min(row.timestamp.len())] == stamp[..19.min(stamp.len())]);
        found.ok_or_else(|| format!("no row at {stamp}"))
    };
    let windows = windows.iter().map(|[first, last]| Ok((row_of(first)?, row_of(last)?)));
    let windows = windows.collect::<Result<Vec<_>, String>>()?;
    let mut hindcast = Hindcast::new(Told::default());
    let start = Instant::now();
    let said: Vec<Row> = rows.iter().map(|row| hindcast.observe(row.at, row.value)).collect();
    let took = start.elapsed();
    let labelled = Series::new(said.iter().map(|row| row.score).collect(), &windows);
    Ok(Judged { name, labelled, values: rows.iter().map(|row| row.value).collect(), said, took })
}

fn read(path: &Path) -> Result<Vec<rows::Row>, Fault> {
    let mut reader = Rows::open(BufReader::new(File::open(path)?), None)?;
    let (mut rows, mut fault) = (Vec::new(), None);
    reader.read(usize::MAX, &mut rows, |line, why| fault = Some(format!("line {line}: {why}")))?;
    fault.map_or(Ok(rows), |fault| Err(fault.into()))
}
