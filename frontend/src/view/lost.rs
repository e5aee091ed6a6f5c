//! A lost link, louder with time: a banner in place of the foot, then the age alone.

use leptos::prelude::*;

use crate::{board::Board, link::Loss, shown::Lost as Facts};

/// What is told of a lost link beyond the grey.
#[component]
pub fn Lost(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let loss = Memo::new(move |_| board.lost.with(|lost| lost.as_ref().map(|lost| lost.loss)));
    let fact = move |read: fn(&Facts) -> &String| move || board.lost.with(|lost| lost.as_ref().map(read).cloned());
    let banner = move || {
        view! {
            <div class="banner" role="alert">
                "Link lost at " {fact(|lost| &lost.at)} <span>{fact(|lost| &lost.now)}</span>
                <b>{move || board.clock.get()}</b>
            </div>
        }
    };
    let full = move || {
        view! {
            <div class="lost-full" role="alert">
                <i></i>
                <b>{fact(|lost| &lost.age)} " old"</b>
                <p>"Link lost " {fact(|lost| &lost.on)} ". " {fact(|lost| &lost.now)} "."</p>
                <p>"Then: " {fact(|lost| &lost.then)} "."</p>
            </div>
        }
    };
    move || match loss.get() {
        None | Some(Loss::Grey) => ().into_any(),
        Some(Loss::Banner) => banner().into_any(),
        Some(Loss::Full) => full().into_any(),
    }
}
