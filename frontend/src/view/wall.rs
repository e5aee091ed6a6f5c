//! The wall: the drawing, the feed and the foot on one stage, its state in attributes of the page.

use leptos::prelude::*;

use super::{drawing::Drawing, feed::Feed, foot::Foot, lost::Lost, unwritten::Unwritten};
use crate::{address::Address, board::Board, fit::Letters, link::Loss, shown::State};

/// The wall.
#[component]
pub fn Wall(
    /// What it shows.
    board: Board,
    /// Where its farthest reader sits.
    address: Address,
) -> impl IntoView {
    dress(&address);
    provide_context(Letters::of(address.share()));
    Effect::new(move |_| mark("data-state", Some(state(board.state.get()))));
    Effect::new(move |_| mark("data-link", Some(board.link.get())));
    let long = Memo::new(move |_| board.lost.with(|lost| lost.as_ref().is_some_and(|lost| lost.loss == Loss::Full)));
    Effect::new(move |_| mark("data-long", long.get().then_some("")));
    let rehearsal = Memo::new(move |_| board.foot.with(|foot| foot.rehearsal));
    Effect::new(move |_| mark("data-rehearsal", rehearsal.get().then_some("")));
    view! {
        <main class="stage">
            <Drawing board />
            <Feed board />
            <Foot board />
            <Lost board />
            <Unwritten board />
            {move || rehearsal.get().then(|| view! { <div class="frame"></div> })}
        </main>
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Loading => "loading",
        State::Quiet => "quiet",
        State::Alarm => "alarm",
        State::Refused => "refused",
    }
}

/// What the address decides once: the size of type, the layout that goes with it, the theme.
fn dress(address: &Address) {
    mark("data-screen", Some("wall"));
    mark("data-theme", address.light.then_some("light"));
    mark("data-density", address.far().then_some("far"));
    let sizes = format!("--wall-distance:{};--wall-diagonal:{}", address.distance, address.diagonal);
    mark("style", Some(&sizes));
}

/// Sets an attribute of the page, or takes it away.
fn mark(name: &str, value: Option<&str>) {
    let Some(page) = document().document_element() else { return };
    let done = match value {
        Some(value) => page.set_attribute(name, value),
        None => page.remove_attribute(name),
    };
    // The names are ours and valid, so the browser has no reason to refuse.
    done.ok();
}
