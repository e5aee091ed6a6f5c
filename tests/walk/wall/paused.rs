//! A screen that slept does not show what it dreamt.

use std::time::Duration;

use tokio::time::{Instant, interval};

use super::{Wall, page};

const SLEEPS: Duration = Duration::from_secs(6);
const BETWEEN_READINGS: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_screen_that_is_paused_and_resumed_shows_the_right_picture() {
    let mut wall = Wall::quiet().await;
    let step = wall.marea.lately("payments.acceptance", |_| -4.5);
    let load = wall.marea.lately("marea.load", |_| 0.0);
    wall.browser.pause();
    let paused_at = Instant::now();
    wall.deliver(&step).await;
    let (mut more, mut readings) = (load.iter(), interval(BETWEEN_READINGS));
    while paused_at.elapsed() < SLEEPS {
        readings.tick().await;
        if let Some(reading) = more.next() {
            wall.deliver(std::slice::from_ref(reading)).await;
        }
    }
    wall.browser.resume();

    page::until_lamp(&wall.browser, "unit:payments", "level-down").await;
    page::until_live(&wall.browser, "alarm").await;
    let after_the_pause = page::shown(&wall.browser).await;
    wall.browser.go(&format!("http://{}/wall", wall.room.address())).await;
    page::until_live(&wall.browser, "alarm").await;
    assert_eq!(after_the_pause, page::shown(&wall.browser).await, "it shows what a new screen shows");
}
