//! A source that is gone is one line for its unit, and a silent lamp says since when and why, from every seat.

use std::fmt::Write;

use cybernet::faults::{Fault, Why};
use tests::{folder::Folder, series::reading, team::TeamAgent};
use vsm::{id::IndicatorId, reading::Reading};

use super::{Wall, fits, marea::Marea, page, quiet};

/// The line of it.
const OUTAGE: &str = ".hush[data-silence=outage][data-of=payments-host]";
/// So many indicators of Payments have one agent.
const MANY: u64 = 40;

/// Marea, with many more indicators in Payments.
fn folder() -> Folder {
    let folder = Marea::folder();
    let mut more = String::new();
    for i in 0..MANY {
        write!(
            more,
            "\n[[indicator]]\nid = \"payments.queue_{i}\"\nname = \"Queue {i}\"\nunit = \"payments\"\nsystem = \"1\"\ncadence = \"15m\"\n"
        )
        .expect("a string takes everything");
    }
    folder.append("organisation.toml", &more);
    folder
}

/// A reading of each of them so many minutes ago.
fn queues(marea: &Marea, minutes: u64) -> Vec<Reading> {
    let at = marea.at("payments.acceptance", minutes, 0.0).measured_at;
    (0..MANY).map(|i| reading(&format!("payments.queue_{i}"), at, 7.0)).collect()
}

/// A wall whose agent of Payments is gone, and whose Mobile cannot be read.
async fn wall() -> Wall {
    let marea = Marea::now();
    let mut readings = marea.past_but(&["mobile.queue"]);
    readings.extend((43..100).rev().map(|minutes| marea.at("mobile.queue", minutes, 0.0)));
    let mut wall = Wall::after(folder(), marea, &readings).await;
    let mut host = TeamAgent::join(wall.room.address(), "payments-host").await;
    host.deliver(1, &queues(&wall.marea, 40)).await;
    let indicator = IndicatorId::parse("mobile.queue").expect("a name");
    let why = Why::new("withheld: -1.5 lies outside of what can be, 0 to 1000, and was measured by nobody");
    wall.agent.tell_faults(&[Fault { indicator, why }]).await;
    drop(host);
    wall.browser.until("the agent that is gone", &format!("return document.querySelector('{OUTAGE}')")).await;
    wall
}

#[tokio::test]
async fn an_outage_is_one_line_and_a_silent_lamp_says_why_on_every_screen() {
    let wall = wall().await;
    let browser = &wall.browser;
    let says = page::attribute(browser, OUTAGE, "aria-label").await;
    assert!(says.starts_with("Payments: no link to agent payments-host since "), "{says}");
    assert!(says.ends_with(", 40 silent"), "{says}");
    assert_eq!(page::count(browser, ".hush").await, 2, "one line for forty, and one for the other");
    assert_eq!(page::text(browser, &format!("{OUTAGE} p")).await, "no link to agent payments-host");
    assert_eq!(page::text(browser, ".head").await, "1 outage · 1 silent");
    assert_eq!(page::count(browser, "g[data-outage]").await, 1, "its unit is marked");
    let lamp = page::lamp(browser, "unit:payments").await;
    assert!(lamp["says"].as_str().is_some_and(|it| it.ends_with(", no link to agent payments-host")), "{lamp}");

    let silent = page::attribute(browser, ".hush[data-silence=lamp]", "aria-label").await;
    assert!(silent.contains(": silent 13 min, since "), "{silent}");
    assert!(silent.contains(", withheld: -1.5 lies outside of"), "{silent}");
    page::speaks(browser).await;
    quiet::is_grey(&fits::everywhere(browser, "outage").await);
    from_the_farthest_seat(&wall, "outage-far").await;
}

#[tokio::test]
async fn an_outage_that_has_no_place_beside_the_signals_is_said_at_the_foot_until_it_is_over() {
    let mut wall = wall().await;
    wall.alarm().await;
    let browser = &wall.browser;
    assert_eq!(page::text(browser, ".head").await, "3 open · 1 outage · 1 better");
    assert_eq!((page::count(browser, ".hush").await, page::count(browser, ".tile").await), (0, 3));
    assert_eq!(page::text(browser, "[data-unseen]").await, "no link to payments-host");
    fits::everywhere(browser, "outage-alarm").await;
    assert_eq!(from_the_farthest_seat(&wall, "outage-alarm-far").await, "payments-host out");

    let mut host = TeamAgent::join(wall.room.address(), "payments-host").await;
    host.deliver(2, &queues(&wall.marea, 0)).await;
    let over = "return !document.querySelector('[data-outage], [data-unseen]')";
    browser.until("the agent is back", over).await;
    assert_eq!(page::text(browser, ".head").await, "3 open · 1 better");
}

/// The largest letters a wall has: what is silent fits; gives what the foot says of it.
async fn from_the_farthest_seat(wall: &Wall, name: &str) -> String {
    let here = format!("http://{}/wall", wall.room.address());
    wall.browser.go(&format!("{here}?d=6&in=55")).await;
    wall.browser.until("a live wall", "return document.documentElement.dataset.link === 'live'").await;
    let (_, faults) = fits::faults(&wall.browser, name).await;
    let of_silence = |fault: &&String| fault.contains("hush") || fault.contains("link") || fault.contains("silent");
    assert_eq!(faults.iter().filter(of_silence).collect::<Vec<_>>(), [""; 0]);
    let unseen = page::text(&wall.browser, "[data-unseen]").await;
    wall.browser.go(&here).await;
    wall.browser.until("a live wall", "return document.documentElement.dataset.link === 'live'").await;
    unseen
}
