//! From the shards into history: readings that were judged, gathered into stretches of the journal.
//!
//! A shard gathers and never waits; the journal's thread joins what the shards gathered and writes it between two commits.
//! What is lost on the way, with the process or because the disk cannot follow, is still in the journal and is brought
//! from there.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use archive::{Annotation, Archive, ArchiveFault, Band, Batch, PastReading, Policy, Position};
use config::room::Keep;
use tokio::sync::mpsc;
use vsm::{id::IndicatorId, reading::Reading};

use crate::{clock, happening::ArchiveFailed};

/// How many stretches of a shard wait on their way, and how many at the journal.
pub const WAITING: usize = 2;
/// The most readings that the shards gather, and that the batches may have in which they lie; beyond them the journal is
/// the only one that has them.
const MOST: usize = 500_000;
/// How many readings are written at a time: some milliseconds of the journal's time.
const WRITTEN_AT_ONCE: usize = 5_000;
/// The most notes in these batches, of some hundred bytes each, likewise.
const MOST_NOTES: usize = 20_000;
/// How often it is tried to write what the disk would not take.
const TRIED_EVERY: Duration = Duration::from_secs(1);
/// How much is tidied up at a time, in readings: some milliseconds of the journal's time.
const TIDIED_AT_ONCE: usize = 20_000;

/// What a shard judged of one entry of the journal.
#[derive(Debug)]
struct Part {
    position: Position,
    batch: Arc<Batch>,
    /// In the order in which they were judged.
    judged: Vec<Judged>,
}

/// One reading that was judged.
#[derive(Debug)]
struct Judged {
    /// Its place in the batch.
    place: u32,
    /// What was expected of it, as [`Band::columns`].
    columns: [f32; 3],
}

impl Part {
    fn readings(&self) -> impl Iterator<Item = (&IndicatorId, PastReading)> {
        self.judged.iter().map(|Judged { place, columns }| {
            let reading = &self.batch.readings[*place as usize];
            (&reading.indicator, PastReading::of(reading, Band::of_columns(*columns)))
        })
    }

    /// What was said of some of them.
    fn annotations(&self) -> impl Iterator<Item = Annotation> {
        self.judged.iter().filter_map(|judged| Annotation::of(&self.batch.readings[judged.place as usize]))
    }
}

/// What a shard judged behind one position of the journal up to another.
pub struct Stretch {
    /// Behind this.
    pub after: Position,
    /// Up to this.
    pub up_to: Position,
    /// Taken out at the front, a little at a time.
    parts: VecDeque<Part>,
    /// How many readings were gathered, whether or not they were taken out since.
    readings: usize,
    /// How many readings, of this and of other shards, are in the batches in which they lie, and how many have a note.
    held: usize,
    notes: usize,
}

impl Stretch {
    fn new(after: Position) -> Self {
        Self { after, up_to: after, parts: VecDeque::new(), readings: 0, held: 0, notes: 0 }
    }

    /// Moves the readings up to a position to the end of `out`.
    fn take(&mut self, up_to: Position, out: &mut Vec<Part>) {
        let parts = self.parts.partition_point(|part| part.position <= up_to);
        out.extend(self.parts.drain(..parts));
        self.after = self.after.max(up_to);
    }

    /// Up to where it holds no more readings than `most`, and at least one entry.
    fn reaches_with(&self, most: usize) -> Position {
        let mut readings = 0;
        let fits = |part: &&Part| {
            readings += part.judged.len();
            readings <= most
        };
        let parts = self.parts.iter().take_while(fits).count().max(1);
        if parts < self.parts.len() { self.parts[parts - 1].position } else { self.up_to }
    }
}

/// A stretch that is not over yet.
pub struct Gathering {
    stretch: Stretch,
    /// Among how many the room's readings are shared out.
    of: usize,
}

impl Gathering {
    /// Begins behind a position, for one of so many shards.
    pub fn new(after: Position, of: usize) -> Self {
        Self { stretch: Stretch::new(after), of }
    }

    /// Whether so much was gathered that it had better be handed on before its time.
    pub fn is_much(&self) -> bool {
        self.has_readings(2) || self.has_batches(2)
    }

    /// Whether it has this part of the readings that it may.
    fn has_readings(&self, part: usize) -> bool {
        MOST / part / self.of <= self.stretch.readings
    }

    /// Whether the batches are this part of what they may be. They are shared, so each shard may hold all of them.
    fn has_batches(&self, part: usize) -> bool {
        let Stretch { held, notes, .. } = self.stretch;
        MOST / part <= held || MOST_NOTES / part <= notes
    }

    /// Takes in the reading in a place of the journal's entry at `position` with what was expected of it: the lower end of
    /// 95 %, the centre, the upper end. What lies before the beginning is in history already.
    pub fn gather(&mut self, position: Position, batch: &Arc<Batch>, place: u32, expected: Option<[f64; 3]>) {
        if position <= self.stretch.after {
            return;
        }
        let is_open = self.stretch.parts.back().is_some_and(|last| last.position == position);
        if self.has_readings(1) || !is_open && self.has_batches(1) {
            *self = Self::new(position, self.of);
            return;
        }
        let band = expected.and_then(|[lower, centre, upper]| Band::new(centre, lower, upper));
        let judged = Judged { place, columns: Band::columns(band) };
        self.stretch.readings += 1;
        match self.stretch.parts.back_mut() {
            Some(last) if last.position == position => last.judged.push(judged),
            _ => self.open(position, batch, judged),
        }
    }

    fn open(&mut self, position: Position, batch: &Arc<Batch>, first: Judged) {
        let Self { stretch, of } = self;
        let has_note = |reading: &&Reading| reading.mark.as_ref().is_some_and(|mark| mark.note.is_some());
        stretch.held += batch.readings.len();
        stretch.notes += batch.readings.iter().filter(has_note).count();
        let mut judged = Vec::with_capacity(batch.readings.len().div_ceil(*of));
        judged.push(first);
        stretch.parts.push_back(Part { position, batch: Arc::clone(batch), judged });
    }

    /// Everything up to here has been taken in.
    pub fn reaches(&mut self, position: Position) {
        self.stretch.up_to = self.stretch.up_to.max(position);
    }

    /// What was gathered, unless that is nothing; the next stretch begins behind it.
    pub fn take(&mut self) -> Option<Stretch> {
        let up_to = self.stretch.up_to;
        (self.stretch.after < up_to).then(|| std::mem::replace(&mut self.stretch, Stretch::new(up_to)))
    }

    /// Goes on with a stretch that could not be handed on.
    pub fn put_back(&mut self, stretch: Stretch) {
        self.stretch = stretch;
    }
}

/// What one shard handed on.
struct Lane {
    stretches: mpsc::Receiver<Stretch>,
    waiting: VecDeque<Stretch>,
    /// Up to where it has come.
    reached: Position,
}

impl Lane {
    /// Takes what was handed on, and forgets what history has already.
    fn look(&mut self, history: Position) {
        while self.waiting.len() < WAITING
            && let Ok(stretch) = self.stretches.try_recv()
        {
            self.reached = stretch.up_to;
            self.waiting.push_back(stretch);
        }
        while self.waiting.front().is_some_and(|stretch| stretch.up_to <= history) {
            self.waiting.pop_front();
        }
        if let Some(front) = self.waiting.front_mut() {
            front.take(history, &mut Vec::new());
        }
    }
}

/// The journal's end: joins what was gathered, writes it, and tidies up.
pub struct Past {
    lanes: Vec<Lane>,
    /// What the disk would not take.
    unwritten: Option<(Position, Position, Vec<Part>)>,
    /// When it is tried again, if the disk would not take it.
    not_before: Option<Instant>,
    policy: Policy,
}

impl Past {
    /// Nothing written yet of what comes from each shard.
    pub fn new(stretches: Vec<mpsc::Receiver<Stretch>>, policy: Policy) -> Self {
        let lane = |stretches| Lane { stretches, waiting: VecDeque::new(), reached: Position::default() };
        Self { lanes: stretches.into_iter().map(lane).collect(), unwritten: None, not_before: None, policy }
    }

    /// Writes some of what waits, and says how many readings that were; none if nothing more waits. What the disk does not
    /// take is tried again, but not at once.
    pub fn write_some(&mut self, archive: &mut Archive) -> Option<usize> {
        if self.not_before.is_some_and(|not_before| Instant::now() < not_before) {
            return None;
        }
        self.not_before = None;
        self.try_write(archive).unwrap_or_else(|error| {
            ArchiveFailed { what: "keep history", error: &error }.emit();
            self.not_before = Some(Instant::now() + TRIED_EVERY);
            None
        })
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

    fn try_write(&mut self, archive: &mut Archive) -> Result<Option<usize>, ArchiveFault> {
        if self.unwritten.is_none() {
            let mut history = archive.history_position()?;
            self.lanes.iter_mut().for_each(|lane| lane.look(history));
            // What a shard could not gather comes from the journal.
            if let Some(lost) = self.lost_up_to().filter(|lost| history < *lost) {
                archive.catch_up_history(lost)?;
                history = archive.history_position()?;
                self.lanes.iter_mut().for_each(|lane| lane.look(history));
            }
            self.unwritten = self.join(history);
        }
        let Some((after, up_to, parts)) = &self.unwritten else { return Ok(None) };
        write(archive, *after, *up_to, parts)?;
        let count = parts.iter().map(|part| part.judged.len()).sum();
        self.unwritten = None;
        Ok(Some(count))
    }

    /// Up to where some shard has not gathered what it judged.
    fn lost_up_to(&self) -> Option<Position> {
        self.lanes.iter().filter_map(|lane| Some(lane.waiting.front()?.after)).max()
    }

    /// Some of what all shards have judged behind `history`; none if one of them has not come further.
    fn join(&mut self, history: Position) -> Option<(Position, Position, Vec<Part>)> {
        let most = WRITTEN_AT_ONCE.div_ceil(self.lanes.len().max(1));
        let reaches = |lane: &Lane| lane.waiting.front().map_or(lane.reached, |front| front.reaches_with(most));
        let up_to = self.lanes.iter().map(reaches).min()?;
        if up_to <= history {
            return None;
        }
        let mut parts = Vec::new();
        let fronts = self.lanes.iter_mut().filter_map(|lane| lane.waiting.front_mut());
        fronts.for_each(|front| front.take(up_to, &mut parts));
        Some((history, up_to, parts))
    }
}

fn write(archive: &mut Archive, after: Position, up_to: Position, parts: &[Part]) -> Result<bool, ArchiveFault> {
    let readings: Vec<_> = parts.iter().flat_map(Part::readings).collect();
    let annotations: Vec<_> = parts.iter().flat_map(Part::annotations).collect();
    archive.keep_annotated_history(after, up_to, &readings, &annotations)
}

/// Writes what a replay gathered at the start, before there are shards. What the disk does not take is brought from the
/// journal later.
pub fn write_gathered(archive: &mut Archive, mut gathered: Gathering) {
    let Some(mut stretch) = gathered.take() else { return };
    let written = archive.history_position().and_then(|history| {
        if history < stretch.after {
            archive.catch_up_history(stretch.after)?;
        }
        let (after, up_to) = (stretch.after, stretch.up_to);
        let mut parts = Vec::new();
        stretch.take(up_to, &mut parts);
        write(archive, after, up_to, &parts)
    });
    if let Err(error) = written {
        ArchiveFailed { what: "keep history", error: &error }.emit();
    }
}

/// How long things are kept, as the room's file says.
pub fn policy(keep: &Keep) -> Policy {
    let Keep { journal, readings, minutes, hours } = *keep;
    Policy { journal_age: journal, raw: readings, minutes, hours, ..Policy::default() }
}

#[cfg(test)]
mod tests;
