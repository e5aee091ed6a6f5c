//! What people say of a signal.

use cyberstride::News;
use vsm::{act::Answer, signal::Ending, time::Moment};

use super::Watch;
use crate::{
    detection::answer_of,
    disturbance::{Finding, What},
};

impl Watch {
    /// Takes the answer of the people concerned to the signal that is open since `onset_at`, and says what becomes of it.
    /// `false` if no such signal is open; then nothing has changed.
    pub fn answer(&mut self, onset_at: Moment, answer: Answer, mut say: impl FnMut(What)) -> bool {
        let open = self.state.detector.open();
        let Some(open) = open.filter(|open| open.onset_at == onset_at.unix_millis()) else { return false };
        // Who answers has seen it. That muted hours had ended and it was raised may have followed from the clock alone, and
        // a replay has none.
        if self.holds_back() {
            self.state.raised = Some(onset_at);
            say(What::Found(Finding::from(open)));
        }
        if answer == Answer::Useful {
            if self.state.useful.replace(onset_at) == Some(onset_at) {
                return true;
            }
            say(What::Useful { onset_at });
        }
        let news = self.state.detector.answer(answer_of(answer));
        // What was known before does not know the answer.
        self.state.before = None;
        if matches!(news, Some(News::Ended(..))) && self.state.raised.take().is_some() {
            say(What::Ended { onset_at, ending: ending_by(answer) });
        }
        true
    }
}

/// Why a signal is over that people have answered.
fn ending_by(answer: Answer) -> Ending {
    match answer {
        Answer::FalseAlarm => Ending::FalseAlarm,
        Answer::NewNormal | Answer::Useful => Ending::Settled,
    }
}
