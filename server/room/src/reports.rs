//! Whose indicators are whose: the desk is told by every door, of each indicator once.

use std::collections::HashSet;

use opsroom::sources::Word;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
};

use crate::desk::DeskHandle;

/// What a source has reported over one connection, or since the room opened.
pub struct Reports {
    source: AgentId,
    desk: DeskHandle,
    reported: HashSet<IndicatorId, foldhash::fast::RandomState>,
    most: usize,
}

impl Reports {
    /// Nothing yet, and never more than `most` indicators: of further ones nobody knows whose they are.
    pub fn new(source: AgentId, desk: DeskHandle, most: usize) -> Self {
        Self { source, desk, reported: HashSet::default(), most }
    }

    /// Notes readings of this source, and tells the desk of the indicators that are new among them.
    pub async fn note(&mut self, readings: &[Reading]) {
        let mut new = Vec::new();
        for Reading { indicator, .. } in readings {
            if self.reported.len() < self.most && !self.reported.contains(indicator) {
                self.reported.insert(indicator.clone());
                new.push(indicator.clone());
            }
        }
        if !new.is_empty() {
            self.desk.hear(&self.source, Word::Reports(new)).await;
        }
    }

    /// Whether this source has reported any of these.
    pub fn has_any(&self, indicators: &[IndicatorId]) -> bool {
        indicators.iter().any(|indicator| self.reported.contains(indicator))
    }
}

/// The indicators of these readings, each once.
pub fn of(readings: &[Reading]) -> Word {
    let indicators: HashSet<&IndicatorId> = readings.iter().map(|reading| &reading.indicator).collect();
    Word::Reports(indicators.into_iter().cloned().collect())
}
