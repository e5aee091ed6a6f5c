//! What is usual in each slot of a day or a week.

use serde::{Deserialize, Serialize};

/// Slots, of which that of the last reading stands beside what else is known of a series and not among the others: these
/// are looked at when it is over, and are in no cache.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Slots {
    others: Box<Others>,
    /// The number of the present slot, if there was a reading.
    number: Option<u16>,
    present: Slot,
}

/// All slots, the present one as it was when it was put back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Others {
    means: Vec<f32>,
    seen: Vec<u8>,
}

/// What is known of one slot.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Slot {
    pub(crate) mean: f32,
    /// Days or weeks in which it was seen, up to 255.
    pub(crate) seen: u8,
}

impl Slots {
    pub(crate) fn new(count: usize) -> Self {
        let others = Box::new(Others { means: vec![0.0; count], seen: vec![0; count] });
        Self { others, number: None, present: Slot::default() }
    }

    pub(crate) fn is_present(&self, number: u16) -> bool {
        self.number == Some(number)
    }

    pub(crate) fn get(&self, number: u16) -> Slot {
        if self.is_present(number) { self.present } else { self.others.get(number) }
    }

    /// The slot of the last reading.
    pub(crate) fn present(&mut self) -> &mut Slot {
        &mut self.present
    }

    /// Goes on with a slot, which is seen once more.
    pub(crate) fn turn_to(&mut self, number: u16) {
        self.put_back();
        (self.number, self.present) = (Some(number), self.others.get(number));
        self.present.seen = self.present.seen.saturating_add(1);
    }

    /// All slots, from the first to the last.
    pub(crate) fn all(&self) -> impl ExactSizeIterator<Item = Slot> {
        (0..self.others.means.len()).map(|number| self.get(number as u16))
    }

    fn put_back(&mut self) {
        if let Some(number) = self.number {
            let Slot { mean, seen } = self.present;
            (self.others.means[usize::from(number)], self.others.seen[usize::from(number)]) = (mean, seen);
        }
    }
}

impl Others {
    fn get(&self, number: u16) -> Slot {
        Slot { mean: self.means[usize::from(number)], seen: self.seen[usize::from(number)] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_what_it_was_left_as_whichever_came_between() {
        let mut slots = Slots::new(3);
        for (number, mean) in [(0, 1.0), (2, 5.0), (0, 2.0), (0, 3.0)] {
            slots.turn_to(number);
            slots.present().mean += mean;
        }
        let slot = |mean, seen| Slot { mean, seen };
        assert!(slots.all().eq([slot(6.0, 3), slot(0.0, 0), slot(5.0, 1)]));
        (0..300).for_each(|_| slots.turn_to(1));
        assert_eq!(slots.get(1).seen, u8::MAX);
    }
}
