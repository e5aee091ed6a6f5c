//! How each hour of the week differs from the same hour of any day.

use serde::{Deserialize, Serialize};

use crate::{
    at::At,
    slots::{Slot, Slots},
};

/// Hours of a week.
const HOURS: usize = 168;
/// Each hour goes on learning with at least this share of the newest week.
const NEWEST: f32 = 0.3;
/// A departure counts for no more than so many usual ones.
const HUBER: f32 = 3.0;
/// Share of the newest reading in what is compared: some days.
const SHARE: f32 = 0.002;
/// The week is believed once it leaves no more than this share of the squared departures, and doubted again above the
/// second.
const BELIEVED: [f32; 2] = [0.75, 0.95];

/// The departure of each hour of the week from the usual day, and whether it explains anything.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Week {
    hours: Slots,
    /// Readings of the present hour.
    readings: u16,
    /// Mean absolute departure from day, and mean squares with and without the week.
    size: f32,
    squares: [f32; 2],
    compared: u32,
    believed: bool,
}

impl Default for Week {
    fn default() -> Self {
        Self { hours: Slots::new(HOURS), readings: 0, size: 0.0, squares: [0.0; 2], compared: 0, believed: false }
    }
}

impl Week {
    /// How much this hour of the week usually differs from the day; zero while the week explains nothing. `told` that
    /// there is a week, it is believed as soon as it was seen.
    pub(crate) fn departure(&self, at: At, told: bool) -> f64 {
        if self.believed || told { f64::from(self.known(hour(at)).unwrap_or(0.0)) } else { 0.0 }
    }

    /// Whether it is believed that weeks are alike.
    pub(crate) fn is_believed(&self) -> bool {
        self.believed
    }

    /// Takes in how far a reading lies from the usual day. `in_hour` is the number of readings an hour, at least one.
    pub(crate) fn learn(&mut self, at: At, departure: f64, in_hour: f64) {
        let (hour, departure) = (hour(at), departure as f32);
        if let Some(known) = self.known(hour) {
            self.compare(departure, departure - known);
        }
        if !self.hours.is_present(hour) {
            self.hours.turn_to(hour);
            self.readings = 0;
        }
        self.readings = self.readings.saturating_add(1);
        let Slot { mean, seen } = self.hours.present();
        let weeks = f32::from(*seen);
        let share = if *seen == 1 {
            f32::from(self.readings).recip()
        } else {
            weeks.recip().max(NEWEST) / in_hour.max(1.0) as f32
        };
        let most = HUBER * self.size.max(f32::MIN_POSITIVE);
        let off = departure - *mean;
        let taken = if *seen == 1 { off } else { off.clamp(-most, most) };
        *mean += share * taken;
        self.size += SHARE.max(f32::from(self.readings).recip() * SHARE) * (off.abs() - self.size);
    }

    /// The departure of an hour that was seen in an earlier week.
    fn known(&self, hour: u16) -> Option<f32> {
        let Slot { mean, seen } = self.hours.get(hour);
        let earlier = seen - u8::from(self.hours.is_present(hour));
        (0 < earlier).then_some(mean)
    }

    fn compare(&mut self, without: f32, with: f32) {
        self.compared = self.compared.saturating_add(1);
        let share = SHARE.max((self.compared as f32).recip());
        for (square, off) in self.squares.iter_mut().zip([with, without]) {
            *square += share * ((off * off).min(f32::MAX.sqrt()) - *square);
        }
        let [with, without] = self.squares;
        let limit = BELIEVED[usize::from(self.believed)];
        self.believed = 24 <= self.compared && with < limit * without;
    }
}

fn hour(at: At) -> u16 {
    at.day_of_week() as u16 * 24 + (at.second_of_day() / 3600) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn noise(hour: i64) -> f64 {
        (hour * 7919 % 101) as f64 / 50.0 - 1.0
    }

    #[test]
    fn a_day_that_is_always_lower_is_believed_in_its_third_week() {
        let mut week = Week::default();
        let sunday = |hour: i64| if At::utc(hour * HOUR).day_of_week() == 6 { -10.0 } else { 0.0 };
        (0..24 * 15).for_each(|hour| week.learn(At::utc(hour * HOUR), sunday(hour) + noise(hour), 1.0));
        let on = |day: i64| week.departure(At::utc((24 * day + 12) * HOUR), false);
        assert!((on(17) + 10.0).abs() < 1.5 && on(15).abs() < 1.5, "{} {}", on(17), on(15));
        let holiday = At { holiday: true, ..At::utc((24 * 15 + 12) * HOUR) };
        assert!((week.departure(holiday, false) + 10.0).abs() < 1.5);
    }

    #[test]
    fn noise_is_no_week_unless_people_say_so() {
        let mut week = Week::default();
        (0..24 * 40).for_each(|hour| week.learn(At::utc(hour * HOUR), noise(hour * 31), 1.0));
        assert!(!week.is_believed() && week.departure(At::utc(0), false) == 0.0);
        assert!(week.departure(At::utc(0), true) != 0.0);
    }
}
