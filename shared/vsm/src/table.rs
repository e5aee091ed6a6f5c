//! What is known of each indicator, looked up in the order in which they come.

use std::{
    collections::HashMap,
    ops::{Index, IndexMut},
};

use prefetch_index::prefetch_index;

use crate::id::IndicatorId;

/// A table by indicator; its places are numbered as indicators are added.
///
/// A source reports its indicators in the same order time and again. So each place remembers which was looked up after it
/// the last time, and where that holds again no table of names is read; and the whole row of an indicator is sent for at
/// once. Of very many indicators neither is in a cache.
#[derive(Clone, Debug)]
pub struct Table<T> {
    places: HashMap<IndicatorId, usize>,
    rows: Vec<Row<T>>,
    /// The place that was looked up last.
    latest: usize,
}

/// Laid out as written, so that it begins where its first field does.
#[derive(Clone, Debug)]
#[repr(C)]
struct Row<T> {
    /// The place that was looked up after this one.
    next: usize,
    indicator: IndicatorId,
    known: T,
}

/// Bytes that a processor takes from memory at a time.
const LINE: usize = 64;

impl<T> Row<T> {
    /// Has all of a long row brought into the cache, rather than a line when it is asked for.
    fn prefetch(&self) {
        if size_of::<Self>() <= LINE {
            return;
        }
        let (begin, end) = (std::slice::from_ref(&self.next), size_of::<Self>() - 1);
        let lines = (0..end).step_by(LINE).chain([end]);
        lines.for_each(|byte| prefetch_index(begin, byte / size_of::<usize>()));
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { places: HashMap::new(), rows: Vec::new(), latest: 0 }
    }
}

impl<T> Table<T> {
    /// Adds an indicator and gives its place; if it is in the table already, this is known of it from now on.
    pub fn add(&mut self, indicator: IndicatorId, known: T) -> usize {
        if let Some(place) = self.place(&indicator) {
            self.rows[place].known = known;
            return place;
        }
        let place = self.rows.len();
        self.places.insert(indicator.clone(), place);
        self.rows.push(Row { next: place + 1, indicator, known });
        self.follows(place);
        place
    }

    /// This place comes after the one that came last.
    fn follows(&mut self, place: usize) {
        self.rows[self.latest].next = place;
        self.latest = place;
    }

    /// The place of an indicator, one of many that are looked up one after the other.
    pub fn look_up(&mut self, indicator: &IndicatorId) -> Option<usize> {
        let place = self.expected(indicator).or_else(|| self.place(indicator))?;
        self.follows(place);
        self.rows[place].prefetch();
        Some(place)
    }

    fn expected(&self, indicator: &IndicatorId) -> Option<usize> {
        let next = self.rows.get(self.latest)?.next;
        (self.rows.get(next)?.indicator == *indicator).then_some(next)
    }

    /// The place of a single indicator.
    pub fn place(&self, indicator: &IndicatorId) -> Option<usize> {
        self.places.get(indicator).copied()
    }

    /// How many indicators there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Every indicator and what is known of it, in their places.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&IndicatorId, &T)> {
        self.rows.iter().map(|Row { indicator, known, .. }| (indicator, known))
    }

    /// The same, taken out.
    pub fn into_rows(self) -> impl ExactSizeIterator<Item = (IndicatorId, T)> {
        self.rows.into_iter().map(|Row { indicator, known, .. }| (indicator, known))
    }

    /// What is known of every indicator, in their places, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&IndicatorId, &mut T)> {
        self.rows.iter_mut().map(|Row { indicator, known, .. }| (&*indicator, known))
    }
}

/// What is known of the indicator in a place.
impl<T> Index<usize> for Table<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.rows[place].known
    }
}

impl<T> IndexMut<usize> for Table<T> {
    fn index_mut(&mut self, place: usize) -> &mut T {
        &mut self.rows[place].known
    }
}

impl<T> Extend<(IndicatorId, T)> for Table<T> {
    fn extend<I: IntoIterator<Item = (IndicatorId, T)>>(&mut self, rows: I) {
        rows.into_iter().for_each(|(indicator, known)| _ = self.add(indicator, known));
    }
}

impl<T> FromIterator<(IndicatorId, T)> for Table<T> {
    fn from_iter<I: IntoIterator<Item = (IndicatorId, T)>>(rows: I) -> Self {
        let mut table = Self::default();
        table.extend(rows);
        table
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn indicator(number: usize) -> IndicatorId {
        IndicatorId::parse(&format!("kiln.n{number}")).unwrap()
    }

    proptest! {
        #[test]
        fn an_indicator_is_found_in_its_place_in_whatever_order_it_is_looked_up(orders in prop::collection::vec(0..9_usize, 0..60)) {
            let mut table: Table<usize> = (0..4).map(|number| (indicator(number), number)).collect();
            for number in orders {
                let found = table.look_up(&indicator(number));
                prop_assert_eq!(found, table.place(&indicator(number)));
                // The others are added when they are missed, but for the last two.
                let place = found.or_else(|| (number < 7).then(|| table.add(indicator(number), number)));
                prop_assert_eq!(place.map(|place| table[place]), (number < 7).then_some(number));
            }
            let twice = table.add(indicator(0), 70);
            prop_assert_eq!((twice, table[twice]), (0, 70));
        }
    }
}
