//! A wall whose room is gone never looks alive, says so louder with time, and comes back by itself.

use serde_json::Value;
use tests::{browser::Browser, series::now, team::TeamAgent};

use super::{Wall, fits, page, quiet};

/// Notes when the page calls itself lost, by the clock of this machine.
const NOTE_THE_LOSS: &str = "
    const page = document.documentElement;
    const note = () => { if (page.dataset.link === 'lost') window.lostAt ??= Date.now(); };
    new MutationObserver(note).observe(page, { attributes: true });";
/// The app reads no other clock than this one.
const A_MINUTE_PASSES: &str = "
    const before = performance.now.bind(performance);
    performance.now = () => before() + 60_000;";
const AT_ONCE: i64 = 1_500;

#[tokio::test]
async fn a_lost_link_is_grey_at_once_louder_with_time_and_comes_back_with_the_right_picture() {
    let mut wall = Wall::quiet().await;
    wall.alarm().await;
    let before = page::shown(&wall.browser).await;
    wall.browser.run(NOTE_THE_LOSS, Vec::new()).await;

    let killed_at = now().unix_millis();
    wall.room.kill();
    let lost_at = wall.browser.until("a lost link", "return window.lostAt").await;
    let lost_after = lost_at.as_i64().unwrap_or(i64::MAX) - killed_at;
    println!("grey after {lost_after} ms");
    assert!(lost_after < AT_ONCE, "the wall looked alive for {lost_after} ms");
    quiet::is_grey(&wall.browser.keep("wall-lost-grey").await);
    assert_eq!(
        page::count(&wall.browser, ".trace .fan:not([style])").await,
        page::count(&wall.browser, ".trace").await
    );

    grows_louder(&wall, lost_at).await;

    wall.room.open_again().await;
    page::until_live(&wall.browser, "alarm").await;
    assert_eq!(page::count(&wall.browser, ".banner, .lost-full").await, 0);
    assert_eq!(page::shown(&wall.browser).await, before, "the same signals hang in the same lamps");
    goes_on(&mut wall).await;
}

async fn grows_louder(wall: &Wall, lost_at: Value) {
    let browser = &wall.browser;
    browser.until("the banner", "return document.querySelector('.banner')").await;
    let shown_after = now().unix_millis() - lost_at.as_i64().unwrap_or_default();
    assert!(5_000 <= shown_after, "the banner was there after {shown_after} ms");
    let banner = page::text(browser, ".banner").await;
    assert!(banner.starts_with("Link lost at ") && banner.contains("Trying again"), "{banner}");
    let head = page::text(browser, ".head").await;
    assert!(head.contains(" s old · then 3 open"), "{head}");
    quiet::is_grey(&fits::everywhere(browser, "lost").await);
    a_telephone_says_it_too(browser).await;

    browser.run(A_MINUTE_PASSES, Vec::new()).await;
    browser.until("the age alone", "return document.querySelector('.lost-full')").await;
    assert_eq!(page::text(browser, ".lost-full b").await, "1 min old");
    quiet::is_grey(&fits::everywhere(browser, "lost-minute").await);
}

/// What is done about it stands there too, below the rest.
async fn a_telephone_says_it_too(browser: &Browser) {
    const BELOW: &str = "
        const banner = document.querySelector('.banner');
        const box = element => element.getBoundingClientRect();
        const [line, clock] = ['span', 'b'].map(part => box(banner.querySelector(part)));
        return 0 < line.width && clock.bottom <= line.top + 1 && line.bottom <= box(banner).bottom;";
    browser.resize((390, 844)).await;
    assert_eq!(browser.run(BELOW, Vec::new()).await, Value::from(true));
    browser.resize(fits::WALL).await;
}

/// It was not the old picture that came back: what happens next is seen.
async fn goes_on(wall: &mut Wall) {
    wall.agent = TeamAgent::join(wall.room.address(), "marea-host").await;
    assert_eq!(wall.agent.received, wall.sequence);
    let step = wall.marea.lately("platform.builds", |_| 5.0);
    wall.deliver(&step).await;
    page::until_lamp(&wall.browser, "unit:platform", "level-up").await;
}
