//! How much a series grew.

use config::senders::Turn;
use vsm::time::Moment;

use crate::senders::point::Kind;

/// The last sample of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Last {
    pub(super) at: Moment,
    pub(super) value: f64,
}

/// What of a sample is a reading; nothing where it would take one more to tell.
///
/// As Prometheus does it, a counter that fell has begun anew and grew from zero. `before` is older than `now`.
pub(super) fn growth(
    turn: Turn,
    kind: Kind,
    before: Option<Last>,
    now: Last,
    started_at: Option<Moment>,
) -> Option<f64> {
    if turn == Turn::Value {
        return Some(now.value);
    }
    let grew = match (kind, before) {
        (Kind::Growth, _) => now.value,
        (_, Some(before)) if now.value < before.value => now.value,
        (_, Some(before)) => now.value - before.value,
        (_, None) => return None,
    };
    if turn == Turn::Delta {
        return Some(grew);
    }
    let said = started_at.filter(|started_at| kind == Kind::Growth && *started_at < now.at);
    let since = said.or(before.map(|before| before.at))?;
    Some(grew / now.at.since(since).as_secs_f64())
}

/// What of a series is a reading where no map says it: of what counts the rate, as its sender or its name tells.
pub(super) fn usual(metric: &str, kind: Kind) -> Turn {
    const COUNTS: [&str; 4] = ["_total", "_count", "_sum", "_bucket"];
    match kind {
        Kind::Counter | Kind::Growth => Turn::Rate,
        Kind::Unknown if COUNTS.iter().any(|ending| metric.ends_with(ending)) => Turn::Rate,
        Kind::Unknown | Kind::Gauge => Turn::Value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(second: i64, value: f64) -> Last {
        Last { at: Moment::from_unix_millis(second * 1000), value }
    }

    #[test]
    fn a_counter_grows_by_second_and_from_zero_where_it_fell() {
        let rate = |before, now| growth(Turn::Rate, Kind::Counter, before, now, None);
        assert_eq!(rate(None, last(10, 5.0)), None);
        assert_eq!(rate(Some(last(10, 5.0)), last(20, 25.0)), Some(2.0));
        assert_eq!(rate(Some(last(10, 50.0)), last(20, 25.0)), Some(2.5));
        assert_eq!(growth(Turn::Delta, Kind::Counter, Some(last(10, 5.0)), last(20, 25.0), None), Some(20.0));
        assert_eq!(growth(Turn::Value, Kind::Counter, None, last(20, 25.0), None), Some(25.0));
    }

    #[test]
    fn what_comes_as_growth_has_its_own_beginning_or_that_of_the_one_before() {
        let rate = |before, started| growth(Turn::Rate, Kind::Growth, before, last(20, 30.0), started);
        assert_eq!(rate(None, Some(last(10, 0.0).at)), Some(3.0));
        assert_eq!(rate(Some(last(5, 9.0)), None), Some(2.0));
        assert_eq!(rate(Some(last(5, 9.0)), Some(last(20, 0.0).at)), Some(2.0), "no time at all is not believed");
        assert_eq!(rate(None, None), None);
        assert_eq!(growth(Turn::Delta, Kind::Growth, None, last(20, 30.0), None), Some(30.0));
    }

    #[test]
    fn what_counts_is_a_rate_unless_somebody_says_otherwise() {
        assert_eq!(usual("http_requests_total", Kind::Unknown), Turn::Rate);
        assert_eq!(usual("http_requests_total", Kind::Gauge), Turn::Value);
        assert_eq!(usual("node_load1", Kind::Unknown), Turn::Value);
        assert_eq!(usual("requests", Kind::Growth), Turn::Rate);
    }
}
