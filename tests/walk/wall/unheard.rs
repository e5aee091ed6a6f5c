//! An open signal of which nothing is heard any more does not look alive, and says why as soon as the room knows it.

use serde_json::json;
use tests::{room::Room, team::TeamAgent};
use vsm::reading::Reading;

use super::{Wall, fits, marea::Marea, open, page};

/// The last reading of Payments is so many minutes old: it has been silent for 13, since two cadences are over.
const LAST: u64 = 43;
/// What of its tile would look alive: a strong value, a coloured trace, what is ahead, a dot for the present.
const ALIVE: &str = r#"
    const tile = document.querySelector(".tile[data-signal]");
    const look = part => getComputedStyle(tile.querySelector(part));
    const orange = look(".lamp .l-thin").stroke;
    const seen = [".fan", ".fan-line", ".dot", ".present"].filter(part => look(part).display !== "none");
    const coloured = [".past-event", ".begin"].filter(part => look(part).stroke === orange);
    const isStrong = look("b").fontWeight <= look(".value").fontWeight;
    return [...seen, ...coloured, ...isStrong ? [".value"] : []];"#;

#[tokio::test]
async fn an_open_signal_of_which_nothing_is_heard_is_grey_and_says_for_how_long_on_every_screen() {
    let wall = wall().await;
    let lamp = page::until_lamp(&wall.browser, "unit:payments", "silent").await;
    assert_eq!(lamp["tone"], "pain");
    assert_eq!(lamp["marks"], json!(["l-track", "l-thin", "l-thin"]), "its clock, and hatched");
    wall.browser.until("its trace", "return document.querySelector('.tile .series')?.getAttribute('points')").await;

    let browser = &wall.browser;
    let says = page::text(browser, ".tile p").await;
    assert!(says.starts_with("silent 13 min"), "in place of its kind and its size: {says}");
    assert_eq!(browser.run(ALIVE, Vec::new()).await, json!([]), "what looks alive");
    assert_eq!(page::text(browser, ".head").await, "1 open · 1 silent");
    assert_eq!(page::count(browser, ".hush").await, 0, "its tile says it");
    page::speaks(browser).await;
    fits::everywhere(browser, "unheard").await;

    drop(wall.agent);
    let why =
        "return document.querySelector('.tile[data-silent]').ariaLabel.includes(', no link to agent marea-host. ')";
    wall.browser.until("why nothing is heard", why).await;
    assert_eq!(page::text(&wall.browser, ".head").await, "1 open · 1 outage");
    assert_eq!(page::count(&wall.browser, "g[data-outage] > .shape:first-child").await, 1);
}

/// A wall on which Payments stepped down, and has not been heard since.
async fn wall() -> Wall {
    let (folder, marea) = (Marea::folder(), Marea::now());
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "marea-host").await;
    assert_eq!(agent.deliver(1, &readings(&marea)).await, []);
    let browser = open(room.address()).await;
    page::until_live(&browser, "alarm").await;
    Wall { browser, agent, sequence: 1, room, marea, _folder: folder }
}

/// Payments ends before the others do, ten readings after its step.
fn readings(marea: &Marea) -> Vec<Reading> {
    let step = |minutes| if minutes < LAST + 10 { -4.5 } else { 0.0 };
    let mut readings = marea.past_but(&["payments.acceptance"]);
    let payments = (LAST..LAST + 70).rev().map(|minutes| marea.at("payments.acceptance", minutes, step(minutes)));
    readings.extend(payments);
    readings
}
