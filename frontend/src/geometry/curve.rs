//! Points, smooth closed curves, arrow tips and a seeded generator: what the drawings are made of.

use std::fmt::Write as _;

/// A place in user units; y grows downwards, as in SVG.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A point.
pub const fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// The points as the `points` attribute of a polyline or polygon.
pub fn list(points: impl IntoIterator<Item = Point>) -> String {
    let mut out = String::new();
    for Point { x, y } in points {
        let gap = if out.is_empty() { "" } else { " " };
        let _ = write!(out, "{gap}{x:.1},{y:.1}");
    }
    out
}

/// A closed Catmull-Rom curve through the points, as path data; empty for fewer than three points.
pub fn closed(points: &[Point]) -> String {
    let n = points.len();
    if n < 3 {
        return String::new();
    }
    let mut out = format!("M{:.1} {:.1}", points[0].x, points[0].y);
    for i in 0..n {
        let [before, from, to, after] = [n - 1, 0, 1, 2].map(|step| points[(i + step) % n]);
        let leave = at(from.x + (to.x - before.x) / 6.0, from.y + (to.y - before.y) / 6.0);
        let arrive = at(to.x - (after.x - from.x) / 6.0, to.y - (after.y - from.y) / 6.0);
        let _ = write!(out, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", leave.x, leave.y, arrive.x, arrive.y, to.x, to.y);
    }
    out + "Z"
}

/// A circle as path data.
pub fn circle(centre: Point, r: f64) -> String {
    let Point { x, y } = centre;
    format!("M{:.2} {y:.2}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 {back} 0Z", x - r, d = 2.0 * r, back = -2.0 * r)
}

/// Where an arrow points.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Towards {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// An arrow tip that ends in `point`; `size` is a third of twice its length.
pub fn tip(point: Point, towards: Towards, size: f64) -> String {
    let (dx, dy) = match towards {
        Towards::Left => (-1.0, 0.0),
        Towards::Right => (1.0, 0.0),
        Towards::Up => (0.0, -1.0),
        Towards::Down => (0.0, 1.0),
    };
    let (long, wide) = (1.5 * size, 0.75 * size);
    let (x, y) = (point.x - dx * long, point.y - dy * long);
    let (wx, wy) = (-dy * wide, dx * wide);
    format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z", point.x, point.y, x + wx, y + wy, x - wx, y - wy)
}

/// A seeded generator (SplitMix64; Steele, Lea & Flood 2014), so that a drawing never changes its shape by itself.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// A generator whose numbers depend on nothing but `name`.
    pub fn named(name: &str) -> Self {
        /// FNV-1a, 64 bits: offset basis and prime (Fowler, Noll & Vo 1991).
        const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        Self(name.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
    }

    /// The next number between `low` and `high`, evenly.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let unit = ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64;
        low + unit * (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_curve_visits_every_point_and_returns() {
        let path = closed(&[at(0.0, 0.0), at(10.0, 0.0), at(10.0, 10.0), at(0.0, 10.0)]);
        assert!(path.starts_with("M0.0 0.0C"), "{path}");
        assert!(path.ends_with("0.0 0.0Z"), "{path}");
        assert_eq!(path.matches('C').count(), 4);
        assert_eq!(closed(&[at(0.0, 0.0)]), "");
    }

    #[test]
    fn an_arrow_ends_where_it_points() {
        assert_eq!(tip(at(10.0, 5.0), Towards::Right, 2.0), "M10.0 5.0L7.0 6.5L7.0 3.5Z");
        assert_eq!(tip(at(10.0, 5.0), Towards::Up, 2.0), "M10.0 5.0L11.5 8.0L8.5 8.0Z");
    }

    #[test]
    fn the_same_name_gives_the_same_numbers_inside_their_bounds() {
        let draw = |name: &str| {
            let mut seeded = Seeded::named(name);
            (0..100).map(|_| seeded.between(-2.0, 3.0)).collect::<Vec<_>>()
        };
        assert_eq!(draw("marea"), draw("marea"));
        assert_ne!(draw("marea"), draw("payments"));
        assert!(draw("marea").iter().all(|x| (-2.0..3.0).contains(x)));
    }
}
