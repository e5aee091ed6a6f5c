//! The feed: the most urgent signals, where the essentials will be, and what is over.

use leptos::prelude::*;

use super::{lamp::Lamp, trace::Trace};
use crate::{
    board::Board,
    feed::{Essential, Line, Tile},
    geometry::{
        lamp::{Face, Tone},
        trace::Field,
    },
    shown::State,
    words,
};

/// The field of a tile's trace.
const TILE: Field = Field { width: 194.0, height: 98.0, pad: 6.0, line: 4.0, stretch: 2.2 };
/// The field of an essential's trace.
const ESSENTIAL: Field = Field { width: 190.0, height: 58.0, pad: 6.0, line: 4.0, stretch: 1.0 };
/// The longest line of the memory in the common width of type.
const LONGEST_LINE: usize = 32;

/// The feed.
#[component]
pub fn Feed(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let shows = Memo::new(move |_| matches!(board.state.get(), State::Quiet | State::Alarm));
    let tiles = move || shows.get().then(|| board.tiles.map(|tile| view! { <TilePlace tile /> }).collect_view());
    view! {
        <section class="feed" aria-label="Signals">
            <h1 class="head">{move || board.head.get().strong} " " <span>{move || board.head.get().rest}</span></h1>
            <div class="tiles">{tiles}</div>
            <Future board />
            <Memory board />
        </section>
    }
}

/// A place of the feed: a signal, or a quiet ring. A signal that comes fades in.
#[component]
fn TilePlace(tile: RwSignal<Option<Tile>>) -> impl IntoView {
    let signal = Memo::new(move |_| tile.with(|tile| tile.as_ref().map(|tile| tile.signal.clone())));
    move || match signal.get() {
        Some(signal) => view! { <TileView tile signal /> }.into_any(),
        None => view! { <div class="place"><Lamp face=Face::default() /></div> }.into_any(),
    }
}

#[component]
fn TileView(tile: RwSignal<Option<Tile>>, signal: String) -> impl IntoView {
    let text = move |read: fn(&Tile) -> &String| move || tile.with(|tile| tile.as_ref().map(read).cloned().unwrap_or_default());
    let face = Signal::derive(move || tile.with(|tile| tile.as_ref().map(|tile| tile.face.clone()).unwrap_or_default()));
    let story = Signal::derive(move || tile.with(|tile| tile.as_ref().map(|tile| tile.story.clone()).unwrap_or_default()));
    let tone = Signal::derive(move || face.with(|face| face.tone));
    let narrow = move || words::narrow(&text(|tile| &tile.name)(), words::LONGEST_NAME);
    let narrow_owner = move || words::narrow(&text(|tile| &tile.owner)(), words::LONGEST_NAME);
    view! {
        <article class="tile" data-signal=signal>
            <Lamp face />
            <div class="words">
                <b data-narrow=narrow>{text(|tile| &tile.name)}</b>
                <p>{text(|tile| &tile.kind)}</p>
                <p data-narrow=narrow_owner>{text(|tile| &tile.owner)}</p>
            </div>
            <div class="pic"><Trace story tone field=TILE /></div>
            <b class="value">{text(|tile| &tile.value)}</b>
        </article>
    }
}

/// Where the essential indicators will be in three periods.
#[component]
fn Future(board: Board) -> impl IntoView {
    let some = Memo::new(move |_| board.essentials[0].with(Option::is_some));
    let essentials = board.essentials.map(|essential| view! { <EssentialView essential /> }).collect_view();
    view! {
        <section class="future">
            <h2>"Future" <br /> {move || some.get().then(|| board.ahead.get())}</h2>
            {essentials}
        </section>
    }
}

#[component]
fn EssentialView(essential: RwSignal<Option<Essential>>) -> impl IntoView {
    let some = Memo::new(move |_| essential.with(Option::is_some));
    let text = move |read: fn(&Essential) -> &String| move || essential.with(|e| e.as_ref().map(read).cloned().unwrap_or_default());
    let story = Signal::derive(move || essential.with(|e| e.as_ref().map(|e| e.story.clone()).unwrap_or_default()));
    let narrow = move || words::narrow(&text(|e| &e.name)(), 10);
    let shown = move || view! {
        <div class="essential">
            <p data-narrow=narrow>{text(|e| &e.name)}</p>
            <Trace story tone=Tone::Calm field=ESSENTIAL />
            <b>{text(|e| &e.value)}</b>
        </div>
    };
    move || some.get().then(shown)
}

/// The last signals that are over.
#[component]
fn Memory(board: Board) -> impl IntoView {
    let line = |Line { when, name, what }: Line| {
        let narrow = words::narrow(&format!("{when} {name} {what}"), LONGEST_LINE);
        view! { <p data-narrow=narrow>{when} " " <b>{name}</b> " " {what}</p> }
    };
    view! {
        <section class="memory">
            <h2>"Memory"</h2>
            {move || board.memory.get().into_iter().map(line).collect_view()}
        </section>
    }
}
