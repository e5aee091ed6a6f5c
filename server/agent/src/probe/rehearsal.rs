//! A script instead of a source: a level, noise, a swing, and what happens when.
//!
//! A value is a function of the series and the index of its reading alone: index 0 is the first live reading, the
//! past has negative ones. So a rehearsal is the same each time, and a test can say what it will be.

use std::time::Duration;

use config::agent::{Event, RehearsedSeries, What};
use vsm::{reading::Reading, time::Moment};

use super::{ProbeFault, Readout, Reason};
use crate::chance;

/// About as many readings of the past as travel together.
const CHUNK: usize = 1000;

/// Plays a script.
pub struct Rehearsal {
    start: Moment,
    cadence: Duration,
    past: Duration,
    series: Vec<RehearsedSeries>,
}

impl Rehearsal {
    /// A rehearsal whose live part begins at `start`, after a `past`.
    pub fn new(start: Moment, cadence: Duration, past: Duration, series: Vec<RehearsedSeries>) -> Self {
        Self { start, cadence, past, series }
    }

    /// How many readings the past has.
    pub fn past_readings(&self) -> usize {
        let rounds = usize::try_from(self.past_rounds()).unwrap_or(usize::MAX);
        rounds.saturating_mul(self.series.len())
    }

    /// The past, oldest first, in chunks that are made as they are asked for.
    pub fn past(&self) -> impl Iterator<Item = Vec<Reading>> + Send {
        let rounds_together = (CHUNK / self.series.len().max(1)).max(1);
        let first = -self.past_rounds();
        (first..0).step_by(rounds_together).map(move |from| {
            let to = from.saturating_add(rounds_together as i64).min(0);
            (from..to).flat_map(|index| self.round(index, self.moment(index)).readings).collect()
        })
    }

    /// Reads all series, as the script has them at `now`.
    pub fn read(&mut self, now: Moment) -> Readout {
        let elapsed = now.since(self.start).as_secs_f64();
        let index = (elapsed / self.cadence.as_secs_f64()).round() as i64;
        self.round(index, now)
    }

    fn past_rounds(&self) -> i64 {
        (self.past.as_secs_f64() / self.cadence.as_secs_f64()).floor() as i64
    }

    fn moment(&self, index: i64) -> Moment {
        let distance = self.cadence.saturating_mul(u32::try_from(index.unsigned_abs()).unwrap_or(u32::MAX));
        if index < 0 { self.start - distance } else { self.start + distance }
    }

    fn round(&self, index: i64, measured_at: Moment) -> Readout {
        let mut readout = Readout::default();
        for series in &self.series {
            let Some(value) = value(series, self.cadence, index) else { continue };
            let reading = Reading::new(series.indicator.clone(), measured_at, value);
            match reading {
                Ok(reading) => readout.readings.push(reading),
                Err(why) => {
                    let fault = ProbeFault::new(series.indicator.as_str(), Reason::own(why.to_string()));
                    readout.faults.push(fault.on(&series.indicator));
                }
            }
        }
        readout
    }
}

/// The value of `series` at `index`; `None` while it is silent.
pub fn value(series: &RehearsedSeries, cadence: Duration, index: i64) -> Option<f64> {
    let seconds = index as f64 * cadence.as_secs_f64();
    let swing = series
        .swing
        .as_ref()
        .map_or(0.0, |swing| swing.amplitude * (std::f64::consts::TAU * seconds / swing.period.as_secs_f64()).sin());
    let noise = series.noise * chance::gaussian(chance::seed(series.indicator.as_str()), index.cast_unsigned());
    let mut value = series.level + swing + noise;
    for event in &series.script {
        value += effect(event, cadence, index)?;
    }
    let value = series.floor.map_or(value, |floor| value.max(floor));
    Some(series.ceiling.map_or(value, |ceiling| value.min(ceiling)))
}

/// What `event` adds at `index`; `None` if it silences the series.
fn effect(event: &Event, cadence: Duration, index: i64) -> Option<f64> {
    let begun = index - readings(event.at, cadence) + 1;
    let lasting = |lasts: Duration| 0 < begun && begun <= readings(lasts, cadence);
    let added = match &event.what {
        What::Silence { lasts } if lasting(*lasts) => return None,
        What::Silence { .. } => 0.0,
        What::Spike { size } if begun == 1 => *size,
        What::Spike { .. } => 0.0,
        What::Step { size, lasts } if lasting(lasts.unwrap_or(Duration::MAX)) => *size,
        What::Step { .. } => 0.0,
        // What a ramp has gained stays when it ends.
        What::Ramp { per_reading, lasts } => per_reading * begun.clamp(0, readings(*lasts, cadence)) as f64,
    };
    Some(added)
}

/// How many readings fall into `duration`; a part of one counts as one.
fn readings(duration: Duration, cadence: Duration) -> i64 {
    (duration.as_secs_f64() / cadence.as_secs_f64()).ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn series(script: Vec<Event>) -> RehearsedSeries {
        RehearsedSeries {
            indicator: vsm::id::IndicatorId::parse("plant.output").unwrap(),
            level: 100.0,
            noise: 0.0,
            swing: None,
            floor: None,
            ceiling: None,
            script,
        }
    }

    fn plays(series: &RehearsedSeries) -> Vec<Option<f64>> {
        (-1..8).map(|index| value(series, SECOND, index)).collect()
    }

    fn at(seconds: u32, what: What) -> Event {
        Event { at: seconds * SECOND, what }
    }

    #[test]
    fn the_script_does_what_it_says() {
        let expect = |what, expected: [f64; 9]| {
            assert_eq!(plays(&series(vec![at(2, what)])), expected.map(|added| Some(100.0 + added)));
        };
        expect(What::Spike { size: 7.0 }, [0., 0., 0., 7., 0., 0., 0., 0., 0.]);
        expect(What::Step { size: 7.0, lasts: None }, [0., 0., 0., 7., 7., 7., 7., 7., 7.]);
        expect(What::Step { size: 7.0, lasts: Some(3 * SECOND) }, [0., 0., 0., 7., 7., 7., 0., 0., 0.]);
        expect(What::Ramp { per_reading: 2.0, lasts: 3 * SECOND }, [0., 0., 0., 2., 4., 6., 6., 6., 6.]);
    }

    #[test]
    fn a_silence_gives_no_reading_and_the_others_go_on() {
        let silent = series(vec![at(2, What::Silence { lasts: 3 * SECOND })]);
        let heard: Vec<_> = plays(&silent).iter().map(Option::is_some).collect();
        assert_eq!(heard, [true, true, true, false, false, false, true, true, true]);
        let mut rehearsal = Rehearsal::new(Moment::default(), SECOND, Duration::ZERO, vec![silent, series(vec![])]);
        let readout = rehearsal.read(Moment::default() + 3 * SECOND);
        assert_eq!((readout.readings.len(), readout.faults.len()), (1, 0));
    }

    #[test]
    fn floor_and_ceiling_hold_whatever_happens() {
        let mut bounded = series(vec![at(0, What::Spike { size: 500.0 }), at(1, What::Spike { size: -500.0 })]);
        (bounded.floor, bounded.ceiling) = (Some(0.0), Some(120.0));
        assert_eq!(plays(&bounded)[..4], [Some(100.0), Some(120.0), Some(0.0), Some(100.0)]);
    }

    #[test]
    fn the_past_ends_a_cadence_before_the_start_and_is_the_same_each_time() {
        let start = Moment::from_unix_millis(1_763_600_000_000);
        let noisy = RehearsedSeries { noise: 2.0, ..series(vec![]) };
        let mut rehearsal = Rehearsal::new(start, SECOND, 2500 * SECOND, vec![noisy.clone()]);
        let past: Vec<Reading> = rehearsal.past().flatten().collect();
        assert_eq!((past.len(), rehearsal.past_readings()), (2500, 2500));
        assert_eq!(rehearsal.past().map(|chunk| chunk.len()).max(), Some(CHUNK));
        assert_eq!((past[0].measured_at, past[2499].measured_at), (start - 2500 * SECOND, start - SECOND));
        assert!(past.windows(2).all(|pair| pair[1].measured_at.since(pair[0].measured_at) == SECOND));
        assert_eq!(past, rehearsal.past().flatten().collect::<Vec<_>>());
        let live = rehearsal.read(start + Duration::from_millis(2998)).readings.remove(0);
        assert_eq!(Some(live.value()), value(&noisy, SECOND, 3));
    }
}
