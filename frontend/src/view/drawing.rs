//! The viable system as Beer drew it, with a lamp in each subsystem.

use leptos::prelude::*;

use super::lamp::Lamp;
use vsm::subsystem::Subsystem;

use crate::{
    board::Board,
    choose::Seat,
    fit::{Letters, STRONG},
    geometry::{
        algedonic::{Holder, algedonic, lit},
        channels::channels,
        environment::environment,
        lamp::Tone,
        layout::{HEIGHT, Layout, WIDTH},
        shapes::{self, Spot},
    },
    recursion::{Place, SYSTEMS},
    shown::{Operation, Plan},
    words,
};

/// Room for a name between the drawing and the feed, in letters (em), should it become strong.
const NAME: f64 = 6.2 / STRONG;
/// A resting lamp in a triangle is this much smaller.
const IN_TRIANGLE: f64 = 0.62;

/// The drawing. It is drawn anew only when the recursion changes its units.
#[component]
pub fn Drawing(
    /// What it shows.
    board: Board,
) -> impl IntoView {
    let sheet = move || board.plan.with(|plan| view! { <Sheet board plan=plan.clone() /> });
    view! { <section class="drawing">{sheet}</section> }
}

#[component]
fn Sheet(board: Board, plan: Plan) -> impl IntoView {
    let layout = StoredValue::new(Layout::new(plan.operations.len()));
    let (columns, first) = layout.with_value(|layout| (layout.columns, layout.circle(0).y));
    let systems = (0..SYSTEMS.len()).map(|i| view! { <System board layout i /> }).collect_view();
    let joint = |(i, pair): (usize, &[Operation])| {
        let place = format!("seam:{}+{}", pair[0].id, pair[1].id);
        let whose = format!("{} and {}", pair[0].name, pair[1].name);
        view! { <Seam board layout i place whose /> }
    };
    let seams = plan.operations.windows(2).enumerate().map(joint).collect_view();
    let operation = |(i, operation)| view! { <One board layout i operation /> };
    let operations = plan.operations.into_iter().enumerate().map(operation).collect_view();
    view! {
        <svg class="vsm" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="group" aria-label="The viable system">
            {layout.with_value(|layout| ground(layout, &plan.recursion))}
            <Climbs board layout />
            {systems}
            {operations}
            {seams}
            <text class="no" x=columns.numerals y=first dy=".343em">"1"</text>
        </svg>
    }
}

/// What never changes: environments, channels, the algedonic line.
fn ground(layout: &Layout, recursion: &str) -> impl IntoView + use<> {
    let around = environment(layout, recursion);
    let local = around.local.into_iter().map(|d| view! { <path class="env-local" d=d /> }).collect_view();
    let between = channels(layout);
    let up = algedonic(layout);
    let (left, seat) = (layout.columns.algedonic + 20.0, layout.sizes.seat);
    let right = layout.columns.axis + seat / 2.0 + 0.26 * layout.pitch + 20.0;
    let (top, bottom) = (layout.rows.five - seat / 2.0 - 14.0, layout.rows.three + seat / 2.0 + 14.0);
    view! {
        <path class="env" d=around.whole />
        {local}
        <path class="env-future" d=around.future />
        <path class="whole" d=format!("M{left:.1} {top:.1}H{right:.1}V{bottom:.1}H{left:.1}Z") />
        <path class="channel" d=between.lines />
        <path class="tip" d=between.tips />
        <polyline class="damp" points=between.damping />
        <path class="cut" d=up.line.clone() />
        <path class="alg" d=up.line />
        <path class="alg-tip" d=up.tip />
        <path class="feeder" d=up.feeders />
    }
}

/// The paths that signals climbed.
#[component]
fn Climbs(board: Board, layout: StoredValue<Layout>) -> impl IntoView {
    let path = move |(unit, holder)| {
        let d = layout.with_value(|layout| lit(layout, unit, holder).path);
        view! {
            <path class="lit" d=d.clone() />
            <path class="lit-flow" d=d />
        }
    };
    move || board.climbs.get().into_iter().map(path).collect_view()
}

/// One of Two to Five: its shape, its lamp, its name.
#[component]
fn System(board: Board, layout: StoredValue<Layout>, i: usize) -> impl IntoView {
    let (system, seat) = (SYSTEMS[i], board.seat(Place::System(i)));
    let (numeral, name) = words::system(system);
    let figure = layout.with_value(|layout| shapes::system(layout, system));
    let (class, resting) = if figure.triangle { ("shape", IN_TRIANGLE) } else { ("shape seat", 1.0) };
    let (place, knocks, row) = (format!("system:{numeral}"), figure.triangle, figure.row);
    let label = match system {
        Subsystem::Audit => left_name(layout, row).into_any(),
        _ => right_name(layout, row, numeral, name).into_any(),
    };
    view! {
        <g
            data-hot=move || seat.with(|seat| seat.hot)
            data-better=move || seat.with(|seat| seat.better)
            data-outage=move || seat.with(|seat| seat.out)
        >
            <path class=class d=figure.outline />
            <SeatLamp seat spot=figure.lamp knocks resting place whose=name />
            {label}
            <More seat row />
        </g>
    }
}

/// Names stand in one column at the right, their numerals before them.
fn right_name(layout: StoredValue<Layout>, row: f64, numeral: &'static str, name: &'static str) -> impl IntoView {
    let columns = layout.with_value(|layout| layout.columns);
    view! {
        <text class="no" x=columns.numerals y=row dy=".343em">{numeral}</text>
        <text x=columns.names y=row dy=".343em">{name}</text>
    }
}

/// Audit is the one name at the left, beside its triangle.
fn left_name(layout: StoredValue<Layout>, row: f64) -> impl IntoView {
    let (numeral, name) = words::system(Subsystem::Audit);
    let x = layout.with_value(|layout| layout.columns.audit - layout.sizes.triangle / 2.0 - 14.0);
    view! {
        <text x=x y=row dy=".343em" text-anchor="end">
            <tspan class="no">{numeral}</tspan>
            <tspan dx=".3em">{name}</tspan>
        </text>
    }
}

/// One operation: its circle, its management, its triangle, its lamp, its name.
#[component]
fn One(board: Board, layout: StoredValue<Layout>, i: usize, operation: Operation) -> impl IntoView {
    let Operation { id, name, opens } = operation;
    let drawn = layout.with_value(|layout| shapes::operation(layout, i));
    let columns = layout.with_value(|layout| layout.columns);
    let seat = board.seat(Place::Operation(i));
    let fit = expect_context::<Letters>().fit(&name, NAME);
    view! {
        <g
            data-hot=move || seat.with(|seat| seat.hot)
            data-better=move || seat.with(|seat| seat.better)
            data-outage=move || seat.with(|seat| seat.out)
        >
            <path class="shape seat" d=drawn.circle />
            <path class="shape" d=drawn.management />
            {opens.then(|| view! { <path class="mini" transform=drawn.turned d=drawn.recursion /> })}
            <path class="shape" d=drawn.triangle />
            <Foot board layout i />
            <SeatLamp seat spot=drawn.lamp place=format!("unit:{id}") whose=name.clone() />
            <text x=columns.names y=drawn.row dy=".343em" style=fit>{name}</text>
            <More seat row=drawn.row />
        </g>
    }
}

/// Between two operations, the lamp of what crosses their coupling.
#[component]
fn Seam(board: Board, layout: StoredValue<Layout>, i: usize, place: String, whose: String) -> impl IntoView {
    let spot = layout.with_value(|layout| Spot { centre: layout.seam(i), size: layout.sizes.seam });
    let seat = board.seat(Place::Seam(i));
    let out = Memo::new(move |_| seat.with(|seat| seat.out));
    // A seam has no shape of its own that could be broken.
    let ring = move || {
        let ring = || view! { <circle class="shape" cx=spot.centre.x cy=spot.centre.y r=spot.size * 0.62 /> };
        out.get().then(ring)
    };
    view! {
        <g data-outage=move || out.get()>{ring} <SeatLamp seat spot knocks=true place whose /></g>
    }
}

/// Inside a circle, the beginning of the path that a signal climbed from it.
#[component]
fn Foot(board: Board, layout: StoredValue<Layout>, i: usize) -> impl IntoView {
    let climbed = Memo::new(move |_| board.climbs.with(|climbs| climbs.iter().any(|(unit, _)| *unit == i)));
    move || {
        let foot = || layout.with_value(|layout| lit(layout, i, Holder::Three).foot);
        climbed.get().then(|| view! { <path class="lit" d=foot() /> })
    }
}

/// The lamp of a place, where something is heard. Where it `knocks`, a signal knocks out the lines behind it: on a seam,
/// and in a triangle, which it outgrows.
#[component]
fn SeatLamp(
    seat: RwSignal<Seat>,
    spot: Spot,
    #[prop(optional)] knocks: bool,
    #[prop(default = 1.0)] resting: f64,
    place: String,
    #[prop(into)] whose: String,
) -> impl IntoView {
    let heard = Memo::new(move |_| seat.with(|seat| seat.face.is_some()));
    let face = Signal::derive(move || seat.with(|seat| seat.face.clone().unwrap_or_default()));
    let rests = Memo::new(move |_| face.with(|face| face.tone == Tone::Calm));
    let size = move || if rests.get() { spot.size * resting } else { spot.size };
    let cut = move || {
        let ground = || view! { <circle class="cut-fill" cx=spot.centre.x cy=spot.centre.y r=spot.size * 0.56 /> };
        (knocks && !rests.get()).then(ground)
    };
    let spot = Signal::derive(move || Spot { size: size(), ..spot });
    move || {
        let (place, whose) = (place.clone(), whose.clone());
        heard.get().then(|| view! { {cut} <Lamp face spot place whose /> })
    }
}

/// How many signals stand in a place beside the one that is shown.
#[component]
fn More(seat: RwSignal<Seat>, row: f64) -> impl IntoView {
    let more = Memo::new(move |_| seat.with(|seat| seat.more));
    let count =
        move || view! { <text class="count" x=WIDTH + 30.0 y=row dy=".343em">{format!("+{}", more.get())}</text> };
    move || (0 < more.get()).then(count)
}
