//! A trace as a figure: lamps and bars of the disturbances above, the score below, everything placed by two numbers.

use std::fmt::Write;

use jiff::tz::TimeZone;
use opsroom::hindcast::Tier;

use super::{
    closeups::Closeup,
    draw::{Drawing, HEIGHT},
    episodes::Episode,
    glance::{self, TIERS},
    reduce::{Range, Reducer},
    section::Section,
    ticks,
    words::{self, departure, lamp, moment, sentence},
};

/// At most so many marks on the axis of values, and on that of time.
const MARKS: (usize, i64) = (5, 8);

/// The same of a closeup.
const FEW_MARKS: (usize, i64) = (3, 3);

/// So many lamps of a tier stand beside each other on a desk, and on a telephone.
const ROOM: (usize, usize) = (100, 20);

const LEGEND: &str = "<figcaption><span><i class=\"key line\"></i>readings</span><span><i class=\"key outer\"></i>95 % \
                      and <i class=\"key inner\"></i>50 % interval, forecast one step ahead</span><span><i class=\"key \
                      shade\"></i>disturbance, onset to end</span><span>score from 0 to 1 below</span><output></output>\
                      </figcaption>";

/// The whole of a series.
pub(super) fn whole(out: &mut String, id: usize, section: &Section, zone: &TimeZone) {
    let columns = &section.columns;
    let Some((drawing, (first, last))) = Drawing::new(columns).zip(section.span) else {
        out.push_str("<p class=facts>Nothing to draw: no reading of this series could be taken.</p>");
        return;
    };
    let (span, Range { low, high }) = (columns.span(), drawing.edges);
    let Reducer { origin, width, .. } = columns;
    _ = write!(
        out,
        "<figure class=plot style=\"--from:0;--to:{span}\" data-span={span} data-origin={origin} data-width={width} \
         data-low={low} data-high={high}>{LEGEND}"
    );
    for tier in TIERS {
        lane(out, id, section, tier, zone);
    }
    row(out, "", "trace", &values(drawing.edges, MARKS.0), &trace(&drawing, span, &shades(section)));
    let score = format!("{}<path class=score d=\"{}\"/></svg>", opened(span), drawing.score);
    row(out, "score", "score", &tiers(), &score);
    row(out, "", "axis", "", &moments(columns, first, last, MARKS.1, zone));
    out.push_str("</figure>");
}

/// One disturbance row by row. `href` is where it stands in the list.
pub(super) fn closeup(out: &mut String, href: &str, closeup: &Closeup, episode: &Episode, zone: &TimeZone) {
    let columns = &closeup.columns;
    let Some(drawing) = Drawing::new(columns) else { return };
    let (span, (first, last)) = (columns.span(), columns.ends());
    let (x, wide) = extent(columns, episode);
    let tier = glance::tier(episode.told.tier);
    _ = write!(out, "<figure class=closeup style=\"--from:0;--to:{span}\"><figcaption><a href=\"#{href}\">");
    _ = write!(out, "{}{}</a>, {}, ", lamp(Some(episode)), episode.told.what, departure(&episode.told));
    _ = write!(out, "{}</figcaption>", moment(episode.told.onset, zone));
    let shade = shade(tier, &rectangle(x, wide.min(span as f64 - x).max(0.0)));
    row(out, "", "trace", &values(drawing.edges, FEW_MARKS.0), &trace(&drawing, span, &shade));
    row(out, "", "axis", "", &moments(columns, first, last, FEW_MARKS.1, zone));
    out.push_str("</figure>");
}

fn row(out: &mut String, label: &str, class: &str, lines: &str, content: &str) {
    let lines = if lines.is_empty() { String::new() } else { format!("<div class=lines>{lines}</div>") };
    let field = format!("<div class=\"field {class}\">{lines}{content}</div>");
    _ = write!(out, "<div class=row><div class=gutter>{label}</div>{field}</div>");
}

fn opened(span: usize) -> String {
    format!("<svg viewBox=\"0 0 {span} {HEIGHT}\" preserveAspectRatio=none aria-hidden=true>")
}

fn trace(drawing: &Drawing, span: usize, shades: &str) -> String {
    let Drawing { outer, inner, trace, .. } = drawing;
    let bands = format!("<path class=outer d=\"{outer}\"/><path class=inner d=\"{inner}\"/>");
    format!("{}{shades}{bands}<path class=line d=\"{trace}\"/></svg>", opened(span))
}

/// The disturbances of one tier as lamps and bars.
fn lane(out: &mut String, id: usize, section: &Section, tier: Tier, zone: &TimeZone) {
    let word = glance::tier(tier);
    let shown = section.episodes.shown().iter().enumerate().filter(|(_, it)| it.told.tier == tier);
    let number = shown.clone().count();
    let dense = match number {
        _ if ROOM.0 < number => " data-dense=desk",
        _ if ROOM.1 < number => " data-dense=phone",
        _ => "",
    };
    _ = write!(out, "<div class=row><div class=gutter>{word}</div><div class=\"field lane\" data-tier={word}{dense}>");
    for (place, episode) in shown {
        let (x, wide) = extent(&section.columns, episode);
        let (title, lamp) = (sentence(episode, zone), lamp(Some(episode)));
        let place = format!("href=\"#s{id}d{place}\" style=\"--x:{x:.2};--w:{wide:.2}\"");
        _ = write!(out, "<a class=mark {place} title=\"{title}\">{lamp}</a>");
    }
    out.push_str("</div></div>");
}

fn shades(section: &Section) -> String {
    let of = |tier: Tier| {
        let episodes = section.episodes.shown().iter().filter(|episode| episode.told.tier == tier);
        let path: String =
            episodes.map(|it| extent(&section.columns, it)).map(|(x, wide)| rectangle(x, wide)).collect();
        shade(glance::tier(tier), &path)
    };
    TIERS.map(of).concat()
}

fn shade(tier: &str, path: &str) -> String {
    format!("<path class=shade data-tier={tier} d=\"{path}\"/>")
}

fn rectangle(x: f64, wide: f64) -> String {
    format!("M{x:.2} 0h{wide:.2}v{HEIGHT}h-{wide:.2}z")
}

/// Where a disturbance begins and how wide it is, in columns.
fn extent(columns: &Reducer, episode: &Episode) -> (f64, f64) {
    // A disturbance may be found to have begun before the first row that is drawn.
    let x = columns.place(episode.told.onset).max(0.0);
    (x, (columns.place(episode.end) - x).max(0.0))
}

fn values(edges: Range, most: usize) -> String {
    let down = |value| (edges.high - value) / (edges.high - edges.low);
    ticks::values(edges.low, edges.high, most).iter().map(|tick| line(down(tick.at), &tick.label)).collect()
}

fn tiers() -> String {
    TIERS.map(|tier| line(1.0 - tier.threshold(), &words::plain(tier.threshold(), 2))).concat()
}

fn line(down: f64, label: &str) -> String {
    format!("<i style=\"--y:{down:.4}\"><b>{label}</b></i>")
}

/// The marks of time; the labels near an end stay inside.
fn moments(columns: &Reducer, first: i64, last: i64, most: i64, zone: &TimeZone) -> String {
    const NEAR: f64 = 0.05;
    let mark = |tick: &ticks::Tick| {
        let x = columns.place(tick.at as i64);
        let class = match x / columns.span() as f64 {
            ..NEAR => " class=first",
            share if 1.0 - NEAR < share => " class=last",
            _ => "",
        };
        format!("<i{class} style=\"--x:{x:.2}\"><b>{}</b></i>", tick.label)
    };
    ticks::moments(first, last, most, zone).iter().map(mark).collect()
}
