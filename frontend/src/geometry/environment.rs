//! The environments: one amoeba that holds the overlapping local ones, and the future one apart.

use std::f64::consts::TAU;

use super::{
    curve::{Point, Seeded, at, closed},
    layout::Layout,
};

/// Path data of the environments.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// The environment of the whole.
    pub whole: String,
    /// The environment of each operation. Neighbours overlap: that overlap is Beer's first vertical channel.
    pub local: Vec<String>,
    /// The problematic future that Four looks at.
    pub future: String,
}

/// The environments of a recursion. `name` is the recursion's, so its amoeba never changes shape between pictures.
pub fn environment(layout: &Layout, name: &str) -> Environment {
    let mut seeded = Seeded::named(name);
    Environment {
        whole: closed(&amoeba(layout, &mut seeded)),
        local: (0..layout.operations()).map(|i| closed(&local(layout, i, &mut seeded))).collect(),
        future: closed(&future(layout)),
    }
}

/// Bulges to the right at each row and retreats between rows; a slow swell on the left.
fn amoeba(layout: &Layout, seeded: &mut Seeded) -> Vec<Point> {
    let (p, edge, units) = (layout.pitch, layout.columns.environment, &layout.rows.units);
    let (first, last) = (layout.circle(0).y, layout.lowest());
    let mut points = vec![at(edge * 0.56, first - 0.74 * p), at(edge * 0.84, first - 0.56 * p)];
    for (i, y) in units.iter().enumerate() {
        points.push(at(edge + seeded.between(0.0, 10.0), y - 0.10 * p));
        points.push(at(edge - seeded.between(0.0, 8.0), y + 0.24 * p));
        if i + 1 < units.len() {
            points.push(at(edge - seeded.between(24.0, 38.0), y + 0.54 * p));
        }
    }
    points.extend([(0.84, 0.50), (0.52, 0.62), (0.20, 0.48)].map(|(x, y)| at(edge * x, last + y * p)));
    let swells = units.len() + 1;
    let swell = |k: usize| first - 0.1 * p + k as f64 * p * (units.len() as f64 - 0.8) / swells as f64;
    for k in (0..swells).rev() {
        let dent = if k % 2 == 1 { 20.0 } else { 0.0 };
        points.push(at(seeded.between(2.0, 10.0) + dent, swell(k)));
    }
    points.push(at(edge * 0.16, first - 0.54 * p));
    points
}

/// A wobbling ellipse around the row of unit `i`, a little to the right at every second one.
fn local(layout: &Layout, i: usize, seeded: &mut Seeded) -> Vec<Point> {
    const CORNERS: u32 = 9;
    let (p, edge) = (layout.pitch, layout.columns.environment);
    let (centre, rx) = if i % 2 == 1 { (0.61, 0.29) } else { (0.57, 0.33) };
    let ry = if i + 1 < layout.operations() { 0.60 } else { 0.52 };
    let middle = at(edge * centre, layout.circle(i).y + 0.03 * p);
    let corner = |k: u32| {
        let (sin, cos) = (TAU * f64::from(k) / f64::from(CORNERS)).sin_cos();
        let wobble = 1.0 + seeded.between(-0.09, 0.09);
        at(middle.x + edge * rx * wobble * cos, middle.y + ry * p * wobble * sin)
    };
    (0..CORNERS).map(corner).collect()
}

/// Five lobes at the row of Four, the same for every recursion.
fn future(layout: &Layout) -> Vec<Point> {
    /// Distance from the middle and angle in degrees.
    const LOBES: [(f64, f64); 10] = [
        (1.06, 0.0),
        (0.92, 40.0),
        (1.0, 78.0),
        (0.80, 112.0),
        (1.02, 150.0),
        (0.86, 188.0),
        (1.04, 226.0),
        (0.82, 262.0),
        (0.98, 296.0),
        (0.86, 330.0),
    ];
    let (p, edge) = (layout.pitch, layout.columns.environment);
    let middle = at(edge * 0.52, layout.rows.four - 0.04 * p);
    let place = |(far, degrees): (f64, f64)| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        at(middle.x + far * edge * 0.45 * cos, middle.y + far * 0.80 * p * sin)
    };
    LOBES.map(place).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(points: &[Point]) -> (f64, f64) {
        points.iter().fold((f64::MAX, f64::MIN), |(low, high), point| (low.min(point.y), high.max(point.y)))
    }

    #[test]
    fn the_environments_of_neighbours_overlap() {
        for n in 2..=9 {
            let layout = Layout::new(n);
            let mut seeded = Seeded::named("marea");
            let spans: Vec<_> = (0..n).map(|i| span(&local(&layout, i, &mut seeded))).collect();
            for pair in spans.windows(2) {
                assert!(pair[1].0 < pair[0].1, "{n} units: {pair:?}");
            }
        }
    }

    #[test]
    fn the_same_recursion_has_the_same_environment() {
        let layout = Layout::new(5);
        assert_eq!(environment(&layout, "marea"), environment(&layout, "marea"));
        assert_ne!(environment(&layout, "marea").whole, environment(&layout, "payments").whole);
    }

    #[test]
    fn the_amoeba_leaves_room_for_the_line_of_three_star() {
        let layout = Layout::new(9);
        let right = amoeba(&layout, &mut Seeded::named("marea")).iter().fold(0.0_f64, |x, point| x.max(point.x));
        assert!(right < layout.columns.audit, "{right}");
    }
}
