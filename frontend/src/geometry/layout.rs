//! The rows, columns and sizes of Beer's drawing of a viable system with any number of operations.

use super::curve::{Point, at};

/// Width of the drawing in user units.
pub const WIDTH: f64 = 980.0;
/// Height of the drawing in user units.
pub const HEIGHT: f64 = 944.0;

/// The largest distance between two operations.
const WIDEST_PITCH: f64 = 124.0;
/// The rows above the first operation and the half row below the last, in pitches.
const OTHER_ROWS: f64 = 3.36;

/// Where everything stands, in user units.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Distance between two operations; every size is a multiple of it.
    pub pitch: f64,
    /// Heights of the subsystems.
    pub rows: Rows,
    /// Places across.
    pub columns: Columns,
    /// Sizes of the shapes.
    pub sizes: Sizes,
}

/// The y of every subsystem's centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// System Five.
    pub five: f64,
    /// System Four.
    pub four: f64,
    /// System Three.
    pub three: f64,
    /// System Two.
    pub two: f64,
    /// System Three Star.
    pub audit: f64,
    /// The operations, from the top; at least one.
    pub units: Vec<f64>,
}

/// The x of every column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    /// The right edge of the environment; its left edge is 0.
    pub environment: f64,
    /// The line of Three Star.
    pub audit: f64,
    /// The circles of the operations.
    pub circles: f64,
    /// The algedonic line.
    pub algedonic: f64,
    /// The axis: managements, Three, Four and Five.
    pub axis: f64,
    /// The triangles of Two.
    pub coordination: f64,
    /// The numerals, from their left.
    pub numerals: f64,
    /// The names, from their left.
    pub names: f64,
}

/// Sizes in user units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Radius of an operation.
    pub circle: f64,
    /// Side of a management's square.
    pub management: f64,
    /// Side of the squares of Three, Four and Five.
    pub seat: f64,
    /// Side of the triangles of Two and Three Star.
    pub triangle: f64,
    /// A lamp in a circle.
    pub lamp: f64,
    /// A lamp on the seam of two operations.
    pub seam: f64,
}

impl Layout {
    /// The drawing of `operations` units; none is drawn as one.
    pub fn new(operations: usize) -> Self {
        let n = operations.max(1);
        let rows = n as f64 + OTHER_ROWS;
        let p = (HEIGHT / rows).min(WIDEST_PITCH);
        let top = (HEIGHT - p * rows) / 2.0;
        let row = |pitches: f64| top + pitches * p;
        let rows = Rows {
            five: row(0.44),
            four: row(1.42),
            three: row(2.40),
            two: row(3.10),
            audit: row(2.40 + 0.62),
            units: (0..n).map(|i| row(3.86 + i as f64)).collect(),
        };
        Self { pitch: p, rows, columns: Columns::new(p), sizes: Sizes::new(p) }
    }

    /// How many operations are drawn.
    pub fn operations(&self) -> usize {
        self.rows.units.len()
    }

    /// The y of the lowest operation.
    pub fn lowest(&self) -> f64 {
        self.rows.units.iter().copied().fold(self.rows.two, f64::max)
    }

    /// The height of an equilateral triangle of Two or Three Star.
    pub fn triangle_height(&self) -> f64 {
        self.sizes.triangle * 0.866
    }

    /// Where the operation-to-management lamp of unit `i` stands.
    pub fn circle(&self, i: usize) -> Point {
        at(self.columns.circles, self.rows.units.get(i).copied().unwrap_or(self.lowest()))
    }

    /// The seam of unit `i` with the next one, where a joint signal sits.
    pub fn seam(&self, i: usize) -> Point {
        let Point { x, y } = self.circle(i);
        at(x, y + 0.5 * self.pitch)
    }
}

impl Columns {
    fn new(p: f64) -> Self {
        let axis = 528.0;
        Self {
            environment: 228.0,
            audit: 268.0,
            circles: axis - 1.43 * p,
            algedonic: axis - 0.69 * p,
            axis,
            coordination: axis + 0.96 * p,
            numerals: 700.0,
            names: 742.0,
        }
    }
}

impl Sizes {
    fn new(p: f64) -> Self {
        Self {
            circle: 0.44 * p,
            management: 0.60 * p,
            seat: 0.70 * p,
            triangle: 0.62 * p,
            lamp: 0.56 * p,
            seam: 0.44 * p,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_ten_units_fit_into_the_height() {
        for n in 1..=10 {
            let layout = Layout::new(n);
            assert_eq!(layout.operations(), n);
            let (top, bottom) = (layout.rows.five - layout.sizes.seat / 2.0, layout.lowest() + layout.sizes.circle);
            assert!(0.0 <= top && bottom <= HEIGHT, "{n} units: {top} to {bottom}");
        }
    }

    #[test]
    fn few_units_stand_in_the_middle_at_the_widest_pitch() {
        let layout = Layout::new(3);
        assert_eq!(layout.pitch, 124.0);
        let (above, below) = (layout.rows.five - 0.44 * 124.0, HEIGHT - layout.lowest() - 0.5 * 124.0);
        assert!((above - below).abs() < 1e-9, "{above} above, {below} below");
    }

    #[test]
    fn neighbouring_circles_do_not_touch_and_the_seam_lies_between_them() {
        let layout = Layout::new(9);
        assert!(2.0 * layout.sizes.circle < layout.pitch);
        let seam = layout.seam(3);
        assert_eq!(seam.y, (layout.rows.units[3] + layout.rows.units[4]) / 2.0);
    }

    #[test]
    fn the_columns_keep_their_order() {
        for n in 1..=10 {
            let c = Layout::new(n).columns;
            let across = [0.0, c.environment, c.audit, c.circles, c.algedonic, c.axis, c.coordination, c.numerals];
            assert!(across.is_sorted(), "{n} units: {across:?}");
        }
    }

    #[test]
    fn an_organisation_without_units_is_drawn_as_one_operation() {
        assert_eq!(Layout::new(0), Layout::new(1));
    }
}
