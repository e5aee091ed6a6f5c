//! The life of a detector, as arbitrary bytes tell it, and what must hold all along.
//!
//! `cargo xtask fuzz` looks for bytes with which it does not hold; the inputs that are kept, and seeded noise, are lived
//! through with every test.

#[path = "life/act.rs"]
mod act;
#[path = "life/said.rs"]
mod said;
#[path = "life/series.rs"]
mod series;

use std::thread;

use arbitrary::Unstructured;
use cyberstride::{At, Detector, Judgement, Told};

use act::Act;
use said::Said;

/// A life ends after so many readings and periods without one.
const LONGEST: u32 = 3000;

/// A detector that is written down has no more than so many bytes, whatever it has seen.
const LARGEST: usize = 10_000;

/// Lives through what the bytes tell; fails where something is said that cannot be.
pub(crate) fn live(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let Ok(told) = act::told(&mut bytes) else { return };
    let mut life = Life::begin(told);
    while !bytes.is_empty() && life.lived < LONGEST {
        let Ok(act) = bytes.arbitrary() else { break };
        life.go_on(act);
    }
    life.resume();
}

/// A detector, and beside it one that was read from what it was when it was written down last.
struct Life {
    told: Told,
    at: At,
    detector: Detector,
    resumed: Detector,
    lived: u32,
    acts: Vec<Act>,
}

impl Life {
    fn begin(told: Told) -> Self {
        // A Monday.
        let at = At::utc(1_763_942_400_000);
        Self { told, at, detector: Detector::new(&told), resumed: Detector::new(&told), lived: 0, acts: Vec::new() }
    }

    fn go_on(&mut self, act: Act) {
        self.acts.push(act);
        match act {
            Act::Reading { gap, value } => _ = self.observe(gap, Some(value)),
            Act::Readings { gap, count, series } => {
                (0..count).for_each(|k| _ = self.observe(gap, Some(series.reading(k, self.at.millis))));
            }
            Act::Missing { gap, count } => (0..count).for_each(|_| _ = self.observe(gap, None)),
            Act::Late { ago, value } => {
                let at = self.after(ago.saturating_neg());
                self.both(|detector, told| detector.late(told, at, Some(value)));
            }
            Act::Doubt { gap } => {
                self.at = self.after(gap);
                let at = self.at;
                self.both(|detector, told| detector.doubt(told, at));
            }
            Act::Correct { ago, former, value } => {
                let at = self.after(ago.saturating_neg());
                self.both(|detector, _| detector.could_raise(&detector.foresee(at), value.unwrap_or_default()));
                if !self.both(|detector, told| detector.take_back(told, at, former.is_some())) {
                    self.both(|detector, told| detector.amend(told, at, former, value));
                } else if value.is_some() {
                    self.both(|detector, told| detector.observe(told, at, value));
                } else {
                    self.both(|detector, told| detector.doubt(told, at));
                }
            }
            Act::Answer(answer) => _ = self.both(|detector, _| detector.answer(answer)),
            Act::Told(told) => self.told = told,
            Act::Clock { offset, holiday } => self.at = At { offset, holiday, ..self.at },
            Act::Ahead { gap, periods } => self.look_ahead(gap, periods),
            Act::Resume => self.resume(),
        }
    }

    fn observe(&mut self, gap: i64, reading: Option<f64>) -> Judgement {
        self.at = self.after(gap);
        self.lived += 1;
        let at = self.at;
        self.both(|detector, told| detector.observe(told, at, reading))
    }

    fn look_ahead(&mut self, gap: i64, periods: u16) {
        let (from, periods) = (self.after(gap), usize::from(periods));
        let outlooks = self.both(|detector, told| detector.ahead(told, from, periods));
        assert!(outlooks.is_empty() || outlooks.len() == periods, "{} of {periods} periods", outlooks.len());
        self.both(|detector, _| detector.monitor().forecast(periods as u32));
    }

    /// Writes the detector down and goes on with what is read from that, too. What went on since the last time must be
    /// the same detector.
    fn resume(&mut self) {
        self.both(|detector, told| detector.profile(told));
        self.both(|detector, _| detector.open());
        let snapshot = postcard::to_stdvec(&self.detector).expect("a detector can be written");
        let beside = postcard::to_stdvec(&self.resumed).expect("a detector can be written");
        assert!(snapshot == beside, "the resumed detector is another one: {:?} {:?}", self.detector, self.resumed);
        assert!(snapshot.len() <= LARGEST, "a detector of {} bytes: {:?}", snapshot.len(), self.detector);
        self.resumed = postcard::from_bytes(&snapshot).expect("what was written can be read");
    }

    /// Does the same with both detectors, which must say the same.
    fn both<S: Said>(&mut self, act: impl Fn(&mut Detector, &Told) -> S) -> S {
        let (one, other) = (act(&mut self.detector, &self.told), act(&mut self.resumed, &self.told));
        // In this order: where a number is none, nothing is equal to it.
        let alike = said::numbers(&one) == said::numbers(&other) && one == other;
        assert!(alike, "the resumed detector says otherwise: {one:?} {other:?}");
        one
    }

    fn after(&self, gap: i64) -> At {
        At { millis: self.at.millis.saturating_add(gap), ..self.at }
    }
}

impl Drop for Life {
    /// A life that went wrong tells how it went.
    fn drop(&mut self) {
        if thread::panicking() {
            self.acts.iter().for_each(|act| eprintln!("{act:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::noise::Noise;

    #[test]
    fn every_life_that_was_kept_holds() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/detector");
        let mut kept = 0;
        for entry in fs::read_dir(corpus).expect("the corpus is a folder") {
            let path = entry.expect("the corpus can be read").path();
            eprintln!("{}", path.display());
            live(&fs::read(path).expect("the corpus can be read"));
            kept += 1;
        }
        assert!(20 < kept, "{kept} lives are kept");
    }

    #[test]
    fn any_life_holds() {
        for seed in 0..100 {
            let noise = Noise::seeded(seed).white(20 + seed as usize / 2);
            let bytes: Vec<u8> = noise.into_iter().map(|number| number.to_bits() as u8).collect();
            live(&bytes);
        }
    }
}
