//! What agents say of indicators that are not theirs.

use metrics::counter;
use tracing::warn;
use vsm::id::AgentId;

/// An agent told why indicators of a unit are silent for which it does not speak.
pub struct FaultsRefused<'a> {
    /// Which agent.
    pub agent: &'a AgentId,
    /// How many indicators.
    pub count: u64,
    /// Why the first was refused.
    pub first: &'a str,
}

impl FaultsRefused<'_> {
    /// Counts it. The log hears of it only with the number of times it did not hear of it since the last.
    pub fn emit(self, left_out: Option<u64>) {
        counter!("synco_faults_refused_total").increment(self.count);
        if let Some(left_out) = left_out {
            warn!(agent = %self.agent, count = self.count, first = self.first, left_out, "faults refused");
        }
    }
}
