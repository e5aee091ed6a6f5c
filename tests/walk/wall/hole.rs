//! A picture with a hole in it is not shown on.

use tests::{browser::Browser, room::Room, team::TeamAgent};

use super::{between::Between, marea::Marea, open, page};

#[tokio::test]
async fn a_hole_in_the_changes_leads_to_a_fresh_picture() {
    let (folder, marea) = (Marea::folder(), Marea::now());
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "marea-host").await;
    agent.deliver(1, &marea.past()).await;
    let between = Between::of(room.address()).await;
    let browser = open(between.address()).await;
    page::until_live(&browser, "quiet").await;

    let (step, load) = (marea.lately("payments.acceptance", |_| -4.5), marea.lately("marea.load", |_| 0.0));
    between.swallow_the_next_changes();
    agent.deliver(2, &step).await;
    between.swallowed().await;
    is_still_calm(&browser).await;
    agent.deliver(3, &load).await;

    between.joined(2).await;
    page::until_lamp(&browser, "unit:payments", "level-down").await;
    page::until_live(&browser, "alarm").await;
    let shown = page::shown(&browser).await;
    browser.go(&format!("http://{}/wall", room.address())).await;
    page::until_live(&browser, "alarm").await;
    assert_eq!(shown, page::shown(&browser).await, "it shows what a new screen shows");
}

/// The test would prove nothing if the changes had come through.
async fn is_still_calm(browser: &Browser) {
    assert_eq!(page::lamp(browser, "unit:payments").await["aspect"], "calm");
}
