//! How long readings took through the room.

use metrics::histogram;
use vsm::time::Moment;

use crate::figures::LAG;

/// A batch was judged.
pub struct Judged {
    /// When it arrived, by the room's clock.
    pub received_at: Moment,
    /// When it was judged, by the same.
    pub at: Moment,
}

impl Judged {
    /// Tells it; the log would only repeat the figure.
    pub fn emit(self) {
        histogram!(LAG).record(self.at.since(self.received_at).as_secs_f64());
    }
}
