//! What a series is called that no map names.

use std::fmt::Write;

use vsm::{
    id::{IndicatorId, LONGEST},
    template::word,
};

use crate::senders::point::Series;

/// So many characters of a name are the mark that tells it from others.
const MARK: usize = 13;

/// A name made of that of the metric and of all labels, as `up/instance.localhost-9090/job.node`.
///
/// Where that is too long, or if it has to be `marked`, its end is a mark that no other series has.
pub(super) fn name(series: &Series<'_>, key: &[u8], marked: bool) -> IndicatorId {
    let mut name = word(series.metric);
    for (label, value) in series.labels {
        // Writing to a string cannot fail.
        let _ = write!(name, "/{}.{}", word(label), word(value));
    }
    if marked || LONGEST < name.len() {
        name.truncate(LONGEST - MARK);
        let _ = write!(name, "-{:012x}", fingerprint(key) & 0xffff_ffff_ffff);
    }
    IndicatorId::parse(&name).expect("words, points, strokes and digits are a name")
}

/// FNV-1a, which is the same on every machine and in every version.
fn fingerprint(key: &[u8]) -> u64 {
    key.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::senders::point::Kind;

    #[test]
    fn a_name_says_what_the_series_is_and_a_long_one_is_marked() {
        let labels = [("instance".into(), "Host:9090".into()), ("job".into(), "node".into())];
        let series = Series { metric: "up", labels: &labels, kind: Kind::Unknown };
        assert_eq!(name(&series, b"1", false).as_str(), "up/instance.host-9090/job.node");
        assert_eq!(name(&series, b"1", true).as_str(), "up/instance.host-9090/job.node-ac4c86019afc");
        let labels = [("path".into(), "x".repeat(200).into())];
        let series = Series { metric: "up", labels: &labels, kind: Kind::Unknown };
        let (one, other) = (name(&series, b"1", false), name(&series, b"2", false));
        assert_eq!((one.as_str().len(), one == other), (LONGEST, false));
    }
}
