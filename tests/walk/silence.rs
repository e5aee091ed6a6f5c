//! Nothing stale looks alive.

use std::time::Duration;

use cybernet::picture::{Aspect, Lamp, Picture};
use tests::{
    folder::Folder,
    room::Room,
    screen::Screen,
    series::{calm_minute, now, reading},
    team::TeamAgent,
    wait::until,
};

/// What the design promises.
pub(crate) const VISIBLE_WITHIN: Duration = Duration::from_secs(5);
/// What a machine that is busy with every other test may add to it.
const SLACK: Duration = Duration::from_secs(10);

#[tokio::test]
async fn silence_is_seen_within_five_seconds_and_is_over_with_the_next_reading() {
    let folder = Folder::of_plant(&["kiln.heat"], "1s", "");
    let room = Room::open(&folder).await;
    let mut screen = Screen::join(room.address()).await;
    let mut agent = TeamAgent::join(room.address(), "kiln-host").await;
    let minute = calm_minute("kiln.heat");
    let last = minute[59].measured_at;
    agent.deliver(1, &minute).await;
    screen.until("a calm lamp", shows(Aspect::Calm)).await;
    drop(agent);

    let lamp = screen.until("a silent lamp", shows(Aspect::Silent)).await;
    let seen_after = now().since(last);
    assert!(lamp.since.since(last) <= VISIBLE_WITHIN, "it says {:?}", lamp.since.since(last));
    assert!(seen_after <= VISIBLE_WITHIN + SLACK, "it was seen after {seen_after:?}");
    assert_eq!(lamp.signal, None, "silence is not an anomaly");

    let mut agent = TeamAgent::join(room.address(), "kiln-host").await;
    agent.deliver(2, &[reading("kiln.heat", now(), 100.0)]).await;
    screen.until("a calm lamp again", shows(Aspect::Calm)).await;
}

#[tokio::test]
async fn a_backlog_from_long_ago_does_not_make_a_silent_indicator_look_alive() {
    let folder = Folder::of_plant(&["kiln.heat"], "1s", "");
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "kiln-host").await;
    let hour = Duration::from_secs(3600);
    let old: Vec<_> =
        calm_minute("kiln.heat").iter().map(|it| reading("kiln.heat", it.measured_at - hour, it.value())).collect();
    agent.deliver(1, &old[..40]).await;
    let silent = async || room.lamp("kiln.heat").await.filter(|lamp| lamp.aspect == Aspect::Silent);
    let lamp = until("a silent lamp", silent).await;
    agent.deliver(2, &old[40..]).await;
    let taken = async || (room.figure("synco_readings_taken_total").await == 60.0).then_some(());
    until("the backlog is taken", taken).await;
    assert_eq!(room.lamp("kiln.heat").await, Some(lamp));
}

fn shows(aspect: Aspect) -> impl Fn(&Picture) -> Option<Lamp> {
    move |picture| picture.lamps.get("kiln.heat").filter(|lamp| lamp.aspect == aspect).cloned()
}
