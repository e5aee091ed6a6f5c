//! What is silent, in a place of the feed: its lamp and three lines, as wide as the feed.

use leptos::prelude::*;

use super::{feed::part, lamp::Lamp};
use crate::{
    fit::{Letters, STRONG},
    silence::Hush,
};

/// Room on a line, in letters (em); likewise on the first, which is strong.
const LINE: f64 = 13.8;
const NAME: f64 = LINE / STRONG;

/// One silence. `of` says whose and `sort` of which sort it is, for tests and the stylesheet.
#[component]
pub fn HushView(
    /// What it shows.
    hush: RwSignal<Option<Hush>>,
    /// A source or an indicator.
    of: String,
    /// `outage` or `lamp`.
    sort: &'static str,
) -> impl IntoView {
    let letters = expect_context::<Letters>();
    let face = Signal::derive(move || part(hush, |hush| &hush.face));
    let line = move |read: fn(&Hush) -> &String, room| {
        let words = Memo::new(move |_| letters.cut(&part(hush, read), room));
        let fit = move || words.with(|words| letters.fit(words, room));
        (move || words.get(), fit)
    };
    let (name, name_fit) = line(|hush| &hush.name, NAME);
    let (what, what_fit) = line(|hush| &hush.what, LINE);
    let (more, more_fit) = line(|hush| &hush.more, LINE);
    view! {
        <article class="tile hush" data-silence=sort data-of=of aria-label=move || part(hush, |hush| &hush.sentence)>
            <Lamp face />
            <div class="words">
                <b style=name_fit>{name}</b>
                <p style=what_fit>{what}</p>
                <p style=more_fit>{more}</p>
            </div>
        </article>
    }
}
