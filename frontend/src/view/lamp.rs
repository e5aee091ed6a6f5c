//! One lamp: the marks of a face as SVG, its state in attributes.

use leptos::prelude::*;

use crate::{
    app::steady,
    geometry::{
        lamp::{Face, Mark, Tone},
        shapes::Spot,
    },
};

/// The slowest blink in milliseconds; every pace divides it, so one phase serves all.
const CYCLE: u128 = 2_000;

/// A lamp. Without a spot the stylesheet gives it its size.
#[component]
pub fn Lamp(
    /// What it shows.
    #[prop(into)]
    face: Signal<Face>,
    /// Where it stands in the drawing.
    #[prop(into, optional)]
    spot: MaybeProp<Spot>,
    /// The name of its place for the tests, as `unit:payments`.
    #[prop(into, optional)]
    place: Option<String>,
    /// Whose lamp it is, for those who hear the wall.
    #[prop(into, optional)]
    whose: String,
) -> impl IntoView {
    let marks = Memo::new(move |_| face.with(Face::marks));
    let blink = Memo::new(move |_| face.with(Face::blink));
    let blinks = Memo::new(move |_| blink.get().is_some());
    let phase = move || blinks.get().then(|| format!("--phase:-{}ms", steady().as_millis() % CYCLE));
    let used = move || face.with(|face| face.used.filter(|_| face.tone == Tone::Pain).map(|used| used.to_string()));
    let label = move || {
        let sentence = face.with(Face::sentence);
        if whose.is_empty() { sentence } else { format!("{whose}: {sentence}") }
    };
    let corner = move |side: fn(Spot) -> f64| move || spot.get().map(|spot| format!("{:.1}", side(spot)));
    view! {
        <svg
            class="lamp"
            viewBox="0 0 48 48"
            role="img"
            aria-label=label
            data-place=place
            data-aspect=move || face.with(|face| face.look.name())
            data-tone=move || face.with(|face| face.tone.name())
            data-held=move || face.with(|face| face.held)
            data-climbed=move || face.with(|face| face.climbed)
            data-muted=move || face.with(|face| face.look.name() == "muted")
            data-blink=move || blink.get().map(|pace| pace.to_string())
            data-used=used
            style=phase
            x=corner(|spot| spot.centre.x - spot.size / 2.0)
            y=corner(|spot| spot.centre.y - spot.size / 2.0)
            width=corner(|spot| spot.size)
            height=corner(|spot| spot.size)
        >
            {move || marks.with(|marks| paint(&marks.clock))}
            <g class="body">{move || marks.with(|marks| paint(&marks.body))}</g>
            {move || marks.with(|marks| paint(&marks.over))}
        </svg>
    }
}

fn paint(marks: &[Mark]) -> Vec<impl IntoView + use<>> {
    let path = |Mark { class, d, transform }: Mark| {
        let transform = (!transform.is_empty()).then_some(transform);
        view! { <path class=class d=d transform=transform /> }
    };
    marks.iter().cloned().map(path).collect()
}
