//! Another value for a moment that was judged: undone as far as that goes without a copy of what was known before.
//!
//! Among the first readings, whose scale is not worked out yet, everything is judged again. The newest reading is taken
//! back as far as the next ones remember it, and the new value is judged in its stead; what was learned of the former stays,
//! as if an ordinary reading had come twice. Of an older one the new value takes its place among what the next forecasts and names
//! are made from, and nobody is told. Whoever wants more keeps a copy of the detector from before each reading that
//! [`Detector::could_raise`] something, and judges again from there.

use super::{Detector, LARGEST};
use crate::{at::At, sense::Foresight, told::Told};

impl Detector {
    /// Whether a value that came next could be the reason for a new disturbance by itself, by what is foreseen of it.
    pub fn could_raise(&self, foresight: &Foresight, value: f64) -> bool {
        // The first readings are judged again as a whole.
        let is_judged_on = self.first.is_none() && self.attention.has_room();
        is_judged_on && self.sense.is_remarkable(self.forward(value), foresight, self.known().shift)
    }

    /// Takes back the newest reading, so that another value can be judged in its stead, or doubted. `was_believed` unless
    /// it was doubted. `false`, and nothing has changed, if the moment is not the newest.
    pub fn take_back(&mut self, told: &Told, at: At, was_believed: bool) -> bool {
        if !self.pace.is_newest(at.millis) {
            return false;
        }
        if self.begins_again(told, at, None) {
            return true;
        }
        if was_believed {
            self.attention.take_back();
            self.sense.forget_newest();
            self.numbers.take_back();
        }
        let usual = self.attention.recent().ago(0).usual;
        self.sense.forecaster.take_back(usual);
        true
    }

    /// Believes another value of a moment that is not the newest: it takes its place among what is remembered, and nobody
    /// is told. `former` is what was believed of it. Either is none where it is doubted; then what was expected stands in.
    pub fn amend(&mut self, told: &Told, at: At, former: Option<f64>, value: Option<f64>) {
        if self.begins_again(told, at, value) {
            return;
        }
        let (Some(ago), Some(cadence)) = (self.attention.recent().place(at.millis), self.pace.cadence(told)) else {
            return;
        };
        let moment = self.attention.recent().ago(ago);
        let y = value.map_or(moment.expected, |value| self.forward(value));
        let periods = (self.pace.since(at.millis) / cadence).round();
        self.sense.forecaster.correct(periods as usize, y, self.known().shift);
        if let Some(former) = former.filter(|_| moment.millis == at.millis) {
            self.sense.amend(ago, y - self.forward(former));
        }
    }

    /// Judges all of the first readings again, as long as they are remembered.
    fn begins_again(&mut self, told: &Told, at: At, value: Option<f64>) -> bool {
        let Some(mut first) = self.first.take() else { return false };
        let place = first.partition_point(|(earlier, _)| earlier.millis < at.millis);
        if first.get(place).is_some_and(|(it, _)| it.millis == at.millis) {
            first.remove(place);
        }
        if let Some(value) = value {
            first.insert(place, (at, value));
        }
        *self = Self { usefulness: self.usefulness, ..Self::new(told) };
        for (at, value) in first {
            self.observe(told, at, Some(value));
        }
        true
    }

    fn forward(&self, value: f64) -> f64 {
        self.scale.forward(value.clamp(-LARGEST, LARGEST))
    }
}
