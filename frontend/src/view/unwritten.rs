//! A room that is heard and takes nothing in: a banner in place of the foot.

use leptos::prelude::*;

use crate::{board::Board, fit::Letters};

/// Room for what the disk said, in letters (em).
const WHY: f64 = 9.0;

/// What is told of it beyond the grey.
#[component]
pub fn Unwritten(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let letters = expect_context::<Letters>();
    let since = move || board.unwritten.with(|it| it.as_ref().map(|it| it.since.clone()));
    let why = Memo::new(move |_| board.unwritten.with(|it| it.as_ref().map(|it| letters.cut(&it.why, WHY))));
    let fit = move || why.with(|why| why.as_ref().map(|why| letters.fit(why, WHY)));
    let banner = move || {
        view! {
            <div class="banner" data-unwritten role="alert">
                "Room cannot write since " {since} <span style=fit>{move || why.get()}</span>
                <b>{move || board.clock.get()}</b>
            </div>
        }
    };
    let is_shown = Memo::new(move |_| board.unwritten.with(Option::is_some));
    move || is_shown.get().then(banner)
}
