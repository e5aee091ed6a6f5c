//! Everything is inside of the screen and whole, whatever the screen; and kept for a person to look at.

use serde_json::json;
use tests::browser::{Browser, Size};

/// The screen on the wall.
pub(crate) const WALL: Size = (1920, 1080);
const SCREENS: [(Size, &str); 3] = [(WALL, "1080"), ((3840, 2160), "2160"), ((390, 844), "telephone")];
const FITS: &str = include_str!("fits.js");

/// Looks at a page on every size of screen, keeps a picture of each, and gives the one on the wall.
///
/// # Panics
/// If anything scrolls, is cut, lies outside or covers something else.
pub(crate) async fn everywhere(browser: &Browser, state: &str) -> Vec<u8> {
    let (on_the_wall, faults) = faults(browser, state).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    on_the_wall
}

/// The same, with a sentence for everything that does not fit.
pub(crate) async fn faults(browser: &Browser, state: &str) -> (Vec<u8>, Vec<String>) {
    let (mut on_the_wall, mut faults) = (Vec::new(), Vec::new());
    for (size, name) in SCREENS {
        browser.resize(size).await;
        let picture = browser.keep(&format!("wall-{state}-{name}")).await;
        let found = browser.run(FITS, vec![json!(size.0 < size.1)]).await;
        let found = found.as_array().cloned().expect("a list of faults");
        faults.extend(found.iter().map(|fault| format!("{state} {name}: {}", fault.as_str().unwrap_or_default())));
        if size == WALL {
            on_the_wall = picture;
        }
    }
    browser.resize(WALL).await;
    (on_the_wall, faults)
}
