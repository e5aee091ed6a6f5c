//! The feed: the most urgent signals, where the essentials will be, and what is over.

use leptos::prelude::*;

use super::{hush::HushView, lamp::Lamp, trace::Trace};
use crate::{
    board::Board,
    feed::{Essential, Line, Tile},
    fit::{Letters, STRONG},
    geometry::{
        lamp::{Face, Tone},
        trace::Field,
    },
    shown::State,
    silence::Hush,
};

/// The field of a tile's trace.
const TILE: Field = Field { width: 194.0, height: 98.0, pad: 6.0, line: 4.0, stretch: 2.2 };
/// The same under a line of what was said.
const UNDER_NOTE: Field = Field { height: 53.0, ..TILE };
/// The field of an essential's trace.
const ESSENTIAL: Field = Field { width: 190.0, height: 58.0, pad: 6.0, line: 4.0, stretch: 2.6 };
/// Room in the head, in letters (em); likewise below.
const HEAD: f64 = 13.6;
/// Room on a tile's first line, which is strong, and on the others.
const NAME: f64 = 9.5 / STRONG;
const WORDS: f64 = 9.5;
/// The same in the layout of a far wall.
const FAR_WORDS: f64 = 10.4;
/// Room over a tile's trace.
const NOTE: f64 = 3.9;
/// Room over an essential's trace, and under it.
const OVER: f64 = 4.2;
const UNDER: f64 = 4.2 / STRONG;
/// Room on a line of the memory.
const LINE: f64 = 13.8;

/// The feed.
#[component]
pub fn Feed(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let letters = expect_context::<Letters>();
    let fit = move || board.head.with(|head| letters.fit(&format!("{} {}", head.strong, head.rest), HEAD));
    let shows = Memo::new(move |_| matches!(board.state.get(), State::Quiet | State::Alarm));
    let tiles = move || {
        shows.get().then(|| {
            board
                .tiles
                .into_iter()
                .zip(board.hushes)
                .map(|(tile, hush)| view! { <TilePlace tile hush /> })
                .collect_view()
        })
    };
    view! {
        <section class="feed" aria-label="Signals">
            <h1 class="head" style=fit>
                {move || board.head.get().strong} " " <span>{move || board.head.get().rest}</span>
            </h1>
            <div class="tiles">{tiles}</div>
            <Future board />
            <Memory board />
        </section>
    }
}

/// A place of the feed: a signal, what is silent, or a quiet ring. What comes fades in.
#[component]
fn TilePlace(tile: RwSignal<Option<Tile>>, hush: RwSignal<Option<Hush>>) -> impl IntoView {
    let signal = Memo::new(move |_| tile.with(|tile| tile.as_ref().map(|tile| tile.signal.clone())));
    let of = Memo::new(move |_| hush.with(|hush| hush.as_ref().map(|hush| (hush.of.clone(), hush.sort))));
    move || match (signal.get(), of.get()) {
        (Some(signal), _) => view! { <TileView tile signal /> }.into_any(),
        (None, Some((of, sort))) => view! { <HushView hush of sort /> }.into_any(),
        (None, None) => view! { <div class="place"><Lamp face=Face::default() /></div> }.into_any(),
    }
}

#[component]
fn TileView(tile: RwSignal<Option<Tile>>, signal: String) -> impl IntoView {
    let text = move |read| move || part::<Tile, String>(tile, read);
    let face = Signal::derive(move || part(tile, |tile| &tile.face));
    let story = Signal::derive(move || part(tile, |tile| &tile.story));
    let tone = Signal::derive(move || face.with(|face| face.tone));
    let letters = expect_context::<Letters>();
    let fit = move |read, room| move || letters.fit(&text(read)(), room);
    // How unusual it is stands there where the letters leave room for it.
    let kind = Memo::new(move |_| {
        let long = part(tile, |tile| &tile.kind_and_size);
        if letters.hold(&long, WORDS) { long } else { part(tile, |tile| &tile.kind) }
    });
    let kind_fit = move || kind.with(|kind| letters.fit(kind, WORDS));
    // Where the line is still too long, the owner is cut and never the time.
    let until = Memo::new(move |_| part(tile, |tile| &tile.until));
    let words = if letters.far() { FAR_WORDS } else { WORDS };
    let room = move || until.with(|until| words - letters.takes(until));
    let owner = Memo::new(move |_| letters.cut(&part(tile, |tile| &tile.owner), room()));
    let held_fit = move || letters.fit(&(owner.get() + &until.get()), words);
    let end = move |tile: &Tile| letters.end_of(&tile.note, NOTE);
    let said = Memo::new(move |_| tile.with(|tile| tile.as_ref().and_then(end)));
    let is_noted = Memo::new(move |_| said.with(Option::is_some));
    let trace = move || {
        let field = if is_noted.get() { UNDER_NOTE } else { TILE };
        view! { <Trace story tone field /> }
    };
    let note = move || {
        said.get().map(|said| {
            let fit = letters.fit(&said, NOTE);
            view! { <p class="note" style=fit>{said}</p> }
        })
    };
    view! {
        <article
            class="tile"
            data-signal=signal
            data-silent=move || part(tile, |tile| &tile.silent)
            aria-label=text(|tile| &tile.reason)
        >
            <Lamp face />
            <div class="words">
                <b style=fit(|tile| &tile.name, NAME)>{text(|tile| &tile.name)}</b>
                <p style=kind_fit>{move || kind.get()}</p>
                <p class="who" style=held_fit><span>{move || owner.get()}</span>{move || until.get()}</p>
            </div>
            <div class="pic">
                {note}
                {trace}
            </div>
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
    let text = move |read| move || part::<Essential, String>(essential, read);
    let story = Signal::derive(move || part(essential, |essential| &essential.story));
    let letters = expect_context::<Letters>();
    let fit = move |read, room| move || letters.fit(&text(read)(), room);
    let value = Memo::new(move |_| {
        let precise = part(essential, |essential| &essential.value);
        if letters.hold(&precise, UNDER) { precise } else { part(essential, |essential| &essential.rough) }
    });
    let value_fit = move || value.with(|value| letters.fit(value, UNDER));
    let shown = move || {
        view! {
            <div class="essential">
                <p style=fit(|e| &e.name, OVER)>{text(|e| &e.name)}</p>
                <Trace story tone=Tone::Calm field=ESSENTIAL />
                <b style=value_fit>{move || value.get()}</b>
            </div>
        }
    };
    move || some.get().then(shown)
}

/// The last signals that are over.
#[component]
fn Memory(board: Board) -> impl IntoView {
    let letters = expect_context::<Letters>();
    let line = move |Line { when, name, what }: Line| {
        let fit = letters.fit(&format!("{when} {name} {what}"), LINE);
        view! { <p style=fit>{when} " " <b>{name}</b> " " {what}</p> }
    };
    view! {
        <section class="memory">
            <h2>"Memory"</h2>
            {move || board.memory.get().into_iter().map(line).collect_view()}
        </section>
    }
}

/// A part of what stands in a place; nothing where nothing does.
pub(super) fn part<T, P>(place: RwSignal<Option<T>>, read: fn(&T) -> &P) -> P
where
    T: Send + Sync + 'static,
    P: Clone + Default,
{
    place.with(|shown| shown.as_ref().map(read).cloned().unwrap_or_default())
}
