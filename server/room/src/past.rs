//! From the shard into history: readings that were judged, gathered into stretches of the journal.
//!
//! The shard gathers and never waits; the journal's thread writes what was gathered between two commits. What is lost on the
//! way, with the process or because the disk cannot follow, is still in the journal and is brought from there.

use archive::{Annotation, Archive, ArchiveFault, Band, PastReading, Policy, Position};
use config::room::Keep;
use tokio::sync::mpsc;
use vsm::{id::IndicatorId, reading::Reading};

use crate::{clock, happening::ArchiveFailed};

/// How many stretches wait to be written.
pub const WAITING: usize = 2;
/// The most readings that are gathered; beyond them the journal is the only one that has them.
const MOST: usize = 500_000;
/// The most annotations, of some hundred bytes each, likewise.
const MOST_ANNOTATIONS: usize = 20_000;

/// How much is tidied up at a time, in readings: some milliseconds of the journal's time.
const TIDIED_AT_ONCE: usize = 20_000;

/// What was judged behind one position of the journal up to another.
pub struct Stretch {
    /// Behind this.
    pub after: Position,
    /// Up to this.
    pub up_to: Position,
    /// In the order in which they were judged, with what was expected of each.
    pub readings: Vec<(IndicatorId, PastReading)>,
    /// What was said of some of them.
    pub annotations: Vec<Annotation>,
}

/// A stretch that is not over yet.
pub struct Gathering(Stretch);

impl Gathering {
    /// Begins behind a position.
    pub fn new(after: Position) -> Self {
        Self(Stretch { after, up_to: after, readings: Vec::new(), annotations: Vec::new() })
    }

    /// Takes in a reading of the journal's entry at `position` with what was expected of it: the lower end of 95 %, the
    /// centre, the upper end. What lies before the beginning is in history already.
    pub fn gather(&mut self, position: Position, reading: &Reading, expected: Option<[f64; 3]>) {
        let Self(stretch) = self;
        if position <= stretch.after {
            return;
        }
        if stretch.readings.len() == MOST || stretch.annotations.len() == MOST_ANNOTATIONS {
            *self = Self::new(position);
            return;
        }
        let band = expected.and_then(|[lower, centre, upper]| Band::new(centre, lower, upper));
        stretch.annotations.extend(Annotation::of(reading));
        stretch.readings.push((reading.indicator.clone(), PastReading::of(reading, band)));
    }

    /// Everything up to here has been taken in.
    pub fn reaches(&mut self, position: Position) {
        self.0.up_to = self.0.up_to.max(position);
    }

    /// What was gathered, unless that is nothing; the next stretch begins behind it.
    pub fn take(&mut self) -> Option<Stretch> {
        let up_to = self.0.up_to;
        (self.0.after < up_to).then(|| std::mem::replace(&mut self.0, Self::new(up_to).0))
    }

    /// Goes on with a stretch that could not be handed on.
    pub fn put_back(&mut self, stretch: Stretch) {
        self.0 = stretch;
    }
}

/// The journal's end: writes what was gathered, and tidies up.
pub struct Past {
    stretches: mpsc::Receiver<Stretch>,
    /// A stretch that the disk would not take.
    unwritten: Option<Stretch>,
    policy: Policy,
}

impl Past {
    /// Nothing written yet.
    pub fn new(stretches: mpsc::Receiver<Stretch>, policy: Policy) -> Self {
        Self { stretches, unwritten: None, policy }
    }

    /// Writes all that waits. What the disk does not take is tried again the next time.
    pub fn write(&mut self, archive: &mut Archive) {
        while let Some(stretch) = self.unwritten.take().or_else(|| self.stretches.try_recv().ok()) {
            if let Err(error) = write(archive, &stretch) {
                ArchiveFailed { what: "keep history", error: &error }.emit();
                self.unwritten = Some(stretch);
                return;
            }
        }
    }

    /// Does some of what waits in the background: columns, aggregates, and what is too old.
    pub fn tidy(&self, archive: &mut Archive) {
        match archive.tidy(&self.policy, clock::now(), TIDIED_AT_ONCE) {
            Ok(tidied) => {
                for fault in &tidied.damaged {
                    ArchiveFailed { what: "tidy history up", error: fault }.emit();
                }
            }
            Err(error) => ArchiveFailed { what: "tidy up", error: &error }.emit(),
        }
    }
}

/// How long things are kept, as the room's file says.
pub fn policy(keep: &Keep) -> Policy {
    let Keep { journal, readings, minutes, hours } = *keep;
    Policy { journal_age: journal, raw: readings, minutes, hours, ..Policy::default() }
}

fn write(archive: &mut Archive, stretch: &Stretch) -> Result<(), ArchiveFault> {
    if archive.history_position()? < stretch.after {
        archive.catch_up_history(stretch.after)?;
    }
    let Stretch { after, up_to, readings, annotations } = stretch;
    archive.keep_annotated_history(*after, *up_to, readings, annotations)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use vsm::time::Moment;

    use super::*;

    fn position(of: u64) -> Position {
        serde_json::from_value(of.into()).unwrap()
    }

    fn reading() -> Reading {
        Reading::new(IndicatorId::parse("kiln.heat").unwrap(), Moment::from_unix_millis(5), 1.0).unwrap()
    }

    #[test]
    fn what_is_in_history_is_not_gathered_again_and_stretches_follow_each_other() {
        let mut gathering = Gathering::new(position(1));
        for at in 1..=3 {
            gathering.gather(position(at), &reading(), Some([0.0, 1.0, 2.0]));
            gathering.reaches(position(at));
        }
        let stretch = gathering.take().unwrap();
        assert_eq!((stretch.after, stretch.up_to, stretch.readings.len()), (position(1), position(3), 2));
        assert!(gathering.take().is_none());
        gathering.gather(position(4), &reading(), None);
        gathering.reaches(position(4));
        assert_eq!(gathering.take().map(|next| next.after), Some(position(3)));
    }

    #[test]
    fn what_is_too_much_to_gather_is_left_to_the_journal() {
        let mut gathering = Gathering::new(position(0));
        (0..=MOST).for_each(|_| gathering.gather(position(1), &reading(), None));
        gathering.reaches(position(1));
        gathering.gather(position(2), &reading(), None);
        gathering.reaches(position(2));
        let stretch = gathering.take().unwrap();
        assert_eq!((stretch.after, stretch.readings.len()), (position(1), 1));
    }
}
