//! How far the room is with opening, told by who reads the archive and read by who answers meanwhile.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Instant,
};

use cybernet::starting::{Starting, Step};

/// How far it is.
#[derive(Debug)]
pub struct Progress {
    begun: Instant,
    replays: AtomicBool,
    of: AtomicU64,
    taken: AtomicU64,
}

impl Progress {
    /// It begins now.
    pub fn begin() -> Self {
        Self { begun: Instant::now(), replays: AtomicBool::new(false), of: AtomicU64::new(0), taken: AtomicU64::new(0) }
    }

    /// From now on so many entries of the journal are taken in.
    pub fn replays(&self, of: u64) {
        self.of.store(of, Relaxed);
        self.replays.store(true, Relaxed);
    }

    /// One of them was.
    pub fn took_one(&self) {
        self.taken.fetch_add(1, Relaxed);
    }

    /// How far it is now.
    pub fn now(&self) -> Starting {
        let (entries, of) = (self.taken.load(Relaxed), self.of.load(Relaxed));
        // What is damaged is counted on one side only.
        let share = if of == 0 { 0.0 } else { (entries as f64 / of as f64).min(1.0) };
        let seconds = self.begun.elapsed().as_secs_f64();
        let step = if self.replays.load(Relaxed) { Step::Replays } else { Step::Opens };
        let does = match step {
            Step::Opens => "it opens its archive".to_owned(),
            Step::Replays => {
                format!("it has judged {entries} of {of} entries of its journal again ({:.0} %)", share * 100.0)
            }
        };
        Starting { step, entries, of, share, seconds, words: format!("the room starts: {does}, {seconds:.0} s so far") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_it_is_and_never_more_than_all() {
        let progress = Progress::begin();
        let begun = progress.now();
        assert_eq!((begun.step, begun.of, begun.share), (Step::Opens, 0, 0.0));
        progress.replays(4);
        progress.took_one();
        let quarter = progress.now();
        assert_eq!((quarter.step, quarter.entries, quarter.of, quarter.share), (Step::Replays, 1, 4, 0.25));
        assert!(quarter.words.contains("judged 1 of 4 entries of its journal again (25 %)"), "{}", quarter.words);
        (0..9).for_each(|_| progress.took_one());
        assert_eq!(progress.now().share, 1.0);
    }
}
