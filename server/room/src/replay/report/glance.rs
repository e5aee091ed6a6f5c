//! One row as the page sees it: the only place that knows what the detector says and in which words people hear it.

use std::cmp::Ordering;

use opsroom::hindcast::{self, Finding, Kind, Outlook, Tier, Voice};

use crate::replay::rows::Row;

/// Levels of the forecast quantiles that readings are held against; the intervals are among them.
pub(super) const LEVELS: [f64; 23] = [
    0.005, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9,
    0.95, 0.975, 0.995,
];

/// Coverage of the intervals that are shown, in per cent, and where their ends stand among the levels.
pub(super) const INTERVALS: [(u8, usize, usize); 3] = [(50, 6, 16), (95, 1, 21), (99, 0, 22)];

/// First what lasts.
pub(super) const TIERS: [Tier; 2] = [Tier::Sustained, Tier::Sudden];

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance {
    /// In milliseconds since 1970 UTC.
    pub(super) at: i64,
    /// In the unit of measure; none where the reading is missing.
    pub(super) value: Option<f64>,
    /// Made before the row was seen.
    pub(super) forecast: Option<Expected>,
    /// From 0 to 1.
    pub(super) score: f64,
    /// What is open.
    pub(super) told: Option<Said>,
}

/// A forecast in the unit of measure: its quantiles at the levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Expected(pub(super) [f64; LEVELS.len()]);

/// A disturbance in words and numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Said {
    /// In milliseconds since 1970 UTC.
    pub(super) onset: i64,
    /// When it was noticed, likewise.
    pub(super) raised: i64,
    /// What the series did, as a person says it.
    pub(super) what: &'static str,
    /// The drawing of that.
    pub(super) glyph: &'static str,
    /// Of the kind.
    pub(super) probability: f64,
    /// Signed, in the unit of measure.
    pub(super) size: f64,
    /// The same in standard deviations of the forecast.
    pub(super) sd: f64,
    /// The word for the side it lies on.
    pub(super) side: &'static str,
    /// What was seen, in the unit of measure.
    pub(super) seen: f64,
    /// The 95 % interval it was expected in at the onset.
    pub(super) expected: (f64, f64),
    /// Whether it lasts.
    pub(super) tier: Tier,
    /// Which evidence spoke first, in words.
    pub(super) why: &'static str,
}

impl Glance {
    /// A row and what was said of it.
    pub(super) fn new(row: &Row, said: &hindcast::Row) -> Self {
        Self {
            at: row.at.millis,
            value: row.value,
            forecast: said.forecast.as_ref().map(expected),
            score: said.score,
            told: said.disturbance.as_ref().map(told),
        }
    }
}

impl Said {
    /// First by tier, then by the distance from the forecast.
    pub(super) fn by_size(&self, other: &Self) -> Ordering {
        self.tier.cmp(&other.tier).then(self.sd.abs().total_cmp(&other.sd.abs()))
    }
}

impl Expected {
    /// The ends of one of the intervals.
    pub(super) fn interval(&self, (_, lower, upper): (u8, usize, usize)) -> (f64, f64) {
        (self.0[lower], self.0[upper])
    }
}

/// The word for a tier.
pub(super) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Sudden => "sudden",
        Tier::Sustained => "sustained",
    }
}

fn expected(outlook: &Outlook) -> Expected {
    Expected(LEVELS.map(|level| outlook.quantile(level)))
}

fn told(now: &Finding) -> Said {
    let (what, glyph) = match (now.kind, now.size < 0.0) {
        (Kind::Transient, false) => ("spike up", "transient-up"),
        (Kind::Transient, true) => ("spike down", "transient-down"),
        (Kind::Level, false) => ("step up", "level-up"),
        (Kind::Level, true) => ("step down", "level-down"),
        (Kind::Slope, false) => ("rising", "slope-up"),
        (Kind::Slope, true) => ("falling", "slope-down"),
        (Kind::Variance, false) => ("swings grow", "variance"),
        (Kind::Variance, true) => ("swings shrink", "variance"),
    };
    let side = match (now.kind, now.size < 0.0) {
        (Kind::Variance, false) => "wider",
        (Kind::Variance, true) => "narrower",
        (_, false) => "above",
        (_, true) => "below",
    };
    Said {
        onset: now.onset_at,
        raised: now.raised_at,
        what,
        glyph,
        probability: now.probability,
        size: now.size,
        sd: now.sd,
        side,
        seen: now.seen,
        expected: (now.expected.lower, now.expected.upper),
        tier: now.tier,
        why: why(now.voice),
    }
}

/// Which evidence spoke first.
fn why(voice: Voice) -> &'static str {
    match voice {
        Voice::TimeOfDay => "wrong for the time of day",
        Voice::Drift => "off to one side, again and again",
        Voice::Record => "beyond every reading so far",
        Voice::RecordCourse => "beyond every course so far",
        Voice::Rare => "a value rarely seen",
        Voice::Change => "a change of level or slope",
        Voice::Jump => "a jump from the readings before",
        Voice::Variance => "another spread than before",
    }
}

#[cfg(test)]
impl Said {
    /// A step up, for tests.
    pub(super) fn step(raised: i64, sd: f64, tier: Tier) -> Self {
        let (what, glyph, side, why) = ("step up", "level-up", "above", "a change of level or slope");
        let (probability, size, seen, expected) = (0.9, sd, sd, (-1.0, 1.0));
        Self { onset: raised, raised, what, glyph, probability, size, sd, side, seen, expected, tier, why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intervals_are_among_the_levels() {
        for (coverage, lower, upper) in INTERVALS {
            assert!((LEVELS[upper] - LEVELS[lower] - f64::from(coverage) / 100.0).abs() < 1e-12);
            assert!((LEVELS[upper] + LEVELS[lower] - 1.0).abs() < 1e-12);
        }
        assert!(LEVELS.is_sorted());
    }
}
