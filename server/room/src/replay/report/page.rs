//! The page as a whole: what it is, what all series say together, and the table of them.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::tz::TimeZone;

use super::{
    calibration::Calibration,
    glance::{self, TIERS},
    held,
    section::Summary,
    words::{self, count, departure, escaped, lamp, moment, named, share},
};

/// Where the parts stand in the page; no name of a file can hold one, for its brackets are escaped.
const PAGE: &str = include_str!("page.html");
const SERIES: &str = "<!--series-->";

const TOKENS: &str = include_str!("../../../../../frontend/style/tokens.css");
const LAMP: &str = include_str!("../../../../../frontend/style/lamp.css");
const LOOKS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const FACE: &[u8] = include_bytes!("../../../../../frontend/style/fonts/archivo-latin.woff2");
/// How the tokens name the typeface, which the page carries itself.
const FACE_NAMED: &str = "url(\"fonts/archivo-latin.woff2\")";

/// What is above the series.
pub(super) fn before(series: &[Summary], unread: &[(String, String)], zone: &TimeZone) -> String {
    let (head, _) = parts();
    let face = format!("url(\"data:font/woff2;base64,{}\")", STANDARD.encode(FACE));
    head.replace("<!--style-->", &format!("{}{LAMP}{LOOKS}", TOKENS.replace(FACE_NAMED, &face)))
        .replace("<!--zone-->", &escaped(zone.iana_name().unwrap_or("UTC")))
        .replace("<!--tiers-->", &tiers())
        .replace("<!--sum-->", &sum(series))
        .replace("<!--unread-->", &unread_files(unread))
        .replace("<!--rows-->", &rows(series, zone))
        .replace("<!--held-->", &held::html(&all(series)))
}

/// What is below the series.
pub(super) fn after() -> String {
    parts().1.replace("<!--version-->", env!("CARGO_PKG_VERSION")).replace("<!--script-->", SCRIPT)
}

fn parts() -> (&'static str, &'static str) {
    PAGE.split_once(SERIES).unwrap_or((PAGE, ""))
}

fn all(series: &[Summary]) -> Calibration {
    series.iter().fold(Calibration::default(), |mut all, one| {
        all.add(&one.calibration);
        all
    })
}

/// All series together, in a few large numbers.
fn sum(series: &[Summary]) -> String {
    let of = |part: fn(&Summary) -> u64| series.iter().map(part).sum::<u64>();
    let (readings, sustained, sudden) = (of(|it| it.readings), of(|it| it.sustained), of(|it| it.sudden));
    let weeks: f64 = series.iter().map(Summary::weeks).sum();
    let number = series.len() as u64;
    let mut facts = vec![
        (count(readings), format!("replayed readings of {} series", count(number))),
        (count(sustained), "sustained: signals with a clock".to_owned()),
        (count(sudden), "sudden: shown, calling nobody".to_owned()),
    ];
    if 1.0 / 7.0 <= weeks {
        let [loud, both] = [sustained, sustained + sudden].map(|number| number as f64 / weeks);
        let [one, together, both] = [loud, loud * number as f64, both].map(words::rate);
        let words = format!("sustained a week from one series ({both} with the sudden), {together} from all together");
        facts.push((one, words));
    }
    if let Some([_, held, _]) = all(series).coverage() {
        facts.push((share(held), "of readings inside their 95\u{a0}% interval".to_owned()));
    }
    facts.iter().map(|(value, words)| format!("<div><dd>{value}</dd><dt>{words}</dt></div>")).collect()
}

/// Where the tiers begin on the score.
fn tiers() -> String {
    TIERS.map(|tier| format!("{} from {}", glance::tier(tier), words::plain(tier.threshold(), 2))).join(", ")
}

fn unread_files(unread: &[(String, String)]) -> String {
    if unread.is_empty() {
        return String::new();
    }
    let line = |(name, why): &(String, String)| format!("<li><b>{}</b>: {}</li>", escaped(name), escaped(why));
    let lines: String = unread.iter().map(line).collect();
    format!("<section class=unread><h2>Not replayed</h2><ul>{lines}</ul></section>")
}

/// The table of all series, in the order given, which is that of the sections below.
fn rows(series: &[Summary], zone: &TimeZone) -> String {
    let mut out = String::new();
    for one in series {
        let Summary { id, name, readings, sustained, sudden, largest, calibration, .. } = one;
        let lamp = lamp(largest.as_ref());
        _ = write!(
            out,
            "<tr data-name=\"{0}\"><td data-v=\"{0}\"><span class=name>{lamp}<a href=\"#s{id}\">{1}</a></span></td>",
            escaped(name),
            named(name)
        );
        let rate = one.per_week();
        let inside = calibration.coverage().map(|coverage| coverage[1]);
        let largest = largest.as_ref().map(|it| &it.told);
        let cells = [
            ("r", "Sustained", *sustained as f64, strong(*sustained)),
            ("r", "Sudden", *sudden as f64, count(*sudden)),
            ("r", "A week", rate.unwrap_or(-1.0), rate.map_or("–".to_owned(), words::rate)),
            (
                "",
                "Largest",
                largest.map_or(0.0, |told| told.sd.abs()),
                largest.map_or("–".to_owned(), |told| {
                    format!("{}, {}, {}", told.what, departure(told), moment(told.onset, zone))
                }),
            ),
            ("r", "Readings", *readings as f64, count(*readings)),
            ("r", "In 95 %", inside.unwrap_or(-1.0), inside.map_or("–".to_owned(), share)),
        ];
        for (class, label, value, words) in cells {
            _ = write!(out, "<td class=\"{class}\" data-l=\"{label}\" data-v={value}>{words}</td>");
        }
        out.push_str("</tr>");
    }
    out
}

/// A count that is not zero stands out.
fn strong(number: u64) -> String {
    if number == 0 { "0".to_owned() } else { format!("<b>{}</b>", count(number)) }
}

#[cfg(test)]
mod tests {
    use super::super::glance::INTERVALS;
    use super::*;

    #[test]
    fn the_page_has_its_parts_and_carries_its_typeface() {
        assert!(TOKENS.contains(FACE_NAMED));
        let head = before(&[], &[("<x>.csv".to_owned(), "no".to_owned())], &TimeZone::UTC);
        assert!(head.contains("data:font/woff2;base64,") && head.contains("&lt;x&gt;.csv"));
        let whole = head + &after();
        assert!(!whole.contains("<!--"), "a part is missing");
        assert_eq!(INTERVALS[1].0, 95, "the table shows the second interval");
    }
}
