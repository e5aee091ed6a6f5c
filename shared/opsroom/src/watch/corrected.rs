//! Another reading of a moment that was read already.
//!
//! It takes the place of the former in the trace and keeps the forecast that was made of its moment. How far the detector
//! judges again:
//!
//! - Whenever a reading could raise something by itself, its watch keeps the detector as it was before it: while it is the
//!   newest reading, and if something is open then, for sixteen readings. What is corrected meanwhile is undone without a
//!   trace: the readings since are judged again from there. It takes memory only where something happens, of noise in one
//!   of some three hundred watches.
//! - Any other newest reading is taken back as far as the next ones remember it, and the new one judged in its stead; what
//!   was learned of the former stays, as if an ordinary reading had come twice.
//! - Of an older one the new value enters the forecasts of the next as a late reading does, and nobody is told.

use cyberstride::{At, Detector, Foresight, Told};
use serde::{Deserialize, Serialize};
use vsm::{signal::Ending, time::Moment};

use super::{Arrival, State, Watch};
use crate::{
    calendar::Calendar,
    disturbance::{Finding, What},
    past::Remembered,
};

/// For how many readings it is kept what was known before one that could raise something: as many as the detector looks
/// back for an onset.
const FRESH: u8 = 16;

/// What was known before a reading that could raise something.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Before {
    detector: Detector,
    /// The moment of that reading.
    from: Moment,
    /// How many readings came since.
    since: u8,
    /// Whether something was open after one of them.
    raised: bool,
}

impl Before {
    /// A late reading from before it is known to it, too; of one that came since the watch remembers.
    pub(super) fn take_late(&mut self, told: &Told, at: At, believed: Option<f64>) {
        if Moment::from_unix_millis(at.millis) < self.from {
            self.detector.late(told, at, believed);
        }
    }
}

impl Watch {
    /// Before a reading is judged: keeps what is known now if the reading could raise something, and lets go of what was
    /// kept for one that is over.
    pub(super) fn look_out(&mut self, arrival: &Arrival, foresight: &Foresight) {
        let State { before, detector, .. } = &mut self.state;
        if let Some(before) = before {
            before.since += 1;
            before.raised |= detector.is_disturbed();
        }
        *before = before.take().filter(|before| before.since < FRESH && before.raised);
        if before.is_none() && !arrival.doubtful && detector.could_raise(foresight, arrival.value) {
            let (detector, from) = (detector.clone(), arrival.measured_at);
            *before = Some(Box::new(Before { detector, from, since: 0, raised: false }));
        }
    }

    /// Takes another reading of the moment of `former`. One that says the same is no other.
    pub(super) fn correct(
        &mut self,
        former: Remembered,
        arrival: &Arrival,
        calendar: &mut Calendar,
        followed: bool,
        mut say: impl FnMut(What),
    ) {
        let Arrival { measured_at, value, doubtful, .. } = *arrival;
        if (former.value.to_bits(), former.doubtful) == (value.to_bits(), doubtful) {
            return;
        }
        let corrected = Remembered { value, doubtful, corrected: true, ..former };
        self.state.past.replace(corrected);
        self.state.counts.corrected += 1;
        self.state.counts.doubtful += u64::from(doubtful && !former.doubtful);
        let stood = self.state.detector.open();
        if !self.judge_again(measured_at, calendar) {
            self.judge_in_place_of(&former, arrival, calendar);
        }
        if self.state.detector.open() != stood {
            let muted = calendar.is_within(&self.indicator.muted_hours, self.state.measured_at);
            self.tell_anew(muted, &mut say);
        }
        if followed {
            say(What::Step(self.step(&corrected)));
        }
    }

    /// Judges the readings again that came since something was kept, if the moment is not before that; says whether.
    fn judge_again(&mut self, moment: Moment, calendar: &mut Calendar) -> bool {
        let State { before, past, detector, .. } = &mut self.state;
        let Some(before) = before.as_ref().filter(|before| before.from <= moment && past.reaches(before.from)) else {
            return false;
        };
        *detector = before.detector.clone();
        let mut late = Vec::new();
        for reading in past.since(before.from) {
            let at = calendar.at(reading.at);
            // A late one came after the next, and was not judged.
            if reading.late {
                late.push((at, reading.believed()));
                continue;
            }
            match reading.believed() {
                Some(value) => drop(detector.observe(&self.told, at, Some(value))),
                None => drop(detector.doubt(&self.told, at)),
            }
            late.drain(..).for_each(|(at, value)| _ = detector.late(&self.told, at, value));
        }
        true
    }

    /// Takes the newest reading back and judges this one; an older one is put among what is remembered.
    fn judge_in_place_of(&mut self, former: &Remembered, arrival: &Arrival, calendar: &mut Calendar) {
        let at = calendar.at(arrival.measured_at);
        if self.state.detector.take_back(&self.told, at, !former.doubtful) {
            self.judge(arrival);
            return;
        }
        let value = (!arrival.doubtful).then_some(arrival.value);
        let State { detector, before, .. } = &mut self.state;
        detector.amend(&self.told, at, former.believed(), value);
        if let Some(before) = before {
            before.detector.amend(&self.told, at, former.believed(), value);
        }
    }

    /// Tells the desk what is open now in the place of what was.
    fn tell_anew(&mut self, muted: bool, say: &mut impl FnMut(What)) {
        let open = self.state.detector.open();
        if let Some(onset_at) = self.state.raised {
            match open.filter(|open| open.onset_at == onset_at.unix_millis()) {
                Some(open) => say(What::Found(Finding::from(open))),
                None => {
                    self.state.raised = None;
                    say(What::Ended { onset_at, ending: Ending::Corrected });
                }
            }
        }
        if !muted {
            self.raise_what_is_open(say);
        }
    }
}
