//! The channels of Beer's drawing: command, homeostats, couplings, the audit and the damping of Two.

use std::{
    f64::consts::{PI, TAU},
    fmt::Write as _,
};

use super::{
    curve::{Towards, at, list, tip},
    layout::{Layout, Sizes},
};

/// What is drawn between the subsystems.
#[derive(Clone, Debug, PartialEq)]
pub struct Channels {
    /// Path data of every line.
    pub lines: String,
    /// Path data of every arrow tip.
    pub tips: String,
    /// Points of Two's standing wave, which dies towards its triangle.
    pub damping: String,
}

/// Every channel of a drawing.
pub fn channels(layout: &Layout) -> Channels {
    let mut pen = Pen { layout, lines: String::new(), tips: String::new() };
    pen.command();
    pen.three_and_four();
    pen.four_and_future();
    pen.audit();
    for i in 0..layout.operations() {
        pen.couplings(i);
    }
    Channels { lines: pen.lines, tips: pen.tips, damping: damping(layout) }
}

struct Pen<'a> {
    layout: &'a Layout,
    lines: String,
    tips: String,
}

impl Pen<'_> {
    fn across(&mut self, from: f64, to: f64, y: f64) {
        let _ = write!(self.lines, "M{from:.1} {y:.1}H{to:.1}");
    }

    fn down(&mut self, x: f64, from: f64, to: f64) {
        let _ = write!(self.lines, "M{x:.1} {from:.1}V{to:.1}");
    }

    fn arrow(&mut self, x: f64, y: f64, towards: Towards) {
        self.tips += &tip(at(x, y), towards, 0.085 * self.layout.pitch);
    }

    /// Two lines through every management up to Three, and one from Four to Five.
    fn command(&mut self) {
        let Layout { rows, columns, sizes, .. } = self.layout;
        let mut above = rows.three + sizes.seat / 2.0;
        for y in &rows.units {
            for x in [columns.axis - 8.0, columns.axis + 8.0] {
                self.down(x, above, y - sizes.management / 2.0);
            }
            above = y + sizes.management / 2.0;
        }
        self.down(columns.axis, rows.five + sizes.seat / 2.0, rows.four - sizes.seat / 2.0);
    }

    /// The homeostat of Three and Four, watched by Five.
    fn three_and_four(&mut self) {
        let Layout { pitch: p, rows, columns, sizes } = self.layout;
        let (axis, half, middle) = (columns.axis, sizes.seat / 2.0, (rows.three + rows.four) / 2.0);
        let (low, high) = (rows.four + half, rows.three - half);
        let watch = axis + half + 0.26 * p;
        let _ =
            write!(self.lines, "M{:.1} {:.1}H{watch:.1}V{middle:.1}H{:.1}", axis + half, rows.five, axis + 0.26 * p);
        self.arrow(axis + 0.24 * p, middle, Towards::Left);
        self.down(axis - 0.14 * p, low, high);
        self.down(axis + 0.14 * p, low, high);
        self.arrow(axis - 0.14 * p, high, Towards::Down);
        self.arrow(axis + 0.14 * p, low, Towards::Up);
    }

    /// Four asks the future and hears from it.
    fn four_and_future(&mut self) {
        let Layout { pitch: p, rows, columns, sizes } = self.layout;
        let (outside, inside) = (columns.environment * 0.98, columns.axis - sizes.seat / 2.0);
        for y in [rows.four - 0.1 * p, rows.four + 0.1 * p] {
            self.across(outside, inside, y);
        }
        self.arrow(inside, rows.four - 0.1 * p, Towards::Right);
        self.arrow(outside, rows.four + 0.1 * p, Towards::Left);
    }

    /// From Three to the triangle of Three Star, down, and one arrow into each operation.
    fn audit(&mut self) {
        let Layout { pitch: p, rows, columns, sizes } = self.layout;
        let (leave, reach) = (rows.three + 0.14 * p, 0.2 * p);
        let (x, down) = (columns.audit, self.layout.lowest() - reach);
        let _ = write!(self.lines, "M{:.1} {leave:.1}H{x:.1}V{down:.1}", columns.axis - sizes.seat / 2.0);
        let rim = columns.circles - chord(*sizes, reach);
        for y in &rows.units {
            self.across(x, rim, y - reach);
            self.arrow(rim - 3.0, y - reach, Towards::Right);
        }
        let two = rows.two - self.layout.triangle_height() * 0.5;
        let _ = write!(
            self.lines,
            "M{:.1} {two:.1}V{leave:.1}H{:.1}",
            columns.coordination,
            columns.axis + sizes.seat / 2.0
        );
    }

    /// One operation with its environment, its management, its triangle and the next operation.
    fn couplings(&mut self, i: usize) {
        let Layout { pitch: p, columns, sizes, .. } = self.layout;
        let y = self.layout.circle(i).y;
        let (outside, left) = (columns.environment * 0.90, columns.circles - sizes.circle);
        self.across(outside, left, y + 0.02 * p);
        self.across(outside, left + 1.0, y + 0.16 * p);
        self.arrow(left - 3.0, y + 0.02 * p, Towards::Right);
        self.arrow(outside, y + 0.16 * p, Towards::Left);
        let half = sizes.management / 2.0;
        for dy in [-0.06 * p, 0.06 * p] {
            self.across(columns.circles + sizes.circle, columns.axis - half, y + dy);
        }
        self.across(columns.axis + half, columns.coordination - sizes.triangle / 3.0, y + 0.16 * p);
        if i + 1 < self.layout.operations() {
            self.neighbours(columns.circles, y + sizes.circle, y + p - sizes.circle);
        }
    }

    /// A small S from one operation to the next.
    fn neighbours(&mut self, x: f64, from: f64, to: f64) {
        let (swing, gap) = (0.15 * self.layout.pitch, to - from);
        let _ = write!(
            self.lines,
            "M{x:.1} {from:.1}C{:.1} {:.1} {:.1} {:.1} {x:.1} {to:.1}",
            x + swing,
            from + gap * 0.4,
            x - swing,
            from + gap * 0.6
        );
    }
}

/// Half the chord of an operation's circle at `off` from its centre.
fn chord(sizes: Sizes, off: f64) -> f64 {
    (sizes.circle * sizes.circle - off * off).max(0.0).sqrt()
}

/// A standing wave from triangle to triangle; the swing is widest at the lowest unit.
fn damping(layout: &Layout) -> String {
    const STEPS: u32 = 40;
    let Layout { pitch: p, rows, columns, sizes } = layout;
    let n = rows.units.len() as f64;
    let mut above = rows.two + layout.triangle_height() * 0.45;
    let mut points = Vec::new();
    for (k, unit) in rows.units.iter().enumerate() {
        let swing = 0.20 * p * ((k as f64 + 1.0) / n).powf(0.9) * if n < 2.0 { 0.5 } else { 1.0 };
        let waves = if k == 0 { 1.0 } else { 2.0 };
        let below = unit - sizes.triangle * 0.4;
        points.extend((0..=STEPS).map(|q| f64::from(q) / f64::from(STEPS)).map(|h| {
            let wave = (PI * h).sin().max(0.0).powf(0.8) * (TAU * h * waves).sin();
            at(columns.coordination + swing * wave, above + (below - above) * h)
        }));
        above = below + sizes.triangle * 0.62;
    }
    list(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widest(points: &str, axis: f64) -> f64 {
        let x = points.split(' ').filter_map(|point| point.split(',').next()?.parse::<f64>().ok());
        x.fold(0.0, |far, x| far.max((x - axis).abs()))
    }

    #[test]
    fn every_operation_is_coupled_to_its_environment_and_heard_by_the_audit() {
        for n in 1..=9 {
            let drawn = channels(&Layout::new(n));
            let towards_the_environment = n + 1;
            assert!(n + towards_the_environment < drawn.tips.matches('Z').count(), "{n} units");
        }
    }

    #[test]
    fn neighbours_are_coupled_by_one_line_each() {
        assert_eq!(channels(&Layout::new(1)).lines.matches('C').count(), 0);
        assert_eq!(channels(&Layout::new(5)).lines.matches('C').count(), 4);
    }

    #[test]
    fn the_swing_dies_towards_the_triangle_of_two() {
        let layout = Layout::new(5);
        let points = damping(&layout);
        let axis = layout.columns.coordination;
        let of_unit: Vec<_> = points.split(' ').collect();
        let swings: Vec<_> = of_unit.chunks(41).map(|part| widest(&part.join(" "), axis)).collect();
        assert!(swings.is_sorted(), "{swings:?}");
        assert!(swings[4] <= 0.2 * layout.pitch);
    }
}
