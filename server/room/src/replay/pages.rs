//! What a replay writes: a page for each series, and a line for each disturbance.

use std::{
    collections::VecDeque,
    io::{self, Write},
};

use opsroom::hindcast::{self, Finding, Kind, Outlook, Tier};

use super::rows::Row;

/// The columns of a page.
const COLUMNS: &str = "timestamp,value,forecast,lower50,upper50,lower95,upper95,lower99,upper99,\
                       p_steady,p_transient,p_level,p_slope,anomaly_score,kind";

/// The columns of the list of disturbances.
pub(super) const DISTURBANCE_COLUMNS: &str = "file,onset,raised,named,kind,direction,probability,size,sd,tier";

const COVERAGES: [f64; 3] = [0.50, 0.95, 0.99];

/// An onset is found among so many of the last rows.
const REMEMBERED: usize = 64;

/// One page being written.
pub(super) struct Page<W> {
    to: W,
    file: String,
    /// Timestamps of the last rows, as they stand in the file.
    recent: VecDeque<(i64, String)>,
    disturbances: Vec<Line>,
    /// The moment at which the disturbance of the last row was raised.
    open: Option<i64>,
}

/// A disturbance as it is known last.
struct Line {
    onset: String,
    raised: String,
    named: String,
    last: Finding,
}

impl<W: Write> Page<W> {
    pub(super) fn open(mut to: W, file: &str) -> io::Result<Self> {
        writeln!(to, "{COLUMNS}")?;
        let recent = VecDeque::with_capacity(REMEMBERED);
        Ok(Self { to, file: file.to_owned(), recent, disturbances: Vec::new(), open: None })
    }

    /// Writes one row.
    pub(super) fn write(&mut self, row: &Row, said: &hindcast::Row) -> io::Result<()> {
        let named = self.follow(row, said.disturbance);
        write!(self.to, "{},", row.timestamp)?;
        if let Some(value) = row.value {
            write!(self.to, "{value}")?;
        }
        match &said.forecast {
            Some(forecast) => self.write_forecast(forecast)?,
            None => write!(self.to, ",,,,,,,")?,
        }
        match said.probabilities {
            Some(probabilities) => probabilities.iter().try_for_each(|p| write!(self.to, ",{p}"))?,
            None => write!(self.to, ",,,,")?,
        }
        writeln!(self.to, ",{},{}", said.score, named.map_or("", kind))
    }

    /// Writes the disturbances to their list and says how many there were.
    pub(super) fn close(mut self, list: &mut impl Write) -> io::Result<u64> {
        self.to.flush()?;
        for Line { onset, raised, named, last } in &self.disturbances {
            let Finding { probability, size, sd, .. } = last;
            let direction = if *size < 0.0 { "down" } else { "up" };
            let (kind, tier) = (kind(last.kind), tier(last.tier));
            let file = &self.file;
            writeln!(list, "{file},{onset},{raised},{named},{kind},{direction},{probability},{size},{sd},{tier}")?;
        }
        Ok(self.disturbances.len() as u64)
    }

    fn write_forecast(&mut self, forecast: &Outlook) -> io::Result<()> {
        write!(self.to, ",{}", forecast.centre())?;
        for (lower, upper) in COVERAGES.map(|coverage| forecast.interval(coverage)) {
            write!(self.to, ",{},{}", lower, upper)?;
        }
        Ok(())
    }

    /// Keeps the line of the open disturbance up to date; the result is its kind where this row named or renamed it.
    fn follow(&mut self, row: &Row, disturbed: Option<Finding>) -> Option<Kind> {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((row.at.millis, row.timestamp.clone()));
        let known = std::mem::replace(&mut self.open, disturbed.map(|now| now.raised_at));
        let now = disturbed?;
        match self.disturbances.last_mut() {
            Some(line) if known == Some(now.raised_at) => {
                let renamed = line.last.kind != now.kind;
                line.last = now;
                if !renamed {
                    return None;
                }
                line.named.clone_from(&row.timestamp);
            }
            _ => {
                let onset = self.recent.iter().find(|(at, _)| *at == now.onset_at);
                let onset = onset.map_or(&row.timestamp, |(_, timestamp)| timestamp).clone();
                let (raised, named) = (row.timestamp.clone(), row.timestamp.clone());
                self.disturbances.push(Line { onset, raised, named, last: now });
            }
        }
        Some(now.kind)
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Transient => "transient",
        Kind::Level => "level",
        Kind::Slope => "slope",
        Kind::Variance => "variance",
    }
}

fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Sudden => "sudden",
        Tier::Sustained => "sustained",
    }
}
