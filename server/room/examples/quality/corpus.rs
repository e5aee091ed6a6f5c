//! A labelled corpus: series as files, and the windows in which something is known to have happened.

use std::{collections::BTreeMap, fs::File, io::BufReader, path::Path};

use room::replay::rows::{Row, Rows};

/// One series as it was recorded.
pub(crate) struct Labelled {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
    /// First and last row of each window.
    pub(crate) windows: Vec<(usize, usize)>,
}

pub(crate) type Fault = Box<dyn std::error::Error>;

/// Reads every series that `windows.json` in the folder names, as a file under `data`. An error says which file or row is
/// not there or cannot be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<Labelled>, Fault> {
    let listed = folder.join("windows.json");
    let windows = windows(&listed).map_err(|why| format!("{}: {why}", listed.display()))?;
    let labelled = |(name, windows): (String, Vec<[String; 2]>)| {
        let path = folder.join("data").join(&name);
        labelled(&path, name, &windows).map_err(|why| format!("{}: {why}", path.display()).into())
    };
    windows.into_iter().map(labelled).collect()
}

fn windows(listed: &Path) -> Result<BTreeMap<String, Vec<[String; 2]>>, Fault> {
    Ok(serde_json::from_reader(BufReader::new(File::open(listed)?))?)
}

fn labelled(path: &Path, name: String, windows: &[[String; 2]]) -> Result<Labelled, Fault> {
    let rows = rows(path)?;
    let row_of = |stamp: &String| {
        let found =
            rows.iter().position(|row| row.timestamp[..19.min(row.timestamp.len())] == stamp[..19.min(stamp.len())]);
        found.ok_or_else(|| format!("no row at {stamp}"))
    };
    let windows = windows.iter().map(|[first, last]| Ok((row_of(first)?, row_of(last)?)));
    let windows = windows.collect::<Result<_, String>>()?;
    Ok(Labelled { name, rows, windows })
}

fn rows(path: &Path) -> Result<Vec<Row>, Fault> {
    let mut reader = Rows::open(BufReader::new(File::open(path)?), None)?;
    let (mut rows, mut fault) = (Vec::new(), None);
    reader.read(usize::MAX, &mut rows, |line, why| fault = Some(format!("line {line}: {why}")))?;
    fault.map_or(Ok(rows), |fault| Err(fault.into()))
}
