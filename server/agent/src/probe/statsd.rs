//! What programs send to a UDP port in the protocol of StatsD, put together from one reading to the next.

mod heard;
pub mod line;

use std::{
    collections::BTreeMap,
    io,
    net::{SocketAddr, UdpSocket as Bound},
};

use config::agent::{StatsdSeries, StatsdServer};
use tokio::net::UdpSocket;
use vsm::{id::IndicatorId, time::Moment};

use self::{heard::Heard, line::Line};
use super::{ProbeFault, Readout, Reason, bad_lines::BadLines};

/// The largest datagram that can come over UDP, in bytes.
const LARGEST: usize = 65_535;

/// Listens to one port. What it remembers is bounded by the names that were written.
pub struct Statsd {
    socket: UdpSocket,
    address: SocketAddr,
    written: StatsdServer,
    /// What was heard of the names that are read.
    heard: BTreeMap<String, Heard>,
    period: Period,
}

/// What came since the reading before.
#[derive(Default)]
struct Period {
    began_at: Option<Moment>,
    lines: u64,
    bad: BadLines,
    /// What the port said.
    fault: Option<Reason>,
}

impl Statsd {
    /// A probe that listens from now on. Needs a running tokio.
    pub fn bind(written: StatsdServer) -> io::Result<Self> {
        let socket = Bound::bind(written.listen)?;
        socket.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(socket)?;
        let heard = written.series.iter().map(|series| (series.name.clone(), Heard::new(&series.name))).collect();
        let address = socket.local_addr()?;
        Ok(Self { socket, address, written, heard, period: Period::default() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes in what is sent. Never ends.
    pub async fn listen(&mut self) {
        let mut datagram = vec![0; LARGEST];
        loop {
            match self.socket.recv(&mut datagram).await {
                Ok(length) => self.take(&datagram[..length]),
                Err(why) => drop(self.period.fault.get_or_insert_with(|| Reason::of_system(&why))),
            }
        }
    }

    /// Hands on what came since the reading before; the first reading opens the period.
    ///
    /// A counter of which nothing came stands still, but only while something else comes: where nobody sends anything,
    /// nothing is known.
    pub fn read(&mut self, now: Moment) -> Readout {
        let period = std::mem::replace(&mut self.period, Period { began_at: Some(now), ..Period::default() });
        let mut readout = Readout::default();
        let about = format!("statsd {}", self.address);
        let Some(began_at) = period.began_at else { return readout };
        readout.faults.extend(period.bad.faults(&format!("a line to {about}")));
        readout.faults.extend(period.fault.map(|why| ProbeFault::new(format!("the port of {about}"), why)));
        if period.lines == 0 {
            readout.faults.push(ProbeFault::new(about, "nothing was sent since the last reading"));
        } else {
            let seconds = now.since(began_at).as_secs_f64();
            for series in &self.written.series {
                let value = self.heard.get(&series.name).and_then(|heard| heard.value(series.take, seconds));
                readout.take_any(&series.indicator, now, Ok(value));
            }
        }
        self.heard.values_mut().for_each(Heard::begin_again);
        readout
    }

    fn take(&mut self, datagram: &[u8]) {
        let text = String::from_utf8_lossy(datagram);
        for line in text.lines().filter(|line| !line.is_empty()) {
            match Line::parse(line) {
                Ok(Line { name, value, weight }) => {
                    self.period.lines += 1;
                    if let Some(heard) = self.heard.get_mut(name) {
                        heard.take(value, weight);
                    }
                }
                Err(why) => self.period.bad.note(named(line, &self.written.series), || why),
            }
        }
    }
}

/// What is read of the name with which a bad line begins.
fn named(line: &str, series: &[StatsdSeries]) -> Vec<IndicatorId> {
    let name = line.split(':').next().unwrap_or_default();
    series.iter().filter(|series| series.name == name).map(|series| series.indicator.clone()).collect()
}

#[cfg(test)]
mod tests;
