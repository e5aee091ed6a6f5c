//! How long to wait before the next attempt.

use std::time::Duration;

use crate::chance;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);

/// Waits that double, each agent's a little different, so that a room that starts again is not met by all at once.
pub(super) struct Backoff {
    seed: u64,
    attempts: u64,
    wait: Duration,
}

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, attempts: 0, wait: FIRST }
    }

    /// The next wait: between three quarters and the whole of 0.2 s, 0.4 s, ... 5 s.
    pub(super) fn next(&mut self) -> Duration {
        let jitter = 0.75 + 0.25 * chance::uniform(self.seed, self.attempts);
        let wait = self.wait.mul_f64(jitter);
        self.attempts += 1;
        self.wait = (self.wait * 2).min(LONGEST);
        wait
    }

    /// The link was good: begin with the shortest wait.
    pub(super) fn reset(&mut self) {
        self.wait = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_a_limit_and_differ_between_agents() {
        let waits = |name| {
            let mut backoff = Backoff::new(chance::seed(name));
            [(); 8].map(|()| backoff.next().as_millis())
        };
        for (wait, whole) in waits("payments").into_iter().zip([200, 400, 800, 1600, 3200, 5000, 5000, 5000]) {
            assert!((whole * 3 / 4..=whole).contains(&wait), "{wait} of {whole}");
        }
        assert_ne!(waits("payments"), waits("lending"));
        assert_eq!(waits("payments"), waits("payments"));
    }
}
