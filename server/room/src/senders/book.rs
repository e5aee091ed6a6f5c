//! What a source has open: which of its series are which indicators, and what is needed to see a counter grow.
//!
//! A request is taken through a [`Draft`]. What a draft has learned is kept once its readings are on disk, and undone if
//! they could not be written, so that the sender's next try is not taken for a repetition, or if the request could not be
//! read to its end.

mod growth;
mod key;
mod open;
mod tally;
mod tray;
mod undo;

use std::{sync::Arc, time::Duration};

use config::senders::{Map, Source};
use serde::Serialize;
use vsm::{reading::Reading, time::Moment};

use self::{
    growth::{Last, growth},
    open::{Opened, Shelf},
    tally::{Tallies, Tally},
};
use super::point::{Kind, Sample, Series, Value};
use crate::door::check::too_far_ahead;

/// How often is looked for series that are not heard of any more.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// What a source has open.
pub struct Book {
    shelf: Shelf,
    tallies: Tallies,
    swept_at: Moment,
    total: Report,
}

/// What became of the samples of a request, or of all of them.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Report {
    /// Numbers that came.
    pub samples: u64,
    /// Histograms that came.
    pub histograms: u64,
    /// Numbers that were refused.
    pub refused_samples: u64,
    /// Histograms of which something was refused.
    pub refused_histograms: u64,
    /// Readings that came of them.
    pub readings: u64,
    /// Samples that were not newer than the last of their series.
    pub repeated: u64,
    /// Samples that hold no reading: no finite number, the end of a series, the first of a counter.
    pub passed_over: u64,
    /// Samples of series that no map names; they are in the tray.
    pub unmapped: u64,
    /// Why the first of those that were refused was.
    #[serde(skip)]
    pub why: Option<String>,
}

/// What a source has open, for people who write maps.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    source: String,
    series: u64,
    most_series: u64,
    unmapped_series: u64,
    most_unmapped: u64,
    since_start: Report,
    tray: Vec<open::Listed>,
}

impl Report {
    fn add(&mut self, more: &Self) {
        self.samples += more.samples;
        self.histograms += more.histograms;
        self.refused_samples += more.refused_samples;
        self.refused_histograms += more.refused_histograms;
        self.readings += more.readings;
        self.repeated += more.repeated;
        self.passed_over += more.passed_over;
        self.unmapped += more.unmapped;
    }

    /// How many numbers and histograms were refused.
    pub fn refused(&self) -> u64 {
        self.refused_samples + self.refused_histograms
    }
}

impl Book {
    /// A book with nothing in it.
    pub fn new(source: Source, maps: Arc<[Map]>) -> Self {
        let most = usize::try_from(source.series.saturating_add(source.unmapped)).unwrap_or(usize::MAX);
        let swept_at = Moment::from_unix_millis(0);
        Self { shelf: Shelf::new(source, maps), tallies: Tallies::new(most), swept_at, total: Report::default() }
    }

    /// Begins to take a request that arrived at `now`.
    pub fn draft(&mut self, now: Moment) -> Draft<'_> {
        if SWEEP_EVERY <= now.since(self.swept_at) {
            self.shelf.sweep(now);
            self.tallies.sweep(now);
            self.swept_at = now;
        }
        self.shelf.changes.clear();
        Draft { book: self, now, readings: Vec::new(), report: Report::default(), untally: Vec::new() }
    }

    /// What is open.
    pub fn listing(&self) -> Listing {
        let Source { id, series, unmapped } = &self.shelf.source;
        let (mapped_series, unmapped_series) = self.shelf.counts();
        Listing {
            source: id.to_string(),
            series: mapped_series,
            most_series: *series,
            unmapped_series,
            most_unmapped: *unmapped,
            since_start: self.total.clone(),
            tray: self.shelf.in_the_tray(),
        }
    }
}

/// One request on its way into the journal.
pub struct Draft<'b> {
    book: &'b mut Book,
    now: Moment,
    /// What came of it so far, in order.
    pub readings: Vec<Reading>,
    report: Report,
    untally: Vec<(Arc<[u8]>, Option<Tally>)>,
}

impl Draft<'_> {
    /// Takes a sample.
    pub fn take(&mut self, series: &Series<'_>, sample: Sample) {
        match sample.value {
            Value::Number(value) => {
                self.report.samples += 1;
                let outcome = self.number(series, sample.at, sample.started_at, value);
                self.note(outcome, |report| &mut report.refused_samples);
            }
            Value::Histogram(histogram) => {
                self.report.histograms += 1;
                let outcome = self.histogram(series, sample.at, sample.started_at, histogram);
                self.note(outcome, |report| &mut report.refused_histograms);
            }
            Value::Ended => {
                self.report.samples += 1;
                self.report.passed_over += 1;
                self.book.shelf.end(series, sample.at);
            }
        }
    }

    /// It is on disk: what was learned of it holds.
    pub fn keep(self) -> Report {
        self.book.total.add(&self.report);
        self.report
    }

    /// It is not on disk: the series are as they were before it.
    pub fn undo(self) {
        self.book.shelf.undo();
        for (key, before) in self.untally.into_iter().rev() {
            self.book.tallies.restore(key, before);
        }
    }

    fn note(&mut self, outcome: Result<(), String>, refused: impl Fn(&mut Report) -> &mut u64) {
        if let Err(why) = outcome {
            *refused(&mut self.report) += 1;
            self.report.why.get_or_insert(why);
        }
    }

    fn number(
        &mut self,
        series: &Series<'_>,
        at: Moment,
        started_at: Option<Moment>,
        value: f64,
    ) -> Result<(), String> {
        if !value.is_finite() {
            self.report.passed_over += 1;
            return Ok(());
        }
        check_time(at, self.now)?;
        let Opened::At(place) = self.book.shelf.open(series, self.now)? else {
            self.report.unmapped += 1;
            self.report.passed_over += 1;
            return Ok(());
        };
        let open = self.book.shelf.at(place);
        self.report.unmapped += u64::from(!open.is_mapped);
        if open.last.is_some_and(|last| at <= last.at) {
            self.report.repeated += 1;
            return Ok(());
        }
        let before = open.last.replace(Last { at, value });
        let value = growth(open.turn, series.kind, before, Last { at, value }, started_at);
        let reading = value.and_then(|value| Reading::new(open.indicator.clone(), at, value).ok());
        match reading {
            Some(reading) => {
                self.report.readings += 1;
                self.readings.push(reading);
            }
            None => self.report.passed_over += 1,
        }
        Ok(())
    }

    /// How many there were a second, their mean, and where most of them lay, each as a series of its own.
    fn histogram(
        &mut self,
        series: &Series<'_>,
        at: Moment,
        started_at: Option<Moment>,
        histogram: super::point::Histogram,
    ) -> Result<(), String> {
        check_time(at, self.now)?;
        let came = Tally { at, started_at, heard_at: self.now, histogram };
        let Some(change) = self.book.tallies.turn(series, came)? else {
            self.report.repeated += 1;
            return Ok(());
        };
        self.untally.push((change.key, change.before));
        if change.parts.is_empty() {
            self.report.passed_over += 1;
        }
        let mut outcome = Ok(());
        for (part, value) in change.parts {
            let metric = format!("{}.{part}", series.metric);
            let series = Series { metric: &metric, labels: series.labels, kind: Kind::Gauge };
            outcome = outcome.and(self.number(&series, at, None, value));
        }
        outcome
    }
}

fn check_time(at: Moment, now: Moment) -> Result<(), String> {
    if at.unix_millis() <= 0 {
        return Err(format!("a sample measured at {} ms; times are milliseconds since 1970", at.unix_millis()));
    }
    too_far_ahead(at, now).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
