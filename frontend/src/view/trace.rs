//! One trace: a series, its forecasts and what happened to it, as SVG.

use leptos::prelude::*;

use crate::geometry::{
    curve::Point,
    lamp::Tone,
    trace::{Field, Plot, Story},
};

/// A trace.
#[component]
pub fn Trace(
    /// What it shows.
    #[prop(into)]
    story: Signal<Story>,
    /// What the event in it means.
    #[prop(into)]
    tone: Signal<Tone>,
    /// The field it is drawn in.
    field: Field,
) -> impl IntoView {
    let plot = Memo::new(move |_| story.with(|story| story.plot(field)));
    let part = move |read: fn(&Plot) -> &String| move || plot.with(|plot| read(plot).clone());
    let tone_name = move || tone.get().name();
    let dot = move || {
        let dot = plot.with(|plot| plot.dot)?;
        Some(view! { <path class="dot" data-tone=tone_name d=spot(dot) /> })
    };
    let ring = move |at: Point| {
        view! {
            <path class="doubtful" d=spot(at) />
            <path class="hollow" d=spot(at) />
        }
    };
    let rings = move || plot.with(|plot| plot.doubtful.clone()).into_iter().map(ring).collect_view();
    let pennant = |d: String| view! { <path class="note" d=d /> };
    let pennants = move || plot.with(|plot| plot.notes.clone()).into_iter().map(pennant).collect_view();
    view! {
        <svg
            class="trace"
            viewBox=format!("0 0 {} {}", field.width, field.height)
            preserveAspectRatio="none"
            style=format!("--tw:{}", field.line)
            aria-hidden="true"
        >
            <polygon class="band" points=part(|plot| &plot.band) />
            <polygon class="fan" points=part(|plot| &plot.fan) />
            <polyline class="fan-line" points=part(|plot| &plot.fan_line) />
            {pennants}
            <path class="present" d=part(|plot| &plot.present) />
            <polyline class="series" points=part(|plot| &plot.series) />
            <polyline class="past-event" data-tone=tone_name points=part(|plot| &plot.event) />
            <path class="begin" data-tone=tone_name d=part(|plot| &plot.begin) />
            {dot}
            {rings}
        </svg>
    }
}

/// A line of no length, whose round caps are a dot; it stays round where the field is stretched.
fn spot(Point { x, y }: Point) -> String {
    format!("M{x:.1} {y:.1}h0")
}
