//! The methods that are compared, and what each scores on a corpus.

use std::time::Duration;

use opsroom::hindcast::Tier;
use room::replay::rows::Row;

use crate::{
    calibrated::Calibrated,
    corpus::Labelled,
    nab::{self, Series},
    pass::{self, Pass},
    peer::{Changing, Forested, Peer},
};

/// One way to have a score for each row.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    /// One pass over rows of which so many at the start are not scored.
    pub(crate) pass: fn(&[Row], usize) -> Pass,
    /// Thresholds that stand before a series is seen.
    pub(crate) tiers: &'static [Tier],
}

pub(crate) const METHODS: [Method; 7] = [
    Method { name: "ours", pass: pass::ours, tiers: &[Tier::Sudden, Tier::Sustained] },
    peer::<Forested<1>>("rcf3, single readings"),
    peer::<Calibrated<Forested<1>>>("  our calibration"),
    peer::<Forested<8>>("rcf3, shingles of 8"),
    peer::<Calibrated<Forested<8>>>("  our calibration"),
    peer::<Changing>("changepoint"),
    peer::<Calibrated<Changing>>("  our calibration"),
];

const fn peer<P: Peer + Default>(name: &'static str) -> Method {
    Method { name, pass: pass::of::<P>, tiers: &[] }
}

/// What a method says of a corpus.
pub(crate) struct Scored {
    pub(crate) method: Method,
    /// In the order of the files.
    pub(crate) series: Vec<Series>,
    /// The quickest pass over each file.
    took: Vec<Duration>,
    rows: usize,
}

impl Scored {
    /// What every method says; each reads each file so many times, at least once. The methods take turns, so that what
    /// else the machine does for a while is no method's loss.
    pub(crate) fn all(files: &[Labelled], passes: u32) -> Vec<Self> {
        let mut all: Vec<Self> = METHODS.into_iter().map(|method| Self::by(method, files)).collect();
        for scored in (1..passes).flat_map(|_| 0..METHODS.len()) {
            all[scored].again(files);
        }
        all
    }

    /// Nanoseconds a reading.
    pub(crate) fn pace(&self) -> f64 {
        self.took.iter().sum::<Duration>().as_nanos() as f64 / self.rows.max(1) as f64
    }

    fn by(method: Method, files: &[Labelled]) -> Self {
        let passes = files.iter().map(|file| (file, method.read(file)));
        let (series, took) = passes.map(|(file, (scores, took))| (Series::new(scores, &file.windows), took)).unzip();
        Self { method, series, took, rows: files.iter().map(|file| file.rows.len()).sum() }
    }

    fn again(&mut self, files: &[Labelled]) {
        for (file, quickest) in files.iter().zip(&mut self.took) {
            *quickest = self.method.read(file).1.min(*quickest);
        }
    }
}

impl Method {
    fn read(&self, file: &Labelled) -> Pass {
        (self.pass)(&file.rows, nab::probation(file.rows.len()))
    }
}
