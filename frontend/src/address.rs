//! What the address of a screen says: which screen, which unit, and where its farthest reader sits.

use vsm::id::UnitId;

/// Type is 16 minutes of arc: metres x 4.6542 mm of cap height, over inches x 12.4526 mm of screen height.
const SHARE: f64 = 0.373_753;
/// Cap height of the typeface in letters.
const CAP: f64 = 0.686;
/// Above this share of the height the letters need the roomier layout.
pub(crate) const FAR: f64 = 0.0515;
/// Above this share the wall does not fit any more.
const TOO_FAR: f64 = 0.062;
const DISTANCE: f64 = 5.0;
const DIAGONAL: f64 = 65.0;

/// A screen that can be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// The recursion to show; none for the whole organisation.
    pub unit: Option<UnitId>,
    /// The farthest reader, in metres.
    pub distance: f64,
    /// The diagonal of the screen, in inches.
    pub diagonal: f64,
    /// The theme for paper and daylight.
    pub light: bool,
}

/// Why a screen cannot be shown: what stands strong in the head, and what follows it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what} {why}")]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// With what.
    pub why: String,
}

impl Default for Address {
    fn default() -> Self {
        Self { unit: None, distance: DISTANCE, diagonal: DIAGONAL, light: false }
    }
}

impl Address {
    /// Reads the path and the decoded pairs of the query. Pairs it does not know belong to others.
    pub fn parse<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Refusal> {
        if !matches!(path, "/" | "/wall" | "/wall/") {
            return Err(refusal("Screen not known", path.trim_start_matches('/')));
        }
        let mut address = Self::default();
        for (key, value) in query {
            match key {
                "unit" => address.unit = Some(unit(value)?),
                "d" => address.distance = length(value, "metres")?,
                "in" => address.diagonal = length(value, "inches")?,
                "theme" => address.light = value == "light",
                _ => (),
            }
        }
        address.readable()
    }

    /// The share of the screen's height that a letter takes.
    pub fn share(&self) -> f64 {
        SHARE * self.distance / self.diagonal / CAP
    }

    /// Whether the letters need the roomier layout.
    pub fn far(&self) -> bool {
        FAR < self.share()
    }

    fn readable(self) -> Result<Self, Refusal> {
        if TOO_FAR < self.share() {
            let what = format!("A {} in screen", self.diagonal);
            return Err(refusal(&what, &format!("cannot be read from {} m", self.distance)));
        }
        Ok(self)
    }
}

fn unit(value: &str) -> Result<UnitId, Refusal> {
    UnitId::parse(value).map_err(|_| refusal("Unit not known", value))
}

fn length(value: &str, of: &str) -> Result<f64, Refusal> {
    let length = value.parse().ok().filter(|length: &f64| length.is_finite() && 0.1 <= *length);
    length.ok_or_else(|| refusal("Not a number", &format!("of {of}: {value}")))
}

fn refusal(what: &str, why: &str) -> Refusal {
    const LONGEST: usize = 30;
    Refusal { what: what.to_owned(), why: why.chars().take(LONGEST).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(query: &[(&'static str, &'static str)]) -> Result<Address, String> {
        Address::parse("/wall", query.iter().copied()).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn the_wall_is_at_the_root_and_at_its_name() {
        assert_eq!(Address::parse("/", []), Ok(Address::default()));
        assert_eq!(
            wall(&[("unit", "payments"), ("theme", "light")]).map(|a| (a.unit.is_some(), a.light)),
            Ok((true, true))
        );
    }

    #[test]
    fn another_path_is_refused_with_its_name() {
        let refusal = Address::parse("/wall-7f3a", []).unwrap_err();
        assert_eq!(refusal.to_string(), "Screen not known wall-7f3a");
    }

    #[test]
    fn letters_follow_from_the_seat_and_the_screen() {
        let letter = |d, inches| wall(&[("d", d), ("in", inches)]).map(|a| ((a.share() * 1080.0).round(), a.far()));
        assert_eq!(letter("5", "65"), Ok((45.0, false)));
        assert_eq!(letter("4", "55"), Ok((43.0, false)));
        assert_eq!(letter("6", "55"), Ok((64.0, true)));
        assert_eq!(letter("7", "55"), Err("A 55 in screen cannot be read from 7 m".to_owned()));
        assert_eq!(letter("x", "55"), Err("Not a number of metres: x".to_owned()));
    }
}
