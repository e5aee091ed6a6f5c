//! Says a thing once in a while, and counts what it left out meanwhile.

use std::time::Duration;

use tokio::time::Instant;

/// Lets one through, then none for a while.
pub struct Sparingly {
    every: Duration,
    next: Option<Instant>,
    left_out: u64,
}

impl Sparingly {
    /// At most one each `every`.
    pub fn each(every: Duration) -> Self {
        Self { every, next: None, left_out: 0 }
    }

    /// Whether to say it now; then with how many were left out since the last.
    pub fn pass(&mut self, now: Instant) -> Option<u64> {
        if self.next.is_some_and(|next| now < next) {
            self.left_out += 1;
            return None;
        }
        self.next = Some(now + self.every);
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_passes_each_while_and_says_how_many_did_not() {
        let begin = Instant::now();
        let mut sparingly = Sparingly::each(Duration::from_secs(10));
        let passed: Vec<_> = (0..25).map(|second| sparingly.pass(begin + Duration::from_secs(second))).collect();
        let said: Vec<_> = passed.iter().enumerate().filter_map(|(at, passed)| Some((at, (*passed)?))).collect();
        assert_eq!(said, [(0, 0), (10, 9), (20, 9)]);
    }
}
