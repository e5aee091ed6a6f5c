//! What the eye of someone who passes by is given: nothing while all is calm, a little colour when it is not.

use serde_json::{Value, json};
use tests::pixels::Pixels;

use super::{Wall, fits, page};

/// A colour above this chroma is one.
const SATURATED: f64 = 0.03;
const VIVID: f64 = 0.1;

/// No colour of a picture is saturated.
pub(crate) fn is_grey(picture: &[u8]) {
    let (chroma, colour) = Pixels::of(picture).most_saturated();
    assert!(chroma < SATURATED, "{colour:?} has a chroma of {chroma:.3}");
}

#[tokio::test]
async fn the_quiet_wall_has_no_saturated_pixel_and_an_alarm_a_few_vivid_ones() {
    let mut wall = Wall::quiet().await;
    let quiet = fits::everywhere(&wall.browser, "quiet").await;
    assert_eq!(Pixels::of(&quiet).size, fits::WALL);
    is_grey(&quiet);
    assert!(page::text(&wall.browser, ".head").await.starts_with("Steady since "));
    assert_eq!(page::text(&wall.browser, "[data-count=muted]").await, "1");

    wall.alarm().await;
    let alarm = fits::everywhere(&wall.browser, "alarm").await;
    let (chroma, colour) = Pixels::of(&alarm).most_saturated();
    assert!(VIVID < chroma, "the most saturated colour of an alarm is {colour:?}, {chroma:.3}");
    let share = Pixels::of(&alarm).share_over(VIVID);
    assert!(0.001 < share && share < 0.05, "{:.2} % of the pixels are vivid", 100.0 * share);
    assert_eq!(page::text(&wall.browser, ".head").await, "3 open · 1 better");
    assert_eq!(page::count(&wall.browser, ".frame, .reh").await, 0, "no live picture has a frame");
    page::speaks(&wall.browser).await;
}

#[tokio::test]
async fn nothing_moves_for_those_who_asked_for_that() {
    const MOVING: &str = "return document.getAnimations().filter(it => it.playState === 'running').length";
    let mut wall = Wall::quiet().await;
    let moving = async |wall: &Wall| wall.browser.run(MOVING, Vec::new()).await;
    assert_eq!(moving(&wall).await, 0, "nothing moves on a quiet wall");
    wall.alarm().await;
    assert_ne!(moving(&wall).await, 0, "what is open blinks");

    let reduced = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    wall.browser.devtools("Emulation.setEmulatedMedia", reduced).await;
    let picture = wall.browser.keep("wall-alarm-still").await;
    assert_eq!(moving(&wall).await, Value::from(0));
    assert!(VIVID < Pixels::of(&picture).most_saturated().0, "a lamp that does not blink is lit");
}
