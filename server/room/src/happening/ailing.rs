//! The archive does not take what arrives, or takes it again.

use metrics::gauge;
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
