//! What is usual at a moment: by the time of the day, and by the hour of the week where weeks are alike.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    day::Day,
    told::{Pattern, Told},
    week::Week,
};

/// The usual day, and how the hours of the week differ from it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Usual {
    /// None as long as the cadence is not known, or where a day has no shape.
    day: Option<Day>,
    week: Option<Week>,
    told: Option<Pattern>,
    in_hour: f64,
}

/// What is usual at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Look {
    /// By the time of the day; none where that was not seen on an earlier day.
    day: Option<f64>,
    /// By how much the hour of the week differs.
    departure: f64,
}

impl Look {
    /// Both together.
    pub(crate) fn usual(self) -> Option<f64> {
        Some(self.day? + self.departure)
    }
}

impl Usual {
    /// Readings come every so many seconds from now on.
    pub(crate) fn keep(&mut self, told: &Told, cadence: f64) {
        self.told = told.pattern;
        self.in_hour = (3600.0 / cadence).max(1.0);
        self.day = Day::new(cadence).filter(|_| told.pattern != Some(Pattern::None));
        self.week = None;
    }

    /// What is usual at this moment.
    pub(crate) fn look(&self, at: At) -> Look {
        let Some(day) = &self.day else { return Look::default() };
        Look { day: day.usual(at), departure: self.departure(at) }
    }

    /// Takes a reading in, of whose moment this was usual; `disturbed` if it is known to be.
    pub(crate) fn learn(&mut self, at: At, look: Look, y: f64, disturbed: bool) {
        let Some(day) = &mut self.day else { return };
        if let Some(usual) = look.day.filter(|_| !disturbed && self.told != Some(Pattern::Daily)) {
            // A week takes room of its own, so it is begun only where there is a day to differ from.
            self.week.get_or_insert_default().learn(at, y - usual, self.in_hour);
        }
        day.learn(at, y - look.departure, disturbed);
    }

    /// The pattern that is followed.
    pub(crate) fn pattern(&self) -> Pattern {
        match (&self.day, &self.week) {
            (None, _) => Pattern::None,
            (_, Some(week)) if week.is_believed() || self.is_told_weekly() => Pattern::Weekly,
            (Some(day), _) if day.explains() || self.told == Some(Pattern::Daily) => Pattern::Daily,
            _ => Pattern::None,
        }
    }

    fn departure(&self, at: At) -> f64 {
        self.week.as_ref().map_or(0.0, |week| week.departure(at, self.is_told_weekly()))
    }

    fn is_told_weekly(&self) -> bool {
        self.told == Some(Pattern::Weekly)
    }
}
