//! The demo as a person starts it, from its first line to its end.

use std::{
    collections::{BTreeMap, HashSet},
    net::SocketAddr,
    time::Duration,
};

use cybernet::picture::{Aspect, Picture};
use tests::{
    http,
    process::{Process, repository},
    room,
};
use tokio::time::{Instant, interval};
use vsm::itself::is_kept;

const RUNS: Duration = Duration::from_secs(200);
/// The script is over by then; the last thing that is looked for is a silence that ends after the demo.
const WATCHED: Duration = Duration::from_secs(185);
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What the script of the rehearsal does, and how it should look.
const REHEARSED: [(&str, Aspect); 6] = [
    ("checkout.abandoned", Aspect::Transient),
    ("payments.acceptance", Aspect::Level),
    ("checkout.latency", Aspect::Slope),
    ("marea.trial_signups", Aspect::Silent),
    ("payouts.delay", Aspect::Level),
    ("search.zero_results", Aspect::Level),
];
const OF_THE_WORKSHOP: [&str; 6] =
    ["workshop.processor", "workshop.memory", "workshop.load", "git.commits", "git.newest_age", "room.readings_taken"];

type Seen = BTreeMap<String, HashSet<Aspect>>;

#[tokio::test]
async fn the_demo_plays_its_script_shows_this_machine_and_stops_by_itself() {
    let seconds = RUNS.as_secs().to_string();
    let mut demo = Process::start("synco", repository(), ["demo", "--port", "0", "--seconds", &seconds]);
    let address = demo.says("The wall is at http://").await;
    let begun = Instant::now();
    let address: SocketAddr =
        address.split('/').next().and_then(|it| it.parse().ok()).expect("an address before the path");

    let seen = watch(address, begun + WATCHED).await;
    for (indicator, aspect) in REHEARSED {
        let aspects = seen.get(indicator);
        assert!(aspects.is_some_and(|them| them.contains(&aspect)), "{indicator} was never {aspect:?}: {aspects:?}");
    }
    for indicator in OF_THE_WORKSHOP {
        assert!(seen.contains_key(indicator), "no lamp of {indicator}");
    }
    assert_eq!(demo.ended().await, Some(0));
    assert!(demo.said().contains("The demo is over."), "{}", demo.said());
    assert!(begun.elapsed() < RUNS + Duration::from_secs(15), "it took {:?}", begun.elapsed());
}

/// Looks at the picture twice a second and notes every look of every lamp.
async fn watch(room: SocketAddr, until: Instant) -> Seen {
    let mut seen = Seen::new();
    let mut looks = interval(LOOK_EVERY);
    let mut rehearsal = false;
    while looks.tick().await < until {
        assert_eq!(http::get(room, "/healthz").await.status, 200);
        let picture = room::picture(&http::get(room, "/api/v1/picture").await);
        rehearsal |= picture.rehearsal;
        note(&picture, &mut seen);
    }
    assert!(rehearsal, "a rehearsal has to say that it is one");
    seen
}

fn note(picture: &Picture, seen: &mut Seen) {
    for lamp in picture.lamps.values() {
        // What the room says of itself is true, also of a rehearsal.
        let is_real = ["workshop", "unowned"].contains(&lamp.unit.as_str()) || is_kept(&lamp.indicator);
        let rehearsed = !is_real;
        assert_eq!(lamp.rehearsed, rehearsed, "{}", lamp.indicator);
        seen.entry(lamp.indicator.to_string()).or_default().insert(lamp.aspect);
    }
}
