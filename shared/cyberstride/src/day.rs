//! The usual reading at each time of the day.

use serde::{Deserialize, Serialize};

use crate::{
    at::{At, DAY},
    slots::{Slot, Slots},
};

/// Slots of a day, five minutes each; of series that are read more seldom only some are filled.
const SLOTS: usize = 288;
/// Each slot goes on learning with at least this share of the newest day.
const NEWEST: f64 = 0.15;
/// Share of the newest departure in their variance.
const SHARE: f64 = 0.005;
/// What is known to be disturbed counts for this share, in a slot that was seen on so many days.
const DISTURBED: f64 = 0.25;
const KNOWN: u8 = 3;
/// However unusual, a reading counts at least this much, so that a new normal is learned.
const LEAST_WEIGHT: f64 = 0.3;

/// A robust mean over the days for each slot of the day.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Day {
    slots: Slots,
    /// The day of the last reading, and the readings of its slot on that day.
    today: i32,
    readings: u16,
    /// Whether knowing the time of the day leaves clearly less than the readings scatter anyway; asked once a day.
    explains: bool,
    /// Seconds in a slot.
    width: u32,
    /// Variance of a departure.
    variance: f64,
    /// Readings in a slot on a day.
    in_slot: f64,
}

impl Day {
    /// For readings that come every so many seconds; none if they come so seldom that a day has no shape.
    pub(crate) fn new(cadence: f64) -> Option<Self> {
        let width = (DAY as f64 / SLOTS as f64).max(cadence).ceil();
        let slots = (DAY as f64 / width).ceil() as usize;
        (width <= DAY as f64).then(|| Self {
            slots: Slots::new(slots),
            today: i32::MIN,
            readings: 0,
            explains: false,
            width: width as u32,
            variance: 1.0,
            in_slot: (width / cadence).max(1.0),
        })
    }

    /// What is usual at this time of the day; none where it was not seen on an earlier day.
    pub(crate) fn usual(&self, at: At) -> Option<f64> {
        let number = self.slot_of(at);
        let Slot { mean, seen } = self.slots.get(number);
        let earlier = seen - u8::from(self.is_now(at, number));
        (0 < earlier).then(|| f64::from(mean))
    }

    /// Takes a reading in: one far from the usual counts less, as under Student's distribution with four degrees, and
    /// one that is known to be disturbed less again, once the days are known.
    pub(crate) fn learn(&mut self, at: At, y: f64, disturbed: bool) {
        let number = self.slot_of(at);
        if !self.is_now(at, number) {
            if day_of(at) != self.today {
                self.explains = self.spread_exceeds_noise();
            }
            self.slots.turn_to(number);
            (self.today, self.readings) = (day_of(at), 0);
        }
        self.readings = self.readings.saturating_add(1);
        let Slot { mean, seen } = self.slots.present();
        let departure = y - f64::from(*mean);
        let share = if *seen == 1 {
            f64::from(self.readings).recip()
        } else {
            let square = departure * departure;
            let weight = (5.0 / (4.0 + square / self.variance.max(1e-4))).clamp(LEAST_WEIGHT, 1.0);
            self.variance += SHARE * (weight * square - self.variance);
            let doubt = if disturbed && KNOWN < *seen { DISTURBED } else { 1.0 };
            doubt * weight * f64::from(*seen).recip().max(NEWEST) / self.in_slot
        };
        *mean += (share * departure) as f32;
    }

    /// Whether knowing the time of the day leaves clearly less than the readings scatter anyway.
    pub(crate) fn explains(&self) -> bool {
        self.explains
    }

    fn spread_exceeds_noise(&self) -> bool {
        let means = || self.slots.all().map(|slot| f64::from(slot.mean));
        let count = means().len();
        let mean = means().sum::<f64>() / count as f64;
        let spread = means().map(|it| (it - mean).powi(2)).sum::<f64>() / count as f64;
        1 < count && self.slots.all().any(|slot| 2 < slot.seen) && self.variance < spread
    }

    fn is_now(&self, at: At, slot: u16) -> bool {
        self.slots.is_present(slot) && day_of(at) == self.today
    }

    fn slot_of(&self, at: At) -> u16 {
        // There are at least as many slots as begin within a day.
        (at.second_of_day() / self.width) as u16
    }
}

/// The number of the local day; those of moments that no calendar reaches are one.
fn day_of(at: At) -> i32 {
    i32::try_from(at.day()).unwrap_or(i32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_of_the_day_has_its_own_mean_by_the_local_clock() {
        let mut day = Day::new(300.0).expect("a day has a shape");
        let at = |hours: i64, offset| At { offset, ..At::utc(3_600_000 * hours) };
        assert_eq!(day.usual(at(9, 0)), None);
        for days in 0..10 {
            day.learn(at(24 * days + 9, 0), 5.0, false);
            day.learn(at(24 * days + 15, 0), 3.0, false);
        }
        assert_eq!((day.usual(at(8, 3600)), day.usual(at(15, 0))), (Some(5.0), Some(3.0)));
        assert_eq!(day.usual(at(9, 3600)), None);
    }

    #[test]
    fn today_is_not_what_is_usual_however_many_readings_it_has() {
        let mut day = Day::new(1.0).expect("a day has a shape");
        (0..200).for_each(|second| day.learn(At::utc(1000 * second), 7.0, false));
        assert_eq!(day.usual(At::utc(200_000)), None);
        day.learn(At::utc(300_000), 9.0, false);
        assert_eq!(day.usual(At::utc(86_400_000)), Some(7.0));
        (0..300).for_each(|second| day.learn(At::utc(86_400_000 + 1000 * second), 9.0, false));
        let usual = day.usual(At::utc(2 * 86_400_000 + 300_000)).expect("seen yesterday");
        assert!((usual - 9.0).abs() < 1e-6);
        day.learn(At::utc(2 * 86_400_000 - 300_000), 9.0, false);
        let usual = day.usual(At::utc(2 * 86_400_000)).expect("seen twice");
        assert!((7.5..8.5).contains(&usual), "{usual}");
    }

    #[test]
    fn there_are_no_more_slots_than_readings_in_a_day() {
        assert!(Day::new(86_401.0).is_none());
        assert_eq!(
            [86_400.0, 3600.0, 1.0].map(|cadence| Day::new(cadence).map(|day| day.slots.all().len())),
            [Some(1), Some(24), Some(SLOTS)]
        );
    }
}
