//! What was said of a labelled corpus in one pass over each of its series.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use opsroom::hindcast::{Hindcast, Row, Told};

use crate::{
    corpus::{self, Fault, Labelled},
    nab::Series,
};

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

impl Corpus {
    /// Judges every series of the corpus in the folder.
    pub(crate) fn judge(name: &'static str, folder: &Path) -> Result<Self, Fault> {
        Ok(Self { name, files: corpus::read(folder)?.into_iter().map(judge).collect() })
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

fn judge(Labelled { name, rows, windows }: Labelled) -> Judged {
    let mut hindcast = Hindcast::new(Told::default());
    let start = Instant::now();
    let said: Vec<Row> = rows.iter().map(|row| hindcast.observe(row.at, row.value)).collect();
    let took = start.elapsed();
    let labelled = Series::new(said.iter().map(|row| row.score).collect(), &windows);
    Judged { name, labelled, values: rows.iter().map(|row| row.value).collect(), said, took }
}
