//! An open signal of which nothing is heard any more does not look alive, and says why as soon as the room knows it.

use serde_json::{Value, json};
use vsm::reading::Reading;

use super::{Wall, fits, marea::Marea, page};

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
    let marea = Marea::now();
    let readings = past(&marea);
    let mut wall = Wall::after(Marea::folder(), marea, &readings).await;
    let step: Vec<Reading> = (LAST..LAST + 10).rev().map(|i| wall.marea.at("payments.acceptance", i, -4.5)).collect();
    wall.deliver(&step).await;
    let lamp = until_hurts(&wall).await;
    assert_eq!(lamp["marks"], json!(["l-track", "l-thin", "l-thin"]), "its clock, and hatched");
    wall.browser.until("its trace", "return document.querySelector('.tile .series')?.getAttribute('points')").await;

    let browser = &wall.browser;
    assert!(page::text(browser, ".tile p").await.starts_with("silent 13 min"), "in place of its kind and its size");
    assert_eq!(browser.run(ALIVE, Vec::new()).await, json!([]), "what looks alive");
    assert_eq!(page::text(browser, ".head").await, "1 open · 1 silent");
    page::speaks(browser).await;
    fits::everywhere(browser, "unheard").await;

    drop(wall.agent);
    let why =
        "return document.querySelector('.tile[data-silent]').ariaLabel.includes(', no link to agent marea-host. ')";
    wall.browser.until("why nothing is heard", why).await;
    assert_eq!(page::text(&wall.browser, ".head").await, "1 open · 1 outage");
    assert_eq!(page::count(&wall.browser, "g[data-outage] > .shape:first-child").await, 1);
}

/// Waits for the signal: the lamp was silent before.
async fn until_hurts(wall: &Wall) -> Value {
    let script = "return document.querySelector('[data-place=\"unit:payments\"][data-aspect=silent][data-tone=pain]')";
    wall.browser.until("a signal of Payments", script).await;
    page::lamp(&wall.browser, "unit:payments").await
}

/// Payments ends before the others do.
fn past(marea: &Marea) -> Vec<Reading> {
    let mut readings = marea.past_but(&["payments.acceptance"]);
    readings.extend((LAST + 10..LAST + 70).rev().map(|minutes| marea.at("payments.acceptance", minutes, 0.0)));
    readings
}
