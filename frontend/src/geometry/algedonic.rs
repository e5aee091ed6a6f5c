//! The algedonic line: from every operation past Three, Four and Five to the next recursion.

use std::fmt::Write as _;

use super::{
    curve::{Point, Towards, at, tip},
    layout::Layout,
};

/// Path data of the line as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Algedonic {
    /// The line itself; drawn wider in the ground's colour first, it cuts what it crosses.
    pub line: String,
    /// The arrow above Five.
    pub tip: String,
    /// From each operation to the line, and from the line to Three, Four and Five.
    pub feeders: String,
}

/// How far a signal climbed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Holder {
    /// To Three of this recursion.
    Three,
    /// To Four of this recursion.
    Four,
    /// To Five of this recursion.
    Five,
    /// Out of this recursion.
    Beyond,
}

/// The path a signal has climbed.
#[derive(Clone, Debug, PartialEq)]
pub struct Lit {
    /// From the rim of its operation to the seat of its holder.
    pub path: String,
    /// From the centre of its operation to the rim, where the path begins.
    pub foot: String,
}

/// The line of a drawing.
pub fn algedonic(layout: &Layout) -> Algedonic {
    let x = layout.columns.algedonic;
    let lowest = foot(layout, layout.operations() - 1).1.y;
    let mut feeders = String::new();
    for i in 0..layout.operations() {
        let (from, to) = foot(layout, i);
        let _ = write!(feeders, "M{:.1} {:.1}L{:.1} {:.1}", from.x, from.y, to.x, to.y);
    }
    let seat = layout.columns.axis - layout.sizes.seat / 2.0;
    for y in [layout.rows.three, layout.rows.four, layout.rows.five] {
        let _ = write!(feeders, "M{x:.1} {y:.1}H{seat:.1}");
    }
    Algedonic {
        line: format!("M{x:.1} {lowest:.1}V10"),
        tip: tip(at(x, 0.0), Towards::Up, 0.13 * layout.pitch),
        feeders,
    }
}

/// The path of a signal that climbed from operation `unit` to its holder.
pub fn lit(layout: &Layout, unit: usize, holder: Holder) -> Lit {
    let (from, to) = foot(layout, unit);
    let centre = layout.circle(unit);
    let seat = layout.columns.axis - layout.sizes.seat / 2.0;
    let rest = match holder {
        Holder::Three => format!("V{:.1}H{seat:.1}", layout.rows.three),
        Holder::Four => format!("V{:.1}H{seat:.1}", layout.rows.four),
        Holder::Five => format!("V{:.1}H{seat:.1}", layout.rows.five),
        Holder::Beyond => "V0".to_owned(),
    };
    Lit {
        path: format!("M{:.1} {:.1}L{:.1} {:.1}{rest}", from.x, from.y, to.x, to.y),
        foot: format!("M{:.1} {:.1}L{:.1} {:.1}", centre.x, centre.y, from.x + 5.0, from.y - 5.0),
    }
}

/// Where the feeder of an operation leaves its rim, and where it meets the line: 45 degrees up to the right.
fn foot(layout: &Layout, unit: usize) -> (Point, Point) {
    let Point { x, y } = layout.circle(unit);
    let out = layout.sizes.circle * std::f64::consts::FRAC_1_SQRT_2;
    let (from, line) = (at(x + out, y - out), layout.columns.algedonic);
    (from, at(line, from.y - (line - from.x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_every_upper_system_is_joined_to_the_line() {
        assert_eq!(algedonic(&Layout::new(5)).feeders.matches('M').count(), 5 + 3);
    }

    #[test]
    fn a_feeder_leaves_its_circle_at_45_degrees() {
        for n in 1..=9 {
            let (from, to) = foot(&Layout::new(n), n - 1);
            assert!((to.x - from.x - (from.y - to.y)).abs() < 1e-9);
            assert!(from.x < to.x);
        }
    }

    #[test]
    fn a_signal_climbs_to_the_row_of_its_holder() {
        let layout = Layout::new(5);
        let three = lit(&layout, 1, Holder::Three).path;
        assert!(
            three.ends_with(&format!("V{:.1}H{:.1}", layout.rows.three, 528.0 - layout.sizes.seat / 2.0)),
            "{three}"
        );
        assert!(lit(&layout, 1, Holder::Beyond).path.ends_with("V0"));
    }
}
