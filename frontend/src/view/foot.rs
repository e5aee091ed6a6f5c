//! The foot: which recursion, how old the picture, what is silent or muted, and the room's clock.

use leptos::prelude::*;

use super::lamp::Lamp;
use crate::{
    board::Board,
    geometry::lamp::{Face, Look},
    shown::Foot as Facts,
};

/// The foot.
#[component]
pub fn Foot(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let fact = move |read: fn(&Facts) -> usize| Signal::derive(move || board.foot.with(read));
    let rehearsal = Memo::new(move |_| board.foot.with(|foot| foot.rehearsal));
    let live = Memo::new(move |_| board.link.get() == "live");
    view! {
        <footer class="foot">
            <span class="where">
                <b>{move || board.foot.with(|foot| foot.place.strong.clone())}</b>
                " "
                {move || board.foot.with(|foot| foot.place.rest.clone())}
            </span>
            <Levels board />
            <span class="age">
                {move || live.get().then(|| view! { <em>"live"</em> })}
                " "
                {move || board.age.get()}
            </span>
            <Count look=Look::Silent count=fact(|foot| foot.silent) />
            <Count look=Look::Muted count=fact(|foot| foot.muted) />
            {move || rehearsal.get().then(|| view! { <b class="reh">"Rehearsal"</b> })}
            <b class="clock">{move || board.clock.get()}</b>
        </footer>
    }
}

/// One bar for each level of recursion, this one bright.
#[component]
fn Levels(board: Board) -> impl IntoView {
    let level = Memo::new(move |_| board.foot.with(|foot| foot.level));
    let bar = move |i: usize| view! { <i data-here=i == level.get().0></i> };
    let label = move || format!("recursion {} of {}", level.get().0 + 1, level.get().1);
    view! {
        <span class="levels" role="img" aria-label=label>{move || (0..level.get().1).map(bar).collect_view()}</span>
    }
}

/// How many lamps have a look; a count of zero is not printed.
#[component]
fn Count(look: Look, count: Signal<usize>) -> impl IntoView {
    let some = Memo::new(move |_| 0 < count.get());
    let shown = move || {
        view! {
            <span class="n" data-count=look.name()>
                <Lamp face=Face { look, ..Face::default() } />
                {move || count.get()}
            </span>
        }
    };
    move || some.get().then(shown)
}
