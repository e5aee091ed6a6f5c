//! One recursion of the organisation: whose drawing it is, its operations, and where each lamp of it hangs.

use std::collections::{BTreeMap, BTreeSet};

use cybernet::picture::Picture;
use vsm::{id::UnitId, organisation::Organisation, signal::Signal, subsystem::Subsystem, unit::Unit};

use crate::geometry::algedonic::Holder;

/// The most operations one drawing has: nine, which is what a configuration may have, the tray, the unit's own, and one
/// to spare.
pub const MOST_OPERATIONS: usize = 12;
/// The subsystems that have a lamp of their own, in the order of their places.
pub const SYSTEMS: [Subsystem; 5] =
    [Subsystem::Policy, Subsystem::Intelligence, Subsystem::Control, Subsystem::Coordination, Subsystem::Audit];
/// The place of System Three.
const THREE: usize = 2;

/// Where a lamp hangs in the drawing.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    /// In the subsystem [`SYSTEMS`]`[i]`.
    System(usize),
    /// In the circle of operation `i`, from the top.
    Operation(usize),
    /// On the seam of operation `i` and the next one: a signal that crosses their coupling.
    Seam(usize),
}

/// One recursion of a picture.
#[derive(Debug)]
pub struct Recursion<'a> {
    organisation: &'a Organisation,
    /// The viable system that is drawn.
    pub focus: &'a Unit,
    /// Its operations, from the top. Where it works by itself, it is the last of them.
    pub operations: Vec<&'a Unit>,
    homes: BTreeMap<&'a UnitId, Home>,
}

/// Where a unit stands in a recursion.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Home {
    Focus,
    Operation(usize),
}

/// Where a signal stands now, and where it came from if it climbed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stand {
    /// Where it arose.
    pub origin: Place,
    /// Where its lamp hangs; none if it climbed out of this recursion.
    pub at: Option<Place>,
    /// The path it climbed inside this drawing.
    pub climb: Option<(usize, Holder)>,
}

impl<'a> Recursion<'a> {
    /// The recursion of `unit`, or of the whole; none for a unit that does not exist.
    pub fn of(picture: &'a Picture, unit: Option<&UnitId>) -> Option<Self> {
        let organisation = &picture.organisation;
        let focus = organisation.unit(unit.unwrap_or(&organisation.root))?;
        let mut operations: Vec<_> = organisation.operations(&focus.id).collect();
        let works_itself = || {
            let own = |unit: &UnitId, system| unit == &focus.id && system == Subsystem::Operation;
            organisation.indicators.values().any(|i| own(&i.unit, i.system))
                || picture.lamps.values().any(|lamp| own(&lamp.unit, lamp.system))
        };
        if operations.is_empty() || works_itself() {
            operations.push(focus);
        }
        operations.truncate(MOST_OPERATIONS);
        let mut recursion = Self { organisation, focus, operations, homes: BTreeMap::new() };
        recursion.homes = recursion.homes();
        Some(recursion)
    }

    fn homes(&self) -> BTreeMap<&'a UnitId, Home> {
        let home = |unit: &'a Unit| {
            if unit.id == self.focus.id {
                return Some((&unit.id, Home::Focus));
            }
            let operation = |above: &Unit| self.operations.iter().position(|operation| operation.id == above.id);
            let mut below_focus = self.organisation.lineage(&unit.id).take_while(|above| above.id != self.focus.id);
            below_focus.find_map(operation).map(|i| (&unit.id, Home::Operation(i)))
        };
        self.organisation.units.iter().filter_map(home).collect()
    }

    /// Where a lamp of `unit` and `system` hangs; none if it belongs to another recursion.
    pub fn place(&self, unit: &UnitId, system: Subsystem) -> Option<Place> {
        match *self.homes.get(unit)? {
            Home::Operation(i) => Some(Place::Operation(i)),
            Home::Focus => {
                let own = SYSTEMS.iter().position(|known| *known == system).map(Place::System);
                Some(own.unwrap_or(Place::Operation(self.operations.len() - 1)))
            }
        }
    }

    /// What a place is called: its subsystem, or its unit.
    pub fn name(&self, place: Place) -> &'a str {
        match place {
            Place::System(i) => SYSTEMS[i].name(),
            Place::Operation(i) | Place::Seam(i) => &self.operations[i].name,
        }
    }

    /// Where a signal stands; none if it belongs to another recursion.
    pub fn stand(&self, signal: &Signal) -> Option<Stand> {
        let origin = self.seam(signal).or_else(|| self.place(&signal.unit, signal.system))?;
        let held = self.homes.get(&signal.held_by);
        let (at, holder) = match (origin, held) {
            (_, None) => (None, Some(Holder::Beyond)),
            (Place::Operation(_) | Place::Seam(_), Some(Home::Focus)) if signal.unit != self.focus.id => {
                (Some(Place::System(THREE)), Some(Holder::Three))
            }
            _ => (Some(origin), None),
        };
        let climb = match origin {
            Place::Operation(i) | Place::Seam(i) => holder.map(|holder| (i, holder)),
            Place::System(_) => None,
        };
        Some(Stand { origin, at, climb })
    }

    /// The seam of the two neighbouring operations that a signal was seen in, if those are the ones.
    fn seam(&self, signal: &Signal) -> Option<Place> {
        let unit = |id| self.organisation.indicators.get(id).map(|indicator| &indicator.unit);
        let operation = |id| match self.homes.get(unit(id)?)? {
            Home::Operation(i) => Some(*i),
            Home::Focus => None,
        };
        let seen: Option<BTreeSet<usize>> = signal.indicators.iter().map(operation).collect();
        let seen: Vec<_> = seen?.into_iter().collect();
        matches!(seen[..], [first, second] if second == first + 1).then(|| Place::Seam(seen[0]))
    }

    /// Which operations open into a drawing of their own.
    pub fn opens(&self, operation: &Unit) -> bool {
        operation.id != self.focus.id && self.organisation.operations(&operation.id).next().is_some()
    }

    /// How deep this recursion lies, from 0 for the whole, and how many recursions there are.
    pub fn depth(&self) -> (usize, usize) {
        let depth = |unit: &Unit| self.organisation.lineage(&unit.id).count().saturating_sub(1);
        let parents = self.organisation.units.iter().filter_map(|unit| unit.parent.as_ref());
        let deepest = parents.filter_map(|parent| self.organisation.unit(parent)).map(depth).max();
        (depth(self.focus), deepest.unwrap_or(0).max(depth(self.focus)) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn id(name: &str) -> UnitId {
        UnitId::parse(name).unwrap()
    }

    #[test]
    fn a_unit_below_an_operation_hangs_in_its_circle() {
        let picture = sample::picture();
        let whole = Recursion::of(&picture, None).unwrap();
        let names: Vec<_> = whole.operations.iter().map(|unit| unit.name.as_str()).collect();
        assert_eq!(names, ["Checkout", "Payments", "Search"]);
        assert_eq!(whole.place(&id("cards"), Subsystem::Control), Some(Place::Operation(1)));
        assert_eq!(whole.place(&id("marea"), Subsystem::Control), Some(Place::System(2)));
        assert_eq!((whole.opens(whole.operations[0]), whole.opens(whole.operations[1])), (false, true));
    }

    #[test]
    fn another_recursion_is_not_shown() {
        let picture = sample::picture();
        let payments = Recursion::of(&picture, Some(&id("payments"))).unwrap();
        assert_eq!(payments.place(&id("checkout"), Subsystem::Operation), None);
        assert_eq!(payments.place(&id("cards"), Subsystem::Operation), Some(Place::Operation(0)));
        assert!(Recursion::of(&picture, Some(&id("nobody"))).is_none());
    }

    #[test]
    fn a_unit_without_operations_works_itself() {
        let picture = sample::picture();
        let leaf = Recursion::of(&picture, Some(&id("search"))).unwrap();
        assert_eq!(leaf.operations.len(), 1);
        assert_eq!(leaf.place(&id("search"), Subsystem::Operation), Some(Place::Operation(0)));
        assert!(!leaf.opens(leaf.operations[0]));
    }

    #[test]
    fn a_signal_climbs_from_its_operation_to_three_and_beyond() {
        let picture = sample::picture();
        let signal = Signal { held_by: id("marea"), ..sample::signal("payments.errors", "payments") };
        let whole = Recursion::of(&picture, None).unwrap().stand(&signal).unwrap();
        assert_eq!((whole.at, whole.climb), (Some(Place::System(2)), Some((1, Holder::Three))));
        let below = Recursion::of(&picture, Some(&id("payments"))).unwrap().stand(&signal).unwrap();
        assert_eq!((below.at, below.climb.map(|(_, holder)| holder)), (None, Some(Holder::Beyond)));
    }

    #[test]
    fn a_signal_of_two_neighbours_stands_on_their_seam() {
        let picture = sample::picture();
        let mut signal = sample::signal("checkout.latency", "checkout");
        let whole = Recursion::of(&picture, None).unwrap();
        let at = |signal: &Signal| whole.stand(signal).unwrap().at;
        assert_eq!(at(&signal), Some(Place::Operation(0)));
        signal.indicators.extend(sample::signal("cards.accepted", "cards").indicators);
        assert_eq!(at(&signal), Some(Place::Seam(0)));
    }

    #[test]
    fn the_depth_counts_the_levels_that_have_a_drawing() {
        let picture = sample::picture();
        assert_eq!(Recursion::of(&picture, None).unwrap().depth(), (0, 2));
        assert_eq!(Recursion::of(&picture, Some(&id("payments"))).unwrap().depth(), (1, 2));
    }
}
