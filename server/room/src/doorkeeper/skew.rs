//! How far each agent's clock is from the room's, as far as its readings tell.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Mutex, PoisonError},
};

use metrics::gauge;
use vsm::{id::AgentId, time::Moment};

/// Of how many agents it is shown; a room without a lock is told any name.
const MOST: usize = 1024;
/// Of so many batches the freshest tells: most of the others bring a backlog.
const BATCHES: usize = 16;

/// The agents whose skew is shown.
#[derive(Default)]
pub struct Shown(Mutex<BTreeSet<AgentId>>);

/// What one connection tells of its agent's clock.
#[derive(Debug, Default)]
pub struct Skew(VecDeque<i64>);

impl Shown {
    /// Shows `synco_agent_clock_skew_seconds`, if there is room for one more; not a number where it is not known.
    pub fn show(&self, agent: &AgentId, seconds: f64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !shown.contains(agent) {
            if MOST <= shown.len() {
                return;
            }
            shown.insert(agent.clone());
        }
        gauge!("synco_agent_clock_skew_seconds", "agent" => agent.to_string()).set(seconds);
    }
}

impl Skew {
    /// Takes note of the newest reading of a batch, and says how far in milliseconds the freshest of the last batches was
    /// ahead of the room (above 0) or behind (below). The way of a reading to the room counts as behind.
    pub fn note(&mut self, newest: Moment, received_at: Moment) -> i64 {
        if BATCHES <= self.0.len() {
            self.0.pop_front();
        }
        self.0.push_back(newest.unix_millis().saturating_sub(received_at.unix_millis()));
        self.0.iter().copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_freshest_of_the_last_batches_tells_and_a_backlog_does_not() {
        let at = Moment::from_unix_millis;
        let mut skew = Skew::default();
        assert_eq!(skew.note(at(990_000), at(1_000_000)), -10_000);
        assert_eq!(skew.note(at(1_030_000), at(1_000_000)), 30_000);
        assert_eq!(skew.note(at(500_000), at(1_000_000)), 30_000);
        let later: Vec<_> = (0..BATCHES).map(|_| skew.note(at(1_999_000), at(2_000_000))).collect();
        assert_eq!((later[0], later[BATCHES - 1]), (30_000, -1000));
        assert_eq!(skew.note(at(i64::MIN), at(i64::MAX)), -1000);
    }
}
