//! Simulates disturbances of known kind and says what they were taken for: `cargo xtask kinds [--seed N] [--series N]`.
//!
//! Noise has a standard deviation of one, white or autocorrelated at .6, with and without a daily swing of five. At a
//! magnitude of `m` an outlier and a step are `m` high, a slope rises by `m / 10` a reading, and the standard deviation
//! becomes `m / 2`, or `2 / m` where the noise falls. What is missed counts as wrong; "named" is the reading from which on
//! the right name stood.

use clap::Parser;
use opsroom::hindcast::{At, Finding, Hindcast, Kind, Tier, Told};

#[derive(Parser)]
struct Arguments {
    /// The seed of the first series.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Series for each kind, magnitude and noise.
    #[arg(long, default_value_t = 60)]
    series: u64,
}

const KINDS: [Kind; 4] = [Kind::Transient, Kind::Level, Kind::Slope, Kind::Variance];

/// What happens to a series.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Event {
    Outlier,
    Step,
    Slope,
    Louder,
    Quieter,
}

/// Those that the share of right names is taken over; less noise takes longer to show.
const EVENTS: [Event; 4] = [Event::Outlier, Event::Step, Event::Slope, Event::Louder];

impl Event {
    fn kind(self) -> Kind {
        match self {
            Self::Outlier => Kind::Transient,
            Self::Step => Kind::Level,
            Self::Slope => Kind::Slope,
            Self::Louder | Self::Quieter => Kind::Variance,
        }
    }

    /// What it adds to the reading so many after the onset.
    fn size(self, magnitude: f64, since: usize) -> f64 {
        match self {
            Self::Outlier if since == 0 => magnitude,
            Self::Step => magnitude,
            Self::Slope => 0.1 * magnitude * (since + 1) as f64,
            Self::Outlier | Self::Louder | Self::Quieter => 0.0,
        }
    }

    /// By how many times the noise is larger.
    fn noise(self, magnitude: f64) -> f64 {
        match self {
            Self::Louder => 0.5 * magnitude,
            Self::Quieter => 2.0 / magnitude,
            Self::Outlier | Self::Step | Self::Slope => 1.0,
        }
    }
}

/// What was said of one event: the readings from its onset to the alarm, to the right name, and the last name.
struct Found {
    alarm: usize,
    named: Option<usize>,
    kind: Kind,
}
const MAGNITUDES: [f64; 4] = [3.0, 6.0, 8.0, 10.0];
/// Readings a day: one every five minutes.
const DAY: usize = 288;
/// Readings after the onset in which a disturbance must be found.
const FOUND_WITHIN: usize = 40;
/// Readings at the start that are not judged for false alarms.
const YOUNG: usize = 1000;

/// What the readings are made of.
#[derive(Clone, Copy)]
struct World {
    name: &'static str,
    autocorrelation: f64,
    swing: f64,
    /// Readings before the onset.
    calm: usize,
}

const WORLDS: [World; 4] = [
    World { name: "white", autocorrelation: 0.0, swing: 0.0, calm: 400 },
    World { name: "AR(.6)", autocorrelation: 0.6, swing: 0.0, calm: 400 },
    World { name: "white, daily", autocorrelation: 0.0, swing: 5.0, calm: 7 * DAY + 100 },
    World { name: "AR(.6), daily", autocorrelation: 0.6, swing: 5.0, calm: 7 * DAY + 100 },
];

fn main() {
    let Arguments { seed, series } = Arguments::parse();
    for world in WORLDS {
        tell_false_alarms(world, seed, series.div_ceil(2));
        for magnitude in MAGNITUDES {
            let right: f64 = EVENTS.map(|event| tell(world, event, magnitude, seed, series)).iter().sum();
            println!("  {magnitude:>4} sd, all kinds: {:5.1} % right", 25.0 * right);
            tell(world, Event::Quieter, magnitude, seed, series);
        }
    }
}

/// Prints what an event was taken for; the result is the share that was named right.
fn tell(world: World, event: Event, magnitude: f64, first: u64, series: u64) -> f64 {
    let found: Vec<Found> = (first..first + series).filter_map(|seed| find(world, event, magnitude, seed)).collect();
    let [transient, level, slope, variance] = KINDS.map(|kind| found.iter().filter(|it| it.kind == kind).count());
    let alarm = median(found.iter().map(|found| found.alarm).collect());
    let named = median(found.iter().filter_map(|found| found.named).collect());
    let missed = series - found.len() as u64;
    println!(
        "  {magnitude:>4} sd {event:?}: transient {transient}, level {level}, slope {slope}, variance {variance}, \
         missed {missed}; median readings to the alarm {alarm}, named {named}"
    );
    found.iter().filter(|found| found.kind == event.kind()).count() as f64 / series as f64
}

fn median(mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).map_or("-".to_owned(), ToString::to_string)
}

/// What is said of the first disturbance raised after the onset.
fn find(world: World, event: Event, magnitude: f64, seed: u64) -> Option<Found> {
    let mut source = Source::new(world, seed);
    let mut hindcast = Hindcast::new(Told::default());
    let mut found: Option<(i64, Found)> = None;
    for row in 0..world.calm + FOUND_WITHIN {
        let since = row.checked_sub(world.calm);
        let moved = since.map_or(0.0, |since| event.size(magnitude, since));
        let louder = since.map_or(1.0, |_| event.noise(magnitude));
        let at = At::utc(300_000 * row as i64);
        let said = hindcast.observe(at, Some(source.usual(row) + louder * source.noise() + moved)).disturbance;
        let (Some(since), Some(now)) = (since, said) else { continue };
        let named = (now.kind == event.kind()).then_some(since);
        match &mut found {
            None if 300_000 * world.calm as i64 <= now.raised_at => {
                found = Some((now.raised_at, Found { alarm: since, named, kind: now.kind }));
            }
            Some((raised_at, found)) if *raised_at == now.raised_at => {
                found.named = named.and(found.named.or(named));
                found.kind = now.kind;
            }
            _ => (),
        }
    }
    found.map(|(_, found)| found)
}

/// Prints how many disturbances are raised in 1000 readings in which nothing happens, and which voice spoke.
fn tell_false_alarms(world: World, first: u64, series: u64) {
    let raised = false_alarms(world, first, series);
    let in_thousand = |count: usize| 1000.0 * count as f64 / (series as f64 * (READINGS - YOUNG) as f64);
    println!("{}: {:.2} false alarms in 1000 readings", world.name, in_thousand(raised.len()));
    let sustained = raised.iter().filter(|finding| finding.tier == Tier::Sustained).count();
    let mut voices: Vec<_> = raised.iter().map(|finding| format!("{:?}", finding.voice)).collect();
    voices.sort();
    let voices = voices.chunk_by(|a, b| a == b).map(|of| format!("{} {:.2}", of[0], in_thousand(of.len())));
    println!("  sustained {:.2}; by voice: {}", in_thousand(sustained), voices.collect::<Vec<_>>().join(", "));
}

/// Readings of a series without a disturbance.
const READINGS: usize = 5000;

/// What is raised in series without a disturbance, as it is known last.
fn false_alarms(world: World, first: u64, series: u64) -> Vec<Finding> {
    let mut raised: Vec<Finding> = Vec::new();
    for seed in first..first + series {
        let mut source = Source::new(world, seed);
        let mut hindcast = Hindcast::new(Told::default());
        for row in 0..READINGS {
            let at = At::utc(300_000 * row as i64);
            let now = hindcast.observe(at, Some(source.usual(row) + source.noise())).disturbance;
            let Some(now) = now.filter(|now| 300_000 * YOUNG as i64 <= now.raised_at) else { continue };
            match raised.last_mut() {
                Some(last) if last.raised_at == now.raised_at => *last = now,
                _ => raised.push(now),
            }
        }
    }
    raised
}

/// Seeded noise: a congruential generator with mixed digits, and Box and Muller.
struct Source {
    world: World,
    state: u64,
    last: f64,
}

impl Source {
    fn new(world: World, seed: u64) -> Self {
        let mut source = Self { world, state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), last: 0.0 };
        (0..100).for_each(|_| _ = source.noise());
        source
    }

    fn usual(&self, row: usize) -> f64 {
        self.world.swing * (std::f64::consts::TAU * (row % DAY) as f64 / DAY as f64).sin()
    }

    fn noise(&mut self) -> f64 {
        let normal = (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos();
        let kept = self.world.autocorrelation;
        self.last = kept * self.last + (1.0 - kept * kept).sqrt() * normal;
        self.last
    }

    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.state ^ (self.state >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        (((mixed ^ (mixed >> 33)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }
}
