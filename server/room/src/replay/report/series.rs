//! The part of the page that shows one series: its trace, its disturbances and how its forecasts held.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::{
    episodes::Episode,
    glance, held, plot,
    section::{Section, Summary},
    words::{self, count, counted, departure, escaped, lamp, moment, named, signed},
};

/// A series by its number on the page, which is all its addresses are made of.
pub(super) fn html(id: usize, section: &Section, zone: &TimeZone) -> String {
    let summary = section.summary(id);
    let mut out = String::new();
    let (lamp, name, said) = (lamp(summary.largest.as_ref()), named(&summary.name), said(&summary));
    _ = write!(out, "<details class=series data-name=\"{}\">", escaped(&summary.name));
    _ = write!(out, "<summary>{lamp}<h2>{name}</h2><p>{said}</p></summary><div class=body id=s{id}>");
    _ = write!(out, "<p class=facts>{}</p>", facts(section, zone));
    plot::whole(&mut out, id, section, zone);
    closeups(&mut out, id, section, zone);
    out.push_str("<div class=two>");
    disturbances(&mut out, id, section, zone);
    let held = held::html(&section.calibration);
    _ = writeln!(out, "<section class=held><h3>How the forecasts held</h3>{held}</section></div></div></details>");
    out
}

fn said(summary: &Summary) -> String {
    let Summary { sustained, sudden, .. } = summary;
    let week = summary.per_week().map(|rate| format!(" · {} a week", words::rate(rate))).unwrap_or_default();
    match (sustained, sudden) {
        (0, 0) => "nothing to say".to_owned(),
        _ => format!("<b>{} sustained</b>, {} sudden{week}", count(*sustained), count(*sudden)),
    }
}

fn facts(section: &Section, zone: &TimeZone) -> String {
    let mut facts = counted(section.readings, "replayed reading");
    if let Some((first, last)) = section.span {
        let lasting = words::lasting(last - first);
        _ = write!(facts, ", {} to {} ({lasting})", moment(first, zone), moment(last, zone));
    }
    let missing = format!("{} without a reading", counted(section.missing, "row"));
    let late = format!("{} not newer than the one before, not judged", counted(section.late, "row"));
    let unread = format!("{} that cannot be read", counted(section.unread, "row"));
    for (number, words) in [(section.missing, missing), (section.late, late), (section.unread, unread)] {
        if 0 < number {
            _ = write!(facts, " · {words}");
        }
    }
    facts
}

fn closeups(out: &mut String, id: usize, section: &Section, zone: &TimeZone) {
    let shown = section.closeups.shown();
    if shown.is_empty() {
        return;
    }
    let largest = if shown.len() < section.episodes.shown().len() { "the largest, " } else { "" };
    _ = write!(
        out,
        "<section class=closeups><h3>Row by row <span class=faint>{largest}sustained before sudden</span></h3>"
    );
    out.push_str("<div class=tiles>");
    for closeup in shown {
        let is_it = |episode: &Episode| episode.told.raised == closeup.told.raised;
        if let Some(place) = section.episodes.shown().iter().position(is_it) {
            plot::closeup(out, &format!("s{id}d{place}"), closeup, &section.episodes.shown()[place], zone);
        }
    }
    out.push_str("</div></section>");
}

fn disturbances(out: &mut String, id: usize, section: &Section, zone: &TimeZone) {
    let shown = section.episodes.shown();
    out.push_str("<section class=list><h3>Disturbances</h3>");
    if shown.is_empty() {
        out.push_str("<p class=dim>None: the room would have stayed quiet.</p></section>");
        return;
    }
    out.push_str(
        "<div class=scroll tabindex=0><table class=sortable><thead><tr><th>Kind</th><th class=r>Probability</th>\
         <th>Onset</th><th class=r>Noticed after</th><th class=r>Lasted</th><th class=r>Size</th><th>From the forecast\
         </th><th class=r>Seen</th><th>Tier</th><th>First heard</th></tr></thead><tbody>",
    );
    for (place, episode) in shown.iter().enumerate() {
        line(out, &format!("s{id}d{place}"), episode, zone);
    }
    out.push_str("</tbody></table></div>");
    if 0 < section.episodes.left_out() {
        let left_out = counted(section.episodes.left_out(), "smaller disturbance");
        _ = write!(out, "<p class=dim>{left_out} not shown; disturbances.csv lists all.</p>");
    }
    out.push_str("</section>");
}

/// One disturbance in the list. A cell carries what it is sorted by.
fn line(out: &mut String, id: &str, episode: &Episode, zone: &TimeZone) {
    let Episode { told, end, is_open } = episode;
    let (late, lasted) = (told.raised - told.onset, end - told.onset);
    let noticed = if late == 0 { "at once".to_owned() } else { words::lasting(late) };
    let open = if *is_open { "open, " } else { "" };
    let (tier, what, lamp) = (glance::tier(told.tier), told.what, lamp(Some(episode)));
    _ = write!(
        out,
        "<tr id={id} data-tier={tier}><td data-v=\"{what}\"><span class=name>{lamp}<b>{what}</b></span></td>"
    );
    let cells = [
        ("r", "Probability", told.probability, words::probability(told.probability)),
        ("", "Onset", told.onset as f64, format!("<a href=\"#{id}\">{}</a>", moment(told.onset, zone))),
        ("r", "Noticed", late as f64, noticed),
        ("r", "Lasted", lasted as f64, format!("{open}{}", words::lasting(lasted))),
        ("r", "Size", told.size, signed(told.size)),
        ("", "", told.sd, departure(told)),
        ("r", "Seen", told.seen, words::seen(told)),
    ];
    for (class, label, value, words) in cells {
        _ = write!(out, "<td class=\"{class}\" data-l=\"{label}\" data-v={value}>{words}</td>");
    }
    let why = told.why;
    _ = write!(
        out,
        "<td data-l=Tier data-v={tier}>{tier}</td><td data-l=\"First heard\" data-v=\"{why}\">{why}</td></tr>"
    );
}
