//! What the room has, against what is here.

use std::io;

use cybernet::ordinals::Ordinals;

use super::Outbox;
use crate::happening::Rebased;

/// Where an outbox stands after a welcome.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Everything up to this ordinal is settled here.
    pub settled: u64,
    /// The ordinal of the newest reading there ever was.
    pub newest: u64,
    /// How many readings wait.
    pub pending: u64,
}

impl Outbox {
    /// The room says what it has; answers where this outbox stands then.
    ///
    /// Mostly that is something this outbox knows to have had, and can forget. If it is not, this folder has lost what
    /// was sent from it, or is a new one. Then the readings the room cannot have get ordinals above all that it has, or it
    /// would take them for old ones.
    pub fn welcome(&mut self, has: &Ordinals) -> io::Result<Standing> {
        // A folder no room has ever welcomed holds only what no room has.
        let possibly_sent = if self.greeted { self.newest_at_open.max(self.handed_out) } else { self.settled.mark() };
        if possibly_sent < has.highest() {
            self.rebase(has.highest())?;
        }
        self.settled.add(has);
        self.settle()?;
        Ok(Standing { settled: self.settled.mark(), newest: self.newest, pending: self.pending() })
    }

    /// Gives the readings that the room cannot have ordinals above `top`, the highest that it has.
    fn rebase(&mut self, top: u64) -> io::Result<()> {
        let surely_sent = if self.greeted { self.newest_at_open } else { 0 };
        // What lies above this is news to the room; below it, what the room does not have still waits.
        let pivot = self.settled.mark().max(surely_sent);
        let by = top.saturating_sub(pivot);
        self.seal();
        Rebased { received: top, newest: self.newest, pending: self.pending() }.emit();
        // None of the ordinals that are passed over belongs to a reading of this folder.
        let mut settled = Ordinals::of(self.settled.mark(), &[[if self.greeted { pivot + 1 } else { 1 }, top]]);
        for [first, last] in self.settled.ranges() {
            settled.insert([*first, pivot.min(*last)]);
            settled.insert([pivot.saturating_add(1).max(*first) + by, last.saturating_add(by)]);
        }
        // What was written of the old ordinals must not be taken for the new ones.
        super::settled::write(&self.folder.settled_path(), None)?;
        self.noted = None;
        self.shift(pivot, by)?;
        self.settled = settled;
        Ok(())
    }

    /// Raises every ordinal above `pivot` that is still here. Ordinals stand in the names of the files alone, and the newest
    /// are renamed first, so that the order holds wherever the process may die.
    fn shift(&mut self, pivot: u64, by: u64) -> io::Result<()> {
        self.cursors.clear();
        let folder = &self.folder;
        let raised = self.segments.iter_mut().rev().filter(|segment| pivot < segment.last()).try_for_each(|segment| {
            let raised = folder.segment_path(segment.first + by);
            std::fs::rename(&segment.path, &raised)?;
            (segment.path, segment.first) = (raised, segment.first + by);
            Ok(())
        });
        self.newest = self.newest.saturating_add(by);
        self.losses.shift(pivot, by);
        raised
    }
}
