//! A room whose disk is full is heard all the while, and its wall does not look alive.

use cybernet::agent::ToAgent;
use tests::team::TeamAgent;

use super::{Wall, fits, page, quiet};

#[tokio::test]
async fn a_wall_says_that_the_disk_is_full_looks_stale_and_is_live_again_by_itself() {
    let mut wall = Wall::quiet().await;
    wall.alarm().await;
    let before = page::shown(&wall.browser).await;

    // Not even its log can be written.
    wall.room.process().limit_files(Some(1));
    let step = wall.marea.lately("platform.builds", |_| 5.0);
    wall.agent.send(wall.sequence + 1, &step).await;
    let Some(ToAgent::Refused { why }) = wall.agent.hear().await else { panic!("it was not refused") };
    wall.browser.until("a wall that says so", "return document.querySelector('[data-unwritten]')").await;
    assert_eq!(page::state(&wall.browser).await["link"], "unwritten");
    let banner = page::text(&wall.browser, "[data-unwritten]").await;
    assert!(banner.starts_with("Room cannot write since "), "{banner}");
    let said = page::text(&wall.browser, "[data-unwritten] span").await;
    assert!(why.contains(said.trim_end_matches('…')), "{said:?} is not of {why:?}");
    assert_eq!(page::text(&wall.browser, ".head").await, "Nothing taken in · then 3 open");
    quiet::is_grey(&fits::everywhere(&wall.browser, "unwritten").await);

    wall.room.process().limit_files(None);
    wall.agent = TeamAgent::join(wall.room.address(), "marea-host").await;
    assert_eq!(wall.agent.received, wall.sequence);
    wall.deliver(&[]).await;
    page::until_live(&wall.browser, "alarm").await;
    assert_eq!(page::count(&wall.browser, "[data-unwritten]").await, 0);
    assert_eq!(page::shown(&wall.browser).await, before, "the same signals hang in the same lamps");
    wall.deliver(&step).await;
    page::until_lamp(&wall.browser, "unit:platform", "level-up").await;
}
