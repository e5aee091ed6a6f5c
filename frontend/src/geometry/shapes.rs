//! The shapes of the subsystems, where their lamps hang and where their names stand.

use vsm::subsystem::Subsystem;

use super::{
    curve::{Point, at, circle},
    layout::Layout,
};

/// Where a lamp hangs, in user units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Its centre.
    pub centre: Point,
    /// Its width and height.
    pub size: f64,
}

/// One of Two to Five.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The outline.
    pub outline: String,
    /// Whether it is a triangle, in which a resting lamp is smaller.
    pub triangle: bool,
    /// Its lamp.
    pub lamp: Spot,
    /// The y of its name.
    pub row: f64,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The operation itself.
    pub circle: String,
    /// Its management.
    pub management: String,
    /// Its part of Two.
    pub triangle: String,
    /// The sign in its management that it opens into a drawing of its own: the same, small, turned by 45 degrees.
    pub recursion: String,
    /// How that sign is turned.
    pub turned: String,
    /// Its lamp.
    pub lamp: Spot,
    /// The y of its name.
    pub row: f64,
}

/// The shape of Two, Three, Three Star, Four or Five.
pub fn system(layout: &Layout, system: Subsystem) -> Figure {
    let Layout { rows, columns, sizes, .. } = layout;
    let height = layout.triangle_height();
    let (half, side) = (sizes.triangle / 2.0, sizes.triangle);
    let square = |y| Figure {
        outline: square(at(columns.axis, y), sizes.seat),
        triangle: false,
        lamp: Spot { centre: at(columns.axis, y), size: sizes.lamp * 1.1 },
        row: y,
    };
    match system {
        Subsystem::Policy => square(rows.five),
        Subsystem::Intelligence => square(rows.four),
        Subsystem::Control | Subsystem::Operation => square(rows.three),
        Subsystem::Coordination => Figure {
            outline: format!(
                "M{:.1} {:.1}l{half:.1} {height:.1}h-{side:.1}Z",
                columns.coordination,
                rows.two - height * 0.55
            ),
            triangle: true,
            lamp: Spot { centre: at(columns.coordination, rows.two + height * 0.14), size: sizes.lamp },
            row: rows.two,
        },
        Subsystem::Audit => Figure {
            outline: format!(
                "M{:.1} {:.1}l{half:.1} -{height:.1}h-{side:.1}Z",
                columns.audit,
                rows.audit + height * 0.55
            ),
            triangle: true,
            lamp: Spot { centre: at(columns.audit, rows.audit - height * 0.14), size: sizes.lamp },
            row: rows.audit - 0.20 * layout.pitch,
        },
    }
}

/// The shapes of operation `i`.
pub fn operation(layout: &Layout, i: usize) -> Operation {
    let Layout { columns, sizes, .. } = layout;
    let centre = layout.circle(i);
    let management = at(columns.axis, centre.y);
    let small = sizes.triangle * 0.36;
    Operation {
        circle: circle(centre, sizes.circle),
        management: square(management, sizes.management),
        triangle: format!(
            "M{:.1} {:.1}l{small:.1} {:.1}h-{:.1}Z",
            columns.coordination,
            centre.y - sizes.triangle * 0.4,
            small * 1.732,
            small * 2.0
        ),
        recursion: recursion(0.105 * layout.pitch),
        turned: format!("translate({:.1} {:.1}) rotate(45)", management.x, management.y),
        lamp: Spot { centre, size: sizes.lamp },
        row: centre.y,
    }
}

fn square(centre: Point, side: f64) -> String {
    format!("M{:.1} {:.1}h{side:.1}v{side:.1}h-{side:.1}Z", centre.x - side / 2.0, centre.y - side / 2.0)
}

/// A circle, a square above it, and the line between them; `e` is its unit.
fn recursion(e: f64) -> String {
    let circle = circle(at(0.0, e * 1.15), e * 0.9);
    format!("M0 {:.1}V{:.1}{circle}{}", e * 0.25, -e * 0.35, square(at(0.0, -e * 1.05), e * 1.4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lamp_fits_into_its_circle_and_its_square() {
        for n in 1..=10 {
            let layout = Layout::new(n);
            assert!(operation(&layout, 0).lamp.size < 2.0 * layout.sizes.circle);
            assert!(system(&layout, Subsystem::Policy).lamp.size < layout.sizes.seat);
        }
    }

    #[test]
    fn the_names_of_neighbouring_rows_stand_apart() {
        let layout = Layout::new(9);
        let two = system(&layout, Subsystem::Coordination).row;
        assert!(system(&layout, Subsystem::Control).row < two && two < operation(&layout, 0).row);
    }
}
