//! A reading that came after a newer one.

use std::time::Duration;

use cyberstride::Late;

use super::{Arrival, Watch};
use crate::{calendar::Calendar, disturbance::What, past::Remembered};

impl Watch {
    /// Counts a late reading, and holds it against what was expected in its stead if it fills a gap among the last ones.
    ///
    /// Whatever the reading is, nobody is told of it as of something new: by now the newer ones have said what there was to
    /// say. So of a long backlog that comes after what is new, the watch counts every reading and takes in those that fill
    /// its last gap; history has all of them.
    pub(super) fn take_late(
        &mut self,
        arrival: &Arrival,
        calendar: &mut Calendar,
        followed: bool,
        mut say: impl FnMut(What),
    ) {
        self.state.counts.late += 1;
        self.state.counts.doubtful += u64::from(arrival.doubtful);
        let Arrival { measured_at, value, doubtful, .. } = *arrival;
        if !self.is_gap(arrival) {
            return;
        }
        let at = calendar.at(measured_at);
        let believed = (!doubtful).then_some(value);
        let Some(Late { expected, .. }) = self.state.detector.late(&self.told, at, believed) else { return };
        if let Some(before) = &mut self.state.before {
            before.take_late(&self.told, at, believed);
        }
        let forecast = Some([expected.lower, expected.centre, expected.upper].map(|y| y as f32));
        let late = Remembered { at: measured_at, value, forecast, late: true, doubtful, corrected: false };
        self.state.past.insert(late);
        if followed {
            say(What::Step(self.step(&late)));
        }
    }

    /// Whether no reading was taken within half a cadence, so that this one stands for a period of its own.
    fn is_gap(&self, arrival: &Arrival) -> bool {
        let Some(cadence) = self.state.detector.profile(&self.told).cadence else { return false };
        let half = Duration::try_from_secs_f64(0.5e-3 * cadence).unwrap_or(Duration::MAX);
        self.state.past.has_gap(arrival.measured_at, half)
    }
}
