//! Frames as they leave for the screens: written once, sent to all.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use cybernet::{picture::Changes, picture::Picture, screen::ToScreen};
use vsm::time::Moment;

/// A text frame, cheap to clone.
pub type Frame = Utf8Bytes;

/// The picture; a large one in parts, the picture first and then what is left of its tray.
pub fn picture(picture: &Picture) -> Arc<[Frame]> {
    let (first, later) = picture.parts();
    let first = text(&ToScreen::Picture(Box::new(first)));
    [first].into_iter().chain(later.map(changes)).collect()
}

/// The picture as a whole, however large.
pub fn whole(picture: &Picture) -> Frame {
    // Borrowed, so that the picture need not be cloned to be written.
    #[derive(serde::Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Borrowed<'a> {
        Picture(&'a Picture),
    }
    text(&Borrowed::Picture(picture))
}

/// What changed.
pub fn changes(changes: Changes) -> Frame {
    text(&ToScreen::Changes(changes))
}

/// The room is alive.
pub fn pulse(at: Moment) -> Frame {
    text(&ToScreen::Pulse { at })
}

/// The room will not do what was asked for.
pub fn refused(why: String) -> Frame {
    text(&ToScreen::Refused { why })
}

fn text(message: &impl serde::Serialize) -> Frame {
    serde_json::to_string(message).expect("every message is plain data").into()
}
