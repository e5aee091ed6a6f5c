//! Numbers, times and names as they stand on the page: few digits, a real minus, nothing a browser could take for markup.

use jiff::{Timestamp, tz::TimeZone};
use opsroom::hindcast::Tier;

use super::{
    episodes::Episode,
    glance::{self, Said},
};

/// What stands between thousands.
const NARROW_SPACE: char = '\u{202f}';
/// Never alone at the beginning of a line.
const PER_CENT: &str = "\u{a0}%";
const MINUS: char = '\u{2212}';
/// From here on a number is told in thousands, millions and so on.
const TOO_LONG: f64 = 100_000.0;
/// Below this a number is told with its power of ten.
const TOO_SHORT: f64 = 0.001;
const POWERS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
/// Beyond so many standard deviations the number says nothing more.
const FARTHEST: f64 = 1000.0;
/// No probability is told as certainty.
const SUREST: f64 = 0.99;

/// A text that a browser shows as it is, in an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ if sign.is_control() => safe.push(char::REPLACEMENT_CHARACTER),
            _ => safe.push(sign),
        }
    }
    safe
}

/// A number in three figures.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(TOO_SHORT..1e15).contains(&size) {
        return format!("{value:.1e}").replace('-', &MINUS.to_string());
    }
    let (power, suffix) = POWERS.into_iter().find(|(power, _)| TOO_LONG <= size && *power <= size).unwrap_or((1.0, ""));
    let scaled = value / power;
    let decimals =
        if scaled.fract() == 0.0 { 0 } else { (2.0 - scaled.abs().log10().floor()).clamp(0.0, 5.0) as usize };
    format!("{}{suffix}", plain(scaled, decimals))
}

/// A number with its sign, in three figures.
pub(super) fn signed(value: f64) -> String {
    if 0.0 < value { format!("+{}", number(value)) } else { number(value) }
}

/// A number with so many decimals.
pub(super) fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let mut out = if value < 0.0 && !is_zero { String::from(MINUS) } else { String::new() };
    for (place, digit) in whole.chars().enumerate() {
        if 0 < place && (whole.len() - place).is_multiple_of(3) {
            out.push(NARROW_SPACE);
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A count, as `179 391`.
pub(super) fn count(count: u64) -> String {
    plain(count as f64, 0)
}

/// A count and what is counted, as `1 file` and `31 files`.
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// How sure something is, in whole per cent.
pub(super) fn probability(share: f64) -> String {
    format!("{:.0}{PER_CENT}", share.clamp(0.0, SUREST) * 100.0)
}

/// A share, in per cent with one decimal.
pub(super) fn share(share: f64) -> String {
    format!("{:.1}{PER_CENT}", share * 100.0)
}

/// A level that was chosen, in per cent with the decimals it has.
pub(super) fn level(level: f64) -> String {
    format!("{}{PER_CENT}", (level * 1000.0).round() / 10.0)
}

/// How often something comes in a week.
pub(super) fn rate(per_week: f64) -> String {
    if per_week < 10.0 { plain(per_week, 1) } else { plain(per_week, 0) }
}

/// A moment, as `2014-04-01 09:20`, with seconds where they are not zero.
pub(super) fn moment(millis: i64, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_millisecond(millis) else { return format!("{millis} ms") };
    let at = at.to_zoned(zone.clone());
    let pattern = if at.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    at.strftime(pattern).to_string()
}

/// A span of time in its two greatest units, as `3 d 4 h`.
pub(super) fn lasting(millis: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")];
    let Some(first) = UNITS.iter().position(|(unit, _)| *unit <= millis) else {
        return if millis <= 0 { "0 s".to_owned() } else { format!("{millis} ms") };
    };
    let (unit, name) = UNITS[first];
    let rest = UNITS.get(first + 1).map(|(smaller, name)| (millis % unit / smaller, name));
    match rest {
        Some((more, smaller)) if 0 < more && millis / unit < 100 => {
            format!("{} {name} {more} {smaller}", millis / unit)
        }
        _ => format!("{} {name}", count((millis / unit) as u64)),
    }
}

/// The folders of a name recede.
pub(super) fn named(name: &str) -> String {
    match name.rsplit_once('/') {
        Some((folders, file)) => format!("<span class=faint>{}/</span>{}", escaped(folders), escaped(file)),
        None => escaped(name),
    }
}

/// The lamp of a disturbance: lit where it would have been a signal; a quiet ring without one.
pub(super) fn lamp(episode: Option<&Episode>) -> String {
    let (tone, what, glyph) = match episode.map(|episode| episode.told) {
        None => ("", "calm", "calm"),
        Some(Said { tier: Tier::Sustained, what, glyph, .. }) => (" data-tone=pain", what, glyph),
        Some(Said { tier: Tier::Sudden, what, glyph, .. }) => ("", what, glyph),
    };
    format!("<svg class=lamp{tone} viewBox=\"0 0 48 48\" role=img aria-label=\"{what}\"><use href=\"#{glyph}\"/></svg>")
}

/// How far from the forecast, in words.
pub(super) fn departure(told: &Said) -> String {
    let side = told.side;
    match told.sd.abs() {
        size if size < 100.0 => format!("{} sd {side}", plain(size, 1)),
        size if size < FARTHEST => format!("{} sd {side}", plain(size, 0)),
        _ => format!("over {} sd {side}", plain(FARTHEST, 0)),
    }
}

/// What was seen and what had been expected.
pub(super) fn seen(told: &Said) -> String {
    let (lower, upper) = told.expected;
    format!("{}, expected {} to {}", number(told.seen), number(lower), number(upper))
}

/// A disturbance as a person says it.
pub(super) fn sentence(Episode { told, end, is_open }: &Episode, zone: &TimeZone) -> String {
    let end = if *is_open { "still open at the end".to_owned() } else { format!("until {}", moment(*end, zone)) };
    let (what, probability, onset) = (told.what, probability(told.probability), moment(told.onset, zone));
    let (departure, tier) = (departure(told), glance::tier(told.tier));
    let (seen, why) = (seen(told), told.why);
    format!("{what} {probability}, first seen {onset}, {end}, {departure}, {tier}; {seen}; {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_is_markup() {
        assert_eq!(escaped("<a b=\"c\" d='e'>&\u{7}"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\u{fffd}");
    }

    #[test]
    fn numbers_have_three_figures_and_a_real_minus() {
        let told = [0.0, 12.345, -0.012_345, 99_999.5, 123_456_789.0, -1.5e-7, 7.0].map(number);
        assert_eq!(told, ["0", "12.3", "−0.0123", "100\u{202f}000", "123M", "−1.5e−7", "7"]);
        assert_eq!((signed(3.0), signed(-3.0), signed(0.0)), ("+3".into(), "−3".into(), "0".into()));
        assert_eq!((count(179_391), probability(1.0)), ("179\u{202f}391".into(), "99\u{a0}%".into()));
    }

    #[test]
    fn a_span_is_told_in_its_two_greatest_units() {
        let told = [0, 500, 35_000, 300_000, 7_500_000, 273_600_000].map(lasting);
        assert_eq!(told, ["0 s", "500 ms", "35 s", "5 min", "2 h 5 min", "3 d 4 h"]);
    }

    #[test]
    fn a_moment_is_told_in_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(moment(1_396_310_400_000, &zone), "2014-04-01 02:00");
        assert_eq!(moment(1_396_310_407_000, &TimeZone::UTC), "2014-04-01 00:00:07");
    }
}
