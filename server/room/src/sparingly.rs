//! What comes often is said seldom: a few times in a while, with how often it was not said.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Lets some through, then none for a while.
#[derive(Debug)]
pub struct Sparingly {
    most: u32,
    every: Duration,
    passed: u32,
    next: Option<Instant>,
    left_out: u64,
}

impl Sparingly {
    /// At most one each `every`.
    pub const fn each(every: Duration) -> Self {
        Self::some(1, every)
    }

    /// At most so many each `every`.
    pub const fn some(most: u32, every: Duration) -> Self {
        Self { most, every, passed: 0, next: None, left_out: 0 }
    }

    /// Whether to say it now; then with how many were left out since the last.
    pub fn pass(&mut self, now: Instant) -> Option<u64> {
        if self.next.is_none_or(|next| next <= now) {
            self.next = Some(now + self.every);
            self.passed = 0;
        }
        if self.passed == self.most {
            self.left_out += 1;
            return None;
        }
        self.passed += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

/// The same for what may come from anywhere in the process.
#[derive(Debug)]
pub struct Anywhere(Mutex<Sparingly>);

impl Anywhere {
    /// At most so many each `every`.
    pub const fn some(most: u32, every: Duration) -> Self {
        Self(Mutex::new(Sparingly::some(most, every)))
    }

    /// Whether to say it now; then with how many were left out since the last.
    pub fn pass(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pass(Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When something that comes each second is said, and how often it was not since the last time.
    fn said(mut sparingly: Sparingly) -> Vec<(usize, u64)> {
        let begin = Instant::now();
        let passed: Vec<_> = (0..25).map(|second| sparingly.pass(begin + Duration::from_secs(second))).collect();
        passed.iter().enumerate().filter_map(|(at, passed)| Some((at, (*passed)?))).collect()
    }

    #[test]
    fn one_passes_each_while_and_says_how_many_did_not() {
        assert_eq!(said(Sparingly::each(Duration::from_secs(10))), [(0, 0), (10, 9), (20, 9)]);
    }

    #[test]
    fn where_some_may_pass_the_first_of_each_while_do() {
        let some = Sparingly::some(2, Duration::from_secs(10));
        assert_eq!(said(some), [(0, 0), (1, 0), (10, 8), (11, 0), (20, 8), (21, 0)]);
    }
}
