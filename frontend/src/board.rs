//! The wall as reactive signals: one for each place, so that a change redraws one place.

use leptos::prelude::*;

use crate::{
    choose::Seat,
    feed::{ESSENTIALS, Essential, Line, TILES, Tile},
    geometry::algedonic::Holder,
    recursion::{MOST_OPERATIONS, Place, SYSTEMS},
    shown::{Foot, Lost, Plan, Shown, State, Unwritten},
    silence::Hush,
    words::Head,
};

/// Handed down to the views; `Copy`, so they pass it freely. Each signal is set only when its value has changed.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// The state of the wall.
    pub state: RwSignal<State>,
    /// What the drawing is built from.
    pub plan: RwSignal<Plan>,
    systems: [RwSignal<Seat>; SYSTEMS.len()],
    operations: [RwSignal<Seat>; MOST_OPERATIONS],
    seams: [RwSignal<Seat>; MOST_OPERATIONS],
    /// The paths that signals climbed.
    pub climbs: RwSignal<Vec<(usize, Holder)>>,
    /// The headline.
    pub head: RwSignal<Head>,
    /// The most urgent signals.
    pub tiles: [RwSignal<Option<Tile>>; TILES],
    /// What is silent, in the places behind them.
    pub hushes: [RwSignal<Option<Hush>>; TILES],
    /// How far the future is.
    pub ahead: RwSignal<String>,
    /// The essential indicators.
    pub essentials: [RwSignal<Option<Essential>>; ESSENTIALS],
    /// The last signals that are over.
    pub memory: RwSignal<Vec<Line>>,
    /// The line at the foot.
    pub foot: RwSignal<Foot>,
    /// The age of a live picture.
    pub age: RwSignal<Option<String>>,
    /// The room's clock.
    pub clock: RwSignal<String>,
    /// The link.
    pub link: RwSignal<&'static str>,
    /// What is told of a lost link.
    pub lost: RwSignal<Option<Lost>>,
    /// What is told of a room that takes nothing in.
    pub unwritten: RwSignal<Option<Unwritten>>,
}

impl Board {
    /// A board that waits for its first picture. Call it where an owner lives as long as the page.
    pub fn waiting() -> Self {
        let Shown { state, plan, seats, head, foot, link, .. } = Shown::loading();
        Self {
            state: RwSignal::new(state),
            plan: RwSignal::new(plan),
            systems: seats.systems.map(RwSignal::new),
            operations: seats.operations.map(RwSignal::new),
            seams: seats.seams.map(RwSignal::new),
            climbs: RwSignal::default(),
            head: RwSignal::new(head),
            tiles: [(); TILES].map(|()| RwSignal::default()),
            hushes: [(); TILES].map(|()| RwSignal::default()),
            ahead: RwSignal::default(),
            essentials: [(); ESSENTIALS].map(|()| RwSignal::default()),
            memory: RwSignal::default(),
            foot: RwSignal::new(foot),
            age: RwSignal::default(),
            clock: RwSignal::default(),
            link: RwSignal::new(link),
            lost: RwSignal::default(),
            unwritten: RwSignal::default(),
        }
    }

    /// What hangs in a place.
    pub fn seat(&self, place: Place) -> RwSignal<Seat> {
        match place {
            Place::System(i) => self.systems[i],
            Place::Operation(i) => self.operations[i],
            Place::Seam(i) => self.seams[i],
        }
    }

    /// Shows the wall as it is now; only what differs is touched.
    pub fn show(&self, shown: Shown) {
        let Shown { state, plan, seats, head, tiles, hushes, ahead, essentials, memory, .. } = shown;
        let Shown { foot, age, clock, link, lost, unwritten, .. } = shown;
        set(self.plan, plan);
        hang(self.systems, seats.systems);
        hang(self.operations, seats.operations);
        hang(self.seams, seats.seams);
        set(self.climbs, seats.climbs);
        set(self.head, head);
        let signals = tiles.len();
        fill(self.tiles, tiles);
        fill_behind(signals, self.hushes, hushes);
        set(self.ahead, ahead);
        fill(self.essentials, essentials);
        set(self.memory, memory);
        set(self.foot, foot);
        set(self.age, age);
        set(self.clock, clock);
        set(self.link, link);
        set(self.lost, lost);
        set(self.unwritten, unwritten);
        set(self.state, state);
    }
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}

fn hang<const N: usize>(places: [RwSignal<Seat>; N], seats: [Seat; N]) {
    places.into_iter().zip(seats).for_each(|(place, seat)| set(place, seat));
}

/// The values take the places behind the first ones, which are empty here.
fn fill_behind<T: PartialEq + Send + Sync + 'static, const N: usize>(
    first: usize,
    places: [RwSignal<Option<T>>; N],
    values: Vec<T>,
) {
    let mut values = values.into_iter();
    places.into_iter().enumerate().for_each(|(i, place)| set(place, if i < first { None } else { values.next() }));
}

/// The values take the first places, the other places are empty.
fn fill<T: PartialEq + Send + Sync + 'static, const N: usize>(places: [RwSignal<Option<T>>; N], values: Vec<T>) {
    let mut values = values.into_iter();
    places.into_iter().for_each(|place| set(place, values.next()));
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use leptos::reactive::owner::Owner;

    use super::*;

    #[test]
    fn a_change_of_one_place_touches_no_other() {
        let owner = Owner::new();
        owner.set();
        let board = Board::waiting();
        let redrawn = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&redrawn);
        let other = Memo::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            board.seat(Place::System(1)).with(|seat| seat.hot)
        });
        other.get_untracked();
        let mut shown = Shown::loading();
        shown.seats.systems[0].hot = true;
        board.show(shown);
        assert!(board.seat(Place::System(0)).with_untracked(|seat| seat.hot));
        assert!(!other.get_untracked());
        assert_eq!(redrawn.load(Ordering::Relaxed), 1);
    }
}
