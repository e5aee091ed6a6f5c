//! A wall whose room starts says so, before its first picture and after its last one, and comes alive by itself.

use super::{Wall, page};
use crate::starting::fill;

/// So much to be judged again that a wall, which tries every five seconds, meets the room while it starts.
const BATCHES: u64 = 800;

#[tokio::test]
async fn a_wall_says_that_its_room_starts_and_how_far_it_is() {
    let mut wall = Wall::quiet().await;
    wall.room.kill();
    fill(wall.room.archive(), "bulk", BATCHES);
    wall.browser.until("the banner", "return document.querySelector('.banner')").await;
    assert!(page::text(&wall.browser, ".banner").await.contains("Trying again"));

    wall.room.start_again().await;
    let says = "return document.querySelector('.banner span')?.innerText.startsWith('The room is starting, ')";
    wall.browser.until("that the room is starting", says).await;
    assert_eq!(page::state(&wall.browser).await["link"], "lost", "what it shows stays grey");
    wall.browser.keep("wall-lost-starting").await;

    // A wall that is switched on meanwhile.
    wall.browser.go(&format!("http://{}/wall", wall.room.address())).await;
    let says = "return document.querySelector('.head')?.innerText.startsWith('Starting · ')";
    wall.browser.until("the same without a picture", says).await;
    wall.browser.keep("wall-starting").await;
    wall.room.until_open().await;
    wall.browser.until("a live wall", "return document.documentElement.dataset.link === 'live'").await;
}
