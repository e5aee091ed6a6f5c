//! What the room has, against what is here.

use std::io;

use super::Outbox;
use crate::happening::Rebased;

impl Outbox {
    /// The room says that it has everything up to the sequence `received`; answers after which ordinal to go on.
    ///
    /// Mostly that is something this outbox knows to have had, and can forget. If it is not, this folder has lost what
    /// was sent from it, or is a new one. Then the readings the room cannot have get ordinals above `received`, or it
    /// would take them for old ones.
    pub fn welcome(&mut self, received: u64) -> io::Result<u64> {
        // A folder no room has ever welcomed holds only what no room has.
        let possibly_sent = if self.greeted { self.newest_at_open.max(self.handed_out) } else { self.forgotten };
        if received <= possibly_sent {
            self.forget(received)?;
            return Ok(self.forgotten);
        }
        let surely_sent = if self.greeted { self.newest_at_open } else { 0 };
        self.forgotten = self.forgotten.max(surely_sent);
        self.seal();
        self.sweep();
        Rebased { received, newest: self.newest, pending: self.pending() }.emit();
        self.shift(received - self.forgotten)?;
        self.forget(received)?;
        Ok(self.forgotten)
    }

    /// Raises every ordinal that is still here. Ordinals stand in the names of the files alone, and the newest are
    /// renamed first, so that the order holds wherever the process may die.
    fn shift(&mut self, by: u64) -> io::Result<()> {
        self.cursor = None;
        let folder = &self.folder;
        let raised = self.segments.iter_mut().rev().try_for_each(|segment| {
            let raised = folder.segment_path(segment.first + by);
            std::fs::rename(&segment.path, &raised)?;
            (segment.path, segment.first) = (raised, segment.first + by);
            Ok(())
        });
        self.newest = self.newest.saturating_add(by);
        self.losses.shift(by);
        raised
    }
}
