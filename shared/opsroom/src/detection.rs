//! Between the words of the organisation and those of the detector, which knows numbers alone.

use cybernet::profile::{Nature, Profile};
use cyberstride::{Band, Pattern, Scale, Told};
use vsm::{
    act::Answer,
    indicator::{self, Indicator},
    signal::{Ending, Expected, Kind, Tier, Voice},
    time::Moment,
};

use crate::{disturbance::Finding, watch::Counts};

/// What the detector is told of an indicator.
pub(crate) fn told(indicator: &Indicator) -> Told {
    Told {
        scale: indicator.scale.map(scale_of),
        cadence: indicator.cadence.map(|cadence| cadence.as_secs_f64() * 1e3),
        pattern: indicator.pattern.map(pattern_of),
        least: indicator.least,
        least_share: indicator.least_share,
        false_alarms_a_week: indicator.false_alarms_a_week,
    }
}

impl From<cyberstride::Finding> for Finding {
    fn from(found: cyberstride::Finding) -> Self {
        let cyberstride::Finding { probability, size, sd, score, expected, .. } = found;
        let Band { lower, centre, upper } = expected;
        Self {
            kind: kind_of(found.kind),
            probability,
            tier: tier_of(found.tier),
            voice: voice_of(found.voice),
            score,
            seen: found.seen.clamp(f64::MIN, f64::MAX),
            size,
            sd,
            expected: Expected { lower, mean: centre, upper },
            onset_at: Moment::from_unix_millis(found.onset_at),
        }
    }
}

/// What the detector is told of an answer.
pub(crate) fn answer_of(answer: Answer) -> cyberstride::Answer {
    match answer {
        Answer::NewNormal => cyberstride::Answer::NewNormal,
        Answer::FalseAlarm => cyberstride::Answer::FalseAlarm,
        Answer::Useful => cyberstride::Answer::Useful,
    }
}

/// What the room worked out of a series, beside what the watch itself knows.
pub(crate) fn profile_of(profile: cyberstride::Profile, counts: &Counts, young: bool) -> Profile {
    let cyberstride::Profile { nature, scale, cadence, zeros, pattern, noise, readings } = profile;
    let (nature, scale, pattern) = (nature_of(nature), scale_from(scale), pattern_from(pattern));
    let Counts { late, doubtful, corrected } = *counts;
    Profile { nature, scale, cadence_ms: cadence, zeros, pattern, noise, readings, late, doubtful, corrected, young }
}

/// Why a signal is over, by why the disturbance is.
pub(crate) fn ending_of(ending: cyberstride::Ending) -> Ending {
    match ending {
        cyberstride::Ending::Back => Ending::Back,
        cyberstride::Ending::Settled => Ending::Settled,
    }
}

fn scale_of(scale: indicator::Scale) -> Scale {
    match scale {
        indicator::Scale::Identity => Scale::Identity,
        indicator::Scale::Log => Scale::Log,
        indicator::Scale::Sqrt => Scale::Sqrt,
        indicator::Scale::AsinSqrt => Scale::AsinSqrt,
    }
}

fn pattern_of(pattern: indicator::Pattern) -> Pattern {
    match pattern {
        indicator::Pattern::None => Pattern::None,
        indicator::Pattern::Daily => Pattern::Daily,
        indicator::Pattern::Weekly => Pattern::Weekly,
    }
}

fn scale_from(scale: Scale) -> indicator::Scale {
    match scale {
        Scale::Identity => indicator::Scale::Identity,
        Scale::Log => indicator::Scale::Log,
        Scale::Sqrt => indicator::Scale::Sqrt,
        Scale::AsinSqrt => indicator::Scale::AsinSqrt,
    }
}

fn pattern_from(pattern: Pattern) -> indicator::Pattern {
    match pattern {
        Pattern::None => indicator::Pattern::None,
        Pattern::Daily => indicator::Pattern::Daily,
        Pattern::Weekly => indicator::Pattern::Weekly,
    }
}

fn nature_of(nature: cyberstride::Nature) -> Nature {
    match nature {
        cyberstride::Nature::Unknown => Nature::Unknown,
        cyberstride::Nature::Constant => Nature::Constant,
        cyberstride::Nature::Count => Nature::Count,
        cyberstride::Nature::Ratio => Nature::Ratio,
        cyberstride::Nature::Positive => Nature::Positive,
        cyberstride::Nature::Continuous => Nature::Continuous,
    }
}

fn kind_of(kind: cyberstride::Kind) -> Kind {
    match kind {
        cyberstride::Kind::Transient => Kind::Transient,
        cyberstride::Kind::Level => Kind::Level,
        cyberstride::Kind::Slope => Kind::Slope,
        cyberstride::Kind::Variance => Kind::Variance,
    }
}

fn tier_of(tier: cyberstride::Tier) -> Tier {
    match tier {
        cyberstride::Tier::Sudden => Tier::Sudden,
        cyberstride::Tier::Sustained => Tier::Sustained,
    }
}

fn voice_of(voice: cyberstride::Voice) -> Voice {
    match voice {
        cyberstride::Voice::TimeOfDay => Voice::TimeOfDay,
        cyberstride::Voice::Drift => Voice::Drift,
        cyberstride::Voice::Record => Voice::Record,
        cyberstride::Voice::RecordCourse => Voice::RecordCourse,
        cyberstride::Voice::Rare => Voice::Rare,
        cyberstride::Voice::Change => Voice::Change,
        cyberstride::Voice::Jump => Voice::Jump,
        cyberstride::Voice::Variance => Voice::Variance,
    }
}
