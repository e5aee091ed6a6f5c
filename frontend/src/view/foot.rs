//! The foot: which recursion, how old the picture, what is silent or muted, and the room's clock.

use leptos::prelude::*;

use super::lamp::Lamp;
use crate::{
    board::Board,
    fit::Letters,
    geometry::lamp::{Face, Look},
    shown::Foot as Facts,
    silence,
};

/// Room for an outage at the foot, in letters (em).
const UNSEEN: f64 = 9.5;

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
            <Unseen board />
            {move || rehearsal.get().then(|| view! { <b class="reh">"Rehearsal"</b> })}
            <b class="clock">{move || board.clock.get()}</b>
        </footer>
    }
}

/// The outages that have no place in the feed, because signals take it.
#[component]
fn Unseen(board: Board) -> impl IntoView {
    let unseen = Memo::new(move |_| board.foot.with(|foot| foot.unseen.clone()));
    let letters = expect_context::<Letters>();
    let shown = move || {
        let silence::Unseen { source, what, more } = unseen.get();
        let words = briefly(letters, &source, what, more);
        let fit = letters.fit(&words, UNSEEN);
        view! { <span class="n" data-unseen style=fit>{words}</span> }
    };
    move || (!unseen.with(|unseen| unseen.source.is_empty())).then(shown)
}

/// `no link to payments-host +1`; a name that is too long for all of that has one word, and may lose its end, but not
/// how many more there are.
fn briefly(letters: Letters, source: &str, what: &str, more: usize) -> String {
    let more = if more == 0 { String::new() } else { format!(" +{more}") };
    let whole = format!("{what} {source}{more}");
    if letters.hold(&whole, UNSEEN) {
        return whole;
    }
    let end = format!(" out{more}");
    letters.cut(source, UNSEEN - letters.takes(&end)) + &end
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_many_more_are_gone_is_part_of_what_fits() {
        let said = |source: &str, share, more| {
            let letters = Letters::of(share);
            let words = briefly(letters, source, "no link to", more);
            assert!(letters.hold(&words, UNSEEN), "{words}");
            words
        };
        assert_eq!(said("payments-host", 0.0419, 0), "no link to payments-host");
        assert_eq!(said("payments-host", 0.0594, 0), "payments-host out");
        let cut = said("payments-host-of-frankfurt-number-four", 0.0594, 12);
        assert!(cut.starts_with("payments-") && cut.ends_with("… out +12"), "{cut}");
    }
}
