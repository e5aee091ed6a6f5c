//! A screen that cannot be shown says why; one that has nothing to show yet says that it waits.

use tests::{browser::Browser, room::Room};

use super::{between::Between, fits, marea::Marea, page, quiet};

const REFUSED: &str = "return document.documentElement.dataset.state === 'refused'";

#[tokio::test]
async fn a_screen_that_cannot_be_shown_says_why() {
    let folder = Marea::folder();
    let room = Room::open(&folder).await;
    let browser = Browser::open(fits::WALL).await;
    let refusals = [
        ("/wall-7f3a", "Screen not known wall-7f3a"),
        ("/wall?unit=nobody", "Unit not known nobody"),
        ("/wall?d=9&in=55", "A 55 in screen cannot be read from 9 m"),
        ("/wall?d=near", "Not a number of metres: near"),
    ];
    for (path, why) in refusals {
        browser.go(&format!("http://{}{path}", room.address())).await;
        browser.until(&format!("{path} is refused"), REFUSED).await;
        assert_eq!(page::text(&browser, ".head").await, why);
        assert_eq!(page::count(&browser, ".vsm .lamp, .tile, input").await, 0, "{path} shows nothing and asks nothing");
    }
    browser.go(&format!("http://{}/wall-7f3a", room.address())).await;
    browser.until("the refusal", REFUSED).await;
    quiet::is_grey(&fits::everywhere(&browser, "refused").await);
}

#[tokio::test]
async fn before_the_first_picture_the_wall_says_that_it_waits() {
    let folder = Marea::folder();
    let room = Room::open(&folder).await;
    let silence = Between::silent(room.address()).await;
    let browser = super::open(silence.address()).await;
    silence.joined(1).await;
    assert_eq!(page::text(&browser, ".head").await, "Waiting for the first picture");
    let state = page::state(&browser).await;
    assert_eq!((&state["state"], &state["link"]), (&"loading".into(), &"loading".into()));
    assert_eq!(page::count(&browser, ".vsm .lamp").await, 0, "nothing is known, so nothing is calm");
    quiet::is_grey(&fits::everywhere(&browser, "loading").await);
}
