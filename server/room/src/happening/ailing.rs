//! The archive does not take what arrives, or takes it again; what it had is damaged.

use std::error::Error;

use archive::LeftOut;
use metrics::{counter, gauge};
use tracing::{error, info};

/// The archive has become unable to write, or able again.
pub struct ArchiveAiling<'a> {
    /// What it said; none if it is well again.
    pub why: Option<&'a str>,
}

impl ArchiveAiling<'_> {
    /// Tells it.
    pub fn emit(self) {
        gauge!("synco_archive_ailing").set(f64::from(u8::from(self.why.is_some())));
        match self.why {
            Some(why) => error!(why, "the archive cannot write: nothing is acknowledged until it can"),
            None => info!("the archive writes again"),
        }
    }
}

/// Entries of the journal could not be read when the room opened; it opened without them.
pub struct JournalDamaged<'a>(pub &'a LeftOut);

impl JournalDamaged<'_> {
    /// Tells it.
    pub fn emit(self) {
        let LeftOut { entries, first, why } = self.0;
        counter!("synco_journal_damaged_total").increment(*entries);
        let source = why.source().map_or_else(String::new, |source| format!(": {source}"));
        error!(entries, %first, "the journal is damaged, what it had acknowledged there is gone: {why}{source}");
    }
}
