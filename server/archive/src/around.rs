//! A replay around what is damaged.

use crate::{archive::Archive, batch::Position, entry::Entry, fault::ArchiveFault};

/// What a replay had to leave out.
#[derive(Debug)]
pub struct LeftOut {
    /// How many entries, each of which had been acknowledged.
    pub entries: u64,
    /// Where the first of them lies.
    pub first: Position,
    /// What is wrong there.
    pub why: ArchiveFault,
}

impl Archive {
    /// How many entries of the journal lie after `after`, those that cannot be read among them.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`], if the database as a whole cannot be read.
    pub fn entries_after(&self, after: Position) -> Result<u64, ArchiveFault> {
        // Positions follow each other without a gap from the first that is still kept; to count rows would read them all.
        let first = "SELECT ifnull(min(position), 1) FROM journal";
        let first: i64 = self.database.query_row(first, [], |row| row.get(0))?;
        let after = after.row().max(first - 1);
        Ok(u64::try_from(self.last.row() - after).unwrap_or(0))
    }

    /// As [`Archive::replay`], but goes on behind every entry that is damaged, alone or with the page it lies on.
    /// Returns the position of the last entry the archive has, and what was left out, if anything.
    ///
    /// # Errors
    /// [`ArchiveFault::Database`] where the disk fails in another way.
    pub fn replay_around(
        &self,
        after: Position,
        mut each: impl FnMut(Position, Entry),
    ) -> Result<(Position, Option<LeftOut>), ArchiveFault> {
        let (mut after, mut left_out) = (after, None);
        loop {
            let mut last = after;
            let replayed = self.replay(after, |position, entry| {
                last = position;
                each(position, entry);
            });
            let why = match replayed {
                Ok(last) => return Ok((last, left_out)),
                Err(why) if why.is_damage() && last < self.last => why,
                Err(why) => return Err(why),
            };
            after = match why {
                ArchiveFault::DamagedEntry { position, .. } => position,
                // A page is broken: its entries are found out one by one.
                _ => last.next(),
            };
            left_out.get_or_insert(LeftOut { entries: 0, first: after, why }).entries += 1;
            if self.last <= after {
                return Ok((after, left_out));
            }
        }
    }
}
