//! A batch on its way into the journal, and what of it is new.

use cybernet::ordinals::{MOST_RANGES, Ordinals};
use vsm::reading::Reading;

use crate::batch::Batch;

/// A batch on its way into the journal. Made [`From`] a batch alone, it counts as one: it is taken as a whole if its sequence
/// has not been taken, and everything up to its sequence is in then.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// What is to be taken. [`crate::Archive::deliver`] leaves in it what was taken now.
    pub batch: Batch,
    /// Where each reading stood on the wire, if its agent gives every reading an ordinal.
    pub frame: Option<Frame>,
}

/// The frame of a batch, whose places stand for ordinals that follow each other; the last is the batch's sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The ordinal of its first place. If nothing was said of it, it is counted back from the sequence where that matters, and
    /// everything up to the sequence is in then. With a `first` and no place at all it says that these ordinals will
    /// never come.
    pub first: Option<u64>,
    /// How many places it has.
    pub places: usize,
    /// Those that hold no reading, rising: what the door refused.
    pub left_out: Vec<usize>,
}

impl From<Batch> for Delivery {
    fn from(batch: Batch) -> Self {
        Self { batch, frame: None }
    }
}

/// What of a delivery is new.
#[derive(Debug, PartialEq)]
pub(crate) enum New {
    /// All of it.
    Whole,
    /// These of its readings.
    Part(Vec<Reading>),
    /// Nothing.
    Nothing,
    /// It would begin one range more than are kept.
    OneRangeTooMany,
}

impl Delivery {
    /// Holds it against what has been taken of its agent, and takes it in there.
    pub(crate) fn sift(&self, taken: &mut Ordinals) -> New {
        let sequence = self.batch.sequence;
        let spans = |frame: &&Frame| frame.first.is_some() || !taken.ranges().is_empty();
        let Some(frame) = self.frame.as_ref().filter(spans) else {
            let below = if taken.ranges().is_empty() { 1 } else { sequence };
            return if taken.has(sequence) || sequence == 0 { New::Nothing } else { enter([below, sequence], taken) };
        };
        let counted_back = || sequence.saturating_sub((frame.places as u64).saturating_sub(1)).max(1);
        let first = frame.first.unwrap_or_else(counted_back).min(sequence);
        let known = taken.count([first, sequence]);
        if known == (sequence - first).saturating_add(1) {
            return New::Nothing;
        }
        let part = (0 < known).then(|| self.not_in(frame, first, taken));
        let span = [frame.first.unwrap_or(1), sequence];
        match (enter(span, taken), part) {
            (New::Whole, Some(part)) => New::Part(part),
            (decided, _) => decided,
        }
    }

    /// The readings whose ordinals have not been taken.
    fn not_in(&self, frame: &Frame, first: u64, taken: &Ordinals) -> Vec<Reading> {
        let mut left_out = frame.left_out.iter().peekable();
        let held = (0..frame.places).filter(|place| left_out.next_if_eq(&place).is_none());
        let ordinals = held.map(|place| first + place as u64);
        let new = ordinals.zip(&self.batch.readings).filter(|(ordinal, _)| !taken.has(*ordinal));
        new.map(|(_, reading)| reading.clone()).collect()
    }
}

/// Takes a span in, unless that would be one range too many.
fn enter(span: [u64; 2], taken: &mut Ordinals) -> New {
    let mut with = taken.clone();
    with.insert(span);
    if MOST_RANGES < with.ranges().len() {
        return New::OneRangeTooMany;
    }
    *taken = with;
    New::Whole
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::vec, prelude::*, test_runner::RngSeed};
    use vsm::{
        id::{AgentId, IndicatorId},
        time::Moment,
    };

    use super::*;

    /// The ordinals from `first` to `last`, each as a reading with that value, but for the places the door refused.
    fn delivery(said: bool, first: u64, last: u64, left_out: &[usize]) -> Delivery {
        let indicator = IndicatorId::parse("plant.load").unwrap();
        let reading = |ordinal: u64| Reading::new(indicator.clone(), Moment::default(), ordinal as f64).unwrap();
        let held = (first..=last).enumerate().filter(|(place, _)| !left_out.contains(place));
        let readings = held.map(|(_, ordinal)| reading(ordinal)).collect();
        let (agent, received_at) = (AgentId::parse("host").unwrap(), Moment::default());
        let batch = Batch { agent, sequence: last, received_at, rehearsal: false, readings };
        let places = (last + 1 - first) as usize;
        let left_out = left_out.iter().copied().filter(|place| *place < places).collect();
        Delivery { batch, frame: Some(Frame { first: said.then_some(first), places, left_out }) }
    }

    /// The ordinals of the readings that are new.
    fn new(delivery: &Delivery, taken: &mut Ordinals) -> Vec<u64> {
        let readings = match delivery.sift(taken) {
            New::Whole => delivery.batch.readings.clone(),
            New::Part(readings) => readings,
            New::Nothing | New::OneRangeTooMany => Vec::new(),
        };
        readings.iter().map(|reading| reading.value() as u64).collect()
    }

    #[test]
    fn of_a_batch_that_overlaps_what_is_in_only_the_rest_is_new_and_a_hole_keeps_its_place() {
        let mut taken = Ordinals::of(10, &[[15, 16], [20, 30]]);
        assert_eq!(new(&delivery(true, 9, 22, &[0, 3, 4]), &mut taken), [11, 14, 17, 18, 19]);
        assert_eq!(taken, Ordinals::up_to(30));
        assert_eq!(delivery(true, 9, 22, &[]).sift(&mut taken), New::Nothing);
    }

    #[test]
    fn a_batch_that_does_not_say_where_it_begins_stands_for_everything_up_to_its_sequence() {
        let mut taken = Ordinals::up_to(10);
        assert_eq!(new(&delivery(false, 15, 16, &[]), &mut taken), [15, 16]);
        assert_eq!(taken, Ordinals::up_to(16));
        // An agent that has become an older one again catches up into what it sent ahead.
        let mut taken = Ordinals::of(16, &[[20, 30]]);
        assert_eq!(new(&delivery(false, 17, 22, &[1]), &mut taken), [17, 19]);
        assert_eq!(taken, Ordinals::up_to(30));
    }

    #[test]
    fn a_batch_that_counts_as_one_swallows_nothing_that_is_still_to_come() {
        let mut taken = Ordinals::of(10, &[[20, 30]]);
        let one = Delivery { frame: None, ..delivery(false, 27, 31, &[]) };
        assert_eq!(new(&one, &mut taken), [27, 28, 29, 30, 31]);
        assert_eq!(taken, Ordinals::of(10, &[[20, 31]]));
        assert_eq!(one.sift(&mut taken), New::Nothing);
    }

    #[test]
    fn what_is_lost_is_taken_in_without_readings_and_one_range_too_many_is_not() {
        let ranges: Vec<_> = (1..=MOST_RANGES as u64).map(|k| [10 * k, 10 * k]).collect();
        let mut taken = Ordinals::of(3, &ranges);
        assert_eq!(delivery(true, 5, 7, &[]).sift(&mut taken), New::OneRangeTooMany);
        assert_eq!(taken, Ordinals::of(3, &ranges));
        let mut lost = delivery(true, 4, 9, &[0, 1, 2, 3, 4, 5]);
        lost.frame = Some(Frame { first: Some(4), places: 0, left_out: Vec::new() });
        assert_eq!(lost.sift(&mut taken), New::Whole);
        assert_eq!(new(&delivery(true, 9, 12, &[]), &mut taken), [11, 12]);
        assert_eq!(taken.mark(), 12);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        })]

        #[test]
        fn each_ordinal_is_new_once_whatever_comes_again_in_whatever_batches(
            sent in vec((1..60_u64, 0..12_u64, vec(0..12_usize, 0..4)), 1..40),
        ) {
            let mut taken = Ordinals::default();
            let (mut found, mut reported) = (Vec::new(), BTreeSet::new());
            for (first, more, mut left_out) in sent {
                left_out.sort_unstable();
                left_out.dedup();
                let held = |ordinal: &u64| !left_out.contains(&((ordinal - first) as usize));
                // An ordinal that was refused is in as well: the agent need not send it again.
                reported.extend((first..=first + more).filter(|ordinal| !taken.has(*ordinal)).filter(held));
                found.extend(new(&delivery(true, first, first + more, &left_out), &mut taken));
                prop_assert_eq!(taken.count([first, first + more]), more + 1);
            }
            let once: BTreeSet<u64> = found.iter().copied().collect();
            prop_assert_eq!((once.len(), &once), (found.len(), &reported));
        }
    }
}
