//! A file to which lines are added: how many came since the reading before, by pattern.

mod tail;

use std::path::Path;

use config::agent::{Log as Written, Pattern};
use vsm::time::Moment;

use self::tail::Tail;
use super::{ProbeFault, Readout, Reason, aside::Aside};

/// The most that is read at once, in bytes; the rest waits for the next reading.
const MOST: u64 = 64 << 20;

/// Counts lines of one log.
pub struct Log {
    written: Written,
    counting: Aside<Counting>,
    /// The counts that were handed on, by series.
    handed_on: Vec<u64>,
}

/// The log and the lines that were counted since the agent began. A look that nobody waits for any longer still counts.
struct Counting {
    tail: Tail,
    counts: Vec<u64>,
}

/// What a look gave.
struct Looked {
    /// Lines since the agent began, by series; none at the first look, which opens the period.
    counts: Option<Vec<u64>>,
    /// Whether there is more that was not read.
    is_behind: bool,
}

impl Log {
    /// A probe of what was written. The log is not opened before the first reading.
    pub fn new(written: Written) -> Self {
        let counts = vec![0; written.series.len()];
        let counting = Aside::new(Counting { tail: Tail::new(written.path.clone()), counts: counts.clone() });
        Self { written, counting, handed_on: counts }
    }

    /// Where the log lies.
    pub fn path(&self) -> &Path {
        &self.written.path
    }

    /// Counts what came since the reading before; the first reading only marks where the log ends.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let patterns: Vec<Option<Pattern>> = self.written.series.iter().map(|one| one.pattern.clone()).collect();
        let about = format!("log {}", self.path().display());
        let looked = self.counting.look(move |counting| counting.look(&patterns)).await;
        let Looked { counts, is_behind } = match looked.and_then(|looked| looked) {
            Ok(looked) => looked,
            Err(why) => return Readout::fault(about, why),
        };
        let mut readout = Readout::default();
        if let Some(counts) = counts {
            for ((series, count), before) in self.written.series.iter().zip(&counts).zip(&self.handed_on) {
                readout.take(&series.indicator, now, Ok((count - before) as f64));
            }
            self.handed_on = counts;
        }
        if is_behind {
            let why = format!("more than {MOST} bytes since the last reading; the rest counts with the next one");
            readout.faults.push(ProbeFault::new(about, Reason::own(why)));
        }
        readout
    }
}

impl Counting {
    fn look(&mut self, patterns: &[Option<Pattern>]) -> Result<Looked, Reason> {
        let Self { tail, counts } = self;
        let followed = tail.follow(MOST, |line| {
            for (pattern, count) in patterns.iter().zip(&mut *counts) {
                *count += u64::from(pattern.as_ref().is_none_or(|pattern| pattern.regex().is_match(line)));
            }
        });
        let waits = followed.map_err(|why| Reason::of_system(&why))?;
        Ok(Looked { counts: waits.map(|_| self.counts.clone()), is_behind: waits.is_some_and(|waits| 0 < waits) })
    }
}

#[cfg(test)]
mod tests;
