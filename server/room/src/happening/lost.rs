//! Readings that never reached the room, as their agent counted them.

use std::time::SystemTime;

use metrics::counter;
use tracing::warn;
use vsm::{id::AgentId, time::Moment};

/// The end of the year 9999.
const LAST: Moment = Moment::from_unix_millis(253_402_300_799_999);

/// An agent had to let readings go before they could leave.
pub struct ReadingsLost<'a> {
    /// Whose.
    pub agent: &'a AgentId,
    /// How many.
    pub count: u64,
    /// When the first went, by the agent's clock.
    pub since: Moment,
}

impl ReadingsLost<'_> {
    /// Tells it.
    pub fn emit(self) {
        counter!("synco_readings_lost_total").increment(self.count);
        // An agent may say anything, and what no calendar has cannot be written.
        let since = self.since.min(LAST);
        let since = humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since.since(Moment::default()));
        warn!(agent = %self.agent, count = self.count, %since, "readings were lost before they could be sent");
    }
}

/// The room had to let go what it had measured of itself, because its archive took nothing for so long.
pub struct OwnReadingsLost {
    /// How many.
    pub count: usize,
}

impl OwnReadingsLost {
    /// Tells it; that nothing can be written is told elsewhere.
    pub fn emit(self) {
        counter!("synco_readings_lost_total").increment(self.count as u64);
    }
}
