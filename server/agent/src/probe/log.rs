//! A file to which lines are added: how many came since the reading before, by pattern.

mod tail;

use std::path::Path;

use config::agent::{CountedLines, Log as Written, Pattern};
use vsm::time::Moment;

use self::tail::Tail;
use super::{ProbeFault, Readout, aside::Aside};

/// The most that is read at once, in bytes; the rest waits for the next reading.
const MOST: u64 = 64 << 20;

/// Counts lines of one log.
pub struct Log {
    written: Written,
    tail: Aside<Tail>,
}

/// What came since the look before.
struct Came {
    /// Lines by series; none at the first look, which opens the period.
    counts: Option<Vec<u64>>,
    /// Whether there is more that was not read.
    is_behind: bool,
}

impl Log {
    /// A probe of what was written. The log is not opened before the first reading.
    pub fn new(written: Written) -> Self {
        let tail = Aside::new(Tail::new(written.path.clone()));
        Self { written, tail }
    }

    /// Where the log lies.
    pub fn path(&self) -> &Path {
        &self.written.path
    }

    /// Counts what came since the reading before; the first reading only marks where the log ends.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let patterns: Vec<Option<Pattern>> = self.written.series.iter().map(|one| one.pattern.clone()).collect();
        let about = format!("log {}", self.path().display());
        let came = match self.tail.look(move |tail| count(tail, &patterns)).await.and_then(|came| came) {
            Ok(came) => came,
            Err(why) => return Readout::fault(about, why),
        };
        let mut readout = Readout::default();
        for (CountedLines { indicator, .. }, count) in self.written.series.iter().zip(came.counts.unwrap_or_default()) {
            readout.take(indicator, now, Ok(count as f64));
        }
        if came.is_behind {
            let why = format!("more than {MOST} bytes since the last reading; the rest counts with the next one");
            readout.faults.push(ProbeFault::new(about, why));
        }
        readout
    }
}

fn count(tail: &mut Tail, patterns: &[Option<Pattern>]) -> Result<Came, String> {
    let mut counts = vec![0; patterns.len()];
    let followed = tail.follow(MOST, |line| {
        for (pattern, count) in patterns.iter().zip(&mut counts) {
            *count += u64::from(pattern.as_ref().is_none_or(|pattern| pattern.regex().is_match(line)));
        }
    });
    let followed = followed.map_err(|why| why.to_string())?;
    Ok(Came { counts: followed.map(|_| counts), is_behind: followed.is_some_and(|rest| 0 < rest) })
}

#[cfg(test)]
mod tests;
