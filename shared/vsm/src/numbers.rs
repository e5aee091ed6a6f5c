//! Numbers with their unit of measure, as people read them: few digits, a real minus, narrow thousands.

/// Between the thousands.
const NARROW_SPACE: char = '\u{202f}';
const MINUS: char = '\u{2212}';
/// From here on a number is told in thousands, millions and so on, so that it keeps its place.
const TOO_LONG: f64 = 100_000.0;
const POWERS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

/// A value in three figures with its unit of measure: `91.3 %`, `1 204 ms`, `−5`.
pub fn value(value: f64, measure: &str) -> String {
    let (power, suffix) = power(value.abs());
    let scaled = value / power;
    let decimals = if scaled.fract() == 0.0 { 0 } else { three_figures(scaled.abs()) };
    with_measure(&format!("{}{suffix}", plain(scaled, decimals)), measure)
}

/// An interval, as precise as it is narrow: `3.7–4.6 d`, `12–14 %`.
pub fn interval(lower: f64, upper: f64, measure: &str) -> String {
    interval_without(0, lower, upper, measure)
}

/// An interval with a decimal less, where there is no room for the precise one: `4–5 d`.
pub fn rough_interval(lower: f64, upper: f64, measure: &str) -> String {
    interval_without(1, lower, upper, measure)
}

fn interval_without(fewer: usize, lower: f64, upper: f64, measure: &str) -> String {
    let (power, suffix) = power(lower.abs().max(upper.abs()));
    let (lower, upper) = (lower / power, upper / power);
    let width = (upper - lower).abs();
    let decimals = if width < 1e-9 { three_figures(upper.abs()) } else { places(-(width / 2.0).log10().floor()) };
    let decimals = decimals.saturating_sub(fewer);
    let (low, high) = (plain(lower, decimals), plain(upper, decimals));
    let text = if low == high { low } else { format!("{low}–{high}") };
    with_measure(&format!("{text}{suffix}"), measure)
}

fn power(size: f64) -> (f64, &'static str) {
    let long = POWERS.into_iter().find(|(power, _)| TOO_LONG <= size && *power <= size);
    long.unwrap_or((1.0, ""))
}

/// Decimals that leave three figures of a number, at most four.
fn three_figures(size: f64) -> usize {
    if size == 0.0 { 0 } else { places(2.0 - size.log10().floor()) }
}

fn places(decimals: f64) -> usize {
    decimals.clamp(0.0, 4.0) as usize
}

fn plain(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    if text.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return "0".to_owned();
    }
    let mut out = if number < 0.0 { String::from(MINUS) } else { String::new() };
    for (i, digit) in whole.chars().enumerate() {
        if 0 < i && (whole.len() - i) % 3 == 0 {
            out.push(NARROW_SPACE);
        }
        out.push(digit);
    }
    fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}"))
}

fn with_measure(number: &str, measure: &str) -> String {
    if measure.is_empty() { number.to_owned() } else { format!("{number} {measure}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_three_figures_and_its_unit() {
        assert_eq!(value(91.27, "%"), "91.3 %");
        assert_eq!(value(547.2, "ms"), "547 ms");
        assert_eq!(value(12.0, ""), "12");
        assert_eq!(value(0.012_34, "s"), "0.0123 s");
        assert_eq!(value(0.0, "/s"), "0 /s");
    }

    #[test]
    fn thousands_stand_apart_and_minus_is_a_minus() {
        assert_eq!(value(-1204.6, "ms"), "−1\u{202f}205 ms");
        assert_eq!(value(-0.000_001, ""), "0");
    }

    #[test]
    fn a_long_number_is_told_in_its_power() {
        assert_eq!(value(3_456_000.0, "B/s"), "3.46M B/s");
        assert_eq!(interval(1_210_000.0, 1_390_000.0, "B"), "1.21–1.39M B");
    }

    #[test]
    fn an_interval_is_as_precise_as_it_is_narrow() {
        assert_eq!(interval(3.71, 4.62, "d"), "3.7–4.6 d");
        assert_eq!(interval(11.8, 14.2, "%"), "12–14 %");
        assert_eq!(interval(-0.52, 0.31, ""), "−0.5–0.3");
        assert_eq!(interval(5.0, 5.0, "d"), "5.00 d");
        assert_eq!(
            (rough_interval(3.71, 4.62, "d"), rough_interval(11.8, 14.2, "%")),
            ("4–5 d".into(), "12–14 %".into())
        );
    }
}
