//! How the forecasts held, in numbers and as a drawing: on the diagonal they told the truth.

use std::fmt::Write;

use super::{
    calibration::Calibration,
    glance::{INTERVALS, LEVELS},
    words::{counted, level, share},
};

/// The side of the drawing, in units of its own.
const SIDE: f64 = 200.0;

/// Measured coverage, and the share of readings below each quantile.
pub(super) fn html(calibration: &Calibration) -> String {
    let (Some(coverage), Some(below), Some((farthest, at))) =
        (calibration.coverage(), calibration.below(), calibration.farthest())
    else {
        return "<p class=dim>No reading had a forecast.</p>".to_owned();
    };
    let mut out = format!("<div class=calibration>{}", diagram(&below));
    out.push_str("<table><thead><tr><th class=r>Interval</th><th class=r>held</th></tr></thead><tbody>");
    for ((nominal, ..), inside) in INTERVALS.into_iter().zip(coverage) {
        let nominal = level(f64::from(nominal) / 100.0);
        _ = write!(out, "<tr><td class=r>{nominal}</td><td class=r><b>{}</b></td></tr>", share(inside));
    }
    let readings = counted(calibration.readings, "reading");
    let (at, farthest) = (share(at), level(farthest));
    _ = write!(
        out,
        "</tbody></table><p class=dim>of {readings} that had a forecast. Farthest from the diagonal: {at} of them were \
         below the {farthest} quantile.</p></div>"
    );
    out
}

fn diagram(below: &[f64; LEVELS.len()]) -> String {
    let mut out = String::from(
        "<figure class=pit><svg viewBox=\"-44 -8 268 234\" role=img aria-label=\"Share of readings below each forecast \
         quantile\"><path class=frame d=\"M0 0V200H200\"/><path class=diagonal d=\"M0 200L200 0\"/>",
    );
    for (at, label) in [(0, "0"), (100, "50 %"), (200, "100 %")] {
        _ = write!(out, "<text x={at} y=216 text-anchor=middle>{label}</text>");
        _ = write!(out, "<text x=-6 y={} text-anchor=end>{label}</text>", 204 - at);
    }
    let spots = LEVELS.iter().zip(below).map(|(level, share)| (SIDE * level, SIDE - SIDE * share));
    let points: Vec<String> = spots.clone().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    _ = write!(out, "<polyline points=\"{}\"/>", points.join(" "));
    for (x, y) in spots {
        _ = write!(out, "<circle cx={x:.1} cy={y:.1} r=2.4 />");
    }
    out.push_str(
        "</svg><figcaption>Across: the level of a forecast quantile. Up: the share of readings below it. On the diagonal \
         the forecasts tell the truth.</figcaption></figure>",
    );
    out
}
